"""出院结算 as people see it, and where the money of a stay's deposit came from."""

from typing import Any
from uuid import UUID

from django.db.models import QuerySet

from apps.identity.models import WeChatAccount
from apps.inpatient.models import DepositTransaction, DischargeSettlement
from apps.inpatient.selectors.deposits import account_of
from apps.patients.selectors import bound_patients
from apps.payments.selectors.orders import order_of, orders_about, orders_into
from apps.payments.selectors.refunds import decided_by
from apps.payments.states import RefundState
from apps.payments.types import PaymentOrder
from kernel.errors import NotFound

#: Names a settlement among the lines of payment orders.
SUBJECT = "inpatient.settlement"


def deposit_orders(admission_id: UUID) -> QuerySet[PaymentOrder]:
    """Posted orders that the deposit of the stay came by and that still hold something."""
    deposits = DepositTransaction.objects.filter(admission=admission_id, order__isnull=False)
    settled = DischargeSettlement.objects.filter(admission=admission_id, collect_fen__gt=0)
    keys = [
        *deposits.values_list("order_id", flat=True),
        *orders_about(SUBJECT, settled.values_list("pk", flat=True)),
    ]
    return orders_into(account_of(admission_id), keys)


def settlements_of(account: WeChatAccount) -> QuerySet[DischargeSettlement]:
    """Of the patients that are bound to the account now."""
    return DischargeSettlement.objects.filter(patient_id__in=bound_patients(account))


def one(queryset: QuerySet[DischargeSettlement], settlement_id: UUID) -> DischargeSettlement:
    """One of them; NotFound."""
    found = listed(queryset).filter(pk=settlement_id).first()
    if found is None:
        raise NotFound
    return found


def listed(queryset: QuerySet[DischargeSettlement]) -> QuerySet[DischargeSettlement]:
    """With what a row shows."""
    return queryset.select_related(
        "hospital", "department", "patient", "admission", "made_by", "approval", "reopened_by"
    )


def newest_of(admission_id: UUID) -> DischargeSettlement | None:
    """The last settlement of a stay, whatever became of it."""
    return listed(DischargeSettlement.objects.filter(admission=admission_id)).order_by("-id").first()


def money_of(settlement: DischargeSettlement) -> dict[str, Any]:
    """Its order, if the patient has something to pay, and what has gone back already."""
    order = order_of(SUBJECT, settlement.pk)
    back = decided_by(settlement.pk).filter(state=RefundState.SUCCEEDED).values_list("amount_fen", flat=True)
    return {
        "order_id": order.pk if order else None,
        "order_state": order.state if order else None,
        "returned_fen": sum(back),
    }
