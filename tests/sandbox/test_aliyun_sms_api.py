"""The SMS stand-in keeps the provider's rules: codes, per-number limits, delivery reports, replies."""

import pytest
from alibabacloud_dysmsapi20170525 import models

from tests.support.waiting import wait_until

from .test_aliyun_signature import sdk, sms

NOTICE = '{"name": "张三"}'
CODE = '{"code": "1234"}'


def send(sandbox, **changes) -> tuple[str, str]:
    body = sdk(sandbox.url).send_sms(sms(**changes)).body
    return body.code, body.message


@pytest.mark.parametrize(
    ("changes", "code"),
    [
        ({"phone_numbers": "12345"}, "isv.MOBILE_NUMBER_ILLEGAL"),
        ({"phone_numbers": ",".join(["13800000001"] * 1001)}, "isv.MOBILE_COUNT_OVER_LIMIT"),
        ({"template_code": "T1"}, "isv.SMS_TEMPLATE_ILLEGAL"),
        ({"template_param": "{"}, "isv.INVALID_JSON_PARAM"),
        ({"template_param": "[]"}, "isv.INVALID_JSON_PARAM"),
    ],
)
def test_a_wrong_message_gets_its_business_code(sandbox, changes, code) -> None:
    assert send(sandbox, **changes)[0] == code
    assert sandbox.messages()["count"] == 0


@pytest.mark.parametrize("phone", ["+8613800000001", "008613800000001", "8613800000001", "13800000001"])
def test_a_number_may_carry_the_country_code(sandbox, phone) -> None:
    assert send(sandbox, phone_numbers=phone)[0] == "OK"
    assert sandbox.messages(to="13800000001")["count"] == 1


def test_only_known_signatures_when_there_are_any(sandbox) -> None:
    sandbox.settings("aliyun_sms", sign_names=["医汇"])
    assert send(sandbox, sign_name="别家")[0] == "isv.SMS_SIGNATURE_ILLEGAL"
    assert send(sandbox, sign_name="医汇")[0] == "OK"


def test_a_registered_template_shows_its_text_and_wants_its_variables(sandbox) -> None:
    template = {"code": "SMS_7", "content": "${name}您好，${time}就诊。", "kind": "notice"}
    sandbox.control("POST", "aliyun_sms/templates", template)
    sandbox.settings("aliyun_sms", strict_templates=True)
    assert send(sandbox)[0] == "isv.SMS_TEMPLATE_ILLEGAL"
    known = {"template_code": "SMS_7", "sign_name": "医汇"}
    assert send(sandbox, template_param=NOTICE, **known)[0] == "isv.TEMPLATE_MISSING_PARAMETERS"
    assert send(sandbox, template_param='{"name": "张三", "time": "9:30"}', **known)[0] == "OK"
    assert sandbox.messages(text="9:30")["items"][0]["text"] == "【医汇】张三您好，9:30就诊。"


def test_an_empty_account_sends_nothing(sandbox) -> None:
    sandbox.settings("aliyun_sms", balance=1)
    assert send(sandbox, phone_numbers="13800000001,13800000002")[0] == "isv.AMOUNT_NOT_ENOUGH"
    assert [send(sandbox)[0] for _ in range(2)] == ["OK", "isv.AMOUNT_NOT_ENOUGH"]


def test_one_time_codes_are_one_a_minute_five_an_hour_ten_a_day(sandbox) -> None:
    sent = []
    for _ in range(5):
        sent.append(send(sandbox, template_param=CODE)[0])
        assert send(sandbox, template_param=CODE) == ("isv.BUSINESS_LIMIT_CONTROL", "触发分钟级流控Permits:1")
        sandbox.advance(61)
    assert sent == ["OK"] * 5
    assert send(sandbox, template_param=CODE)[1] == "触发小时级流控Permits:5"
    for _ in range(5):
        sandbox.advance(3600)
        assert send(sandbox, template_param=CODE)[0] == "OK"
    sandbox.advance(3600)
    assert send(sandbox, template_param=CODE)[1] == "触发天级流控Permits:10"
    assert send(sandbox, template_param=CODE, phone_numbers="13800000002")[0] == "OK", (
        "the limit is a number's"
    )


def test_notices_are_fifty_a_day_per_signature_template_and_number(sandbox) -> None:
    assert {send(sandbox, template_param=NOTICE)[0] for _ in range(50)} == {"OK"}
    assert send(sandbox, template_param=NOTICE)[0] == "isv.BUSINESS_LIMIT_CONTROL"
    assert send(sandbox, template_param=NOTICE, template_code="SMS_1002")[0] == "OK"
    sandbox.settings("aliyun_sms", limits=False)
    assert send(sandbox, template_param=NOTICE)[0] == "OK"


@pytest.mark.parametrize(
    ("phones", "code"),
    [
        ('["13800000001"]', "isv.INVALID_PARAMETERS"),
        ("[" + ",".join(['"13800000001"'] * 101) + "]", "isv.MOBILE_COUNT_OVER_LIMIT"),
        ("13800000001,13800000002", "isv.INVALID_JSON_PARAM"),
    ],
)
def test_a_batch_wants_as_many_signatures_as_numbers_and_at_most_a_hundred(sandbox, phones, code) -> None:
    request = models.SendBatchSmsRequest(
        phone_number_json=phones, sign_name_json='["医汇", "医汇"]', template_code="SMS_1"
    )
    assert sdk(sandbox.url).send_batch_sms(request).body.code == code


def configure(sandbox, receiver, **more) -> None:
    urls = {"report_url": receiver.url, "uplink_url": receiver.url}
    sandbox.settings("aliyun_sms", **urls, report_delay_ms=10, retry_delays_ms=[60, 120, 180], **more)


def test_a_delivery_report_is_pushed(sandbox, receiver) -> None:
    configure(sandbox, receiver)
    sandbox.control("POST", "aliyun_sms/outcomes", {"phone": "13800000002", "err_code": "UNDELIV"})
    biz_id = sdk(sandbox.url).send_sms(sms(phone_numbers="13800000001,13800000002", out_id="m1")).body.biz_id
    (first, second), *_ = receiver.wait(1)
    assert (first["phone_number"], first["success"], first["err_code"]) == ("13800000001", True, "DELIVERED")
    assert (first["biz_id"], first["out_id"], first["sms_size"]) == (biz_id, "m1", "1")
    assert (second["success"], second["err_code"]) == (False, "UNDELIV")
    assert set(first) == {
        "phone_number", "send_time", "report_time", "success", "err_code", "err_msg", "sms_size", "biz_id", "out_id",
    }  # fmt: skip


def test_a_long_text_counts_in_parts(sandbox, receiver) -> None:
    configure(sandbox, receiver)
    for length in (70, 71, 135):
        text = "一" * (length - len("【医汇】"))
        send(sandbox, sign_name="医汇", template_param=f'{{"text": "{text}"}}')
    reports = sorted(report["sms_size"] for (report,) in receiver.wait(3))
    assert reports == ["1", "2", "3"]


@pytest.mark.parametrize("failure", [(500, b""), (200, b"received"), (200, b'{"msg": "ok"}')])
def test_a_failed_push_is_repeated_until_it_is_accepted(sandbox, receiver, failure) -> None:
    configure(sandbox, receiver)
    receiver.replies = [failure, failure]
    send(sandbox)
    first, second, third = receiver.wait(3)
    assert first == second == third
    assert receiver.at[1] - receiver.at[0] >= 0.06
    assert receiver.at[2] - receiver.at[1] >= 0.12
    wait_until(lambda: sandbox.control("GET", "aliyun_sms/pushes")["count"] == 3)
    attempts = [(p["attempt"], p["ok"]) for p in sandbox.control("GET", "aliyun_sms/pushes")["items"]]
    assert attempts == [(3, True), (2, False), (1, False)]


def test_a_push_is_given_up_after_three_repeats(sandbox, receiver) -> None:
    configure(sandbox, receiver)
    sandbox.settings("aliyun_sms", retry_delays_ms=[10, 10, 10])
    receiver.replies = [(503, b"")] * 9
    send(sandbox)
    wait_until(lambda: sandbox.control("GET", "aliyun_sms/pushes")["count"] == 4)
    with pytest.raises(AssertionError):
        receiver.wait(5, seconds=0.2)


def test_the_repeats_are_after_one_five_and_ten_minutes(sandbox) -> None:
    settings = sandbox.control("GET", "settings/aliyun_sms")
    assert settings["retry_delays_ms"] == [60_000, 300_000, 600_000]


def test_a_reply_from_a_phone_is_pushed(sandbox, receiver) -> None:
    configure(sandbox, receiver)
    sandbox.control("POST", "aliyun_sms/uplinks", {"phone": "13800000001", "content": "TD"})
    ((reply,), *_) = receiver.wait(1)
    assert (reply["phone_number"], reply["content"]) == ("13800000001", "TD")
    assert set(reply) == {"phone_number", "content", "send_time", "dest_code", "sequence_id"}
