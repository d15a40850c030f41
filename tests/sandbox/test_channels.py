"""The message channels against the stand-ins: results and the errors that retries and fall-backs decide by."""

import uuid
from urllib.parse import urlsplit

import httpx
import pytest

from apps.identity.adapters.token_store import RedisTokenStore
from apps.identity.adapters.wechat import WeChatClient
from apps.messaging.channels.aliyun_sms import AliyunSmsChannel
from apps.messaging.channels.base import (
    NoConsentError,
    OutgoingMessage,
    PermanentChannelError,
    TemporaryChannelError,
)
from apps.messaging.channels.wechat_subscribe import WeChatSubscribeChannel
from apps.messaging.channels.wechat_template import WeChatTemplateChannel

from .conftest import ACCESS_KEY, MINI_PROGRAM, OFFICIAL_ACCOUNT, TEMPLATE_ID

PHONE = "13800000001"


def message(recipient: str, template: str = TEMPLATE_ID, **more) -> OutgoingMessage:
    values = {"params": {"thing1": "张三"}, "message_id": str(uuid.uuid4()), **more}
    return OutgoingMessage(recipient=recipient, template=template, **values)


@pytest.fixture
def subscribe(sandbox, redis_client):
    store = RedisTokenStore(redis_client)
    return WeChatSubscribeChannel(WeChatClient(sandbox.url, *MINI_PROGRAM, store, timeout=httpx.Timeout(0.4)))


@pytest.fixture
def template(sandbox, redis_client):
    store = RedisTokenStore(redis_client)
    client = WeChatClient(sandbox.url, *OFFICIAL_ACCOUNT, store, timeout=httpx.Timeout(0.4))
    return WeChatTemplateChannel(client, MINI_PROGRAM[0])


@pytest.fixture
def text(sandbox):
    return AliyunSmsChannel(urlsplit(sandbox.url).netloc, "http", *ACCESS_KEY, "医汇", read_timeout_ms=400)


@pytest.mark.requirement("MSG-05")
def test_a_subscribe_message_arrives(sandbox, subscribe) -> None:
    openid = sandbox.user()["openid"]
    sandbox.consent(openid)
    subscribe.send(message(openid, page="pages/a"))
    assert sandbox.messages(kind="subscribe", to=openid)["items"][0]["page"] == "pages/a"


@pytest.mark.requirement("MSG-05")
def test_without_consent_another_channel_may_be_tried(sandbox, subscribe, template) -> None:
    user = sandbox.user(follows=False)
    with pytest.raises(NoConsentError, match="43101"):
        subscribe.send(message(user["openid"]))
    with pytest.raises(NoConsentError, match="43004"):
        template.send(message(user["official_account_openid"]))


@pytest.mark.requirement("MSG-07")
def test_a_template_message_sent_again_after_silence_arrives_once(sandbox, template) -> None:
    out = message(sandbox.user()["official_account_openid"], page="pages/a")
    path = "/cgi-bin/message/template/send"
    sandbox.faults("wechat", {"kind": "silent_after_work", "delay_ms": 600, "times": 1, "operation": path})
    with pytest.raises(TemporaryChannelError) as caught:
        template.send(out)
    assert caught.value.outcome_unknown
    result = template.send(out)
    (stored,) = sandbox.messages(kind="template")["items"]
    assert (stored["msgid"], len(stored["client_id"])) == (result.provider_id, 32)
    assert stored["request"]["miniprogram"] == {"appid": MINI_PROGRAM[0], "pagepath": "pages/a"}


def test_a_message_that_wechat_finds_wrong_is_permanent(sandbox, subscribe) -> None:
    openid = sandbox.user()["openid"]
    sandbox.consent(openid)
    with pytest.raises(PermanentChannelError) as caught:
        subscribe.send(message(openid, params={"thing1": "一" * 21}))
    assert caught.value.code == "47003"
    assert not isinstance(caught.value, NoConsentError)


@pytest.mark.requirement("MSG-01")
def test_a_text_carries_our_message_id(sandbox, text) -> None:
    out = message(PHONE, "SMS_1")
    result = text.send(out)
    (stored,) = sandbox.messages(to=PHONE)["items"]
    assert (stored["biz_id"], stored["client_id"]) == (result.provider_id, out.message_id)
    assert stored["sign_name"] == "医汇"


@pytest.mark.requirement("MSG-01")
def test_a_batch_of_a_hundred_is_one_request(sandbox, text) -> None:
    phones = [f"138{number:08d}" for number in range(100)]
    batch = [message(phone, "SMS_1", params={"name": phone}) for phone in phones]
    result = text.send_batch(batch, "batch-1")
    found = sandbox.messages(client_id="batch-1", limit=200)
    assert found["count"] == 100
    assert {item["biz_id"] for item in found["items"]} == {result.provider_id}
    assert all(item["values"] == {"name": item["to"]} for item in found["items"])


@pytest.mark.parametrize(
    "batch",
    [
        [],
        [message(f"138{number:08d}", "SMS_1") for number in range(101)],
        [message(PHONE, "SMS_1"), message(PHONE, "SMS_1")],
        [message(PHONE, "SMS_1"), message("13800000002", "SMS_2")],
    ],
    ids=["empty", "too many", "a number twice", "two templates"],
)
def test_a_batch_whose_reports_could_not_be_told_apart_is_refused(text, batch) -> None:
    with pytest.raises(ValueError, match="a batch is"):
        text.send_batch(batch, "batch-1")


@pytest.mark.requirement("MSG-07")
@pytest.mark.parametrize(
    ("fault", "code", "unknown"),
    [
        ({"kind": "http_error", "status": 502}, "bad_reply", True),
        ({"kind": "close"}, "connection", True),
        ({"kind": "delay", "delay_ms": 1000}, "timeout", True),
        ({"kind": "silent_after_work", "delay_ms": 1000}, "timeout", True),
        ({"kind": "code", "code": "isp.SYSTEM_ERROR"}, "isp.SYSTEM_ERROR", False),
        ({"kind": "code", "code": "Throttling.User"}, "Throttling.User", False),
        ({"kind": "code", "code": "isv.AMOUNT_NOT_ENOUGH"}, "isv.AMOUNT_NOT_ENOUGH", False),
    ],
)
def test_trouble_at_the_sms_provider_is_temporary_and_sent_once_only(
    sandbox, text, fault, code, unknown
) -> None:
    sandbox.faults("aliyun_sms", {**fault, "times": 1})
    with pytest.raises(TemporaryChannelError) as caught:
        text.send(message(PHONE, "SMS_1"))
    assert (caught.value.code, caught.value.outcome_unknown) == (code, unknown)
    assert sandbox.messages()["count"] == (1 if fault["kind"] == "silent_after_work" else 0)


def test_an_sms_provider_that_is_away_was_sent_nothing() -> None:
    channel = AliyunSmsChannel("127.0.0.1:9", "http", *ACCESS_KEY, "医汇")
    with pytest.raises(TemporaryChannelError) as caught:
        channel.send(message(PHONE, "SMS_1"))
    assert (caught.value.code, caught.value.outcome_unknown) == ("connection", False)


def test_a_number_over_its_limit_is_tried_again_when_the_limit_ends(sandbox, text) -> None:
    code = {"params": {"code": "1234"}}
    text.send(message(PHONE, "SMS_1", **code))
    with pytest.raises(TemporaryChannelError) as caught:
        text.send(message(PHONE, "SMS_1", **code))
    assert (caught.value.code, caught.value.retry_after) == ("isv.BUSINESS_LIMIT_CONTROL", 60)


@pytest.mark.parametrize(
    ("phone", "template_code", "code"),
    [("12345", "SMS_1", "isv.MOBILE_NUMBER_ILLEGAL"), (PHONE, "T1", "isv.SMS_TEMPLATE_ILLEGAL")],
)
def test_a_text_that_the_provider_finds_wrong_is_permanent(text, phone, template_code, code) -> None:
    with pytest.raises(PermanentChannelError) as caught:
        text.send(message(phone, template_code))
    assert caught.value.code == code


def test_a_wrong_access_key_is_permanent(sandbox) -> None:
    channel = AliyunSmsChannel(urlsplit(sandbox.url).netloc, "http", ACCESS_KEY[0], "wrong", "医汇")
    with pytest.raises(PermanentChannelError, match="SignatureDoesNotMatch"):
        channel.send(message(PHONE, "SMS_1"))
