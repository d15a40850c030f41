"""What billing can be paid for: bills, and top-ups of cards."""

import datetime as dt
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import replace
from uuid import UUID

from django.db.models import Min

from apps.billing.models import Bill, BillKind
from apps.billing.services import card_top_up, checkout
from apps.billing.services.refund_rules import rules_of
from apps.billing.services.settle import mark_paid
from apps.billing.states import TopUpState
from apps.payments import payables
from apps.payments.payables import Credit, PayableLine, RefundRule
from apps.payments.ports import PostedLine
from apps.payments.services.ledger import Account, AccountKind
from apps.payments.types import PaymentOrder

Lines = Sequence[PayableLine]


class Bills(payables.Payable):
    """Bills are paid, and with them what they are for, if that is registered: a number becomes the patient's."""

    subject_type = checkout.SUBJECT
    scenes = checkout.SCENES

    def settle(self, order: PaymentOrder, lines: Lines) -> list[Credit]:
        """NotFound, StateConflict (no longer issued, another amount), and what the subjects of the bills refuse."""
        bills = mark_paid(
            {line.subject_id: line.amount_fen for line in lines},
            hospital_id=order.hospital_id,
            paid_at=order.paid_at or order.created_at,
            channel=order.channel,
            order_id=order.pk,
            application=order.application,
            account_id=order.account_id,
        )
        by_id = {bill.pk: bill for bill in bills}
        own = [Credit(line.line_id, _account_of(by_id[line.subject_id])) for line in lines]
        settled = {
            credit.line_id: credit
            for payable, behind in payables.by_payable(list(_behind(lines, by_id)))
            for credit in payable.settle(order, behind)
        }
        return [settled.get(credit.line_id, credit) for credit in own]

    def payable_until(self, lines: Lines) -> dt.datetime | None:
        """With the first of the bills: a number is held no longer for who pays slowly."""
        ends = Bill.objects.filter(pk__in=[line.subject_id for line in lines], expires_at__isnull=False)
        first: dt.datetime | None = ends.aggregate(first=Min("expires_at"))["first"]
        return first

    def describe(self, order: PaymentOrder, lines: Lines) -> list[PostedLine]:
        """By the number of the bill, and HIS's own key."""
        bills = Bill.objects.only("bill_no", "external_id", "kind").in_bulk(
            [line.subject_id for line in lines]
        )
        found = [(bills[line.subject_id], line) for line in lines]
        return [
            PostedLine(bill.bill_no, bill.external_id, bill.kind, line.amount_fen) for bill, line in found
        ]

    def handed_out(self, order: PaymentOrder, lines: Lines, *, staff_id: UUID | None) -> None:
        """As what the bills are for has it."""
        bills = Bill.objects.in_bulk([line.subject_id for line in lines])
        for payable, behind in payables.by_payable(list(_behind(lines, bills))):
            payable.handed_out(order, behind, staff_id=staff_id)

    def refund_rules(self, subject_ids: Iterable[UUID]) -> dict[UUID, RefundRule]:
        """As rules.md 7 and 16 want it for each bill."""
        bills = Bill.objects.select_related("hospital").filter(pk__in=list(subject_ids))
        return rules_of(list(bills))


def _behind(lines: Lines, bills: dict[UUID, Bill]) -> Iterator[PayableLine]:
    """The lines as those of what their bills are for, where that has a Payable."""
    for line in lines:
        bill = bills[line.subject_id]
        if bill.subject_id is not None and payables.find(bill.subject_type) is not None:
            yield replace(line, subject_type=bill.subject_type, subject_id=bill.subject_id)


def _account_of(bill: Bill) -> Account:
    """Where a paid bill's money belongs."""
    if bill.kind == BillKind.INPATIENT_DEPOSIT:
        return Account(AccountKind.INPATIENT_DEPOSIT, str(bill.subject_id))
    return Account(AccountKind.REVENUE)


class CardTopUps(payables.Payable):
    """The balance of a card is raised."""

    subject_type = card_top_up.SUBJECT
    scenes = (checkout.CARD_TOP_UP,)

    def settle(self, order: PaymentOrder, lines: Lines) -> list[Credit]:
        """As `credit_card_top_up`."""
        return [
            Credit(line.line_id, card_top_up.credit_card_top_up(top_up_id=line.subject_id, order=order))
            for line in lines
        ]

    def closed(self, order: PaymentOrder, lines: Lines) -> None:
        """The top-up is closed."""
        card_top_up.end_top_up(order_id=order.pk, state=TopUpState.CLOSED)

    def returned(self, order: PaymentOrder, lines: Lines) -> None:
        """The top-up is returned."""
        card_top_up.end_top_up(order_id=order.pk, state=TopUpState.RETURNED)
