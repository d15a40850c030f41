"""Mini-program users sign in by WeChat's code; one person has one account. WeChat is the sandbox, over HTTP."""

import datetime as dt
import threading
from concurrent.futures import ThreadPoolExecutor
from typing import Any

import pytest
from django.db import connection, connections
from rest_framework.test import APIClient

from apps.identity.models import AuthSession, User, WeChatAccount
from kernel import clock
from tests.identity.test_sign_in import bearer
from tests.support.sandbox import Sandbox

API = "/api/miniprogram/v1"


def sign_in(code: str, **more: str) -> Any:
    client = APIClient(raise_request_exception=False)  # a 503 is an answer, not a crash of the test
    return client.post(f"{API}/auth/wechat", {"code": code, **more}, format="json")


@pytest.mark.requirement("CARD-01")
def test_the_first_sign_in_makes_an_account_and_the_next_finds_it(nobody_yet: None, sandbox: Sandbox) -> None:
    person = sandbox.user()
    first, second = (sign_in(sandbox.login_code(person["openid"])) for _ in range(2))
    assert first.status_code == 200, first.content
    assert first.json()["account"] == second.json()["account"]
    assert first.json()["token"] != second.json()["token"]
    account = WeChatAccount.objects.get()
    assert (account.openid, account.unionid) == (person["openid"], person["unionid"])
    assert not account.user.has_usable_password()
    me = bearer(first.json()["token"]).get(f"{API}/me")
    assert (me.status_code, me.json()["id"]) == (200, str(account.pk))
    assert "session_key" not in first.content.decode()


@pytest.mark.requirement("CARD-01")
def test_a_session_ends_after_thirty_days(nobody_yet: None, sandbox: Sandbox) -> None:
    client = bearer(sign_in(sandbox.login_code(sandbox.user()["openid"])).json()["token"])
    with clock.frozen(clock.now() + dt.timedelta(days=29)):
        assert client.get(f"{API}/me").status_code == 200
    with clock.frozen(clock.now() + dt.timedelta(days=31)):
        assert client.get(f"{API}/me").status_code == 401


@pytest.mark.requirement("CARD-01")
@pytest.mark.parametrize("case", ["unknown", "used", "too old"])
def test_a_bad_code_asks_for_a_new_one_and_makes_nothing(
    nobody_yet: None, sandbox: Sandbox, case: str
) -> None:
    code = (
        "0unknown-code-000000000000000000"
        if case == "unknown"
        else sandbox.login_code(sandbox.user()["openid"])
    )
    if case == "used":
        sign_in(code)
    if case == "too old":
        sandbox.advance(301)
    before = (User.objects.count(), AuthSession.objects.count())
    answer = sign_in(code)
    assert (answer.status_code, answer.json()["code"]) == (400, "wechat_code_invalid")
    assert (User.objects.count(), AuthSession.objects.count()) == before


@pytest.mark.requirement("CARD-01")
@pytest.mark.parametrize(
    "fault",
    [
        {"kind": "http_error", "status": 502},
        {"kind": "close"},
        {"kind": "code", "code": "-1"},
        {"kind": "delay", "delay_ms": 6000},
        {"kind": "code", "code": "40013"},
    ],
    ids=["http error", "closed", "busy", "slow", "our app id is wrong"],
)
def test_an_outage_of_wechat_is_said_clearly(
    nobody_yet: None, sandbox: Sandbox, fault: dict[str, Any]
) -> None:
    code = sandbox.login_code(sandbox.user()["openid"])
    sandbox.faults("wechat", fault)
    answer = sign_in(code)
    assert (answer.status_code, answer.json()["code"]) == (503, "wechat_unavailable")
    assert not User.objects.exists()
    sandbox.faults("wechat")
    assert sign_in(sandbox.login_code(sandbox.user()["openid"])).status_code == 200


@pytest.mark.requirement("CARD-01")
@pytest.mark.parametrize("code", [None, "", "x" * 129, 1.5, ["a"]])
def test_a_malformed_code_is_a_clear_error(nobody_yet: None, sandbox: Sandbox, code: Any) -> None:
    answer = sign_in(code)
    assert (answer.status_code, answer["Content-Type"]) == (400, "application/problem+json")


@pytest.mark.requirement("CARD-01")
@pytest.mark.django_db(transaction=True)
def test_first_sign_ins_at_once_make_one_account(sandbox: Sandbox) -> None:
    person = sandbox.user()
    codes = [sandbox.login_code(person["openid"]) for _ in range(12)]
    start = threading.Barrier(12)

    def go(code: str) -> tuple[int, str]:
        try:
            start.wait()
            answer = sign_in(code)
            return answer.status_code, answer.json()["account"]["id"]
        finally:
            connections.close_all()

    with ThreadPoolExecutor(12) as pool:
        seen = set(pool.map(go, codes))
    assert len(seen) == 1
    assert (WeChatAccount.objects.count(), User.objects.count(), AuthSession.objects.count()) == (1, 1, 12)


@pytest.mark.requirement("CARD-01")
def test_a_unionid_that_comes_later_is_filled_in(nobody_yet: None, sandbox: Sandbox) -> None:
    person = sandbox.user()
    first = sign_in(sandbox.login_code(person["openid"])).json()["account"]["id"]
    WeChatAccount.objects.update(unionid=None)  # as WeChat answers before the apps are linked
    assert sign_in(sandbox.login_code(person["openid"])).json()["account"]["id"] == first
    assert WeChatAccount.objects.get().unionid == person["unionid"]


@pytest.mark.requirement("CARD-01")
def test_one_unionid_is_one_account_when_the_mini_program_is_replaced(
    nobody_yet: None, sandbox: Sandbox
) -> None:
    old = sandbox.user()
    first = sign_in(sandbox.login_code(old["openid"])).json()["account"]["id"]
    new = sandbox.user(unionid=old["unionid"])
    assert sign_in(sandbox.login_code(new["openid"])).json()["account"]["id"] == first
    assert WeChatAccount.objects.get().openid == new["openid"]


@pytest.mark.requirement("CARD-01")
def test_the_phone_comes_from_wechats_code_and_is_kept_encrypted(nobody_yet: None, sandbox: Sandbox) -> None:
    person = sandbox.user(phone="13812348000")
    client = bearer(sign_in(sandbox.login_code(person["openid"])).json()["token"])
    assert client.get(f"{API}/me").json()["has_phone"] is False
    body = {"code": sandbox.phone_code(person["openid"])}
    answer = client.post(f"{API}/auth/wechat/phone", body, format="json")
    assert (answer.status_code, answer.json()["phone"]) == (200, "138****8000")
    assert WeChatAccount.objects.get().phone == "13812348000"
    with connection.cursor() as cursor:
        cursor.execute("SELECT phone, phone_index FROM identity_wechataccount")
        stored, index = cursor.fetchone()
    assert b"13812348000" not in bytes(stored)
    assert index
    again = client.post(f"{API}/auth/wechat/phone", body, format="json")
    assert (again.status_code, again.json()["code"]) == (400, "wechat_code_invalid")
    login = {"code": sandbox.login_code(person["openid"])}
    assert client.post(f"{API}/auth/wechat/phone", login, format="json").status_code == 400
    assert APIClient().post(f"{API}/auth/wechat/phone", body, format="json").status_code == 401


@pytest.mark.requirement("CARD-01")
def test_a_foreign_number_is_not_stored(nobody_yet: None, sandbox: Sandbox) -> None:
    person = sandbox.user(phone="51234567", country_code="852")
    client = bearer(sign_in(sandbox.login_code(person["openid"])).json()["token"])
    body = {"code": sandbox.phone_code(person["openid"])}
    answer = client.post(f"{API}/auth/wechat/phone", body, format="json")
    assert (answer.status_code, answer.json()["code"]) == (400, "phone_not_mainland")
    assert WeChatAccount.objects.get().phone == ""


@pytest.mark.requirement("CARD-01")
def test_sign_out_ends_this_phone_or_all(nobody_yet: None, sandbox: Sandbox) -> None:
    person = sandbox.user()
    one, two, three = (
        bearer(sign_in(sandbox.login_code(person["openid"])).json()["token"]) for _ in range(3)
    )
    assert one.post(f"{API}/auth/sign-out").status_code == 204
    assert [c.get(f"{API}/me").status_code for c in (one, two, three)] == [401, 200, 200]
    assert two.post(f"{API}/auth/sign-out-all").status_code == 204
    assert [c.get(f"{API}/me").status_code for c in (one, two, three)] == [401, 401, 401]


@pytest.mark.requirement("CARD-01")
def test_a_blocked_account_gets_no_session(nobody_yet: None, sandbox: Sandbox) -> None:
    person = sandbox.user()
    client = bearer(sign_in(sandbox.login_code(person["openid"])).json()["token"])
    User.objects.update(is_active=False)
    assert client.get(f"{API}/me").status_code == 401
    answer = sign_in(sandbox.login_code(person["openid"]))
    assert (answer.status_code, AuthSession.objects.count()) == (403, 1)


@pytest.mark.requirement("CARD-01")
@pytest.mark.django_db(transaction=True)
def test_no_transaction_is_open_while_wechat_is_asked(sandbox: Sandbox) -> None:
    code = sandbox.login_code(sandbox.user()["openid"])
    sandbox.faults("wechat", {"kind": "delay", "delay_ms": 1500, "operation": "/sns/*"})
    done: list[int] = []

    def go() -> None:
        try:
            done.append(sign_in(code).status_code)
        finally:
            connections.close_all()

    thread = threading.Thread(target=go)
    thread.start()
    seen = 0
    while thread.is_alive():
        with connection.cursor() as cursor:
            cursor.execute(
                "SELECT count(*) FROM pg_stat_activity WHERE datname = current_database() "
                "AND pid <> pg_backend_pid() AND xact_start < clock_timestamp() - interval '0.5 s'"
            )
            seen += cursor.fetchone()[0]
        thread.join(0.05)
    assert (done, seen) == ([200], 0)
