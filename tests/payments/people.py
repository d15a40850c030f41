"""What patients, payers and clerks of a hospital may do next, each by the product's own services.

What the product refuses is a refusal, and nothing else happens.
"""

import contextlib
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from functools import partial
from urllib.parse import parse_qs

from apps.billing.models import Bill
from apps.billing.selectors.card_balance import balance_of
from apps.billing.services.card_refund import refund_card
from apps.billing.services.card_top_up import open_top_up
from apps.billing.services.checkout import open_payment
from apps.billing.services.refund_in_app import refund_in_app
from apps.payments.channels.base import PayMethod
from apps.payments.channels.counter import AT_COUNTER
from apps.payments.models import CloseCause, PaymentAttempt, PaymentOrder, Refund
from apps.payments.services.advance_order import give_up
from apps.payments.services.counter import pay_from_card
from apps.payments.services.pay import pay_online
from apps.scheduling.models import Appointment, AppointmentKind, ClinicSession
from apps.scheduling.services.book import book_for_account
from apps.scheduling.services.cancel import cancel_by_patient
from kernel.errors import DomainError
from tests.billing.support import issue
from tests.payments.clerk import Clerk
from tests.payments.support import NOW, Till
from tests.scheduling.support import bind, first_slot, open_session
from tests.support.payment_sandbox import ReceivedPush
from workflows.registration_fee.bill import find
from workflows.registration_fee.collect import checkout

METHODS = {
    "wechat_pay": PayMethod.MINI_PROGRAM,
    "alipay": PayMethod.QR_CODE,
    "unionpay": PayMethod.APP,
}
FAMILY = ("patient_a", "patient_b")
MISSHAPEN = ("bad_signature", "stale", "wrong_amount", "probe")
SETTINGS = {
    "booking.attempts_per_minute": 0,
    "booking.no_show_limit": 0,
    "billing.card_top_up_enabled": True,
    "billing.card_top_up_min_fen": 1,
    "billing.invoice_desk": "",
}
Move = Callable[[], None]


@dataclass
class People:
    """Two accounts of a family, patient A with a card, a clerk, and two doctors with a session each."""

    till: Till
    clerk: Clerk = field(init=False)
    pushes: list[ReceivedPush] = field(default_factory=list)
    sessions: list[ClinicSession] = field(default_factory=list)

    def __post_init__(self) -> None:
        self.clerk = Clerk(self.till)

    def begin(self, *, driver: str, route: str, refund_seconds: int) -> None:
        """The morning. B's account has bound A's card too."""
        world, sandbox = self.till.world, self.till.sandbox
        sandbox.reset()
        self.till.receiver.received.clear()
        self.till.move_to(NOW)
        world.h1.settings = SETTINGS | {
            "his.driver": driver,
            "payment.registration_refund_route": route,
        }
        world.h1.save(update_fields=["settings"])
        for card in world.cards.values():
            card.hospital.settings = world.h1.settings
        self.binding = bind(world, "patient_b", world.patients["patient_a"])
        hours = {"start": "09:00", "end": "17:00", "slot_minutes": 0, "capacity": 1}
        self.sessions = [open_session(world, doctor=name, **hours) for name in ("doctor_a", "doctor_b")]
        sandbox.settings("wechat_pay", refund_delay_ms=refund_seconds * 1_000)
        sandbox.settings("unionpay", refund_seconds=refund_seconds)

    def moves(self, number: int) -> list[Move]:
        """What can be done now, oldest things first; `number` decides between variants."""
        return [
            *(partial(self.hold, who, number % 2) for who in FAMILY),
            partial(self.prescribe, FAMILY[number % 2]),
            partial(self.top_up, FAMILY[number % 2]),
            *(move for row in Appointment.objects.order_by("pk") for move in self._with_appointment(row, number)),
            *(move for row in PaymentOrder.objects.order_by("pk") for move in self._with_order(row, number)),
            *(move for row in PaymentAttempt.objects.order_by("pk") for move in self._with_attempt(row, number)),
            *(partial(self.deliver, push) for push in self.pushes[-3:]),
            *self._with_failed(),
            *self._with_card(),
            *([partial(self.clerk.stop_session, self.sessions[1])] if number == 9 else []),
        ]  # fmt: skip

    def _with_appointment(self, row: Appointment, number: int) -> Iterator[Move]:
        if row.state not in ("pending", "booked"):
            return
        yield partial(self.cancel, row)
        if row.payment_status == "unpaid":
            yield partial(self.checkout, row, FAMILY[number % 2])
            yield partial(self.clerk.settle_appointment, row)
        else:
            yield partial(self.clerk.cancel_by_staff, row)
        if row.payment_status == "paid_at_counter":
            yield partial(self.clerk.reverse, row)

    def _with_order(self, order: PaymentOrder, number: int) -> Iterator[Move]:
        if order.state == "pending":
            for channel in METHODS:
                yield partial(self.prepay, order, channel, FAMILY[number % 2])
            yield partial(self.give_up, order)
            yield partial(self.clerk.settle_order, order, AT_COUNTER[number % 2])
            if balance_of(self.till.world.cards["patient_a"]) >= order.amount_fen:
                yield partial(self.pay_with_card, order)
        elif order.state == "posted" and order.refunded_fen < order.amount_fen:
            yield partial(self.refund_in_app, order)
            yield partial(self.clerk.refund_at_window, order)

    def _with_attempt(self, attempt: PaymentAttempt, number: int) -> Iterator[Move]:
        if attempt.channel not in METHODS:
            return
        if attempt.paid_fen:
            yield partial(self.push_again, attempt)
            return
        yield partial(self.confirm, attempt, "good")
        yield partial(self.confirm, attempt, ("lose", *MISSHAPEN)[number % 5])

    def _with_failed(self) -> Iterator[Move]:
        for refund in Refund.objects.filter(state="failed").order_by("pk"):
            yield partial(self.clerk.send_again, refund)
            yield partial(self.clerk.pay_out, refund)

    def _with_card(self) -> Iterator[Move]:
        held = balance_of(self.till.world.cards["patient_a"])
        if held:
            yield partial(self.refund_card, held)
            yield partial(self.clerk.refund_card_at_window, 1)

    def hold(self, who: str, session: int) -> None:
        binding = self.binding.pk if who == "patient_b" else None
        with contextlib.suppress(DomainError):
            book_for_account(
                account=self.till.world.accounts[who],
                binding_id=binding,
                slot_id=first_slot(self.sessions[session]).pk,
                kind=AppointmentKind.SAME_DAY,
            )

    def checkout(self, appointment: Appointment, who: str) -> None:
        account = self.till.world.accounts[who]
        with contextlib.suppress(DomainError):
            checkout(find(appointment.pk), account=account, application="miniprogram")

    def prescribe(self, who: str) -> None:
        """Something to pay besides; everything that the patient owes is to be paid in one order."""
        world = self.till.world
        issue(world)
        patient = world.patients["patient_a"]
        owed = Bill.objects.filter(patient=patient, status="issued").order_by("pk")
        with contextlib.suppress(DomainError):
            open_payment(
                hospital=world.h1,
                patient_id=patient.pk,
                bill_ids=list(owed.values_list("pk", flat=True)),
                application="miniprogram",
                account=world.accounts[who],
            )

    def top_up(self, who: str) -> None:
        world = self.till.world
        with contextlib.suppress(DomainError):
            open_top_up(
                card=world.cards["patient_a"],
                amount_fen=5_000,
                application="miniprogram",
                account=world.accounts[who],
            )

    def prepay(self, order: PaymentOrder, channel: str, who: str) -> None:
        openid = self.till.world.accounts[who].openid
        with contextlib.suppress(DomainError):
            pay_online(order=order, channel=channel, method=METHODS[channel], payer_id=openid)

    def confirm(self, attempt: PaymentAttempt, push: str) -> None:
        """The payer confirms at the provider, if it still lets them; the push arrives, misshapen, or never."""
        rules = [{"kind": push, "times": 1, "match": "trade"}] if push != "good" else []
        self.till.sandbox.push_faults(attempt.channel, *rules)
        if self._at_provider(attempt, "pay") and push != "lose":
            self._wait_for_push()
        self.till.sandbox.push_faults(attempt.channel)

    def push_again(self, attempt: PaymentAttempt) -> None:
        if self._at_provider(attempt, "push"):
            self._wait_for_push()

    def _at_provider(self, attempt: PaymentAttempt, what: str) -> bool:
        body = {"out_trade_no": attempt.out_trade_no, "payer": ""}
        path = f"/_sandbox/{attempt.channel}/{what}"
        return self.till.sandbox.http.post(path, json=body).status_code == 200

    def _wait_for_push(self) -> None:
        received = self.till.receiver.received
        while len(found := [push for push in list(received) if is_trade(push)]) == len(self.pushes):
            self.till.receiver.wait(len(received) + 1)
        self.pushes = found

    def deliver(self, push: ReceivedPush) -> None:
        """A push of a payment, however old, however often; and those of refunds that are there."""
        self.till.bring(push)
        for other in list(self.till.receiver.received):
            if not is_trade(other):
                self.till.bring(other)

    def give_up(self, order: PaymentOrder) -> None:
        with contextlib.suppress(DomainError):
            give_up(order, cause=CloseCause.GIVEN_UP)

    def pay_with_card(self, order: PaymentOrder) -> None:
        with contextlib.suppress(DomainError):
            pay_from_card(order=order, card=self.till.world.cards["patient_a"])

    def cancel(self, appointment: Appointment) -> None:
        with contextlib.suppress(DomainError):
            cancel_by_patient(find(appointment.pk))

    def refund_in_app(self, order: PaymentOrder) -> None:
        account = self.till.world.accounts["patient_a"]
        with contextlib.suppress(DomainError):
            refund_in_app(order=order, application="miniprogram", account=account, reason="不用了")

    def refund_card(self, amount_fen: int) -> None:
        with contextlib.suppress(DomainError):
            refund_card(
                card=self.till.world.cards["patient_a"],
                amount_fen=amount_fen,
                reason="不用了",
                application="miniprogram",
                account=self.till.world.accounts["patient_a"],
            )


def is_trade(push: ReceivedPush) -> bool:
    """Whether a push speaks of money that came, not of a refund or of an end."""
    if push.body.startswith(b"{"):
        return b"TRANSACTION." in push.body
    fields = parse_qs(push.body.decode())
    return fields.get("txnType") == ["01"] or ("gmt_payment" in fields and "refund_fee" not in fields)
