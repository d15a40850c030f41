"""余额公告: whoever has money on a card is told, batch by batch, each patient once (PAY-15)."""

from uuid import UUID

from django.db import IntegrityError, transaction

from apps.billing import errors
from apps.billing.events import CardBalancesAnnounced
from apps.billing.models import BalanceAnnouncement
from apps.billing.selectors.held_cards import next_patients
from apps.identity.models import Hospital, StaffMember
from apps.messaging.services.notify import Notice, notify_many
from apps.patients.selectors import own_accounts_of
from kernel import clock
from kernel.locks import lock_one, save_version
from kernel.money import fen_to_yuan
from kernel.outbox.events import publish

#: Patients who are told in one transaction.
BATCH = 200
SCENE = "card_balance_announced"


@transaction.atomic
def announce_balances(*, hospital: Hospital, note: str, by: StaffMember) -> BalanceAnnouncement:
    """Begin to tell them. PrepaymentAllowed where cards may still be topped up; AnnouncementUnderWay."""
    if not hospital.bars_outpatient_prepayment:
        raise errors.PrepaymentAllowed
    made = BalanceAnnouncement(hospital=hospital, note=note, made_by=by)
    try:
        with transaction.atomic():
            made.save(force_insert=True)
    except IntegrityError as error:
        there = BalanceAnnouncement.objects.filter(hospital=hospital, ended_at=None).values_list(
            "pk", flat=True
        )
        raise errors.AnnouncementUnderWay(announcement_id=str(there.first())) from error
    publish(CardBalancesAnnounced(hospital_id=hospital.pk, announcement_id=made.pk))
    return made


@transaction.atomic
def tell_next(announcement_id: UUID) -> None:
    """The next batch; another one follows until nobody is left. Safe to repeat: nobody is told twice."""
    row = lock_one(BalanceAnnouncement.objects.select_related("hospital"), pk=announcement_id)
    if row.ended_at is not None:
        return
    patients = next_patients(row, BATCH)
    accounts = own_accounts_of(each["patient_id"] for each in patients)
    row.told_count += notify_many(
        Notice(
            row.hospital_id,
            SCENE,
            each["patient_id"],
            accounts.get(each["patient_id"]),
            f"{SCENE}:{row.pk}:{each['patient_id']}",
            {
                "patient": each["name"], "hospital": row.hospital.name, "note": row.note,
                "balance": f"{fen_to_yuan(each['balance_fen'])}元",
            },
        )
        for each in patients
    )  # fmt: skip
    row.told_fen += sum(each["balance_fen"] for each in patients)
    if patients:
        row.after_patient_id = patients[-1]["patient_id"]
    if len(patients) < BATCH:
        row.ended_at = clock.now()
    else:
        publish(CardBalancesAnnounced(hospital_id=row.hospital_id, announcement_id=row.pk))
    save_version(row, {"told_count", "told_fen", "after_patient_id", "ended_at"}, version=row.version)
