"""What inpatient can be paid for: deposits, and what they lack at a settlement."""

from collections.abc import Iterable, Mapping, Sequence
from uuid import UUID

from apps.billing.services.checkout import INPATIENT_DEPOSIT
from apps.billing.states import TopUpState
from apps.inpatient.models import DepositTransaction, DischargeSettlement
from apps.inpatient.selectors.settlements import SUBJECT as SETTLEMENT_SUBJECT
from apps.inpatient.services import collecting, deposits
from apps.payments import payables
from apps.payments.payables import Credit, PayableLine, RefundRule
from apps.payments.ports import PostedLine
from apps.payments.types import PaymentOrder

Lines = Sequence[PayableLine]


class Deposits(payables.Payable):
    """The deposit of a stay is raised."""

    subject_type = deposits.SUBJECT
    scenes = (INPATIENT_DEPOSIT,)

    def settle(self, order: PaymentOrder, lines: Lines) -> list[Credit]:
        """As `credit_deposit`."""
        return [
            Credit(line.line_id, deposits.credit_deposit(deposit_id=line.subject_id, order=order))
            for line in lines
        ]

    def describe(self, order: PaymentOrder, lines: Lines) -> list[PostedLine]:
        """By the number of the stay."""
        rows = DepositTransaction.objects.filter(pk__in=[line.subject_id for line in lines])
        return _described(order, lines, dict(rows.values_list("pk", "admission__admission_no")))

    def closed(self, order: PaymentOrder, lines: Lines) -> None:
        """The deposit is closed."""
        deposits.end_deposit(order_id=order.pk, state=TopUpState.CLOSED)

    def returned(self, order: PaymentOrder, lines: Lines) -> None:
        """The deposit is returned."""
        deposits.end_deposit(order_id=order.pk, state=TopUpState.RETURNED)


def _described(order: PaymentOrder, lines: Lines, stays: Mapping[UUID, str]) -> list[PostedLine]:
    return [
        PostedLine(
            f"{order.order_no}-{line.position}",
            "",
            order.scene,
            line.amount_fen,
            admission_no=stays[line.subject_id],
        )
        for line in lines
    ]


class Settlements(payables.Payable):
    """What a deposit lacks to cover the charges."""

    subject_type = SETTLEMENT_SUBJECT
    scenes = (collecting.SETTLEMENT,)

    def settle(self, order: PaymentOrder, lines: Lines) -> list[Credit]:
        """As `credit`; the stay is settled once this is posted."""
        return [Credit(line.line_id, collecting.credit(line.subject_id)) for line in lines]

    def describe(self, order: PaymentOrder, lines: Lines) -> list[PostedLine]:
        """By the number of the stay."""
        rows = DischargeSettlement.objects.filter(pk__in=[line.subject_id for line in lines])
        return _described(order, lines, dict(rows.values_list("pk", "admission__admission_no")))

    def refund_rules(self, subject_ids: Iterable[UUID]) -> dict[UUID, RefundRule]:
        """It goes back with the deposit only."""
        return dict.fromkeys(subject_ids, RefundRule(in_app=False))
