"""How much cash paid of one thing in an order, for whoever has to tell cash from the rest."""

from uuid import UUID

from apps.payments.drawers import CASH
from apps.payments.models import PaymentAttempt, PaymentOrderLine
from apps.payments.states import AttemptState


def cash_share(order_id: UUID, subject_id: UUID) -> int:
    """In fen. Of several tenders the cash covers what it covers where legs and lines are laid side by side, as reports
    have it (sql/money_lines.sql); refunds do not change it."""
    legs = PaymentAttempt.objects.filter(order=order_id, state=AttemptState.SUCCEEDED).order_by(
        "held_at", "pk"
    )
    lines = PaymentOrderLine.objects.filter(order=order_id).order_by("position")
    cash = _spans([(channel == CASH, fen) for channel, fen in legs.values_list("channel", "paid_fen")])
    mine = _spans([(key == subject_id, fen) for key, fen in lines.values_list("subject_id", "amount_fen")])
    return sum(max(min(a_end, b_end) - max(a, b), 0) for a, a_end in cash for b, b_end in mine)


def _spans(parts: list[tuple[bool, int]]) -> list[tuple[int, int]]:
    """Where those that count begin and end, laid one after the other."""
    spans, at = [], 0
    for counts, fen in parts:
        if counts:
            spans.append((at, at + fen))
        at += fen
    return spans
