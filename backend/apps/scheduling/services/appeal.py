"""申诉: the patient explains, staff decide; accepting lifts the suspension at once."""

from uuid import UUID

from django.db import IntegrityError, transaction

from apps.identity.models import WeChatAccount
from apps.scheduling import errors
from apps.scheduling.events import AppealDecided
from apps.scheduling.models import BookingSuspension, SuspensionAppeal
from apps.scheduling.services.suspend import lift
from apps.scheduling.states import APPEALS, AppealState
from kernel import clock
from kernel.outbox.events import publish


def appeal(suspension: BookingSuspension, *, account: WeChatAccount, text: str) -> SuspensionAppeal:
    """Appeal against a suspension that is in force. SuspensionOver, AppealOpen."""
    if suspension.lifted_at is not None or suspension.until <= clock.now():
        raise errors.SuspensionOver
    try:
        with transaction.atomic():
            return SuspensionAppeal.objects.create(
                hospital_id=suspension.hospital_id,
                patient_id=suspension.patient_id,
                suspension=suspension,
                account=account,
                text=text,
            )
    except IntegrityError as error:
        raise errors.AppealOpen from error


@transaction.atomic
def decide(found: SuspensionAppeal, *, accept: bool, staff_id: UUID, note: str) -> SuspensionAppeal:
    """Accept (the suspension is lifted, if it still stands) or reject an open appeal; the patient is told."""
    APPEALS.move(
        found,
        AppealState.ACCEPTED if accept else AppealState.REJECTED,
        expect=AppealState.OPEN,
        decided_by_id=staff_id,
        decided_at=clock.now(),
        decision_note=note,
    )
    suspension = BookingSuspension.objects.get(pk=found.suspension_id)
    if accept and suspension.lifted_at is None and suspension.until > clock.now():
        lift(suspension, staff_id=staff_id, reason=note)
    publish(AppealDecided(found.hospital_id, found.pk, found.patient_id, account_id=found.account_id))
    return found
