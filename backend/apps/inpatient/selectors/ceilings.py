"""押金上限: how much the deposit of a stay may hold."""

from django.db.models import Sum

from apps.billing.states import TopUpState
from apps.inpatient.models import Admission, DepositCeiling, DepositTransaction
from apps.payments.states import OrderState

#: Orders that may still bring money.
_UNDER_WAY = (OrderState.PENDING, OrderState.PAID_UNPOSTED)


def ceiling_of(stay: Admission) -> int | None:
    """In fen; None: there is none. The longest code that the diagnosis' begins with wins, then the longest name."""
    code = stay.diagnosis_code.upper()
    rows = DepositCeiling.objects.filter(
        hospital_id=stay.hospital_id, payer_type=stay.payer_type, is_active=True,
        code_prefix__in=[code[:length] for length in range(len(code) + 1)],
    )  # fmt: skip
    fitting = [row for row in rows if row.diagnosis_name in stay.diagnosis]
    best = max(fitting, key=lambda row: (len(row.code_prefix), len(row.diagnosis_name)), default=None)
    return best.ceiling_fen if best else None


def under_way(stay: Admission) -> int:
    """What others are about to pay, in fen."""
    rows = DepositTransaction.objects.filter(
        admission=stay, state=TopUpState.PENDING, order__state__in=_UNDER_WAY
    )
    return rows.aggregate(total=Sum("amount_fen"))["total"] or 0
