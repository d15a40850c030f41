"""Telling a patient something: the message is part of the caller's transaction, sending comes after its commit."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from uuid import UUID

from django.db import transaction

from apps.messaging.events import MessageQueued
from apps.messaging.models import Message
from apps.messaging.scenes import SCENES
from apps.messaging.selectors.templates import fill, inbox_pattern
from kernel.outbox.events import publish

BATCH = 100  # the most that a provider takes in one call, and what one worker handles at a time


@dataclass(frozen=True, slots=True)
class Notice:
    """One message to be: `data` has the scene's keys, more or fewer do no harm."""

    hospital_id: UUID
    scene: str
    patient_id: UUID | None
    account_id: UUID | None
    dedupe_key: str
    data: Mapping[str, str] = field(default_factory=dict)


def notify(
    *,
    hospital_id: UUID,
    scene: str,
    patient_id: UUID | None,
    account_id: UUID | None,
    data: dict[str, str],
    dedupe_key: str,
    urgent: bool = False,
) -> None:
    """Queue one message; a second call with the same `dedupe_key` changes nothing. KeyError for an unknown scene."""
    notice = Notice(hospital_id, scene, patient_id, account_id, dedupe_key, data)
    _queue([notice], urgent=urgent, bulk=False)


def notify_many(notices: Iterable[Notice]) -> int:
    """Queue many messages (群发), sent after urgent and ordinary ones in the provider's batches; how many are new."""
    waiting = list(notices)
    batches = [waiting[i : i + BATCH * 5] for i in range(0, len(waiting), BATCH * 5)]
    return sum(_queue(batch, urgent=False, bulk=True) for batch in batches)


@transaction.atomic
def _queue(notices: Sequence[Notice], *, urgent: bool, bulk: bool) -> int:
    kinds = {(notice.hospital_id, notice.scene) for notice in notices}
    patterns = {(hospital, code): inbox_pattern(SCENES[code], hospital) for hospital, code in kinds}
    messages = [_message(notice, patterns, urgent=urgent, bulk=bulk) for notice in notices]
    Message.objects.bulk_create(messages, ignore_conflicts=True)
    stored = set(Message.objects.filter(pk__in=[m.pk for m in messages]).values_list("pk", flat=True))
    queue = "urgent" if urgent else "bulk" if bulk else "default"
    by_hospital: dict[UUID, list[UUID]] = {}
    for message in messages:
        if message.pk in stored:
            by_hospital.setdefault(message.hospital_id, []).append(message.pk)
    publish(
        *(
            MessageQueued(hospital, tuple(ids[i : i + BATCH]), queue)
            for hospital, ids in by_hospital.items()
            for i in range(0, len(ids), BATCH)
        )
    )
    return len(stored)


def _message(
    notice: Notice, patterns: Mapping[tuple[UUID, str], str], *, urgent: bool, bulk: bool
) -> Message:
    scene = SCENES[notice.scene]
    data = {key: str(value) for key, value in notice.data.items()}
    return Message(
        hospital_id=notice.hospital_id,
        patient_id=notice.patient_id,
        account_id=notice.account_id,
        scene=scene.code,
        data=data,
        title=scene.title,
        text=fill(patterns[notice.hospital_id, scene.code], data),
        dedupe_key=notice.dedupe_key,
        urgent=urgent,
        bulk=bulk,
    )
