"""Floods are stopped by address, session and partner; providers and probes never, and nobody when Redis is away."""

from collections.abc import Iterator
from typing import Any
from urllib.parse import urlencode

import pytest
from django.test import Client, override_settings

from kernel import rates, redis as kernel_redis
from tests.support.world import World

pytestmark = pytest.mark.requirement("INT-03")
DEPARTMENTS = "/api/admin/v1/departments"
FORM = "application/x-www-form-urlencoded"


@pytest.fixture(autouse=True)
def _counted_anew(settings: Any) -> Iterator[None]:
    settings.REQUESTS_PER_MINUTE = {"address": 0, "session": 0, "partner": 0}
    kernel_redis.client().flushdb()
    yield
    kernel_redis.client().flushdb()


def limit(settings: Any, **most: int) -> None:
    settings.REQUESTS_PER_MINUTE = settings.REQUESTS_PER_MINUTE | most


def test_an_address_that_asks_too_often_waits_and_another_does_not(world: World, settings: Any) -> None:
    limit(settings, address=2)
    client = world.client(None)
    answers = [client.get(DEPARTMENTS) for _ in range(3)]
    assert [a.status_code for a in answers] == [401, 401, 429]
    assert [a["RateLimit-Remaining"] for a in answers] == ["1", "0", "0"]
    refused = answers[2]
    assert (refused.json()["code"], refused["Content-Type"]) == ("throttled", "application/problem+json")
    assert refused["RateLimit-Limit"] == "2"
    assert 1 <= int(refused["Retry-After"]) <= 60
    assert int(refused["RateLimit-Reset"]) == int(refused["Retry-After"])
    assert client.get(DEPARTMENTS, REMOTE_ADDR="203.0.113.9").status_code == 401


def test_all_addresses_of_one_ipv6_network_are_one(world: World, settings: Any) -> None:
    limit(settings, address=1)
    ask = world.client(None).get
    assert ask(DEPARTMENTS, REMOTE_ADDR="2001:db8:1:2::1").status_code == 401
    assert ask(DEPARTMENTS, REMOTE_ADDR="2001:db8:1:2:ffff::9").status_code == 429
    assert ask(DEPARTMENTS, REMOTE_ADDR="2001:db8:1:3::1").status_code == 401


def test_a_session_is_counted_wherever_it_comes_from(world: World, settings: Any) -> None:
    limit(settings, session=2, address=100)
    admin = world.client("admin1")
    answers = [admin.get(DEPARTMENTS, REMOTE_ADDR=f"203.0.113.{n}") for n in range(3)]
    assert [a.status_code for a in answers] == [200, 200, 429]
    assert [a["RateLimit-Limit"] for a in answers] == ["2", "2", "2"]
    assert world.client("doctor_a").get(DEPARTMENTS).status_code != 429


def test_a_partner_is_counted_with_all_its_tokens(world: World, settings: Any) -> None:
    body = {"hospital_id": str(world.h1.pk), "name": "合作机构", "allowed_scopes": ["directory:read"]}
    made = world.client("boss").post("/api/admin/v1/partner-applications", body, format="json").json()
    form = {name: made[name] for name in ("client_id", "client_secret")} | {
        "grant_type": "client_credentials"
    }

    def token() -> str:
        answer = world.client(None).post("/api/partner/v1/oauth/token", urlencode(form), content_type=FORM)
        return f"Bearer {answer.json()['access_token']}"

    limit(settings, partner=2)
    asked = [
        Client().get("/api/partner/v1/departments", headers={"authorization": token()}) for _ in range(3)
    ]
    assert [a.status_code for a in asked] == [200, 200, 429]
    assert (asked[2].json()["code"], asked[2]["RateLimit-Limit"]) == ("throttled", "2")
    assert asked[2]["Retry-After"]


@pytest.mark.django_db
@pytest.mark.parametrize("path", ["/healthz", "/readyz", "/metrics", "/callbacks/aliyun-sms/x"])
def test_probes_and_providers_are_not_counted(settings: Any, path: str) -> None:
    limit(settings, address=1)
    answers = [Client().get(path) for _ in range(3)]
    assert all(a.status_code != 429 and "RateLimit-Limit" not in a for a in answers)


def test_without_redis_everybody_is_served(world: World, settings: Any) -> None:
    limit(settings, address=1, session=1)
    kernel_redis.client.cache_clear()
    try:
        with override_settings(REDIS_URL="redis://127.0.0.1:1/0"):
            assert [world.client("admin1").get(DEPARTMENTS).status_code for _ in range(3)] == [200] * 3
    finally:
        kernel_redis.client.cache_clear()
        rates._paused_until = 0.0
