"""What follows from a bill's events: the patient's timeline and messages."""

from uuid import UUID

from apps.billing import events, settings
from apps.billing.models import Bill
from apps.billing.selectors.bills import items_of
from apps.billing.selectors.vouchers import summary
from apps.billing.states import BillStatus
from apps.messaging.services.notify import notify
from apps.patients.models import CardBinding, Relationship
from apps.patients.services.timeline import write_entry
from kernel import clock
from kernel.money import fen_to_yuan
from kernel.outbox.events import subscribe


def _find(event: events.OfBill) -> Bill:
    return Bill.objects.select_related("hospital", "patient").get(pk=event.bill_id)


def _record(event: events.OfBill) -> Bill:
    """Write the charge's timeline entry with its present state."""
    bill = _find(event)
    write_entry(
        hospital_id=bill.hospital_id,
        patient_id=bill.patient_id,
        at=bill.issued_at,
        kind="charge",
        state=bill.status,
        title=f"{bill.title} {fen_to_yuan(bill.amount_fen)} 元",
        ref_type="billing.bill",
        ref_id=bill.pk,
        department_id=bill.department_id,
        staff_id=bill.practitioner_id,
    )
    return bill


def _record_payment(bill: Bill) -> None:
    """Write the payment's entry: what of it is left."""
    if bill.paid_at is None:
        return
    back = f",已退 {fen_to_yuan(bill.refunded_fen)} 元" if bill.refunded_fen else ""
    write_entry(
        hospital_id=bill.hospital_id,
        patient_id=bill.patient_id,
        at=bill.paid_at,
        kind="payment",
        state=bill.status,
        title=f"{bill.title[:100]} {fen_to_yuan(bill.amount_fen)} 元{back}",
        ref_type="billing.bill",
        ref_id=bill.pk,
        department_id=bill.department_id,
        staff_id=bill.practitioner_id,
    )


def _own_account_of(patient_id: UUID) -> UUID | None:
    """The account whose own card is the patient's, the latest one; None: a text to the patient's phone."""
    own = CardBinding.objects.filter(patient_id=patient_id, relationship=Relationship.SELF, unbound_at=None)
    return own.order_by("-pk").values_list("account_id", flat=True).first()


def _tell(scene: str, bill: Bill, account_id: UUID | None, **data: str) -> None:
    words = {
        "patient": bill.patient.name,
        "hospital": bill.hospital.name,
        "amount": f"{fen_to_yuan(bill.amount_fen)}元",
        "items": summary(items_of(bill.pk)),
    }
    notify(
        hospital_id=bill.hospital_id,
        scene=scene,
        patient_id=bill.patient_id,
        account_id=account_id or _own_account_of(bill.patient_id),
        data=words | data,
        dedupe_key=f"{scene}:{bill.pk}",
    )


@subscribe(events.BillIssued)
def announce_bill(event: events.BillIssued) -> None:
    """The front ends poll; a message only where the hospital wants one (rules.md 10)."""
    bill = _record(event)
    if bill.status == BillStatus.ISSUED and settings.PUSH_UNPAID.of(bill.hospital):
        _tell("bill_issued", bill, None)


@subscribe(events.BillPaid)
def give_voucher(event: events.BillPaid) -> None:
    """The notice that serves as voucher."""
    bill = _record(event)
    _record_payment(bill)
    if bill.paid_at is not None:
        time = f"{bill.paid_at.astimezone(clock.LOCAL):%Y-%m-%d %H:%M}"
        _tell("bill_paid", bill, event.account_id, voucher=bill.voucher_no, time=time)


@subscribe(events.BillCancelled)
def record_cancellation(event: events.BillCancelled) -> None:
    _record(event)


@subscribe(events.BillRefunded)
def record_refund(event: events.BillRefunded) -> None:
    _record_payment(_record(event))


@subscribe(events.BillRefundWithdrawn)
def record_withdrawn_refund(event: events.BillRefundWithdrawn) -> None:
    _record_payment(_record(event))
