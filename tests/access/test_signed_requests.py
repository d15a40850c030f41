"""Requests of a partner application may be signed, and have to be where it says so; docs/request-signing.md."""

import datetime as dt
import hashlib
import hmac
import json
import re
import secrets
import time
from pathlib import Path
from typing import Any
from urllib.parse import unquote

import pytest
import redis
from django.core.files.uploadedfile import SimpleUploadedFile
from django.db import connection
from django.test.client import BOUNDARY, MULTIPART_CONTENT, encode_multipart
from rest_framework.test import APIClient

from apps.access.scoped import signatures
from apps.identity.models import PartnerApplication
from kernel import clock, nonces
from tests.identity.test_partner import ADMIN, API, ask, register
from tests.identity.test_sign_in import bearer
from tests.support.world import World

pytestmark = [pytest.mark.requirement("PAY-02"), pytest.mark.django_db]
ROOT = Path(__file__).resolve().parents[2]
HOSPITALS = f"{API}/hospitals"
ENDPOINT = {"name": "收银台", "url": "https://93.184.216.34/hooks", "event_types": ["order.paid"]}


class Signer:
    """A partner's program: it knows the document, and none of our code."""

    def __init__(self, app: dict[str, str], client: APIClient) -> None:
        self.app, self.client = app, client
        self.client_id, self.secret = app["client_id"], app["signing_secret"]

    def headers(self, method: str, target: str, body: bytes = b"", **other: str) -> dict[str, str]:
        stamp = other.get("stamp", str(int(time.time())))
        nonce = other.get("nonce", secrets.token_hex(16))
        digest = hashlib.sha256(body).hexdigest()
        text = "".join(f"{part}\n" for part in (method, target, self.client_id, stamp, nonce, digest))
        key = other.get("secret", self.secret).encode()
        return {
            "X-Yihui-Timestamp": stamp,
            "X-Yihui-Nonce": nonce,
            "X-Yihui-Content-SHA256": digest,
            "X-Yihui-Signature": hmac.new(key, text.encode(), hashlib.sha256).hexdigest(),
        }

    def get(self, target: str, **other: str) -> Any:
        return self.client.get(target, headers=self.headers("GET", target, **other))

    def post(self, target: str, body: Any, **other: str) -> Any:
        return self.send("POST", target, json.dumps(body).encode(), **other)

    def send(self, method: str, target: str, body: bytes, **other: str) -> Any:
        headers = self.headers(method, target, body, **other)
        return self.client.generic(method, target, body, content_type="application/json", headers=headers)


def code(answer: Any) -> tuple[int, str]:
    return answer.status_code, answer.json().get("code", "")


def signer(world: World, **more: Any) -> Signer:
    """Of an application of H1 that signs whatever it sends."""
    scopes = ["directory:read", "bills:write", "webhooks", "payments:write"]
    app = register(world, **{"allowed_scopes": scopes, "requires_signature": True} | more)
    return Signer(app, bearer(ask(app).json()["access_token"]))


def row(who: Signer) -> PartnerApplication:
    return PartnerApplication.objects.get(client_id=who.client_id)


def rotate(world: World, who: Signer, hours: int) -> str:
    application = row(who)
    body = {"version": application.version, "overlap_hours": hours}
    answer = world.client("admin1").post(
        f"{ADMIN}/{application.pk}/rotate-signing-secret", body, format="json"
    )
    assert answer.status_code == 200, answer.content
    return str(answer.json()["signing_secret"])


def test_where_signing_is_asked_for_only_a_signed_request_is_answered(world: World) -> None:
    partner = signer(world)
    assert partner.get(HOSPITALS).status_code == 200
    assert code(partner.client.get(HOSPITALS)) == (401, "signature_required")
    assert code(partner.client.post(f"{API}/webhook-endpoints", ENDPOINT, format="json")) == (
        401, "signature_required",
    )  # fmt: skip
    assert partner.get(f"{API}/webhook-endpoints").json()["results"] == []
    assert partner.post(f"{API}/webhook-endpoints", ENDPOINT).status_code == 201


def test_where_it_is_not_asked_for_a_signature_that_is_given_still_has_to_be_right(world: World) -> None:
    partner = signer(world, requires_signature=False)
    assert partner.secret == ""
    assert partner.client.get(HOSPITALS).status_code == 200
    assert code(partner.get(HOSPITALS)) == (401, "signing_secret_missing")
    partner.secret = rotate(world, partner, 0)
    assert partner.get(HOSPITALS).status_code == 200
    assert partner.client.get(HOSPITALS).status_code == 200
    assert code(partner.get(HOSPITALS, secret="another")) == (401, "signature_mismatch")


@pytest.mark.parametrize("part", ["method", "path", "query", "body", "client", "time", "nonce"])
def test_nothing_that_is_signed_can_be_changed_on_the_way(world: World, part: str) -> None:
    partner = signer(world)
    body, target = json.dumps(ENDPOINT).encode(), f"{API}/webhook-endpoints?page=1"
    signed = partner.headers("POST", target, body)
    if part == "client":
        signed = Signer(partner.app | {"client_id": "another"}, partner.client).headers("POST", target, body)
    if part == "time":
        signed["X-Yihui-Timestamp"] = str(int(signed["X-Yihui-Timestamp"]) + 1)
    if part == "nonce":
        signed["X-Yihui-Nonce"] = secrets.token_hex(16)
    method = "PATCH" if part == "method" else "POST"
    sent = {"path": f"{API}/webhook-endpoint?page=1", "query": f"{API}/webhook-endpoints?page=2"}
    answer = partner.client.generic(
        method, sent.get(part, target), body + b" " * (part == "body"), "application/json", headers=signed
    )
    refused = {"body": (401, "body_digest_mismatch"), "path": (404, "not_found")}
    assert code(answer) == refused.get(part, (401, "signature_mismatch"))
    assert partner.get(f"{API}/webhook-endpoints").json()["results"] == []


def test_a_body_with_the_digest_of_another_is_refused(world: World) -> None:
    partner, target = signer(world), f"{API}/webhook-endpoints"
    signed = partner.headers("POST", target, b"{}")
    signed["X-Yihui-Content-SHA256"] = hashlib.sha256(json.dumps(ENDPOINT).encode()).hexdigest()
    answer = partner.client.generic(
        "POST", target, json.dumps(ENDPOINT).encode(), "application/json", headers=signed
    )
    assert code(answer) == (401, "signature_mismatch")


@pytest.mark.parametrize(
    "target",
    [
        f"{API}/bills/HIS:2026-001",
        f"{API}/bills/HIS:2026-001?x",
        f"{API}/departments?page_size=1",
        f"{API}/departments?page_size=1&ordering=code",
        f"{API}/bills/a,b;c=d@e$f'g(h)*i!j",
    ],
)
def test_path_and_query_are_signed_as_they_are_sent(world: World, target: str) -> None:
    assert code(signer(world).get(target))[0] in (200, 400, 404)


@pytest.mark.parametrize(
    "target", [f"{API}/bills/HIS%3A2026-001", f"{API}/bills/%e4%b8%ad", f"{API}/bills/A%2bB?%71=%3A"]
)
def test_a_path_with_percent_signs_is_named_as_it_was_sent(world: World, target: str) -> None:
    partner = signer(world)
    assert code(partner.get(target)) == (401, "signature_mismatch")  # the server sees it without them
    named = partner.headers("GET", target) | {"X-Yihui-Target": target}
    assert code(partner.client.get(target, headers=named))[0] in (400, 404)
    elsewhere = partner.headers("GET", target) | {"X-Yihui-Target": target}
    assert code(partner.client.get(HOSPITALS, headers=elsewhere)) == (401, "signature_mismatch")


def test_a_query_is_signed_as_it_came_though_what_nobody_sees_is_taken_out_of_it(world: World) -> None:
    target = f"{API}/payment-orders?order_no=ZF%E2%80%8B1"
    assert signer(world).get(target).status_code == 200


def test_the_time_may_be_five_minutes_off_and_no_more(world: World) -> None:
    partner, now = signer(world), int(time.time())
    for seconds in (-290, 290):
        assert partner.get(HOSPITALS, stamp=str(now + seconds)).status_code == 200
    for seconds in (-320, 320):
        answer = partner.get(HOSPITALS, stamp=str(now + seconds))
        assert code(answer) == (401, "signature_expired")
        assert abs(answer.json()["server_timestamp"] - now) < 60


def test_a_nonce_counts_once_and_only_with_a_genuine_signature(world: World) -> None:
    partner, nonce = signer(world), secrets.token_hex(16)
    assert code(partner.get(HOSPITALS, nonce=nonce, secret="guessed")) == (401, "signature_mismatch")
    headers = partner.headers("GET", HOSPITALS, nonce=nonce)
    assert partner.client.get(HOSPITALS, headers=headers).status_code == 200
    assert code(partner.client.get(HOSPITALS, headers=headers)) == (401, "nonce_used")
    assert code(partner.get(HOSPITALS, nonce=nonce)) == (401, "nonce_used")
    assert signer(world, name="另一家").get(HOSPITALS, nonce=nonce).status_code == 200


def test_a_nonce_is_remembered_for_as_long_as_it_could_come_again() -> None:
    assert signatures.KEPT > 2 * signatures.WINDOW


def test_without_redis_nothing_is_taken_for_new(world: World, monkeypatch: Any) -> None:
    partner = signer(world)
    away = redis.Redis.from_url("redis://127.0.0.1:1/0", socket_connect_timeout=0.2)
    monkeypatch.setattr(nonces, "client", lambda: away)
    partner.client.raise_request_exception = False
    assert code(partner.get(HOSPITALS)) == (503, "service_unavailable")


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("X-Yihui-Timestamp", ""), ("X-Yihui-Timestamp", "now"), ("X-Yihui-Timestamp", "1767225600000000"),
        ("X-Yihui-Nonce", "short"), ("X-Yihui-Nonce", "x" * 65), ("X-Yihui-Nonce", "a b c d e f g h i j"),
        ("X-Yihui-Content-SHA256", "A" * 64), ("X-Yihui-Signature", "0" * 63), ("X-Yihui-Signature", "٣" * 64),
    ],
)  # fmt: skip
def test_a_header_that_is_none_is_named(world: World, name: str, value: str) -> None:
    partner = signer(world)
    answer = partner.client.get(HOSPITALS, headers=partner.headers("GET", HOSPITALS) | {name: value})
    assert (*code(answer), answer.json()["header"]) == (401, "signature_malformed", name)
    english = partner.client.get(
        HOSPITALS, headers=partner.headers("GET", HOSPITALS) | {name: value, "Accept-Language": "en"}
    )
    assert name in english.json()["detail"] and name in answer.json()["detail"]


def test_the_secret_before_goes_on_for_the_hours_that_are_named(world: World) -> None:
    partner, moment = signer(world), clock.now()
    with clock.frozen(moment):
        new = rotate(world, partner, 1)
        assert partner.get(HOSPITALS, secret=new).status_code == 200
    with clock.frozen(moment + dt.timedelta(minutes=59)):
        assert partner.get(HOSPITALS).status_code == 200
        partner.client = bearer(ask(partner.app).json()["access_token"])
    with clock.frozen(moment + dt.timedelta(minutes=61)):
        assert code(partner.get(HOSPITALS)) == (401, "signature_mismatch")
        assert partner.get(HOSPITALS, secret=new).status_code == 200


def test_a_signing_secret_that_was_lost_ends_at_once(world: World) -> None:
    partner = signer(world)
    new = rotate(world, partner, 0)
    assert code(partner.get(HOSPITALS)) == (401, "signature_mismatch")
    assert partner.get(HOSPITALS, secret=new).status_code == 200


def test_the_signing_secret_is_shown_once_and_kept_encrypted(world: World) -> None:
    partner = signer(world)
    application = row(partner)
    shown = world.client("admin1").get(f"{ADMIN}/{application.pk}").json()
    assert "signing_secret" not in shown and shown["signing_since"] and shown["requires_signature"]
    with connection.cursor() as cursor:
        cursor.execute("SELECT row_to_json(a)::text FROM identity_partnerapplication a")
        assert all(partner.secret not in text for (text,) in cursor.fetchall())
        cursor.execute("SELECT coalesce(string_agg(row_to_json(e)::text, ''), '') FROM audit_auditevent e")
        assert partner.secret not in cursor.fetchone()[0]


def test_nobody_is_held_to_sign_who_has_nothing_to_sign_with(world: World) -> None:
    app = register(world)
    assert (app["signing_secret"], app["requires_signature"]) == ("", False)
    body = {"requires_signature": True, "version": 1}
    refused = world.client("admin1").patch(f"{ADMIN}/{app['id']}", body, format="json")
    assert (refused.status_code, refused.json()["errors"][0]["field"]) == (400, "requires_signature")
    assert refused.json()["errors"][0]["code"] == "no_signing_secret"
    url = f"{ADMIN}/{app['id']}/rotate-signing-secret"
    made = world.client("admin1").post(url, {"version": 1}, format="json").json()
    assert (made["client_id"], made["version"]) == (app["client_id"], 2)
    assert world.client("admin1").post(url, {"version": 1}, format="json").status_code == 409
    body = {"requires_signature": True, "version": 2}
    assert world.client("admin1").patch(f"{ADMIN}/{app['id']}", body, format="json").status_code == 200


def test_a_file_that_is_handed_in_is_signed_as_its_bytes_went(world: World) -> None:
    partner, target = signer(world), f"{API}/day-bills"
    file = SimpleUploadedFile("bill.csv", b"x" * 3_000_000, "text/csv")
    body = encode_multipart(BOUNDARY, {"business_date": "2026-01-01", "file": file})
    client = partner.client
    sent = client.generic(
        "POST", target, body, MULTIPART_CONTENT, headers=partner.headers("POST", target, body)
    )
    assert sent.status_code in (201, 400, 409), sent.content  # it was read, and what it says was looked at
    assert sent.json().get("code") not in {error.code for error in signatures.ERRORS}
    signed = partner.headers("POST", target, body)
    other = client.generic(
        "POST", target, body.replace(b"xxxx", b"xxxy", 1), MULTIPART_CONTENT, headers=signed
    )
    assert code(other) == (401, "body_digest_mismatch")


@pytest.mark.parametrize("name", ["request-signing.md", "request-signing.zh-CN.md"])
def test_the_documents_example_is_right_to_the_byte(name: str) -> None:
    text = (ROOT / "docs" / name).read_text()
    facts = dict(re.findall(r"^\| `([a-z_ ]+)` \| `(.*)` \|$", text, re.MULTILINE))
    body = facts["body"].encode()
    lines = (
        facts["method"], facts["path and query"], facts["client_id"], facts["timestamp"], facts["nonce"],
        hashlib.sha256(body).hexdigest(),
    )  # fmt: skip
    signed = "".join(f"{line}\n" for line in lines).encode()
    assert facts["digest"] == lines[-1]
    assert facts["signature"] == hmac.new(facts["secret"].encode(), signed, hashlib.sha256).hexdigest()
    assert (
        signatures.signature(facts["secret"], signatures.signed_text(*(line.encode() for line in lines)))
        == (facts["signature"])
    )
    assert unquote(facts["path and query"]) == facts["path and query"]


def test_the_partners_document_says_how_requests_are_signed() -> None:
    text = (ROOT / "openapi" / "partner.yaml").read_text()
    for name in (*signatures.FORMS, signatures.TARGET):
        assert name in text
