"""Paying at a clinic in front of the sandbox, with the workers' part done step by step in the test's own process."""

import datetime as dt
from typing import Any
from uuid import UUID, uuid4

from django.db import transaction
from django.test import Client

from apps.payments.models import PaymentAttempt, PaymentOrder, Refund
from apps.payments.services.advance_order import advance_order
from apps.payments.services.advance_refund import advance_refund
from apps.payments.services.checks import check_attempt
from apps.payments.services.merchants import _channel, _known, open_merchant
from kernel import clock, leases
from kernel.models import OutboxEvent
from kernel.outbox.events import rebuild, subscriptions_of
from tests.scheduling.support import MINI, NOW, TODAY, book, first_slot, open_session
from tests.support.payment_sandbox import PaymentSandbox, PushReceiver, ReceivedPush
from tests.support.world import World

ROUNDS = 30
STEPS = ((PaymentOrder, advance_order), (PaymentAttempt, check_attempt), (Refund, advance_refund))


def forget_channels() -> None:
    """The process knows no merchant account and makes every channel anew: another test's have the same ids."""
    _channel.cache_clear()
    _known.clear()


class Till:
    """Everything a payment test needs: the world, the providers, and the moment."""

    def __init__(self, world: World, sandbox: PaymentSandbox, receiver: PushReceiver) -> None:
        self.world, self.sandbox, self.receiver = world, sandbox, receiver
        self.now = NOW
        self._delivered = 0
        forget_channels()
        self.merchant = open_merchant(
            hospital=world.h1, channel="wechat_pay", name="微信支付", config=sandbox.merchant("wechat_pay")
        )
        self.move_to(NOW)

    def offer(self, *channels: str) -> None:
        """The hospital takes these too."""
        for channel in channels:
            config = self.sandbox.merchant(channel)
            open_merchant(hospital=self.world.h1, channel=channel, name=channel, config=config)

    def move_to(self, moment: dt.datetime) -> None:
        """Our clock and the providers' go on from there."""
        self.now = moment
        clock.set_source(lambda: self.now)
        self.sandbox.move_to(moment)

    def later(self, **delta: float) -> None:
        """So much later."""
        self.move_to(self.now + dt.timedelta(**delta))

    def post(self, who: str, path: str, body: Any = None, *, key: str | None = None) -> Any:
        """POST as that mini-program user."""
        return self.world.client(who).post(
            f"{MINI}/{path}", body or {}, format="json", HTTP_IDEMPOTENCY_KEY=key or uuid4().hex
        )

    def hold(self, who: str = "patient_a", **session: Any) -> dict[str, Any]:
        """A number of today, held until it is paid."""
        answer = book(self.world, who, first_slot(open_session(self.world, **session)), "same_day")
        assert answer.status_code == 201, answer.content
        return answer.json()

    def checkout(self, who: str, appointment_id: str) -> PaymentOrder:
        """The order of a registration's fee."""
        answer = self.post(who, f"appointments/{appointment_id}/checkout")
        assert answer.status_code == 201, answer.content
        return PaymentOrder.objects.get(pk=answer.json()["id"])

    def prepay(self, who: str, order: PaymentOrder, channel: str = "wechat_pay") -> PaymentAttempt:
        """The payer's app has what it needs."""
        answer = self.post(who, f"payment-orders/{order.pk}/pay", {"channel": channel})
        assert answer.status_code == 201, answer.content
        return PaymentAttempt.objects.get(pk=answer.json()["id"])

    def confirm(self, attempt: PaymentAttempt) -> None:
        """The payer confirms; the push is on its way."""
        self.sandbox.pay(attempt.channel, attempt.out_trade_no)

    def deliver(self, count: int = 1) -> list[int]:
        """Bring the next pushes of the providers to our callback; the statuses they got."""
        pushes = self.receiver.wait(self._delivered + count)[self._delivered :]
        self._delivered += len(pushes)
        return [self.bring(push).status_code for push in pushes]

    def bring(self, push: ReceivedPush) -> Any:
        """One push to our callback, as it arrived; the answer."""
        kind = push.headers.get("content-type", "application/json")
        extra = {f"HTTP_{name.upper().replace('-', '_')}": value for name, value in push.headers.items()}
        return Client().post(push.path, push.body, content_type=kind, **extra)

    def work(self) -> None:
        """The workers do what is due now, until nothing is."""
        for _ in range(ROUNDS):
            if not (self._events() + self._due()):
                return
        raise AssertionError("the workers never come to rest")

    def _events(self) -> int:
        events = list(OutboxEvent.objects.filter(published_at=None).order_by("id"))
        for row in events:
            OutboxEvent.objects.filter(pk=row.pk).update(published_at=clock.now())
            for subscription in subscriptions_of(row.topic):
                with transaction.atomic():
                    subscription.handler(rebuild(subscription.event, row.payload))
        return len(events)

    def _due(self) -> int:
        found: list[tuple[Any, UUID]] = [(step, pk) for model, step in STEPS for pk in leases.due(model, 100)]
        for step, pk in found:
            step(pk)
        return len(found)


__all__ = ["MINI", "NOW", "TODAY", "Till", "forget_channels"]
