"""Values are cut to what the provider takes: one character too many would lose the message."""

import pytest

from apps.messaging.fields import fold, sms_values, wechat_values

pytestmark = pytest.mark.requirement("MSG-05")


@pytest.mark.parametrize(
    ("field", "value", "expected"),
    [
        ("thing1", "心内科", "心内科"),
        ("thing1", "一" * 21, "一" * 19 + "…"),
        ("thing1", "第一\n行", "第一 行"),
        ("thing1", "", "-"),
        ("thing1", "\x07", "-"),
        ("phrase3", "已预约成功啦", "已预约成功"),
        ("phrase3", "ok", "无"),
        ("name1", "阿卜杜拉·买买提·艾力江", "阿卜杜拉·买买提·艾"),
        ("character_string5", "A012号", "A012"),
        ("number1", "第3号", "3"),
        ("name1", "Abcdefghij Klmnopqrst", "Abcdefghij Klmnopqrs"),
        ("name1", "A" * 20, "A" * 20),
        ("car_number1", "京A·123456789", "京A123456"),
        ("car_number1", "", "无"),
        ("amount2", "", "0元"),
        ("amount2", "12.30元", "12.30元"),
        ("phone_number1", "010-12345678转8…", "010-123456788"),
        ("time5", "2026-07-01 09:30", "2026-07-01 09:30"),
    ],
)
def test_a_value_fits_its_field(field: str, value: str, expected: str) -> None:
    assert fold(field, value) == expected


def test_only_mapped_keys_travel() -> None:
    data = {"number": "A012", "room": "3楼", "secret": "x"}
    assert wechat_values({"number": "character_string1", "room": "thing2"}, data) == {
        "character_string1": "A012",
        "thing2": "3楼",
    }
    assert sms_values({"number": "number", "doctor": "doctor"}, data) == {"number": "A012", "doctor": "-"}
