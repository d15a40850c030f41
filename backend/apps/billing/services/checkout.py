"""Opening a payment of whole bills, for a patient in the mini-program or at the window."""

import datetime as dt
from collections.abc import Sequence
from uuid import UUID

from apps.billing import errors, settings
from apps.billing.models import Bill, BillKind
from apps.billing.selectors.payable import check_selection
from apps.identity.models import Hospital, PartnerApplication, StaffMember, WeChatAccount
from apps.payments.payables import Scene
from apps.payments.payers import PayerType
from apps.payments.services.advance_order import let_go_of
from apps.payments.services.orders import LineSpec, open_order
from apps.payments.types import CloseCause, PaymentOrder
from kernel import clock
from kernel.errors import Expectation, InvalidValue, NotFound
from kernel.idempotency import store

#: What the lines of a payment order of bills name.
SUBJECT = "billing.bill"
MAX_BILLS = 100
BILLS = Expectation("bills_at_once", f"一次 1 至 {MAX_BILLS} 张账单", f"1 to {MAX_BILLS} bills at once.")
REGISTRATION = Scene("registration", "挂号", "Registration")
OUTPATIENT = Scene("outpatient", "门诊缴费", "Outpatient bills")
CARD_TOP_UP = Scene("card_top_up", "就诊卡充值", "Card top-up", by_card=False)
INPATIENT_DEPOSIT = Scene("inpatient_deposit", "住院押金", "Inpatient deposit", for_strangers=True)
#: What paying bills may be.
SCENES = (REGISTRATION, OUTPATIENT, CARD_TOP_UP, INPATIENT_DEPOSIT)
#: Kinds that are paid in advance, each by itself.
_ALONE = {BillKind.CARD_TOP_UP.value: CARD_TOP_UP, BillKind.INPATIENT_DEPOSIT.value: INPATIENT_DEPOSIT}


def open_payment(
    *,
    hospital: Hospital,
    patient_id: UUID,
    bill_ids: Sequence[UUID],
    application: str,
    account: WeChatAccount | None = None,
    staff: StaffMember | None = None,
    partner: PartnerApplication | None = None,
    payer_type: str = PayerType.SELF_PAY,
) -> PaymentOrder:
    """A pending order of these bills of the patient at `hospital`, or the one that is open for exactly them.

    NotFound for a bill of somebody else; InsuranceNotSupported; BillsNotTogether; what `check_selection` and
    `payments.services.orders.open_order` refuse. The order ends with the first of the bills. Not in a transaction:
    a bill that is cancelled meanwhile is noticed when the payment is posted.
    """
    if payer_type != PayerType.SELF_PAY:
        raise errors.InsuranceNotSupported
    if not 0 < len(set(bill_ids)) <= MAX_BILLS:
        raise InvalidValue(field="bill_ids", expected=BILLS)
    rows = Bill.objects.filter(hospital=hospital, patient_id=patient_id, pk__in=bill_ids)
    bills = list(rows.order_by("pk"))
    if len(bills) != len(set(bill_ids)):
        raise NotFound
    scene = scene_of(bills)
    check_selection(bills)
    order = open_order(
        hospital=hospital,
        patient_id=patient_id,
        scene=scene,
        lines=[LineSpec(SUBJECT, bill.pk, bill.title, bill.amount_fen, bill.department_id) for bill in bills],
        description=_description(hospital, bills),
        expires_at=_expires_at(hospital, bills),
        application=application, account=account, staff=staff, partner=partner,
    )  # fmt: skip
    store.finish_with(order.pk)
    return order


def close_payments(*bill_ids: UUID, cause: CloseCause) -> None:
    """Nobody is to pay the bills any more: pending orders that have one are closed by a worker."""
    let_go_of(SUBJECT, bill_ids, cause=cause)


def scene_of(bills: Sequence[Bill]) -> Scene:
    """What is paid; BillsNotTogether when a payment in advance stands beside anything else."""
    kinds = {bill.kind for bill in bills}
    alone = kinds & _ALONE.keys()
    if alone and len(bills) > 1:
        raise errors.BillsNotTogether
    if alone:
        return _ALONE[alone.pop()]
    return REGISTRATION if kinds == {BillKind.REGISTRATION} else OUTPATIENT


def _expires_at(hospital: Hospital, bills: Sequence[Bill]) -> dt.datetime:
    longest = clock.now() + dt.timedelta(minutes=settings.ORDER_MINUTES.of(hospital))
    return min([longest, *(bill.expires_at for bill in bills if bill.expires_at is not None)])


def _description(hospital: Hospital, bills: Sequence[Bill]) -> str:
    rest = f"等 {len(bills)} 项" if len(bills) > 1 else ""
    return f"{hospital.name} {bills[0].title[:60]}{rest}"
