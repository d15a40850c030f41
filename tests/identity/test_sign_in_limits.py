"""Sign-in is no weapon: no stranger locks the owner out, finds names, or holds everybody up by hashing."""

import datetime as dt
from concurrent.futures import ThreadPoolExecutor
from typing import Any

import pytest
from django.db import connections
from rest_framework.test import APIClient

from apps.identity.hashers import ModestArgon2
from apps.identity.models import AuthSession, KnownDevice, UnknownName
from apps.identity.services.attempts import forget_unknown_names
from apps.identity.services.devices import LIFETIME, forget_old_devices
from kernel import clock
from tests.support.world import PASSWORD, World

pytestmark = pytest.mark.requirement("ACC-01")
URL = "/api/admin/v1/auth"


def sign_in(username: str = "doctor_a", password: str = PASSWORD, ip: str = "10.0.0.1", **more: str) -> Any:
    body = {"username": username, "password": password, **more}
    return APIClient(REMOTE_ADDR=ip).post(f"{URL}/sign-in", body, format="json")


def code(answer: Any) -> tuple[int, str]:
    return answer.status_code, answer.json().get("code", "")


def lock_out(username: str = "doctor_a") -> None:
    """Strangers fail from many addresses until the account is locked for them all."""
    for number in range(5):
        assert sign_in(username, "wrong wrong", ip=f"10.1.0.{number}").status_code == 401
    assert code(sign_in(username, ip="10.2.0.1")) == (429, "account_locked")


def test_a_device_that_signed_in_before_is_not_locked_out_by_strangers(world: World) -> None:
    token = sign_in().json()["device_token"]
    lock_out()
    back = sign_in(device_token=token)
    assert (back.status_code, back.json()["device_token"]) == (200, token)
    assert code(sign_in(ip="10.2.0.2")) == (429, "account_locked"), "the lock stands for all others"
    assert token not in str(KnownDevice.objects.values_list("digest", flat=True))


@pytest.mark.parametrize("token", ["", "x" * 64, "é"])
def test_a_made_up_token_or_anothers_is_no_known_device(world: World, token: str) -> None:
    others = sign_in("doctor_b").json()["device_token"]
    lock_out()
    assert code(sign_in(device_token=token)) == (429, "account_locked")
    assert code(sign_in(device_token=others)) == (429, "account_locked")


def test_a_known_device_has_five_failures_of_its_own_and_does_not_lock_the_account(world: World) -> None:
    token = sign_in().json()["device_token"]
    for _ in range(5):
        assert code(sign_in(password="wrong wrong", device_token=token)) == (401, "invalid_credentials")
    assert not KnownDevice.objects.filter(user=world.staff["doctor_a"].user).exists()
    assert sign_in(ip="10.9.0.1").status_code == 200


@pytest.mark.django_db(transaction=True)
def test_parallel_guesses_from_a_known_device_are_no_more_than_its_own_and_the_accounts(world: World) -> None:
    token = sign_in().json()["device_token"]

    def guess(number: int) -> int:
        try:
            return int(
                sign_in(password=f"wrong {number}", ip=f"10.5.0.{number}", device_token=token).status_code
            )
        finally:
            connections.close_all()

    with ThreadPoolExecutor(12) as pool:
        seen = list(pool.map(guess, range(30)))
    assert (seen.count(401), seen.count(429)) == (10, 20)


def test_a_success_forgets_a_known_devices_failures(world: World) -> None:
    token = sign_in().json()["device_token"]
    for _ in range(3):
        for _ in range(4):
            sign_in(password="wrong wrong", device_token=token)
        assert sign_in(device_token=token).status_code == 200


def test_a_new_password_makes_every_device_unknown(world: World) -> None:
    token = sign_in().json()["device_token"]
    url = f"/api/admin/v1/staff/{world.staff['doctor_a'].pk}/reset-password"
    assert world.client("admin1").post(url).status_code == 200
    assert not KnownDevice.objects.filter(user=world.staff["doctor_a"].user).exists()
    lock_out()
    assert code(sign_in(device_token=token)) == (429, "account_locked")


def test_an_unknown_name_answers_and_locks_like_a_known_one(world: World) -> None:
    with clock.frozen(clock.now()):
        seen = {}
        for name in ("doctor_a", "nobody at all"):
            tries = [sign_in(name, "wrong wrong", ip=f"10.{len(name)}.0.{n}") for n in range(7)]
            seen[name] = [
                (answer.status_code, answer.json()["detail"], answer.get("Retry-After")) for answer in tries
            ]
    assert seen["doctor_a"] == seen["nobody at all"]
    assert [status for status, _, _ in seen["doctor_a"]] == [401] * 5 + [429] * 2
    assert "nobody" not in str(UnknownName.objects.values())
    with clock.frozen(clock.now() + dt.timedelta(minutes=16)):
        assert sign_in("nobody at all", "x", ip="10.3.0.1").status_code == 401


def test_an_address_is_locked_for_a_name_whoever_it_belongs_to(world: World) -> None:
    world.h1.settings = {"sign_in_max_failures": 20}
    world.h1.save()
    for name in ("doctor_a", "nobody"):
        for _ in range(5):
            assert sign_in(name, "wrong wrong").status_code == 401
        assert code(sign_in(name, "wrong wrong")) == (429, "account_locked")
    assert sign_in(ip="10.0.0.2").status_code == 200, "the account itself is not locked"
    assert sign_in("doctor_b").status_code == 200, "nor is the address for others"


def test_an_address_that_fails_with_many_names_is_locked(world: World, settings: Any) -> None:
    settings.SIGN_IN_FAILURES_PER_ADDRESS = 8
    token = sign_in().json()["device_token"]
    for number in range(8):
        assert sign_in(f"name{number}", "wrong wrong").status_code == 401
    assert code(sign_in("doctor_b")) == (429, "account_locked")
    assert sign_in(device_token=token).status_code == 200, "a known device behind the address is not"
    assert sign_in("doctor_b", ip="10.0.0.2").status_code == 200


def test_the_addresses_of_one_network_count_as_one(world: World) -> None:
    world.h1.settings = {"sign_in_max_failures": 20}
    world.h1.save()
    for number in range(5):
        assert sign_in(password="wrong wrong", ip=f"2001:db8:1:2::{number}").status_code == 401
    assert code(sign_in(ip="2001:db8:1:2:ffff::9")) == (429, "account_locked")
    assert sign_in(ip="2001:db8:1:3::1").status_code == 200


def test_a_success_forgets_the_failures_of_name_and_address(world: World) -> None:
    for _ in range(3):
        assert {sign_in(password="wrong wrong").status_code for _ in range(4)} == {401}
        assert sign_in().status_code == 200


def test_hashing_has_a_budget_that_known_devices_do_not_share(world: World, settings: Any) -> None:
    token = sign_in().json()["device_token"]
    settings.PASSWORDS_PER_SECOND, settings.PASSWORDS_PER_SECOND_KNOWN = 3, 2
    sessions = AuthSession.objects.count()
    with clock.frozen(clock.now() + dt.timedelta(seconds=5)):
        names = ("a", "b", "c", "d", "e")
        answers = [sign_in(name, "wrong wrong", ip=f"10.0.1.{n}") for n, name in enumerate(names)]
        assert [answer.status_code for answer in answers] == [401] * 3 + [429] * 2
        assert (code(answers[-1]), answers[-1]["Retry-After"]) == ((429, "throttled"), "1")
        assert not UnknownName.objects.filter(failed_sign_ins__gt=1).exists()
        assert [sign_in(device_token=token).status_code for _ in range(3)] == [200, 200, 429]
    assert AuthSession.objects.count() == sessions + 2
    with clock.frozen(clock.now() + dt.timedelta(seconds=8)):
        assert sign_in("doctor_b").status_code == 200


def test_what_is_old_is_forgotten(world: World) -> None:
    sign_in()
    sign_in("nobody", "x")
    with clock.frozen(clock.now() + LIFETIME + dt.timedelta(days=1)):
        assert (forget_old_devices(), forget_unknown_names()) == (1, 1)


def test_passwords_are_hashed_on_one_lane_with_little_memory() -> None:
    hasher = ModestArgon2()
    encoded = hasher.encode("secret", hasher.salt())
    assert "m=19456,t=2,p=1" in encoded
    assert hasher.verify("secret", encoded)
