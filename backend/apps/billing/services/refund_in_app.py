"""The patient's own refund of bills: by the way they were paid, what was paid online through the same application."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from uuid import UUID

from django.db import transaction

from apps.billing import errors, settings
from apps.billing.models import Bill, RefundRequest
from apps.billing.services.refund_allowance import Allowance, allowed_of, ask_his, bills_in
from apps.billing.services.refund_bills import refund_bills
from apps.billing.services.refund_requests import not_yet_asked
from apps.billing.services.refund_rules import check_given_up, check_paid_here, route_of_bill
from apps.identity.models import WeChatAccount
from apps.payments.states import OrderState
from apps.payments.types import PaymentOrder, RefundCause, RefundRoute
from kernel.errors import StateConflict
from kernel.idempotency import store


@dataclass(frozen=True, slots=True)
class BillQuote:
    """What would go back now: of which bills how much. `allowances` is what HIS said of them."""

    bills: Mapping[UUID, Bill]
    amounts: Mapping[UUID, int]
    allowances: Mapping[UUID, Allowance]


def quote_in_app(*, order: PaymentOrder, application: str, wanted: Sequence[UUID] | None = None) -> BillQuote:
    """How much of each of the `wanted` bills (None: of all in the order) may go back. Not inside a transaction.

    NotFound, StateConflict (not posted), RefundNotPaidHere, RefundAtCounter, AppointmentStands, ServiceUnavailable and
    HisRefusedRefund.
    """
    bills = bills_in(order, wanted)
    if order.state != OrderState.POSTED:
        raise StateConflict(current=order.state)
    check_paid_here(order, application)
    _check_route(order, bills)
    check_given_up(list(bills.values()))
    allowances = ask_his(order, bills)
    return BillQuote(bills, allowed_of(order, allowances), allowances)


def _check_route(order: PaymentOrder, bills: Mapping[UUID, Bill]) -> None:
    ways = {key: route_of_bill(order.hospital, bill) for key, bill in bills.items()}
    at_counter = [key for key, way in ways.items() if way == RefundRoute.COUNTER_CASH]
    if at_counter:
        raise errors.RefundAtCounter(
            bring=settings.REFUND_COUNTER_NOTE.of(order.hospital),
            bill_ids=[str(key) for key in at_counter],
            fee_fen=sum(bills[key].amount_fen for key in at_counter),
        )


def refund_in_app(
    *,
    order: PaymentOrder,
    application: str,
    account: WeChatAccount | None = None,
    reason: str,
    wanted: Sequence[UUID] | None = None,
    check: Callable[[str, int], None] | None = None,
) -> RefundRequest:
    """Give back all that may go back of the `wanted` bills. Not inside a transaction.

    Errors as `quote_in_app`, and NothingRefundable: of one that was named, or of all, nothing is left;
    RefundRequested: the window has been asked for it, which staff see to. `check` may refuse what goes back through
    a channel.
    """
    quote = quote_in_app(order=order, application=application, wanted=wanted)
    empty = [str(key) for key, amount in quote.amounts.items() if not amount]
    amounts = {key: amount for key, amount in quote.amounts.items() if amount}
    if not amounts or (wanted is not None and empty):
        raise errors.NothingRefundable(bill_ids=empty)
    with transaction.atomic():
        not_yet_asked(order, dict(amounts), amounts)
        if check is not None:
            check(order.channel, sum(amounts.values()))
        request = refund_bills(
            order=order,
            bill_amounts=amounts,
            cause=RefundCause.PATIENT,
            reason=reason,
            application=application,
            route=RefundRoute.ORIGINAL,
            account=account,
            allowances={key: quote.allowances[key] for key in amounts},
        )
        store.finish_with(request.pk)
    return request
