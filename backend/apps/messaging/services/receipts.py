"""Delivery reports: stored as they come, processed by a worker; duplicates and any order are normal."""

from collections import defaultdict
from collections.abc import Mapping, Sequence
from typing import Any
from uuid import UUID

import orjson
from django.db import transaction

from apps.messaging.events import ReceiptStored
from apps.messaging.models import AttemptOutcome, Channel, DeliveryAttempt, DeliveryReceipt, Message
from apps.messaging.states import MESSAGE, MessageState
from kernel import clock
from kernel.crypto import blind_index
from kernel.outbox.events import publish

Key = tuple[str, bytes]


@transaction.atomic
def store_receipt(provider: str, body: str) -> DeliveryReceipt:
    """Keep a provider's push; a worker looks into it."""
    receipt = DeliveryReceipt.objects.create(provider=provider, body=body)
    publish(ReceiptStored(None, receipt.pk))
    return receipt


@transaction.atomic
def process_receipt(receipt_id: UUID) -> None:
    """Bring every report of an SmsReport push to its attempt and message."""
    receipt = DeliveryReceipt.objects.select_for_update().get(pk=receipt_id)
    reports = {_key(report): report for report in _reports(receipt.body)}
    attempts = _attempts(reports)
    delivered: list[UUID] = []
    failed: dict[str, list[UUID]] = defaultdict(list)
    for key, attempt in attempts.items():
        report = reports[key]
        success = report.get("success") is True
        attempt.reported_at = clock.now()
        attempt.report_code = _text(report, "err_code")
        attempt.provider_id = attempt.provider_id or _text(report, "biz_id")
        if attempt.outcome in (AttemptOutcome.OPEN, AttemptOutcome.UNKNOWN):
            attempt.outcome = AttemptOutcome.ACCEPTED
        (delivered if success else failed[attempt.report_code]).append(attempt.message_id)
    DeliveryAttempt.objects.bulk_update(
        attempts.values(), ["reported_at", "report_code", "provider_id", "outcome"]
    )
    _mark(delivered, MessageState.DELIVERED, delivered_at=clock.now(), error_code="", error_detail="")
    for code, message_ids in failed.items():
        _mark(message_ids, MessageState.FAILED, error_code=code or "report_failed")
    receipt.processed_at, receipt.matched = clock.now(), len(attempts)
    receipt.save(update_fields=["processed_at", "matched"])


def _reports(body: str) -> list[Mapping[str, Any]]:
    return [report for report in orjson.loads(body) if isinstance(report, dict)]


def _key(report: Mapping[str, Any]) -> Key:
    return _text(report, "out_id"), blind_index(_text(report, "phone_number"), "phone")


def _text(report: Mapping[str, Any], name: str) -> str:
    """A value as a column takes it."""
    return str(report.get(name) or "").replace("\x00", "")[:64]


def _attempts(reports: Mapping[Key, Mapping[str, Any]]) -> dict[Key, DeliveryAttempt]:
    """The latest attempt that a report can speak of: same OutId and number, and the same BizId where we know ours."""
    found: dict[Key, DeliveryAttempt] = {}
    rows = DeliveryAttempt.objects.filter(
        channel=Channel.SMS, client_id__in={out_id for out_id, _ in reports if out_id}
    )
    for attempt in rows.order_by("pk"):
        key = (attempt.client_id, bytes(attempt.recipient_index or b""))
        report = reports.get(key)
        if report is not None and attempt.provider_id in ("", _text(report, "biz_id")):
            found[key] = attempt
    return found


def _mark(message_ids: Sequence[UUID], state: MessageState, **changes: Any) -> None:
    rows = Message.objects.filter(pk__in=message_ids, state__in=MESSAGE.sources(state))
    rows.update(state=state, updated_at=clock.now(), holds_consent=False, **changes)
