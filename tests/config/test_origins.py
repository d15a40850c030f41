"""Browsers let pages of named origins alone read what the API answers."""

import pytest
from django.test import Client, override_settings

pytestmark = pytest.mark.requirement("INT-04")
NAMED = "https://admin.hospital.example"
STRANGERS = (
    "https://elsewhere.example", "http://admin.hospital.example", f"{NAMED}.elsewhere.example", f"{NAMED}:8443", "null",
)  # fmt: skip
PATH = "/api/admin/v1/me/access"


def allowed(answer: object) -> set[str]:
    """What an answer tells browsers about origins."""
    return {name.lower() for name in answer.headers if name.lower().startswith("access-control-")}  # type: ignore[attr-defined]


@pytest.mark.parametrize("origin", STRANGERS)
def test_an_origin_that_is_not_named_is_told_nothing(origin: str) -> None:
    with override_settings(CORS_ALLOWED_ORIGINS=[NAMED]):
        asked = {"origin": origin, "access-control-request-method": "GET"}
        for answer in (Client().get(PATH, headers=asked), Client().options(PATH, headers=asked)):
            assert "access-control-allow-origin" not in allowed(answer)


def test_nobody_is_named_from_the_start() -> None:
    assert not allowed(Client().get(PATH, headers={"origin": NAMED}))


@override_settings(CORS_ALLOWED_ORIGINS=[NAMED])
def test_a_named_origin_may_send_what_the_clients_send_and_read_what_they_read() -> None:
    asked = {
        "origin": NAMED,
        "access-control-request-method": "PATCH",
        "access-control-request-headers": "authorization,content-type,idempotency-key,accept-language",
    }
    told = Client().options(PATH, headers=asked)
    assert (told.status_code, told["access-control-allow-origin"]) == (200, NAMED)
    assert "PATCH" in told["access-control-allow-methods"]
    assert set(asked["access-control-request-headers"].split(",")) <= set(
        told["access-control-allow-headers"].split(", ")
    )
    answer = Client().get(PATH, headers={"origin": NAMED})
    assert (answer.status_code, answer["access-control-allow-origin"]) == (401, NAMED)
    assert "retry-after" in answer["access-control-expose-headers"]
    assert "access-control-allow-credentials" not in allowed(answer), "tokens are no cookies"


@override_settings(CORS_ALLOWED_ORIGINS=[NAMED])
def test_pages_that_are_no_part_of_the_api_are_told_nothing_at_all() -> None:
    assert not allowed(Client().get("/healthz", headers={"origin": NAMED}))
