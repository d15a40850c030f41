"""The WeChat stand-in keeps WeChat's own rules."""

import pytest

from .conftest import MINI_PROGRAM, OFFICIAL_ACCOUNT, TEMPLATE_ID, SandboxDriver

DAY = 86_400


def exchange(sandbox: SandboxDriver, code: str, app: tuple[str, str] = MINI_PROGRAM) -> dict:
    query = {"appid": app[0], "secret": app[1], "js_code": code, "grant_type": "authorization_code"}
    return sandbox.http.get("/sns/jscode2session", params=query).json()


def post(sandbox: SandboxDriver, path: str, body: dict, token: str) -> dict:
    return sandbox.http.post(path, params={"access_token": token}, json=body).json()


def subscribe(
    sandbox: SandboxDriver, openid: str, data: dict[str, str], template: str = TEMPLATE_ID, **more
) -> dict:
    values = {name: {"value": value} for name, value in data.items()}
    body = {"touser": openid, "template_id": template, "data": values, **more}
    return post(sandbox, "/cgi-bin/message/subscribe/send", body, sandbox.token()["access_token"])


def template(sandbox: SandboxDriver, openid: str, **more) -> dict:
    body = {"touser": openid, "template_id": TEMPLATE_ID, "data": {"first": {"value": "您好"}}, **more}
    return post(
        sandbox, "/cgi-bin/message/template/send", body, sandbox.token(OFFICIAL_ACCOUNT)["access_token"]
    )


def check_token(sandbox: SandboxDriver, token: str) -> int:
    """The errcode a token gets: 40029 (bad code) means that the token itself was accepted."""
    return post(sandbox, "/wxa/business/getuserphonenumber", {"code": "none"}, token)["errcode"]


def test_a_login_code_gives_the_session_once(sandbox) -> None:
    user = sandbox.user(phone="13800000001")
    code = sandbox.login_code(user["openid"])
    session = exchange(sandbox, code)
    assert (session["openid"], session["unionid"]) == (user["openid"], user["unionid"])
    assert len(session["session_key"]) == 24
    assert "errcode" not in session
    assert exchange(sandbox, code)["errcode"] == 40029


def test_a_login_code_ends_after_five_minutes(sandbox) -> None:
    code = sandbox.login_code(sandbox.user()["openid"])
    sandbox.advance(301)
    assert exchange(sandbox, code)["errcode"] == 40029


@pytest.mark.parametrize(
    ("app", "errcode"),
    [(("wx-unknown", "x"), 40013), ((MINI_PROGRAM[0], "wrong"), 40125), (MINI_PROGRAM, 40029)],
)
def test_sign_in_is_refused_to_a_wrong_app_secret_or_code(sandbox, app, errcode) -> None:
    assert exchange(sandbox, "unknown", app)["errcode"] == errcode


def test_a_login_code_is_no_phone_code(sandbox) -> None:
    code = sandbox.login_code(sandbox.user()["openid"])
    token = sandbox.token()["access_token"]
    assert post(sandbox, "/wxa/business/getuserphonenumber", {"code": code}, token)["errcode"] == 40029


def test_a_phone_code_gives_the_number_once(sandbox) -> None:
    user = sandbox.user(phone="13800000001")
    code, token = sandbox.phone_code(user["openid"]), sandbox.token()["access_token"]
    info = post(sandbox, "/wxa/business/getuserphonenumber", {"code": code}, token)["phone_info"]
    assert (info["purePhoneNumber"], info["countryCode"]) == ("13800000001", "86")
    assert info["watermark"]["appid"] == MINI_PROGRAM[0]
    assert post(sandbox, "/wxa/business/getuserphonenumber", {"code": code}, token)["errcode"] == 40029


def test_a_plain_token_request_returns_the_running_token(sandbox) -> None:
    first, second = sandbox.token(), sandbox.token()
    assert first["access_token"] == second["access_token"]
    assert len(first["access_token"]) == 512
    assert 0 < second["expires_in"] <= 7200


def test_a_token_is_renewed_early_and_the_old_one_runs_on(sandbox) -> None:
    old = sandbox.token()["access_token"]
    sandbox.advance(7200 - 200)
    new = sandbox.token()["access_token"]
    assert new != old
    assert [check_token(sandbox, token) for token in (old, new)] == [40029, 40029]
    sandbox.advance(201)
    assert [check_token(sandbox, token) for token in (old, new)] == [42001, 40029]


def test_a_forced_refresh_ends_the_old_token_at_once(sandbox) -> None:
    old = sandbox.token()["access_token"]
    new = sandbox.token(force=True)["access_token"]
    assert new != old
    assert [check_token(sandbox, token) for token in (old, new)] == [40001, 40029]


def test_a_forced_refresh_within_thirty_seconds_changes_nothing(sandbox) -> None:
    first = sandbox.token(force=True)["access_token"]
    assert sandbox.token(force=True)["access_token"] == first
    sandbox.advance(31)
    assert sandbox.token(force=True)["access_token"] != first


def test_forced_refreshes_are_twenty_a_day(sandbox) -> None:
    for _ in range(20):
        assert "access_token" in sandbox.token(force=True)
        sandbox.advance(31)
    assert sandbox.token(force=True)["errcode"] == 45009
    assert "access_token" in sandbox.token()
    sandbox.advance(DAY)
    assert "access_token" in sandbox.token(force=True)


@pytest.mark.parametrize(("token", "errcode"), [("", 41001), ("short", 40014), ("x" * 512, 40001)])
def test_a_bad_token_is_told_apart(sandbox, token, errcode) -> None:
    assert check_token(sandbox, token) == errcode


def test_a_token_of_the_official_account_cannot_do_mini_program_work(sandbox) -> None:
    assert check_token(sandbox, sandbox.token(OFFICIAL_ACCOUNT)["access_token"]) == 48001


def test_one_consent_is_one_message(sandbox) -> None:
    openid = sandbox.user()["openid"]
    assert subscribe(sandbox, openid, {"thing1": "张三"})["errcode"] == 43101
    assert sandbox.consent(openid, times=2) == 2
    codes = [subscribe(sandbox, openid, {"thing1": "张三"})["errcode"] for _ in range(3)]
    assert codes == [0, 0, 43101]
    assert sandbox.messages(provider="wechat", to=openid)["count"] == 2


def test_a_consent_to_one_template_is_none_to_another(sandbox) -> None:
    openid = sandbox.user()["openid"]
    sandbox.consent(openid)
    assert subscribe(sandbox, openid, {"thing1": "张三"}, template="tmpl_other_0000001")["errcode"] == 43101


@pytest.mark.parametrize(
    "data",
    [
        {"thing1": "一" * 20},
        {"character_string1": "A" * 32},
        {"phrase1": "预约成功"},
        {"time1": "2024年5月1日 09:30"},
        {"time1": "09:30~10:30"},
        {"date1": "2024-05-01"},
        {"amount1": "¥12.50"},
        {"phone_number1": "0571-88888888"},
        {"name1": "欧阳娜娜"},
        {"number1": "12.5"},
    ],
)
def test_values_within_their_limits_are_sent(sandbox, data) -> None:
    openid = sandbox.user()["openid"]
    sandbox.consent(openid)
    assert subscribe(sandbox, openid, data)["errcode"] == 0


@pytest.mark.parametrize(
    "data",
    [
        {"thing1": "一" * 21},
        {"thing1": ""},
        {"thing1": "两\n行"},
        {"character_string1": "A" * 33},
        {"character_string1": "汉字"},
        {"phrase1": "预约挂号成功"},
        {"phrase1": "ok"},
        {"time1": "明天"},
        {"date1": "2024"},
        {"amount1": "十元"},
        {"name1": "一" * 11},
        {"invented1": "x"},
        {},
    ],
)
def test_values_beyond_their_limits_are_refused_and_use_no_consent(sandbox, data) -> None:
    openid = sandbox.user()["openid"]
    sandbox.consent(openid)
    assert subscribe(sandbox, openid, data)["errcode"] == 47003
    assert sandbox.consent(openid, times=0) == 1


def test_a_registered_template_wants_all_its_fields(sandbox) -> None:
    openid = sandbox.user()["openid"]
    sandbox.consent(openid)
    registered = {"template_id": TEMPLATE_ID, "fields": ["thing1", "time2"]}
    sandbox.control("POST", "wechat/templates", registered)
    refused = subscribe(sandbox, openid, {"thing1": "张三"})
    assert (refused["errcode"], "time2" in refused["errmsg"]) == (47003, True)
    assert subscribe(sandbox, openid, {"thing1": "张三", "time2": "09:30"})["errcode"] == 0


def test_wrong_addressees_templates_and_pages_are_told_apart(sandbox) -> None:
    openid = sandbox.user()["openid"]
    sandbox.consent(openid)
    assert subscribe(sandbox, "nobody", {"thing1": "x"})["errcode"] == 40003
    assert subscribe(sandbox, openid, {"thing1": "x"}, template="?")["errcode"] == 40037
    sandbox.settings("wechat", strict_templates=True, pages=["pages/index"])
    assert subscribe(sandbox, openid, {"thing1": "x"})["errcode"] == 40037
    sandbox.control("POST", "wechat/templates", {"template_id": TEMPLATE_ID, "fields": None})
    assert subscribe(sandbox, openid, {"thing1": "x"}, page="pages/no?id=1")["errcode"] == 41030
    assert subscribe(sandbox, openid, {"thing1": "x"}, page="pages/index?id=1")["errcode"] == 0


def test_template_messages_reach_followers_only(sandbox) -> None:
    user = sandbox.user(follows=False)
    openid = user["official_account_openid"]
    assert template(sandbox, openid)["errcode"] == 43004
    sandbox.control("POST", "wechat/follows", {"official_account_openid": openid, "follows": True})
    assert template(sandbox, openid)["errcode"] == 0
    assert template(sandbox, user["openid"])["errcode"] == 40003, "the mini-program's openid is another one"


def test_a_repeated_client_msg_id_is_sent_once_within_ten_minutes(sandbox) -> None:
    openid = sandbox.user()["official_account_openid"]
    first, again = (template(sandbox, openid, client_msg_id="m1")["msgid"] for _ in range(2))
    assert first == again
    assert sandbox.messages(kind="template", client_id="m1")["count"] == 1
    assert template(sandbox, openid, client_msg_id="m2")["msgid"] != first
    sandbox.advance(601)
    assert template(sandbox, openid, client_msg_id="m1")["msgid"] != first
