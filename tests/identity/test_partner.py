"""Partners get tokens by OAuth2 client credentials, limited to the scopes and the hospital of their application."""

import base64
import datetime as dt
from typing import Any

import pytest
from django.db import connection
from oauth2_provider.models import AccessToken
from rest_framework.test import APIClient

from apps.identity.models import PartnerApplication
from kernel import clock
from tests.identity.test_sign_in import bearer
from tests.support.world import World

API = "/api/partner/v1"
ADMIN = "/api/admin/v1/partner-applications"


@pytest.fixture
def client_of(world: World) -> dict[str, str]:
    """An application of hospital 1, made by its administrator."""
    return register(world)


def register(world: World, **more: Any) -> dict[str, str]:
    body = {"hospital_id": str(world.h1.pk), "name": "转诊平台", "allowed_scopes": ["directory:read"], **more}
    answer = world.client("admin1").post(ADMIN, body, format="json")
    assert answer.status_code == 201, answer.content
    made: dict[str, str] = answer.json()
    return made


def form(path: str, basic: tuple[str, str] | None = None, **fields: str) -> Any:
    client = APIClient()
    if basic:
        client.credentials(HTTP_AUTHORIZATION="Basic " + base64.b64encode(":".join(basic).encode()).decode())
    body = "&".join(f"{k}={v}" for k, v in fields.items())
    return client.post(f"{API}/oauth/{path}", body, content_type="application/x-www-form-urlencoded")


def ask(app: dict[str, str], **more: str) -> Any:
    return form("token", (app["client_id"], app["client_secret"]), grant_type="client_credentials", **more)


@pytest.mark.requirement("INT-03")
def test_client_credentials_give_a_token_that_reads_the_own_hospital_alone(
    world: World, client_of: dict[str, str]
) -> None:
    answer = ask(client_of)
    assert answer.status_code == 200, answer.content
    body = answer.json()
    assert (body["token_type"], body["expires_in"], body["scope"]) == ("Bearer", 3600, "directory:read")
    assert answer["Cache-Control"] == "no-store"
    partner = bearer(body["access_token"])
    assert [h["code"] for h in partner.get(f"{API}/hospitals").json()["results"]] == ["H1"]
    departments = partner.get(f"{API}/departments").json()["results"]
    assert {d["code"] for d in departments} == {"cardiology", "surgery"}
    doctors = partner.get(f"{API}/doctors").json()["results"]
    assert {d["name"] for d in doctors} == {"head", "doctor_a", "doctor_b", "doctor_c"}
    assert not {"phone", "employee_no", "licence_no"} & doctors[0].keys()
    surgery = partner.get(f"{API}/doctors", {"department_id": str(world.departments["surgery"].pk)}).json()
    assert [d["name"] for d in surgery["results"]] == ["doctor_c"]
    foreign = partner.get(f"{API}/doctors", {"department_id": str(world.departments["dental"].pk)}).json()
    assert foreign["results"] == []
    assert partner.get(f"{API}/doctors", {"hospital_id": str(world.h2.pk)}).status_code == 400


@pytest.mark.requirement("INT-03")
def test_the_secret_may_stand_in_the_form(client_of: dict[str, str]) -> None:
    fields = {"client_id": client_of["client_id"], "client_secret": client_of["client_secret"]}
    assert form("token", grant_type="client_credentials", **fields).status_code == 200


@pytest.mark.requirement("INT-03")
@pytest.mark.parametrize(
    ("basic", "fields", "status", "error"),
    [
        ("wrong secret", {"grant_type": "client_credentials"}, 401, "invalid_client"),
        ("unknown", {"grant_type": "client_credentials"}, 401, "invalid_client"),
        (None, {"grant_type": "client_credentials"}, 401, "invalid_client"),
        ("right", {}, 400, "invalid_request"),
        ("right", {"grant_type": "password", "username": "boss", "password": "x"}, 400, "unsupported_grant_type"),
        ("right", {"grant_type": "authorization_code", "code": "x"}, 400, "unsupported_grant_type"),
        ("right", {"grant_type": "refresh_token", "refresh_token": "x"}, 400, "unsupported_grant_type"),
        ("right", {"grant_type": "client_credentials", "scope": "everything"}, 400, "invalid_scope"),
    ],
)  # fmt: skip
def test_a_refusal_follows_the_standard_and_gives_nothing(
    client_of: dict[str, str], basic: str | None, fields: dict[str, str], status: int, error: str
) -> None:
    before = AccessToken.objects.count()
    secrets = {
        "right": (client_of["client_id"], client_of["client_secret"]),
        "wrong secret": (client_of["client_id"], "wrong"),
        "unknown": ("nobody", "nothing"),
    }
    answer = form("token", secrets[basic] if basic else None, **fields)
    assert (answer.status_code, answer.json()["error"]) == (status, error)
    assert AccessToken.objects.count() == before


@pytest.mark.requirement("INT-03")
def test_the_token_endpoint_takes_forms_only(client_of: dict[str, str]) -> None:
    answer = APIClient().post(f"{API}/oauth/token", {"grant_type": "client_credentials"}, format="json")
    assert (answer.status_code, answer["Content-Type"]) == (415, "application/problem+json")
    assert form("token", grant_type="a%00b").status_code == 400


@pytest.mark.requirement("INT-03")
@pytest.mark.django_db
@pytest.mark.parametrize("path", ["token", "revoke"])
@pytest.mark.parametrize("kind", ["", "application/json", "text/plain", "application/x-www-form-urlencoded"])
def test_a_body_of_nothing_is_refused_as_the_standard_says(path: str, kind: str) -> None:
    answer = APIClient().generic("POST", f"{API}/oauth/{path}", b"", content_type=kind)
    assert answer.status_code in (400, 401, 415)
    assert answer.json()["error" if answer.status_code != 415 else "code"]


@pytest.mark.requirement("INT-03")
def test_scopes_are_the_applications_and_count_at_once(world: World) -> None:
    app = register(world, allowed_scopes=[])
    assert ask(app, scope="directory:read").json()["error"] == "invalid_scope"
    url = f"{ADMIN}/{app['id']}"
    wider = {"allowed_scopes": ["directory:read"], "version": 1}
    assert world.client("admin1").patch(url, wider, format="json").status_code == 200
    partner = bearer(ask(app).json()["access_token"])
    assert partner.get(f"{API}/hospitals").status_code == 200
    narrower = {"allowed_scopes": [], "version": 2}
    assert world.client("admin1").patch(url, narrower, format="json").status_code == 200
    answer = partner.get(f"{API}/hospitals")
    assert (answer.status_code, answer.json()["code"]) == (403, "permission_denied")
    unknown = {"allowed_scopes": ["everything"], "version": 3}
    assert world.client("admin1").patch(url, unknown, format="json").status_code == 400


@pytest.mark.requirement("INT-03")
def test_an_expired_token_is_refused(client_of: dict[str, str]) -> None:
    moment = clock.now()
    with clock.frozen(moment):
        partner = bearer(ask(client_of).json()["access_token"])
    with clock.frozen(moment + dt.timedelta(seconds=3599)):
        assert partner.get(f"{API}/hospitals").status_code == 200
    with clock.frozen(moment + dt.timedelta(seconds=3601)):
        answer = partner.get(f"{API}/hospitals")
    assert (answer.status_code, answer["WWW-Authenticate"]) == (401, "Bearer")


@pytest.mark.requirement("INT-03")
def test_forged_and_foreign_tokens_open_nothing(world: World, client_of: dict[str, str]) -> None:
    token = ask(client_of).json()["access_token"]
    for wrong in ("x", token[:-1], token + "x", "a b"):
        assert bearer(wrong).get(f"{API}/hospitals").status_code == 401
    assert APIClient().get(f"{API}/hospitals").status_code == 401
    assert world.client("boss").get(f"{API}/hospitals").status_code == 401  # a person's token is no partner's
    assert bearer(token).get("/api/admin/v1/hospitals").status_code == 401
    assert bearer(token).get("/api/miniprogram/v1/me").status_code == 401


@pytest.mark.requirement("INT-03")
def test_a_revoked_token_is_refused_and_nobody_revokes_anothers(
    world: World, client_of: dict[str, str]
) -> None:
    token, other = ask(client_of).json()["access_token"], register(world, name="另一家")
    stranger = (other["client_id"], other["client_secret"])
    assert form("revoke", stranger, token=token).status_code == 200  # says nothing about others' tokens
    assert bearer(token).get(f"{API}/hospitals").status_code == 200
    assert form("revoke", (client_of["client_id"], "wrong"), token=token).status_code == 401
    assert bearer(token).get(f"{API}/hospitals").status_code == 200
    own = (client_of["client_id"], client_of["client_secret"])
    assert form("revoke", own, token=token).status_code == 200
    assert bearer(token).get(f"{API}/hospitals").status_code == 401
    assert form("revoke", own, token=token).status_code == 200
    assert form("revoke", own).status_code == 400


@pytest.mark.requirement("INT-03")
@pytest.mark.parametrize("what", ["application", "hospital"])
def test_switched_off_a_partner_gets_and_keeps_nothing(
    world: World, client_of: dict[str, str], what: str
) -> None:
    partner = bearer(ask(client_of).json()["access_token"])
    if what == "application":
        change = {"is_active": False, "version": 1}
        answer = world.client("admin1").patch(f"{ADMIN}/{client_of['id']}", change, format="json")
        assert answer.status_code == 200
        assert not AccessToken.objects.filter(application_id=client_of["id"]).exists()
    else:
        world.h1.is_active = False
        world.h1.save()
    assert partner.get(f"{API}/hospitals").status_code == 401
    assert (ask(client_of).status_code, ask(client_of).json()["error"]) == (401, "invalid_client")


@pytest.mark.requirement("INT-03")
def test_the_secret_is_shown_once_stored_as_digest_and_rotated(
    world: World, client_of: dict[str, str]
) -> None:
    partner = bearer(ask(client_of).json()["access_token"])
    shown = world.client("admin1").get(f"{ADMIN}/{client_of['id']}")
    assert "client_secret" not in shown.json()
    stored = PartnerApplication.objects.get(pk=client_of["id"]).client_secret
    assert client_of["client_secret"] not in stored
    url = f"{ADMIN}/{client_of['id']}/rotate-secret"
    assert world.client("admin2").post(url, {"version": 1}, format="json").status_code == 404
    assert world.client("doctor_a").post(url, {"version": 1}, format="json").status_code == 403
    assert ask(client_of).status_code == 200
    rotated = world.client("admin1").post(url, {"version": 1}, format="json")
    assert rotated.status_code == 200, rotated.content
    assert partner.get(f"{API}/hospitals").status_code == 401
    assert ask(client_of).status_code == 401
    assert ask({**client_of, **rotated.json()}).status_code == 200
    assert world.client("admin1").post(url, {"version": 1}, format="json").status_code == 409


@pytest.mark.requirement("INT-03")
def test_tokens_are_stored_as_digests_only(client_of: dict[str, str]) -> None:
    token = ask(client_of).json()["access_token"]
    with connection.cursor() as cursor:
        cursor.execute("SELECT row_to_json(t)::text FROM oauth2_provider_accesstoken t")
        assert all(token not in row[0] for row in cursor.fetchall())


@pytest.mark.requirement("INT-03")
def test_deleting_an_application_ends_its_tokens(world: World, client_of: dict[str, str]) -> None:
    partner = bearer(ask(client_of).json()["access_token"])
    assert world.client("admin1").delete(f"{ADMIN}/{client_of['id']}").status_code == 204
    assert partner.get(f"{API}/hospitals").status_code == 401


@pytest.mark.requirement("INT-03")
def test_checking_client_secrets_has_a_budget_of_its_own(client_of: dict[str, str], settings: Any) -> None:
    settings.PASSWORDS_PER_SECOND_KNOWN = 2
    with clock.frozen(clock.now()):
        assert [ask(client_of).status_code for _ in range(3)] == [200, 200, 429]
        settings.PASSWORDS_PER_SECOND = 0
        assert form("token", grant_type="client_credentials")["Retry-After"] == "1"
    with clock.frozen(clock.now() + dt.timedelta(seconds=2)):
        assert ask(client_of).status_code == 200


@pytest.mark.requirement("PAY-02")
def test_a_replaced_secret_goes_on_for_the_hours_that_are_named(
    world: World, client_of: dict[str, str]
) -> None:
    url, moment = f"{ADMIN}/{client_of['id']}/rotate-secret", clock.now()
    with clock.frozen(moment):
        token = ask(client_of).json()["access_token"]
        body = {"version": 1, "overlap_hours": 48}
        new = client_of | world.client("admin1").post(url, body, format="json").json()
        assert {ask(client_of).status_code, ask(new).status_code} == {200}
        assert bearer(token).get(f"{API}/hospitals").status_code == 200
    with clock.frozen(moment + dt.timedelta(hours=49)):
        assert (ask(client_of).status_code, ask(new).status_code) == (401, 200)


@pytest.mark.requirement("PAY-02")
def test_a_secret_that_was_lost_ends_at_once_with_its_tokens(world: World, client_of: dict[str, str]) -> None:
    url = f"{ADMIN}/{client_of['id']}/rotate-secret"
    for version in (1, 2):
        world.client("admin1").post(
            url, {"version": version, "overlap_hours": 168 * (version == 1)}, format="json"
        )
    assert ask(client_of).status_code == 401
    too_long = world.client("admin1").post(url, {"version": 3, "overlap_hours": 169}, format="json")
    assert (too_long.status_code, too_long.json()["errors"][0]["field"]) == (400, "overlap_hours")


@pytest.mark.requirement("PAY-02")
def test_requests_from_elsewhere_are_refused_as_if_the_token_were_none(world: World) -> None:
    app = register(world, allowed_addresses=["203.0.113.7/24", "2001:db8::1"])
    assert app["allowed_addresses"] == ["2001:db8::1/128", "203.0.113.0/24"]
    partner = bearer(ask(app).json()["access_token"])
    for address, status in (
        ("203.0.113.99", 200),
        ("::ffff:203.0.113.5", 200),
        ("2001:db8::1", 200),
        ("198.51.100.1", 401),
        ("::1", 401),
    ):
        assert partner.get(f"{API}/hospitals", REMOTE_ADDR=address).status_code == status, address
    for wrong in ("203.0.113", "a.b", "1.2.3.4/33", ""):
        body = {
            "hospital_id": str(world.h1.pk),
            "name": "x",
            "allowed_scopes": [],
            "allowed_addresses": ["10.0.0.1", wrong],
        }
        refused = world.client("admin1").post(ADMIN, body, format="json")
        assert refused.status_code == 400, wrong
        assert refused.json()["errors"][0]["field"].startswith("allowed_addresses"), wrong


@pytest.mark.requirement("PAY-02")
def test_the_limit_a_minute_is_the_applications_own(world: World) -> None:
    app = register(world, rate_per_minute=3)
    partner = bearer(ask(app).json()["access_token"])
    answers = [partner.get(f"{API}/hospitals") for _ in range(4)]
    assert [answer.status_code for answer in answers] == [200, 200, 200, 429]
    assert (answers[0]["RateLimit-Limit"], answers[3]["Retry-After"]) == ("3", "60")
