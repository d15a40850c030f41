"""The second factor: on once confirmed, a code works once, recovery codes work once."""

import base64
import datetime as dt
import io
from concurrent.futures import ThreadPoolExecutor

import pyotp
import pytest
import zxingcpp
from django.db import connection, connections
from PIL import Image

from apps.audit.models import AuditEvent
from apps.identity.models import StaffNotice, TotpDevice
from kernel import clock
from tests.identity.test_sign_in import URL, sign_in
from tests.support.world import PASSWORD, World


def code(secret: str, moment: dt.datetime) -> str:
    return pyotp.TOTP(secret).at(moment)


def enrolled(world: World, moment: dt.datetime) -> tuple[str, list[str]]:
    """The secret and the recovery codes of doctor_a, confirmed at `moment`."""
    client = world.client("doctor_a")
    with clock.frozen(moment):
        body = client.post(f"{URL}/totp", {"password": PASSWORD}, format="json").json()
        assert body["uri"].startswith("otpauth://totp/")
        answer = client.post(f"{URL}/totp/confirm", {"code": code(body["secret"], moment)}, format="json")
    assert answer.status_code == 200, answer.content
    return body["secret"], answer.json()["recovery_codes"]


@pytest.mark.requirement("ACC-01")
def test_sign_in_asks_for_the_code_and_takes_each_code_once(world: World) -> None:
    start = clock.now()
    secret, _ = enrolled(world, start)
    later = start + dt.timedelta(minutes=2)
    with clock.frozen(later):
        asked = sign_in()
        assert (asked.status_code, asked.json()["code"]) == (401, "second_factor_required")
        assert sign_in(totp_code="000000").json()["code"] == "invalid_credentials"
        assert sign_in(totp_code=code(secret, later)).status_code == 200
        again = sign_in(totp_code=code(secret, later))
        assert (again.status_code, again.json()["code"]) == (401, "invalid_credentials")
        older = sign_in(totp_code=code(secret, later - dt.timedelta(seconds=30)))
        assert older.status_code == 401  # a step before one that was used


@pytest.mark.requirement("ACC-01")
def test_the_code_of_the_confirmation_does_not_sign_in(world: World) -> None:
    start = clock.now()
    secret, _ = enrolled(world, start)
    with clock.frozen(start):
        assert sign_in(totp_code=code(secret, start)).status_code == 401


@pytest.mark.requirement("ACC-01")
@pytest.mark.django_db(transaction=True)
def test_one_code_in_parallel_signs_in_once(world: World) -> None:
    secret, _ = enrolled(world, clock.now() - dt.timedelta(minutes=5))
    now = code(secret, clock.now())

    def attempt(_: int) -> int:
        try:
            return sign_in(totp_code=now).status_code
        finally:
            connections.close_all()

    with ThreadPoolExecutor(4) as pool:
        seen = list(pool.map(attempt, range(4)))
    assert sorted(seen) == [200, 401, 401, 401]


@pytest.mark.requirement("ACC-01")
def test_a_recovery_code_works_once_however_it_is_typed(world: World) -> None:
    _, codes = enrolled(world, clock.now())
    assert len(set(codes)) == 10
    assert sign_in(recovery_code=codes[0].lower().replace("-", "")).status_code == 200
    assert sign_in(recovery_code=codes[0]).status_code == 401
    assert sign_in(recovery_code=codes[1]).status_code == 200


@pytest.mark.requirement("ACC-01")
def test_wrong_codes_lock_the_account_too(world: World) -> None:
    enrolled(world, clock.now() - dt.timedelta(minutes=5))
    seen = [sign_in(totp_code="000000").status_code for _ in range(6)]
    assert seen == [401] * 5 + [429]


@pytest.mark.requirement("ACC-01")
def test_asking_without_a_code_does_not_reset_the_count(world: World) -> None:
    enrolled(world, clock.now() - dt.timedelta(minutes=5))
    for _ in range(4):
        sign_in(totp_code="000000")
    assert sign_in().json()["code"] == "second_factor_required"
    sign_in(totp_code="000000")
    assert sign_in().status_code == 429


@pytest.mark.requirement("ACC-01")
def test_the_secret_is_encrypted_at_rest_and_codes_are_digests(world: World) -> None:
    secret, codes = enrolled(world, clock.now())
    with connection.cursor() as cursor:
        cursor.execute("SELECT secret, recovery_codes::text FROM identity_totpdevice")
        stored, digests = cursor.fetchone()
    assert secret.encode() not in bytes(stored)
    assert codes[0] not in digests
    assert codes[0].replace("-", "") not in digests


@pytest.mark.requirement("ACC-01")
def test_switching_off_needs_the_password(world: World) -> None:
    enrolled(world, clock.now())
    client = world.client("doctor_a")
    assert (
        client.post(f"{URL}/totp", {"password": PASSWORD}, format="json").json()["code"]
        == "totp_already_enabled"
    )
    answer = client.post(f"{URL}/totp/disable", {"password": "wrong wrong"}, format="json")
    assert (answer.status_code, answer.json()["code"]) == (400, "current_password_wrong")
    assert TotpDevice.objects.filter(user__username="doctor_a").exists()
    assert client.post(f"{URL}/totp/disable", {"password": PASSWORD}, format="json").status_code == 204
    assert sign_in().status_code == 200
    assert client.post(f"{URL}/totp/disable", {"password": PASSWORD}, format="json").status_code == 404


@pytest.mark.requirement("ACC-01")
def test_an_unconfirmed_secret_asks_for_nothing(world: World) -> None:
    client = world.client("doctor_a")
    first = client.post(f"{URL}/totp", {"password": PASSWORD}, format="json").json()["secret"]
    second = client.post(f"{URL}/totp", {"password": PASSWORD}, format="json").json()["secret"]
    assert first != second
    wrong = client.post(f"{URL}/totp/confirm", {"code": "000000"}, format="json")
    assert (wrong.status_code, wrong.json()["code"]) == (400, "totp_code_invalid")
    assert sign_in().status_code == 200


@pytest.mark.requirement("ACC-01")
def test_the_secret_is_shown_as_a_picture_that_authenticator_apps_read(world: World) -> None:
    answer = world.client("doctor_a").post(f"{URL}/totp", {"password": PASSWORD}, format="json")
    kind, _, data = answer.json()["qr_picture_url"].partition(",")
    assert kind == "data:image/png;base64" and answer["Cache-Control"] == "no-store"
    (found,) = zxingcpp.read_barcodes(Image.open(io.BytesIO(base64.b64decode(data))).convert("L"))
    assert found.text == answer.json()["uri"]


@pytest.mark.requirement("ACC-01")
def test_enrolling_asks_for_the_password_and_wrong_ones_lock(world: World) -> None:
    client = world.client("doctor_a")
    assert client.post(f"{URL}/totp", {}, format="json").status_code == 400
    for _ in range(5):
        answer = client.post(f"{URL}/totp", {"password": "wrong"}, format="json")
        assert (answer.status_code, answer.json()["code"]) == (400, "current_password_wrong")
    locked = client.post(f"{URL}/totp", {"password": PASSWORD}, format="json")
    assert (locked.status_code, locked.json()["code"]) == (429, "account_locked")
    assert not TotpDevice.objects.exists()


@pytest.mark.requirement("ACC-01", "ACC-06")
def test_another_person_resets_a_lost_second_factor_and_the_owner_is_told(world: World) -> None:
    enrolled(world, clock.now())
    staff = world.staff["doctor_a"]
    url = f"/api/admin/v1/staff/{staff.pk}/reset-totp"
    for who in ("doctor_a", "doctor_b", "head", "clerk"):
        assert world.client(who).post(url).status_code == 403
    assert world.client("admin2").post(url).status_code == 404
    assert TotpDevice.objects.exists()
    assert world.client("admin1").post(url).status_code == 204
    assert not TotpDevice.objects.exists()
    assert world.client("doctor_a").get(f"{URL}/me").status_code == 401  # signed out everywhere
    line = AuditEvent.objects.get(action="totp_reset")
    assert (line.actor, line.object_id) == ("admin1", str(staff.user_id))
    assert [notice.kind for notice in StaffNotice.objects.filter(recipient=staff)] == ["second_factor_reset"]
    assert sign_in().status_code == 200
    again = world.client("admin1").post(url)
    assert (again.status_code, again.json()["code"]) == (409, "state_conflict")


@pytest.mark.requirement("ACC-01")
def test_nobody_resets_the_own_second_factor(world: World) -> None:
    url = f"/api/admin/v1/staff/{world.staff['admin1'].pk}/reset-totp"
    answer = world.client("admin1").post(url)
    assert (answer.status_code, answer.json()["code"]) == (403, "own_second_factor")
