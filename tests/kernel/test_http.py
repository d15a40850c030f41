"""The edge: problems in two languages, request ids, pages, health, logs without secrets."""

import json
import logging
from io import StringIO
from typing import Any

import pytest
import structlog
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from rest_framework import serializers

from apps.identity.models import OrgUnit
from config.logs import drop_secrets, logging_config
from kernel.http import pagination
from kernel.http.pagination import capped_count
from kernel.http.serializers import Serializer
from tests.support.world import World

DEPARTMENTS = "/api/admin/v1/departments"
COUNTER = "django_http_responses_total_by_status_view_method_total"
MEMBERS = {"type", "title", "status", "code", "detail", "errors", "request_id"}


@pytest.mark.parametrize(
    ("language", "title"), [("zh-CN", "需要登录"), ("en", "Authentication required"), ("", "需要登录")]
)
def test_a_refusal_is_a_problem_in_the_readers_language(world: World, language: str, title: str) -> None:
    answer = world.client(None).get(DEPARTMENTS, HTTP_ACCEPT_LANGUAGE=language)
    body = answer.json()
    assert (answer.status_code, answer["Content-Type"]) == (401, "application/problem+json")
    assert set(body) == MEMBERS
    assert (body["code"], body["title"], body["status"]) == ("not_authenticated", title, 401)
    assert body["request_id"] == answer["X-Request-ID"]


def test_a_refused_content_names_each_field(world: World) -> None:
    body = {"code": "x" * 33, "hospital_id": "nonsense", "unknown": 1}
    answer = world.client("admin1").post(DEPARTMENTS, body, format="json", HTTP_ACCEPT_LANGUAGE="en")
    assert answer.status_code == 400
    problem = answer.json()
    assert (problem["code"], problem["detail"]) == ("validation_error", "The submitted content is not valid.")
    assert {error["field"] for error in problem["errors"]} >= {"unknown"}


@pytest.mark.parametrize(
    ("body", "kind", "status", "code"),
    [
        ("{", "application/json", 400, "parse_error"),
        ('{"a": NaN}', "application/json", 400, "parse_error"),
        ('{"name": "\\u0000"}', "application/json", 400, "validation_error"),
        ("a=1", "text/plain", 415, "unsupported_media_type"),
        ("[]", "application/json", 400, "validation_error"),
        ("null", "application/json", 400, "validation_error"),
    ],
)
def test_what_is_not_json_is_refused(world: World, body: str, kind: str, status: int, code: str) -> None:
    answer = world.client("admin1").generic("POST", DEPARTMENTS, body, content_type=kind)
    assert (answer.status_code, answer.json()["code"]) == (status, code)


def test_an_unknown_address_and_a_wrong_method_are_problems_too(world: World) -> None:
    missing = world.client("admin1").get("/api/admin/v1/nowhere")
    assert (missing.status_code, missing.json()["code"]) == (404, "not_found")
    wrong = world.client("admin1").put(DEPARTMENTS, {}, format="json")
    assert (wrong.status_code, wrong.json()["code"]) == (405, "method_not_allowed")


@pytest.mark.django_db
@pytest.mark.parametrize(
    ("given", "kept"),
    [("abc-12345", True), ("short", False), ("x" * 65, False), ("a b c d e f", False), ("", False)],
)
def test_a_request_id_is_taken_over_or_made(given: str, kept: bool) -> None:
    answer = Client().get("/healthz", HTTP_X_REQUEST_ID=given)
    assert (answer["X-Request-ID"] == given) is kept
    assert len(answer["X-Request-ID"]) >= 8


@pytest.mark.parametrize(
    "query",
    [
        "page=0",
        "page=x",
        "page=-1",
        "page_size=101",
        "page_size=1e1",
        "page=1000001",
        "nope=1",
        "ordering=password",
        f"page={'9' * 30}",
        "page=１",
    ],
)
def test_a_page_that_cannot_be_is_refused(world: World, query: str) -> None:
    assert world.client("admin1").get(f"{DEPARTMENTS}?{query}").status_code == 400


@pytest.mark.requirement("INT-04")
@pytest.mark.parametrize(("query", "named"), [("page=1&search=%D6%D0", ["search"]), ("%ff=1", [])])
def test_a_query_that_is_no_utf8_is_refused_by_name(world: World, query: str, named: list[str]) -> None:
    answer = world.client("admin1").get(f"{DEPARTMENTS}?{query}")
    problem = answer.json()
    assert (answer.status_code, problem["code"]) == (400, "validation_error")
    assert "UTF-8" in problem["detail"]
    assert [told["field"] for told in problem["errors"]] == named


def test_control_characters_are_taken_out_of_plain_texts_too(world: World) -> None:
    body = b'{"hospital_id": "%s", "name": "VIP\\bX\\f\x7f"}' % str(world.h1.pk).encode()
    url = "/api/admin/v1/patient-tags"
    made = world.client("admin1").post(url, body, content_type="application/json")
    assert (made.status_code, made.json()["name"]) == (201, "VIPX")


def test_an_unknown_ordering_is_answered_with_the_fields_that_are_offered(world: World) -> None:
    url, ask = f"{DEPARTMENTS}?ordering=password", world.client("admin1")
    for language, words in (
        ("zh-hans", "不是可选的值,可选: "),
        ("en", "is not one of the choices. Choices: "),
    ):
        [error] = ask.get(url, HTTP_ACCEPT_LANGUAGE=language).json()["errors"]
        assert (error["field"], error["code"]) == ("ordering", "invalid_choice")
        assert words in error["message"] and "sort" in error["message"]


@pytest.mark.django_db
def test_totals_are_counted_no_further_than_the_cap(world: World) -> None:
    OrgUnit.objects.bulk_create(OrgUnit(hospital=world.h1, code=f"u{n}", name="x") for n in range(30))
    rows = OrgUnit.objects.all()
    assert capped_count(rows, 10) == (10, True)
    assert capped_count(rows, 100)[1] is False
    assert capped_count(rows.none(), 100) == (0, False)
    page = world.client("admin1").get("/api/admin/v1/org-units?page_size=10&page=2").json()
    assert (len(page["results"]), page["has_next"], page["count_capped"]) == (10, True, False)
    assert page["count"] == 32
    beyond = world.client("admin1").get("/api/admin/v1/org-units?page=99").json()
    assert (beyond["results"], beyond["has_next"], beyond["count"]) == ([], False, 32)


@pytest.mark.django_db
def test_a_long_list_is_not_counted_again_page_by_page(world: World, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(pagination, "LONG", 20)
    OrgUnit.objects.bulk_create(OrgUnit(hospital=world.h1, code=f"u{n}", name="x") for n in range(30))
    admin, path = world.client("admin1"), "/api/admin/v1/org-units?page_size=10"
    counted = admin.get(f"{path}&page=1").json()["count"]
    with CaptureQueriesContext(connection) as asked:
        assert admin.get(f"{path}&page=2").json()["count"] == counted == 32
    assert not [query for query in asked if "COUNT(*)" in query["sql"]]


@pytest.mark.django_db
def test_health_and_readiness() -> None:
    assert Client().get("/healthz").json() == {"status": "ok"}
    ready = Client().get("/readyz")
    assert (ready.status_code, ready.json()) == (200, {"status": "ok", "database": "ok", "redis": "ok"})


@pytest.mark.django_db
def test_prometheus_reads_how_many_requests_were_answered_how(world: World) -> None:
    def answered() -> float:
        page = Client().get("/metrics")
        assert (page.status_code, page["Content-Type"].partition(";")[0]) == (200, "text/plain")
        name = f'{COUNTER}{{method="GET",status="200",view="departments-list"}}'
        found = [line for line in page.content.decode().splitlines() if line.startswith(name)]
        return float(found[0].split()[-1]) if found else 0.0

    before = answered()
    assert world.client("admin1").get(DEPARTMENTS).status_code == 200
    assert answered() == before + 1


@pytest.mark.django_db
def test_without_redis_the_service_is_degraded_but_ready(settings: Any) -> None:
    settings.REDIS_URL = "redis://127.0.0.1:1/0"
    ready = Client().get("/readyz")
    assert (ready.status_code, ready.json()["status"], ready.json()["redis"]) == (200, "degraded", "down")


@pytest.mark.django_db(transaction=True)
def test_without_postgresql_the_service_is_not_ready_but_alive() -> None:
    connection.close()
    port, connection.settings_dict["PORT"] = connection.settings_dict["PORT"], "1"
    try:
        assert Client().get("/healthz").status_code == 200
        ready = Client().get("/readyz")
        assert (ready.status_code, ready.json()["database"]) == (503, "down")
        refused = Client(raise_request_exception=False).get(
            DEPARTMENTS, HTTP_AUTHORIZATION="Bearer " + "a" * 64
        )
        assert (refused.status_code, refused.json()["code"]) == (503, "service_unavailable")
        assert refused["Retry-After"] == "5"
    finally:
        connection.close()
        connection.settings_dict["PORT"] = port
    assert Client().get("/readyz").status_code == 200


def test_secrets_do_not_reach_the_log() -> None:
    event = {
        "event": "x",
        "phone": "138",
        "new_password": "p",
        "Authorization": "Bearer t",
        "error_code": "e",
        "body": {"national_id": "1101", "name": "张", "rows": [{"access_token": "t", "n": 1}]},
    }
    assert drop_secrets(None, "", event) == {
        "event": "x",
        "phone": "[dropped]",
        "new_password": "[dropped]",
        "Authorization": "[dropped]",
        "error_code": "e",
        "body": {"national_id": "[dropped]", "name": "张", "rows": [{"access_token": "[dropped]", "n": 1}]},
    }


def test_a_log_line_is_json_with_the_request_id() -> None:
    formatter = logging_config("INFO")["formatters"]["json"]
    factory = formatter.pop("()")
    stream = StringIO()
    handler = logging.StreamHandler(stream)
    handler.setFormatter(factory(**formatter))
    logger = logging.getLogger("test.line")
    logger.addHandler(handler)
    with structlog.contextvars.bound_contextvars(request_id="abc-12345"):
        logger.error("坏了")
    logger.removeHandler(handler)
    line = json.loads(stream.getvalue())
    assert (line["event"], line["request_id"], line["level"]) == ("坏了", "abc-12345", "error")


class _Part(Serializer):
    name = serializers.CharField()
    main = serializers.BooleanField(default=False)
    note = serializers.CharField(required=False)


class _Whole(Serializer):
    title = serializers.CharField()
    parts = _Part(many=True, required=False)
    part = _Part(required=False)


@pytest.mark.parametrize("body", [{"parts": [{}]}, {"parts": [{"main": True}]}, {"part": {}}], ids=str)
def test_what_a_patch_names_within_a_row_it_names_whole(body: dict[str, Any]) -> None:
    row = _Whole(data=body, partial=True)
    assert not row.is_valid()
    (found,) = row.errors.values()
    assert found.get(0, found)["name"][0].code == "required"


def test_a_patch_leaves_out_fields_of_the_row_and_what_its_parts_need_not_have() -> None:
    row = _Whole(data={"parts": [{"name": "甲"}]}, partial=True)
    assert row.is_valid() and row.validated_data == {"parts": [{"name": "甲", "main": False}]}
    assert _Whole(data={}, partial=True).is_valid()
