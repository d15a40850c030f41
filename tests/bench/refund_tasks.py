"""Tasks of refunds of cards, run by tests.bench.inside."""

from typing import Any

from apps.billing.models import RefundRequest
from apps.billing.selectors.card_balance import account_of, balance_of
from apps.billing.services.card_top_up import open_top_up
from apps.identity.models import Hospital
from apps.patients.models import CardBinding, PatientCard
from apps.payments.channels.base import PayMethod, TradeResult, TradeState
from apps.payments.models import MerchantAccount, PaymentAttempt, PaymentOrder
from apps.payments.services.posting import post_order
from apps.payments.services.record_payment import record_paid
from apps.payments.services.verify_ledger import verify_ledger
from apps.payments.states import AttemptState
from kernel import clock, ids
from tests.bench.tasks import HOSPITAL, patient_tokens


def fill_cards(cards: str, rich: str, times: str, fen: str) -> list[str]:
    """Tokens of the owners of so many cards: the first `rich` were topped up so many times, the others once."""
    hospital = Hospital.objects.get(code=HOSPITAL)
    hospital.settings |= {"billing.card_top_up_enabled": True}
    hospital.save(update_fields=["settings"])
    people = patient_tokens(cards)
    for number, (_, patient) in enumerate(people):
        binding = CardBinding.objects.select_related("card", "account").get(
            account__app_id="bench", patient_id=patient
        )
        for _ in range(int(times) if number < int(rich) else 1):
            _top_up(binding, int(fen))
    return [token for token, _ in people]


def _top_up(binding: CardBinding, fen: int) -> None:
    """Paid and posted, as if the channel had told us."""
    made = open_top_up(card=binding.card, amount_fen=fen, application="miniprogram", account=binding.account)
    order, now = PaymentOrder.objects.get(pk=made.order_id), clock.now()
    attempt = PaymentAttempt.objects.create(
        hospital_id=order.hospital_id, order=order, channel="wechat_pay", method=PayMethod.MINI_PROGRAM,
        merchant=MerchantAccount.objects.get(channel="wechat_pay", is_active=True), out_trade_no=ids.uuid7().hex,
        amount_fen=fen, state=AttemptState.OPEN, started_at=now, expires_at=order.expires_at,
    )  # fmt: skip
    paid = TradeResult(
        TradeState.PAID, attempt.out_trade_no, amount_fen=fen, transaction_id=ids.uuid7().hex, paid_at=now
    )
    record_paid(attempt.pk, paid)
    post_order(PaymentOrder.objects.get(pk=order.pk))


def refunded() -> dict[str, Any]:
    """What went back, the cards whose refunds and balance are not what was topped up, the ledger's soundness."""
    back: dict[PatientCard, int] = {}
    for request in RefundRequest.objects.select_related("card"):
        back[request.card] = back.get(request.card, 0) + request.amount_fen
    wrong = [
        str(card.pk)
        for card, fen in back.items()
        if balance_of(card) < 0 or fen + balance_of(card) != _topped_up(card)
    ]
    return {"back": sum(back.values()), "wrong": wrong, "sound": verify_ledger().ok}


def _topped_up(card: PatientCard) -> int:
    orders = PaymentOrder.objects.filter(
        lines__ledger_owner=account_of(card.pk).owner, state="posted", scene="card_top_up"
    )
    return sum(orders.values_list("amount_fen", flat=True))
