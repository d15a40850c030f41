"""Opening a payment order, and finding the one that is open already."""

import datetime as dt
from collections.abc import Sequence
from dataclasses import dataclass
from uuid import UUID

from django.db import IntegrityError, transaction

from apps.identity.models import Hospital, PartnerApplication, StaffMember, WeChatAccount
from apps.payments import errors, settings
from apps.payments.models import PaymentOrder, PaymentOrderLine, PaymentOrigin
from apps.payments.payables import PAYABLES, Scene, UnknownSubject
from apps.payments.states import OrderState
from kernel import clock, ids, leases
from kernel.errors import TooManyRequests
from kernel.locks import lock_one
from kernel.money import MAX_FEN, fen_to_yuan

NUMBERS = ids.NumberSeries("payment_order", "ZF")
MAX_TITLE = 120
MAX_OPEN = 20


@dataclass(frozen=True, slots=True)
class LineSpec:
    """One whole thing to be paid; `department_id`: whose it is."""

    subject_type: str
    subject_id: UUID
    title: str
    amount_fen: int
    department_id: UUID | None = None


@dataclass(frozen=True, slots=True)
class Opener:
    """Who opens an order, and through which application."""

    application: str
    account: WeChatAccount | None = None
    staff: StaffMember | None = None
    partner: PartnerApplication | None = None


def open_order(
    *,
    hospital: Hospital,
    patient_id: UUID,
    scene: Scene,
    lines: Sequence[LineSpec],
    description: str,
    expires_at: dt.datetime,
    application: str,
    account: WeChatAccount | None = None,
    staff: StaffMember | None = None,
    partner: PartnerApplication | None = None,
    origin: PaymentOrigin | None = None,
) -> PaymentOrder:
    """A new pending order, or the one that is open for exactly these lines.

    SubjectBeingPaid when a line stands in another live order; AmountNotAllowed; OrderExpired when the time is over.
    UnknownSubject for what nobody has registered. `origin` None: as the opener has it.
    """
    _check_known(lines, scene)
    total = _total(hospital, lines, scene)
    if expires_at <= clock.now():
        raise errors.OrderExpired
    opener = Opener(application, account, staff, partner)
    _check_open(opener, patient_id)
    number = NUMBERS.next(hospital.pk, clock.today())
    order = PaymentOrder(
        hospital=hospital,
        patient_id=patient_id,
        department_id=_department(lines),
        order_no=number,
        scene=scene.value,
        description=description[:MAX_TITLE],
        amount_fen=total,
        expires_at=expires_at,
        due_at=expires_at,
        origin=origin or (PaymentOrigin.ONLINE if account or partner else PaymentOrigin.COUNTER),
    )
    return _insert(order, opener, lines) or _open_already(lines, expires_at, opener)


def lock_order_of(subject_type: str, subject_id: UUID) -> PaymentOrder | None:
    """The order in which the subject is being paid, or is paid, under its lock."""
    lines = PaymentOrderLine.objects.filter(subject_type=subject_type, subject_id=subject_id, is_live=True)
    order_id = lines.values_list("order_id", flat=True).first()
    order = lock_one(PaymentOrder.objects, pk=order_id) if order_id else None
    return order if order and lines.filter(order=order).exists() else None


def _check_known(lines: Sequence[LineSpec], scene: Scene) -> None:
    """UnknownSubject unless everything is registered as payable, with the scene."""
    for line in lines:
        payable = PAYABLES.get(line.subject_type)
        if payable is None or scene not in payable.scenes:
            raise UnknownSubject(f"{line.subject_type} as {scene.value}")


def _department(lines: Sequence[LineSpec]) -> UUID | None:
    """The department of all of them; None when there are several."""
    departments = {line.department_id for line in lines}
    return departments.pop() if len(departments) == 1 else None


def _check_open(opener: Opener, patient_id: UUID) -> None:
    """TooManyRequests while the account, or the application for that patient, has as many open as anybody could pay."""
    pending = PaymentOrder.objects.filter(state=OrderState.PENDING)
    if opener.account is not None:
        pending = pending.filter(account=opener.account)
    elif opener.partner is not None:
        pending = pending.filter(patient_id=patient_id, partner=opener.partner)
    else:
        return
    if pending.count() >= MAX_OPEN:
        raise TooManyRequests(retry_after=60)


def check_opener(order: PaymentOrder, partner: PartnerApplication | None = None) -> None:
    """SubjectBeingPaid for an order of another application: its money and its limits are that one's (rule 8)."""
    if order.partner_id != (partner.pk if partner else None):
        raise _being_paid({order.pk: order})


def _insert(order: PaymentOrder, opener: Opener, lines: Sequence[LineSpec]) -> PaymentOrder | None:
    """None when a line stands in another live order."""
    order.application, order.account = opener.application, opener.account
    order.opened_by, order.partner = opener.staff, opener.partner
    try:
        with transaction.atomic():
            order.save(force_insert=True)
            _write_lines(order, lines)
    except IntegrityError as error:
        if "payment_line_subject_once" not in str(error):
            raise
        return None
    return order


def _write_lines(order: PaymentOrder, lines: Sequence[LineSpec]) -> None:
    ordered = sorted(lines, key=lambda line: (line.subject_type, line.subject_id))
    PaymentOrderLine.objects.bulk_create(
        PaymentOrderLine(
            order=order,
            position=position,
            subject_type=line.subject_type,
            subject_id=line.subject_id,
            title=line.title[:MAX_TITLE],
            amount_fen=line.amount_fen,
        )
        for position, line in enumerate(ordered, start=1)
    )


def _total(hospital: Hospital, lines: Sequence[LineSpec], scene: Scene) -> int:
    total = sum(line.amount_fen for line in lines)
    most = settings.MAX_ORDER_FEN.of(hospital) if scene.is_bounded else MAX_FEN
    if not lines or any(line.amount_fen <= 0 for line in lines) or total > min(most, MAX_FEN):
        raise errors.AmountNotAllowed(most_yuan=fen_to_yuan(most))
    return total


def _open_already(lines: Sequence[LineSpec], expires_at: dt.datetime, opener: Opener) -> PaymentOrder:
    """The pending order of exactly these lines, payable until `expires_at` again; SubjectBeingPaid otherwise."""
    wanted = {(line.subject_type, line.subject_id, line.amount_fen) for line in lines}
    live = PaymentOrderLine.objects.filter(is_live=True, subject_id__in=[line.subject_id for line in lines])
    held = [row for row in live.select_related("order") if (row.subject_type, row.subject_id) in _keys(lines)]
    orders = {row.order_id: row.order for row in held}
    if len(orders) == 1:
        order = next(iter(orders.values()))
        check_opener(order, opener.partner)
        has = {(row.subject_type, row.subject_id, row.amount_fen) for row in order.lines.all()}
        if has == wanted and _prolong(order, expires_at):
            return order
    raise _being_paid(orders)


def _prolong(order: PaymentOrder, expires_at: dt.datetime) -> bool:
    """Somebody wants to pay it still, or again: one that was given up or has expired, but which a channel has not let
    us close yet, goes on. False once it is no longer pending."""
    if expires_at <= order.expires_at:
        return order.state == OrderState.PENDING
    pending = PaymentOrder.objects.filter(pk=order.pk, state=OrderState.PENDING)
    if not pending.update(expires_at=expires_at, due_at=expires_at, close_cause="", updated_at=clock.now()):
        return False
    order.expires_at, order.close_cause = expires_at, ""
    return True


def _keys(lines: Sequence[LineSpec]) -> set[tuple[str, UUID]]:
    return {(line.subject_type, line.subject_id) for line in lines}


def _being_paid(orders: dict[UUID, PaymentOrder]) -> errors.SubjectBeingPaid:
    """Which order has it; one whose time is over is looked at now, so that a repetition succeeds soon."""
    order = next(iter(orders.values()), None)
    if order is not None and order.state == OrderState.PENDING and order.expires_at <= clock.now():
        leases.wake(PaymentOrder, order.pk)
    return errors.SubjectBeingPaid(
        retry_after=2,
        order_id=str(order.pk) if order else "",
        order_no=order.order_no if order else "",
        state=order.state if order else "",
    )
