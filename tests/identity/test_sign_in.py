"""Staff sign in with user name and password; failures lock the account, whatever their order or number."""

import datetime as dt
from concurrent.futures import ThreadPoolExecutor

import pytest
from django.contrib.auth.hashers import Argon2PasswordHasher
from django.core.management import CommandError, call_command
from django.db import connections
from django.utils.module_loading import import_string
from rest_framework.test import APIClient

from apps.audit.models import AuditEvent
from apps.identity.models import AuthSession, Hospital, StaffMember, User
from kernel import clock
from tests.support.world import PASSWORD, World

URL = "/api/admin/v1/auth"
NEW = "another long 密码 2026"


def sign_in(username: str = "doctor_a", password: str = PASSWORD, **more: str):  # type: ignore[no-untyped-def]
    body = {"username": username, "password": password, **more}
    return APIClient().post(f"{URL}/sign-in", body, format="json")


def bearer(token: str) -> APIClient:
    client = APIClient()
    client.credentials(HTTP_AUTHORIZATION=f"Bearer {token}")
    return client


@pytest.mark.requirement("ACC-01")
def test_the_right_password_opens_a_session_that_ends_after_the_hospitals_hours(world: World) -> None:
    Hospital.objects.filter(pk=world.h1.pk).update(settings={"session_hours": 2})
    moment = clock.now()
    with clock.frozen(moment):
        answer = sign_in(device="前台电脑")
    assert answer.status_code == 200, answer.content
    body = answer.json()
    assert body["user"]["staff"]["hospital_id"] == str(world.h1.pk)
    assert body["user"]["must_change_password"] is False
    client = bearer(body["token"])
    with clock.frozen(moment + dt.timedelta(minutes=119)):
        assert client.get(f"{URL}/me").status_code == 200
    with clock.frozen(moment + dt.timedelta(minutes=121)):
        assert client.get(f"{URL}/me").status_code == 401
    session = AuthSession.objects.get(user=world.staff["doctor_a"].user)
    assert body["token"] not in (session.digest, session.token_key)


@pytest.mark.requirement("ACC-01")
@pytest.mark.parametrize("token", ["", "x", "a" * 64, "é" * 64, "f" * 5000])
def test_a_forged_token_is_refused(world: World, token: str) -> None:
    client = APIClient()
    client.credentials(HTTP_AUTHORIZATION=f"Bearer {token}".encode("latin-1").decode("latin-1"))
    assert client.get(f"{URL}/me").status_code == 401


@pytest.mark.requirement("ACC-01")
def test_every_wrong_credential_gets_the_same_answer_and_opens_nothing(world: World) -> None:
    User.objects.filter(username="doctor_b").update(is_active=False)
    StaffMember.objects.filter(employee_no="doctor_c").update(status="left")
    answers = [
        sign_in(password="wrong wrong wrong"),
        sign_in("nobody at all"),
        sign_in("doctor_b"),
        sign_in("doctor_c"),
        sign_in(world.accounts["patient_a"].user.username),
    ]
    assert {a.status_code for a in answers} == {401}
    assert len({(a.json()["code"], a.json()["detail"]) for a in answers}) == 1
    assert answers[0].json()["code"] == "invalid_credentials"
    assert not AuthSession.objects.exists()


@pytest.mark.requirement("ACC-01")
@pytest.mark.parametrize(
    "body",
    [
        {},
        {"username": "a"},
        {"username": "a" * 65, "password": "b"},
        {"username": "a", "password": "b" * 129},
        {"username": ["a"], "password": "b"},
        {"username": "a", "password": "b", "admin": True},
        [],
        {"username": "a\u0000b", "password": "c"},
    ],
)
def test_a_malformed_sign_in_is_a_clear_error(db: None, body: object) -> None:
    answer = APIClient().post(f"{URL}/sign-in", body, format="json")
    assert answer.status_code == 400
    assert answer["Content-Type"] == "application/problem+json"


@pytest.mark.requirement("ACC-01")
def test_five_failures_lock_the_account_for_a_quarter_of_an_hour(world: World) -> None:
    moment = clock.now()
    with clock.frozen(moment):
        assert {sign_in(password="wrong wrong").status_code for _ in range(5)} == {401}
        answer = sign_in()
        assert (answer.status_code, answer.json()["code"]) == (429, "account_locked")
        assert 0 < int(answer["Retry-After"]) <= 901
        assert not AuthSession.objects.exists()
        assert sign_in("doctor_b").status_code == 200  # nobody else is locked
    with clock.frozen(moment + dt.timedelta(minutes=14, seconds=59)):
        assert sign_in().status_code == 429
    with clock.frozen(moment + dt.timedelta(minutes=15, seconds=1)):
        assert sign_in().status_code == 200


@pytest.mark.requirement("ACC-01")
def test_a_success_forgets_the_failures_before_it(world: World) -> None:
    for _ in range(3):
        assert {sign_in(password="wrong wrong").status_code for _ in range(4)} == {401}
        assert sign_in().status_code == 200


@pytest.mark.requirement("ACC-01")
@pytest.mark.django_db(transaction=True)
def test_parallel_wrong_passwords_get_no_more_than_five_guesses(world: World) -> None:
    def guess(number: int) -> int:
        try:
            return sign_in(password=f"wrong guess {number}").status_code
        finally:
            connections.close_all()

    with ThreadPoolExecutor(12) as pool:
        seen = list(pool.map(guess, range(24)))
    assert (seen.count(401), seen.count(429)) == (5, 19)
    assert sign_in().status_code == 429
    assert not AuthSession.objects.exists()


@pytest.mark.requirement("ACC-01")
def test_sign_ins_and_refusals_stand_in_the_operation_log(world: World) -> None:
    sign_in()
    sign_in(password="wrong wrong")
    sign_in("nobody")
    lines = AuditEvent.objects.filter(action__startswith="sign_in").order_by("id")
    assert [(line.action, line.actor) for line in lines] == [
        ("sign_in", "doctor_a"), ("sign_in_refused", "doctor_a"), ("sign_in_refused", ""),
    ]  # fmt: skip
    assert lines[0].hospital_id == world.h1.pk
    assert "wrong" not in str([line.after for line in lines])


@pytest.mark.requirement("ACC-01")
def test_an_initial_password_opens_nothing_but_its_own_change(world: World) -> None:
    User.objects.filter(username="admin1").update(must_change_password=True)
    body = sign_in("admin1").json()
    assert body["user"]["must_change_password"] is True
    client = bearer(body["token"])
    answer = client.get("/api/admin/v1/departments")
    assert (answer.status_code, answer.json()["code"]) == (403, "password_change_required")
    assert client.post(f"{URL}/totp").status_code == 403
    change = {"current_password": PASSWORD, "new_password": NEW}
    assert client.post(f"{URL}/change-password", change, format="json").status_code == 204
    assert client.get("/api/admin/v1/departments").status_code == 200
    assert sign_in("admin1", NEW).status_code == 200


@pytest.mark.requirement("ACC-01")
def test_a_new_password_signs_the_other_devices_out(world: World) -> None:
    here, there = (bearer(sign_in().json()["token"]) for _ in range(2))
    change = {"current_password": PASSWORD, "new_password": NEW}
    assert here.post(f"{URL}/change-password", change, format="json").status_code == 204
    assert (here.get(f"{URL}/me").status_code, there.get(f"{URL}/me").status_code) == (200, 401)


@pytest.mark.requirement("ACC-01")
@pytest.mark.parametrize(
    ("new", "reason"),
    [
        ("short", "password_too_short"),
        ("1234567890123", "password_entirely_numeric"),
        ("password123", "password_too_common"),
        (PASSWORD, "password_unchanged"),
    ],
)
def test_a_weak_password_is_refused_with_its_reasons(world: World, new: str, reason: str) -> None:
    client = world.client("doctor_a")
    change = {"current_password": PASSWORD, "new_password": new}
    answer = client.post(f"{URL}/change-password", change, format="json")
    assert (answer.status_code, answer.json()["code"]) == (400, "weak_password")
    assert reason in answer.json()["reasons"]
    assert sign_in().status_code == 200


@pytest.mark.requirement("ACC-01")
def test_a_stolen_session_cannot_guess_the_password_for_ever(world: World) -> None:
    client = world.client("doctor_a")
    change = {"current_password": "wrong wrong", "new_password": NEW}
    seen = [client.post(f"{URL}/change-password", change, format="json").status_code for _ in range(7)]
    assert seen == [400] * 5 + [429] * 2


@pytest.mark.requirement("ACC-01")
def test_devices_are_listed_and_signed_out_one_by_one_or_all_at_once(world: World) -> None:
    one, two, three = (bearer(sign_in(device=name).json()["token"]) for name in ("甲", "乙", "丙"))
    listed = one.get(f"{URL}/sessions").json()
    assert {(row["device"], row["is_current"]) for row in listed} == {
        ("甲", True),
        ("乙", False),
        ("丙", False),
    }
    second = next(row["id"] for row in listed if row["device"] == "乙")
    stranger = world.client("doctor_b")
    assert stranger.delete(f"{URL}/sessions/{second}").status_code == 404
    assert two.get(f"{URL}/me").status_code == 200
    assert one.delete(f"{URL}/sessions/{second}").status_code == 204
    assert two.get(f"{URL}/me").status_code == 401
    assert one.delete(f"{URL}/sessions/{second}").status_code == 404
    assert three.post(f"{URL}/sign-out").status_code == 204
    assert (three.get(f"{URL}/me").status_code, one.get(f"{URL}/me").status_code) == (401, 200)
    four = bearer(sign_in().json()["token"])
    assert one.post(f"{URL}/sign-out-all").status_code == 204
    assert (one.get(f"{URL}/me").status_code, four.get(f"{URL}/me").status_code) == (401, 401)
    assert stranger.get(f"{URL}/me").status_code == 200


@pytest.mark.requirement("ACC-01")
def test_the_first_administrator_gets_a_one_time_password_once(
    nobody_yet: None, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.delenv("YIHUI_FIRST_ADMIN_PASSWORD", raising=False)
    call_command("open_hospital", hospital="仁和医院", username="root.admin")
    password = capsys.readouterr().out.split("one-time password: ")[1].strip()
    body = sign_in("root.admin", password).json()
    assert body["user"]["must_change_password"] is True
    assert bearer(body["token"]).get("/api/admin/v1/hospitals").status_code == 403
    change = {"current_password": password, "new_password": NEW}
    client = bearer(body["token"])
    assert client.post(f"{URL}/change-password", change, format="json").status_code == 204
    hospitals = client.get("/api/admin/v1/hospitals").json()["results"]
    assert [(row["code"], row["name"]) for row in hospitals] == [("H1", "仁和医院")]
    assert client.get("/api/admin/v1/groups").json()["results"][0]["name"] == "仁和医院"
    with pytest.raises(CommandError):
        call_command("open_hospital", hospital="仁和医院", username="second")
    assert User.objects.filter(kind="staff").count() == 1


@pytest.mark.requirement("ACC-01")
def test_the_first_hospital_is_opened_by_its_own_name_or_not_at_all(
    nobody_yet: None, monkeypatch: pytest.MonkeyPatch
) -> None:
    for name in ("", "   ", "院" * 121):
        monkeypatch.setenv("YIHUI_HOSPITAL_NAME", name)
        with pytest.raises(CommandError, match="--hospital"):
            call_command("open_hospital")
    assert not Hospital.objects.exists()
    monkeypatch.setenv("YIHUI_HOSPITAL_NAME", "仁和医院")
    monkeypatch.setenv("YIHUI_HOSPITAL_CODE", "RH")
    monkeypatch.setenv("YIHUI_GROUP_NAME", "仁和集团")
    call_command("open_hospital")
    hospital = Hospital.objects.get()
    assert (hospital.code, hospital.name, hospital.group.name) == ("RH", "仁和医院", "仁和集团")


@pytest.mark.requirement("ACC-01")
def test_the_first_password_can_come_from_the_environment_and_must_be_strong(
    nobody_yet: None, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("YIHUI_FIRST_ADMIN_PASSWORD", "weak")
    with pytest.raises(CommandError):
        call_command("open_hospital", hospital="仁和医院")
    assert not User.objects.exists()
    monkeypatch.setenv("YIHUI_FIRST_ADMIN_PASSWORD", NEW)
    call_command("open_hospital", hospital="仁和医院")
    assert NEW not in capsys.readouterr().out
    assert sign_in("admin", NEW).json()["user"]["must_change_password"] is True


@pytest.mark.requirement("ACC-01")
def test_passwords_are_hashed_with_argon2() -> None:
    from config.settings import base

    assert issubclass(import_string(base.PASSWORD_HASHERS[0]), Argon2PasswordHasher)


@pytest.mark.requirement("ACC-01")
@pytest.mark.parametrize("typed", ["DOCTOR_A", "Doctor_a ", "ｄｏｃｔｏｒ＿ａ", "doctor\u200b_a"])
def test_a_user_name_is_the_same_however_it_is_typed(world: World, typed: str) -> None:
    assert sign_in(typed).status_code == 200
