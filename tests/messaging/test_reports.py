"""Delivery reports come by an unsigned push: a secret path, an address list, duplicates and any order."""

from typing import Any

import pytest

from apps.messaging.models import DeliveryReceipt, Message
from apps.messaging.services.claims import claim
from apps.messaging.services.outcomes import accepted
from apps.messaging.services.receipts import process_receipt
from apps.messaging.services.routing import Router
from kernel.outbox.models import OutboxEvent

from .conftest import PHONE

pytestmark = pytest.mark.requirement("MSG-07")
PATH = "/callbacks/aliyun-sms/"


@pytest.fixture(autouse=True)
def _secret(settings: Any) -> None:
    settings.ALIYUN_SMS_CALLBACK_TOKEN = "report-secret"


@pytest.fixture
def sent(telling: Any) -> Message:
    from apps.messaging.channels.base import SendResult

    message = telling.book()
    route = Router([message]).route(message)
    assert route is not None
    accepted(claim([route]), SendResult("77^0"))
    message.refresh_from_db()
    assert message.state == "sent"
    return message


def report(message: Message, **changes: Any) -> dict[str, Any]:
    values = {"out_id": str(message.pk), "phone_number": PHONE, "success": True, "err_code": "DELIVERED"}
    return {**values, "biz_id": "77^0", **changes}


def push(client: Any, *reports: dict[str, Any], token: str = "report-secret", **extra: Any) -> Any:
    return client.post(PATH + token, list(reports), content_type="application/json", **extra)


def process() -> None:
    for receipt in DeliveryReceipt.objects.filter(processed_at=None):
        process_receipt(receipt.pk)


def test_a_report_is_stored_answered_at_once_and_processed_later(client: Any, sent: Message) -> None:
    answer = push(client, report(sent))
    assert (answer.status_code, answer.json()) == (200, {"code": 0, "msg": "接收成功"})
    sent.refresh_from_db()
    assert sent.state == "sent"
    assert OutboxEvent.objects.filter(topic="messaging.receipt_stored").count() == 1
    process()
    sent.refresh_from_db()
    assert sent.state == "delivered"
    assert sent.delivered_at is not None
    assert sent.attempts.get().report_code == "DELIVERED"


def test_the_same_report_twice_and_a_late_contradiction_change_nothing(client: Any, sent: Message) -> None:
    push(client, report(sent), report(sent))
    push(client, report(sent))
    push(client, report(sent, success=False, err_code="MK:0001"))
    process()
    sent.refresh_from_db()
    assert sent.state == "delivered"


def test_what_did_not_reach_the_phone_is_failed_with_the_reason(client: Any, sent: Message) -> None:
    push(client, report(sent, success=False, err_code="MK:0001"))
    process()
    sent.refresh_from_db()
    assert (sent.state, sent.error_code) == ("failed", "MK:0001")


@pytest.mark.parametrize(
    "changes", [{"phone_number": "13900000000"}, {"out_id": "x"}, {"biz_id": "88^0"}, {"out_id": "\x00"}]
)
def test_a_report_of_something_else_changes_nothing(
    client: Any, sent: Message, changes: dict[str, Any]
) -> None:
    push(client, report(sent, **changes))
    process()
    sent.refresh_from_db()
    assert sent.state == "sent"
    assert DeliveryReceipt.objects.get().matched == 0


def test_without_the_secret_or_from_elsewhere_nothing_is_stored(
    client: Any, sent: Message, settings: Any
) -> None:
    assert push(client, report(sent), token="guess").status_code == 404
    settings.ALIYUN_SMS_CALLBACK_ADDRESSES = ["203.0.113.0/24"]
    assert push(client, report(sent)).status_code == 404
    assert push(client, report(sent), REMOTE_ADDR="203.0.113.9").status_code == 200
    settings.ALIYUN_SMS_CALLBACK_TOKEN = ""
    assert client.post(f"{PATH}x", "[]", content_type="application/json").status_code == 404
    assert DeliveryReceipt.objects.count() == 1


@pytest.mark.parametrize("body", ["", "{", "{}", "[1]", "null", b"\xff"])
def test_a_body_that_is_no_list_of_reports_is_refused(client: Any, telling: Any, body: Any) -> None:
    answer = client.post(f"{PATH}report-secret", body, content_type="application/json")
    assert answer.status_code == 400
    assert not DeliveryReceipt.objects.exists()


def test_phones_in_a_stored_push_are_encrypted(client: Any, sent: Message) -> None:
    from django.db import connection

    push(client, report(sent))
    with connection.cursor() as cursor:
        cursor.execute("SELECT body FROM messaging_deliveryreceipt")
        assert PHONE.encode() not in bytes(cursor.fetchone()[0])
