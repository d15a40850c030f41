"""What is too long is refused unread, what is too deep or no text is refused by name; nothing of it is a 500."""

import io
import json
import os
import socket
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from django.test import Client

import processes
from kernel.http import limits
from tests.support.waiting import wait_until
from tests.support.world import World

pytestmark = pytest.mark.requirement("INT-04")
SIGN_IN = "/api/admin/v1/auth/sign-in"
DEPARTMENTS = "/api/admin/v1/departments"
ROOT = Path(__file__).parents[2]


class Unread(io.BytesIO):
    """A body that must not be read."""

    def read(self, *args: Any) -> bytes:
        raise AssertionError("the body was read")


def refused(answer: Any, limit: int) -> bool:
    body = answer.json()
    assert (answer.status_code, body["code"], body["limit"]) == (413, "content_too_large", limit)
    assert answer["Content-Type"] == "application/problem+json"
    return True


def declare(client: Any, path: str, length: int, kind: str = "application/json", **headers: Any) -> Any:
    environ = {"CONTENT_LENGTH": str(length), "wsgi.input": Unread(), **headers}
    return client.generic("POST", path, "{}", content_type=kind, **environ)


@pytest.mark.django_db
def test_a_stranger_may_say_little_and_nothing_beyond_is_read() -> None:
    assert refused(declare(Client(), SIGN_IN, limits.ANONYMOUS + 1), limits.ANONYMOUS)
    assert refused(
        declare(Client(), SIGN_IN, 150_000_000, "multipart/form-data; boundary=x"), limits.ANONYMOUS
    )
    long = {"username": "a" * 2000, "password": "b"}
    assert Client().post(SIGN_IN, long, content_type="application/json").status_code in (400, 401)


def test_a_token_that_is_none_opens_no_wider_door(world: World) -> None:
    forged = {"HTTP_AUTHORIZATION": "Bearer nonsense"}
    assert declare(Client(), SIGN_IN, 100_000, **forged).status_code in (401, 413)
    form, token = "application/x-www-form-urlencoded", "/api/partner/v1/oauth/token"
    assert refused(declare(Client(), token, 100_000, form, **forged), limits.ANONYMOUS)


def test_who_is_signed_in_may_say_a_megabyte(world: World) -> None:
    admin = world.client("admin1")
    assert refused(declare(admin, DEPARTMENTS, limits.SIGNED_IN + 1), limits.SIGNED_IN)
    body = json.dumps({"name": "x" * (limits.SIGNED_IN - 100)})
    assert admin.generic("POST", DEPARTMENTS, body, content_type="application/json").status_code == 400


def test_an_upload_is_refused_while_it_is_only_announced(world: World) -> None:
    answer = declare(
        world.client("admin1"),
        "/api/admin/v1/patient-imports",
        limits.UPLOAD + 1,
        "multipart/form-data; boundary=x",
    )
    assert refused(answer, limits.UPLOAD)


@pytest.mark.django_db
@pytest.mark.parametrize(
    "path", ["/callbacks/aliyun-sms/x", f"/callbacks/payments/{'0' * 8}-0000-7000-8000-{'0' * 12}"]
)
def test_a_callback_is_limited_too(path: str) -> None:
    assert refused(declare(Client(), path, limits.CALLBACK + 1), limits.CALLBACK)


def test_a_body_without_a_length_is_read_as_far_as_its_door_allows(world: World) -> None:
    admin, chunked = world.client("admin1"), {"HTTP_TRANSFER_ENCODING": "chunked", "CONTENT_LENGTH": ""}

    def send(text: str) -> Any:
        stream = io.BytesIO(text.encode())
        return admin.generic(
            "POST", DEPARTMENTS, "", content_type="application/json", **chunked, **{"wsgi.input": stream}
        ), stream.tell()

    answer, _ = send('{"name": "儿科", "nonsense": 1}')
    assert "nonsense" in {error["field"] for error in answer.json()["errors"]}
    answer, read = send('{"name": "' + "x" * 3 * limits.SIGNED_IN + '"}')
    assert refused(answer, limits.SIGNED_IN)
    assert read <= limits.SIGNED_IN + 64 * 1024


@pytest.mark.parametrize("depth", [33, 1_000, 100_000, 400_000])
@pytest.mark.parametrize("pair", ["[]", '{"a":}'])
def test_deep_json_is_a_parse_error(world: World, depth: int, pair: str) -> None:
    opening, closing = pair[:-1], pair[-1]
    depth = min(depth, 900_000 // len(pair))
    body = '{"name": ' + opening * depth + "1" + closing * depth + "}"
    answer = world.client("admin1").generic("POST", DEPARTMENTS, body, content_type="application/json")
    assert (answer.status_code, answer.json()["code"]) == (400, "parse_error")


@pytest.mark.parametrize(
    ("text", "code"),
    [("a\\u0000b", "null_characters_not_allowed"), ("a\\ud800b", "surrogate_characters_not_allowed")],
)
@pytest.mark.parametrize(
    ("body", "field"),
    [('{"name": "%s"}', "name"), ('{"a": [{"b": "x"}, {"b": "%s"}]}', "a.1.b"), ('{"a": {"%s": 1}}', "a")],
)
def test_what_is_no_text_is_refused_by_the_name_of_its_field(
    world: World, text: str, code: str, body: str, field: str
) -> None:
    answer = world.client("admin1").generic(
        "POST", DEPARTMENTS, body % text, content_type="application/json", HTTP_ACCEPT_LANGUAGE="en"
    )
    (error,) = answer.json()["errors"]
    assert (answer.status_code, error["field"], error["code"]) == (400, field, code)
    assert "characters are not allowed" in error["message"]


@pytest.mark.parametrize(
    "body",
    [
        '{"name": "a", "name": "b"}', '{"a": [{"price": 1, "price": 999900}]}', '{"x": {"y": 1, "z": 2, "y": 1}}',
        '{"na\\u006de": "a", "name": "b"}',
    ],
)  # fmt: skip
def test_a_member_that_stands_twice_is_refused_by_name(world: World, body: str) -> None:
    answer = world.client("admin1").generic("POST", DEPARTMENTS, body, content_type="application/json")
    assert (answer.status_code, answer.json()["code"]) == (400, "parse_error")
    assert (
        '"y" stands twice' in answer.json()["detail"]
        if "y" in body
        else "stands twice" in answer.content.decode()
    )


@pytest.mark.parametrize("body", ['{"name": %s}' % ("9" * 5_000), '{"name": 1e999}', '{"a": 0.1, "b": -1}'])
def test_numbers_of_any_length_are_no_error_of_ours(world: World, body: str) -> None:
    answer = world.client("admin1").generic("POST", DEPARTMENTS, body, content_type="application/json")
    assert answer.status_code == 400


def test_nul_is_refused_in_words_that_say_so(world: World) -> None:
    answer = world.client("admin1").generic(
        "POST", DEPARTMENTS, '{"name": "a\\u0000b"}', content_type="application/json"
    )
    assert [error["message"] for error in answer.json()["errors"]] == ["不能含有空字符(U+0000)"]


def test_a_backslash_before_u0000_is_plain_text(world: World) -> None:
    answer = world.client("admin1").generic(
        "POST", DEPARTMENTS, '{"name": "C:\\\\u0000"}', content_type="application/json"
    )
    assert "name" not in {error["field"] for error in answer.json()["errors"]}


def test_nul_in_a_filter_is_refused_by_name(world: World) -> None:
    answer = world.client("admin1").get(DEPARTMENTS, {"name": "a\0b"})
    assert (answer.status_code, answer.json()["errors"][0]["field"]) == (400, "name")


@pytest.fixture
def server() -> Iterator[int]:
    """The port of the real server."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = probe.getsockname()[1]
    command = [
        sys.executable,
        "-m",
        "granian",
        "--interface",
        "wsgi",
        "--port",
        str(port),
        "config.wsgi:application",
    ]
    environment = os.environ | {"DJANGO_SETTINGS_MODULE": "config.settings.test"}
    process = subprocess.Popen(command, cwd=ROOT / "backend", env=environment, stderr=subprocess.DEVNULL)
    try:
        wait_until(lambda: process.poll() is not None or not processes.port_is_free(port), 60)
        assert process.poll() is None
        yield port
    finally:
        process.terminate()
        process.wait(20)


def talk(port: int, head: str, body: bytes) -> bytes:
    """What the server says to a request that is never finished."""
    with socket.create_connection(("127.0.0.1", port), 10) as connection:
        lines = (
            f"POST {SIGN_IN} HTTP/1.1\r\nHost: 127.0.0.1\r\nContent-Type: application/json\r\n{head}\r\n\r\n"
        )
        connection.sendall(lines.encode() + body)
        answer = b""
        while b"content_too_large" not in answer and (piece := connection.recv(65536)):
            answer += piece
        return answer


@pytest.mark.parametrize("length", ["Content-Length: 150000000", "Transfer-Encoding: chunked"])
def test_the_server_answers_before_the_rest_has_come(server: int, length: str) -> None:
    body = b"x" * 20_000
    if "chunked" in length:
        body = f"{len(body):x}\r\n".encode() + body + b"\r\n"
    answer = talk(server, length, body)
    assert answer.startswith(b"HTTP/1.1 413") and b"content_too_large" in answer


@pytest.mark.requirement("INT-03")
def test_more_parameters_than_anybody_has_are_refused_and_never_a_500(world: World) -> None:
    many = "&".join(f"a{number}=1" for number in range(1200))
    assert world.client("boss").get(f"/api/admin/v1/patients?{many}").status_code == 400
    assert world.client("boss").get(f"/api/admin/v1/docs/?{many}").status_code == 400
    form = "application/x-www-form-urlencoded"
    answer = world.client(None).post("/api/partner/v1/oauth/token", "a=1&" * 3000, content_type=form)
    assert answer.status_code == 413


@pytest.mark.requirement("ACC-01")
def test_nobody_resets_the_own_password_without_knowing_it(world: World) -> None:
    own = f"/api/admin/v1/staff/{world.staff['admin1'].pk}/reset-password"
    answer = world.client("admin1").post(own, {}, format="json")
    assert (answer.status_code, "initial_password" in answer.json()) == (403, False)
