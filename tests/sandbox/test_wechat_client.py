"""Our WeChat client against the stand-in: results, typed errors, one shared token, and no secret in any log."""

import logging
import subprocess
import sys
from concurrent.futures import ThreadPoolExecutor

import httpx
import pytest
import redis
from redis.backoff import NoBackoff
from redis.retry import Retry

from apps.identity.adapters.token_store import RedisTokenStore
from apps.identity.adapters.wechat import WeChatClient
from apps.identity.adapters.wechat_errors import (
    WeChatInvalidCodeError,
    WeChatPermanentError,
    WeChatTemporaryError,
)

from .conftest import BACKEND, MINI_PROGRAM, OFFICIAL_ACCOUNT, TEMPLATE_ID

QUICK = httpx.Timeout(0.4)


@pytest.fixture
def client(sandbox, redis_client):
    client = WeChatClient(sandbox.url, *MINI_PROGRAM, RedisTokenStore(redis_client), timeout=QUICK)
    yield client
    client.close()


def tokens(sandbox) -> dict[str, int]:
    return sandbox.control("GET", f"wechat/tokens/{MINI_PROGRAM[0]}")


def issued(sandbox) -> int:
    return tokens(sandbox)["issued"]


def test_a_login_code_becomes_a_session(sandbox, client) -> None:
    user = sandbox.user()
    session = client.code_to_session(sandbox.login_code(user["openid"]))
    assert (session.openid, session.unionid) == (user["openid"], user["unionid"])
    assert session.session_key
    assert session.session_key not in repr(session)


def test_a_used_code_asks_for_a_new_one(sandbox, client) -> None:
    code = sandbox.login_code(sandbox.user()["openid"])
    client.code_to_session(code)
    with pytest.raises(WeChatInvalidCodeError) as caught:
        client.code_to_session(code)
    assert caught.value.code == "40029"


def test_a_phone_code_becomes_a_mainland_number(sandbox, client) -> None:
    user = sandbox.user(phone="13800000001")
    assert client.phone_number(sandbox.phone_code(user["openid"])) == "13800000001"


def test_a_foreign_number_is_refused(sandbox, client) -> None:
    user = sandbox.user(phone="51234567", country_code="852")
    with pytest.raises(WeChatPermanentError) as caught:
        client.phone_number(sandbox.phone_code(user["openid"]))
    assert caught.value.code == "foreign_phone"


def test_a_subscribe_message_carries_fields_and_page(sandbox, client) -> None:
    openid = sandbox.user()["openid"]
    sandbox.consent(openid)
    client.send_subscribe_message(openid, TEMPLATE_ID, {"thing1": "张三"}, page="pages/a?id=1", state="trial")
    (message,) = sandbox.messages(to=openid)["items"]
    assert (message["values"], message["page"]) == ({"thing1": "张三"}, "pages/a?id=1")
    assert message["request"]["miniprogram_state"] == "trial"


@pytest.mark.parametrize(
    ("values", "consents", "code"), [({"thing1": "x"}, 0, "43101"), ({"thing1": "x" * 21}, 1, "47003")]
)
def test_a_refused_message_is_permanent_and_keeps_its_code(sandbox, client, values, consents, code) -> None:
    openid = sandbox.user()["openid"]
    sandbox.consent(openid, times=consents)
    with pytest.raises(WeChatPermanentError) as caught:
        client.send_subscribe_message(openid, TEMPLATE_ID, values)
    assert caught.value.code == code


def test_a_template_message_gives_its_msgid(sandbox, redis_client) -> None:
    client = WeChatClient(sandbox.url, *OFFICIAL_ACCOUNT, RedisTokenStore(redis_client))
    openid = sandbox.user()["official_account_openid"]
    target = {"appid": MINI_PROGRAM[0], "pagepath": "pages/a"}
    msgid = client.send_template_message(
        openid, TEMPLATE_ID, {"thing1": "张三"}, client_msg_id="m1", mini_program=target
    )
    (message,) = sandbox.messages(to=openid)["items"]
    assert (message["msgid"], message["request"]["miniprogram"]) == (msgid, target)


@pytest.mark.parametrize(
    ("fault", "code", "unknown"),
    [
        ({"kind": "http_error", "status": 502}, "http_502", True),
        ({"kind": "close"}, "connection", True),
        ({"kind": "code", "code": -1}, "-1", False),
        ({"kind": "code", "code": 45009}, "45009", False),
        ({"kind": "code", "code": 45011}, "45011", False),
        ({"kind": "delay", "delay_ms": 1000}, "timeout", True),
        ({"kind": "silent_after_work", "delay_ms": 1000}, "timeout", True),
    ],
)
def test_trouble_at_wechat_is_temporary(sandbox, client, fault, code, unknown) -> None:
    sandbox.faults("wechat", {**fault, "times": 1})
    with pytest.raises(WeChatTemporaryError) as caught:
        client.code_to_session("code")
    assert (caught.value.code, caught.value.outcome_unknown) == (code, unknown)


def test_a_server_that_is_away_is_temporary_and_nothing_was_done(redis_client) -> None:
    client = WeChatClient("http://127.0.0.1:9", *MINI_PROGRAM, RedisTokenStore(redis_client), timeout=QUICK)
    with pytest.raises(WeChatTemporaryError) as caught:
        client.code_to_session("code")
    assert (caught.value.code, caught.value.outcome_unknown) == ("connection", False)


def test_a_redis_that_is_away_is_temporary(sandbox) -> None:
    away = redis.Redis(port=9, retry=Retry(NoBackoff(), 0))
    client = WeChatClient(sandbox.url, *MINI_PROGRAM, RedisTokenStore(away))
    with pytest.raises(WeChatTemporaryError, match="token_store"):
        client.phone_number("code")


def test_a_wrong_secret_is_permanent(sandbox, redis_client) -> None:
    client = WeChatClient(sandbox.url, MINI_PROGRAM[0], "wrong", RedisTokenStore(redis_client))
    with pytest.raises(WeChatPermanentError, match="40125"):
        client.phone_number("code")


def test_the_token_is_fetched_once_for_many_calls(sandbox, client) -> None:
    for _ in range(3):
        client.phone_number(sandbox.phone_code(sandbox.user()["openid"]))
    assert tokens(sandbox) == {"issued": 1, "requests": 1}


@pytest.mark.parametrize("expired", [True, False])
def test_a_rejected_token_is_replaced_and_the_call_repeated(sandbox, client, expired) -> None:
    user = sandbox.user(phone="13800000001")
    client.phone_number(sandbox.phone_code(user["openid"]))
    sandbox.control("POST", "wechat/tokens/end", {"app_id": MINI_PROGRAM[0], "expired": expired})
    assert client.phone_number(sandbox.phone_code(user["openid"])) == "13800000001"
    assert issued(sandbox) == 2


def test_a_token_that_wechat_hands_out_but_rejects_is_renewed_by_force(sandbox, client) -> None:
    code = sandbox.phone_code(sandbox.user()["openid"])
    fault = {"kind": "code", "code": 40001, "operation": "/wxa/*", "times": 1}
    sandbox.faults("wechat", fault)
    client.phone_number(code)
    assert issued(sandbox) == 2


def test_a_token_rejected_twice_is_an_error_and_no_endless_loop(sandbox, client) -> None:
    sandbox.faults("wechat", {"kind": "code", "code": 40001, "operation": "/wxa/*"})
    with pytest.raises(WeChatPermanentError, match="40001"):
        client.phone_number("code")
    assert issued(sandbox) == 2


def test_many_threads_without_a_token_fetch_it_once(sandbox, client) -> None:
    sandbox.faults("wechat", {"kind": "delay", "delay_ms": 100, "operation": "/cgi-bin/stable_token"})
    codes = [sandbox.phone_code(sandbox.user()["openid"]) for _ in range(8)]
    with ThreadPoolExecutor(8) as pool:
        list(pool.map(client.phone_number, codes))
    assert tokens(sandbox) == {"issued": 1, "requests": 1}


def test_processes_share_one_token(sandbox, redis_url, redis_client) -> None:
    program = (
        "import sys, redis\n"
        "from apps.identity.adapters.token_store import RedisTokenStore\n"
        "from apps.identity.adapters.wechat import WeChatClient\n"
        "url, redis_url, app_id, secret, code = sys.argv[1:]\n"
        "store = RedisTokenStore(redis.Redis.from_url(redis_url))\n"
        "print(WeChatClient(url, app_id, secret, store).phone_number(code))\n"
    )
    codes = [sandbox.phone_code(sandbox.user(phone=f"1380000000{n}")["openid"]) for n in range(3)]
    arguments = [sandbox.url, redis_url, *MINI_PROGRAM]
    processes = [
        subprocess.Popen(
            [sys.executable, "-c", program, *arguments, code], cwd=BACKEND, stdout=subprocess.PIPE
        )
        for code in codes
    ]
    printed = [process.communicate(timeout=20)[0].decode().strip() for process in processes]
    assert printed == [f"1380000000{n}" for n in range(3)]
    assert tokens(sandbox) == {"issued": 1, "requests": 1}
    assert sandbox.token()["access_token"].encode() == redis_client.get(
        f"yihui:wechat:token:{MINI_PROGRAM[0]}"
    )


def test_the_stored_token_ends_before_wechats(sandbox, client, redis_client) -> None:
    client.phone_number(sandbox.phone_code(sandbox.user()["openid"]))
    assert 6800 < redis_client.ttl(f"yihui:wechat:token:{MINI_PROGRAM[0]}") <= 6900


def test_no_secret_token_or_session_key_is_logged(sandbox, client, caplog) -> None:
    user = sandbox.user()
    with caplog.at_level(logging.DEBUG), caplog.at_level(logging.DEBUG, logger="httpx"):
        session = client.code_to_session(sandbox.login_code(user["openid"]))
        client.phone_number(sandbox.phone_code(user["openid"]))
        sandbox.faults("wechat", {"kind": "delay", "delay_ms": 1000, "times": 1})
        with pytest.raises(WeChatTemporaryError) as caught:
            client.phone_number("code")
    secrets = [session.session_key, sandbox.token()["access_token"], MINI_PROGRAM[1]]
    assert "/wxa/business/getuserphonenumber" in caplog.text, "the HTTP library still logs the call itself"
    for secret in secrets:
        assert secret not in caplog.text
        assert secret not in str(caught.value)
