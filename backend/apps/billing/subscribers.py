"""What follows from bills, top-ups and refunds: the patient's timeline and messages, and requests that end."""

from uuid import UUID

from apps.billing import events, settings
from apps.billing.models import Bill, CardTopUp
from apps.billing.selectors.bills import items_of
from apps.billing.selectors.card_balance import balance_of
from apps.billing.selectors.vouchers import summary
from apps.billing.services.announcements import tell_next
from apps.billing.services.checkout import close_payments
from apps.billing.services.refund_progress import restore_bills, sync_request
from apps.billing.states import BillStatus
from apps.billing.timeline import CARD_TOP_UP, CHARGE, PAYMENT, REFUND
from apps.messaging.services.notify import notify
from apps.patients.selectors import own_account_of
from apps.patients.services.timeline import write_entry
from apps.payments.events import (
    OfRefund,
    RefundCancelled,
    RefundFailed,
    RefundSucceeded,
)
from apps.payments.selectors.refunds import find
from apps.payments.states import WAITING_CODES, RefundState
from apps.payments.types import CloseCause, Refund, RefundRoute
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
        kind=CHARGE,
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
        kind=PAYMENT,
        state=bill.status,
        title=f"{bill.title[:100]} {fen_to_yuan(bill.amount_fen)} 元{back}",
        ref_type="billing.bill",
        ref_id=bill.pk,
        department_id=bill.department_id,
        staff_id=bill.practitioner_id,
    )


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
        account_id=account_id or own_account_of(bill.patient_id),
        data=words | data,
        dedupe_key=f"{scene}:{bill.pk}",
    )


@subscribe(events.BillIssued, name="billing.announce_bill")
def announce_bill(event: events.BillIssued) -> None:
    """The front ends poll; a message only where the hospital wants one (rules.md 10)."""
    bill = _record(event)
    if bill.status == BillStatus.ISSUED and settings.PUSH_UNPAID.of(bill.hospital):
        _tell("bill_issued", bill, None)


@subscribe(events.BillPaid, name="billing.send_voucher")
def give_voucher(event: events.BillPaid) -> None:
    """The notice that serves as voucher."""
    bill = _record(event)
    _record_payment(bill)
    if bill.paid_at is not None:
        time = f"{bill.paid_at.astimezone(clock.LOCAL):%Y-%m-%d %H:%M}"
        _tell("bill_paid", bill, event.account_id, voucher=bill.voucher_no, time=time)


@subscribe(events.BillCancelled, name="billing.record_cancellation")
def record_cancellation(event: events.BillCancelled) -> None:
    _record(event)


@subscribe(events.BillLapsed, name="billing.record_lapse")
def record_lapse(event: events.BillLapsed) -> None:
    _record(event)


@subscribe(events.BillCancelled, name="billing.end_payment_of_cancelled", queue="urgent")
def end_payment_of_cancelled(event: events.BillCancelled) -> None:
    """Who has not confirmed yet no longer can; who has gets the money back."""
    close_payments(event.bill_id, cause=CloseCause.BILL_CANCELLED)


@subscribe(events.BillPaid, name="billing.end_payment_of_paid", queue="urgent")
def end_payment_of_paid(event: events.BillPaid) -> None:
    """Paid at HIS's own window while a payment here was open."""
    if event.order_id is None:
        close_payments(event.bill_id, cause=CloseCause.PAID_AT_HIS)


@subscribe(events.BillRefunded, name="billing.record_refund")
def record_refund(event: events.BillRefunded) -> None:
    _record_payment(_record(event))


@subscribe(events.BillRefundWithdrawn, name="billing.record_withdrawn_refund")
def record_withdrawn_refund(event: events.BillRefundWithdrawn) -> None:
    _record_payment(_record(event))


@subscribe(events.CardToppedUp, name="billing.tell_of_top_up")
def tell_of_top_up(event: events.CardToppedUp) -> None:
    top_up = CardTopUp.objects.select_related("hospital", "patient", "card").get(pk=event.top_up_id)
    at = top_up.credited_at or top_up.created_at
    amount = f"{fen_to_yuan(top_up.amount_fen)}元"
    write_entry(
        hospital_id=top_up.hospital_id,
        patient_id=top_up.patient_id,
        at=at,
        kind=CARD_TOP_UP,
        state=top_up.state,
        title=f"就诊卡充值 {amount}",
        ref_type="billing.card_top_up",
        ref_id=top_up.pk,
    )
    notify(
        hospital_id=top_up.hospital_id,
        scene="card_topped_up",
        patient_id=top_up.patient_id,
        account_id=event.account_id or own_account_of(top_up.patient_id),
        data={
            "patient": top_up.patient.name,
            "hospital": top_up.hospital.name,
            "amount": amount,
            "balance": f"{fen_to_yuan(balance_of(top_up.card))}元",
            "time": f"{at.astimezone(clock.LOCAL):%Y-%m-%d %H:%M}",
        },
        dedupe_key=f"card_topped_up:{top_up.pk}",
    )


def _record_refund(event: OfRefund) -> Refund:
    """Bring the request behind it in line, and write the refund's timeline entry with its present state."""
    if event.decision_id is not None:
        sync_request(event.decision_id)
    refund = find(event.refund_id)
    write_entry(
        hospital_id=refund.hospital_id,
        patient_id=refund.patient_id,
        at=refund.succeeded_at or refund.created_at,
        kind=REFUND,
        state=RefundState.PROCESSING if _waits(refund) else refund.state,
        title=f"退费 {fen_to_yuan(refund.amount_fen)} 元",
        ref_type="payments.refund",
        ref_id=refund.pk,
    )
    return refund


def _waits(refund: Refund) -> bool:
    """Whether nothing is wrong but that a clerk has to hand the cash out."""
    return refund.state == RefundState.FAILED and refund.error in WAITING_CODES


def _tell_of_refund(scene: str, refund: Refund, event: OfRefund) -> None:
    cash = refund.route == RefundRoute.COUNTER_CASH
    notify(
        hospital_id=refund.hospital_id,
        scene=scene,
        patient_id=refund.patient_id,
        account_id=event.account_id or own_account_of(refund.patient_id),
        data={
            "patient": refund.patient.name,
            "hospital": refund.hospital.name,
            "amount": f"{fen_to_yuan(refund.amount_fen)}元",
            "way": "窗口现金" if cash else "原支付账户",
            "refund_no": refund.refund_no,
        },
        dedupe_key=f"{scene}:{refund.pk}:{refund.reissued}",
    )


@subscribe(RefundSucceeded, name="billing.tell_of_refund")
def tell_of_refund(event: RefundSucceeded) -> None:
    _tell_of_refund("refund_succeeded", _record_refund(event), event)


@subscribe(RefundFailed, name="billing.tell_of_failed_refund")
def tell_of_failed_refund(event: RefundFailed) -> None:
    """Not once it has succeeded after all, nor while its cash only waits at the window."""
    refund = _record_refund(event)
    if refund.state != RefundState.SUCCEEDED and not _waits(refund):
        _tell_of_refund("refund_failed", refund, event)


@subscribe(RefundCancelled, name="billing.undo_cancelled_refund")
def undo_refund(event: RefundCancelled) -> None:
    """HIS would not have it: what it was for stays paid, and the patient is told that nothing comes."""
    restore_bills(event.refund_id)
    _tell_of_refund("refund_failed", _record_refund(event), event)


@subscribe(events.CardBalancesAnnounced, name="billing.tell_of_balances", queue="bulk")
def tell_of_balances(event: events.CardBalancesAnnounced) -> None:
    """A batch at a time, after everything that is more urgent."""
    tell_next(event.announcement_id)
