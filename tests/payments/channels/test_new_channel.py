"""A new channel is one class and one register line: here is one, whole, with its provider, and what it must promise."""

import datetime as dt
import inspect
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field, replace
from typing import Any

import pytest
from django.test import Client

from apps.payments.channels.base import (
    Acknowledgement,
    BillRow,
    ChannelBill,
    InvalidNotification,
    Notification,
    PaymentChannel,
    PayMethod,
    Prepaid,
    PrepayRequest,
    RefundRequest,
    RefundResult,
    RefundState,
    TradeResult,
    TradeState,
)
from apps.payments.channels.registry import CHANNELS, ChannelSpec, register
from apps.payments.models import PaymentAttempt, RefundCause, RefundRoute
from apps.payments.services.ledger import Account, AccountKind, balance
from apps.payments.services.merchants import open_merchant
from apps.payments.services.refunds import RefundPart, create_refund
from apps.scheduling.models import Appointment
from tests.payments.support import MINI, Till

NOW = dt.datetime(2026, 3, 10, 10, 0, tzinfo=dt.UTC)


@dataclass
class ToyBank:
    """The provider: orders and refunds by number, and a word that makes a push genuine."""

    trades: dict[str, TradeResult] = field(default_factory=dict)
    refunds: dict[str, RefundResult] = field(default_factory=dict)
    word: str = "genuine"

    def pay(self, number: str) -> bytes:
        """The payer pays; the push that the bank sends."""
        paid = replace(self.trades[number], state=TradeState.PAID, transaction_id=f"T{number}", paid_at=NOW)
        self.trades[number] = paid
        return f"{self.word} {number}".encode()


BANKS: dict[str, ToyBank] = {}


class Toy:
    code, methods = "toy", frozenset({PayMethod.QR_CODE})

    def __init__(self, config: Mapping[str, Any]) -> None:
        self.bank = BANKS[config["bank"]]

    def prepay(self, request: PrepayRequest) -> Prepaid:
        number = request.out_trade_no
        self.bank.trades.setdefault(number, TradeResult(TradeState.UNPAID, number, request.amount_fen))
        return Prepaid({"qr_code": f"toy://{number}"}, reference=number)

    def query(self, out_trade_no: str, *, started_at: dt.datetime) -> TradeResult:
        return self.bank.trades.get(out_trade_no, TradeResult(TradeState.NOT_FOUND, out_trade_no))

    def close(self, out_trade_no: str, *, started_at: dt.datetime, expires_at: dt.datetime) -> TradeResult:
        known = self.query(out_trade_no, started_at=started_at)
        if known.state is TradeState.UNPAID:
            known = self.bank.trades[out_trade_no] = replace(known, state=TradeState.CLOSED)
        return known

    def refund(self, request: RefundRequest) -> RefundResult:
        number = request.out_refund_no
        done = RefundResult(RefundState.SUCCEEDED, number, request.amount_fen, f"R{number}", NOW)
        return self.bank.refunds.setdefault(number, done)

    def query_refund(self, request: RefundRequest) -> RefundResult:
        unknown = RefundResult(RefundState.NOT_FOUND, request.out_refund_no)
        return self.bank.refunds.get(request.out_refund_no, unknown)

    def parse_notification(
        self, *, headers: Mapping[str, str], body: bytes, now: dt.datetime
    ) -> Notification | None:
        word, _, number = body.decode(errors="replace").partition(" ")
        if word != self.bank.word or number not in self.bank.trades:
            raise InvalidNotification("bad_signature")
        return Notification(number, trade=self.bank.trades[number])

    def acknowledge(self, *, accepted: bool, message: str = "") -> Acknowledgement:
        return Acknowledgement(200 if accepted else 400)

    def download_bill(self, day: dt.date) -> ChannelBill:
        paid = [t for t in self.bank.trades.values() if t.state is TradeState.PAID]
        rows = (BillRow("payment", t.out_trade_no, t.transaction_id, t.amount_fen, t.paid_at) for t in paid)
        return ChannelBill(day, rows, payments_fen=sum(t.amount_fen for t in paid))


TOY = ChannelSpec("toy", "玩具银行", "Toy bank", Toy, fields=("bank",), methods=(PayMethod.QR_CODE,))


@pytest.fixture
def bank() -> Iterator[ToyBank]:
    """The toy's provider, while the toy is one of the product's channels: merchants of it are {"bank": "first"}."""
    BANKS["first"] = ToyBank()
    register(TOY)
    yield BANKS["first"]
    del CHANNELS["toy"], BANKS["first"]


@pytest.fixture
def toy(bank: ToyBank) -> PaymentChannel:
    """As the product makes it: from the registry, with a merchant's configuration."""
    return CHANNELS["toy"].build({"bank": "first"})


def order(number: str = "0197f0aa0001") -> PrepayRequest:
    return PrepayRequest(
        number, 1234, "门诊缴费", NOW, "https://yihui.example/notify", PayMethod.QR_CODE, NOW
    )


def refund(number: str = "0197f0bb0001", amount: int = 234) -> RefundRequest:
    return RefundRequest("0197f0aa0001", "T1", number, amount, 1234, "退费", "", NOW, NOW)


def state(channel: PaymentChannel, number: str = "0197f0aa0001") -> TradeState:
    return channel.query(number, started_at=NOW).state


def close(channel: PaymentChannel, number: str = "0197f0aa0001") -> TradeState:
    return channel.close(number, started_at=NOW, expires_at=NOW).state


@pytest.mark.requirement("PAY-01")
def test_a_new_channel_is_one_class_of_less_than_sixty_lines(bank: ToyBank) -> None:
    assert len(inspect.getsource(Toy).splitlines()) + 1 < 60, "and one line that declares it"
    assert CHANNELS["toy"] is TOY


@pytest.mark.requirement("PAY-01")
def test_it_takes_payments_refunds_and_pushes_like_any_other(toy: PaymentChannel, bank: ToyBank) -> None:
    assert state(toy) is TradeState.NOT_FOUND
    assert toy.prepay(order()) == toy.prepay(order())
    assert state(toy) is TradeState.UNPAID
    pushed = toy.parse_notification(headers={}, body=bank.pay("0197f0aa0001"), now=NOW)
    assert pushed
    assert pushed.trade == toy.query("0197f0aa0001", started_at=NOW)
    assert (state(toy), close(toy)) == (TradeState.PAID, TradeState.PAID)
    assert toy.query_refund(refund()).state is RefundState.NOT_FOUND
    assert toy.refund(refund()) == toy.refund(refund(amount=999)) == toy.query_refund(refund())
    assert [toy.acknowledge(accepted=accepted).status for accepted in (True, False)] == [200, 400]
    bill = toy.download_bill(NOW.date())
    assert ([row.amount_fen for row in bill.rows], bill.payments_fen) == ([1234], 1234)


@pytest.mark.requirement("PAY-01")
def test_closing_it_twice_is_closing_it_once(toy: PaymentChannel) -> None:
    toy.prepay(order())
    assert [close(toy), close(toy)] == [TradeState.CLOSED, TradeState.CLOSED]
    assert close(toy, "0197f0aa0002") is TradeState.NOT_FOUND


@pytest.mark.requirement("PAY-08")
def test_it_refuses_what_its_bank_did_not_send(toy: PaymentChannel, bank: ToyBank) -> None:
    toy.prepay(order())
    for body in (b"", b"\xff", b"forged 0197f0aa0001", b"genuine 0197f0aa0002"):
        with pytest.raises(InvalidNotification):
            toy.parse_notification(headers={}, body=body, now=NOW)


@pytest.mark.requirement("PAY-01", "PAY-08", "PAY-09")
def test_the_product_pays_pushes_posts_and_refunds_by_it_without_any_other_change(
    till: Till, bank: ToyBank
) -> None:
    merchant = open_merchant(hospital=till.world.h1, channel="toy", name="玩具银行", config={"bank": "first"})
    held = till.hold()
    payment = till.checkout("patient_a", held["id"])
    path = f"payment-orders/{payment.pk}"
    offered = till.world.client("patient_a").get(f"{MINI}/{path}/channels").json()
    assert {"channel": "toy", "title": "玩具银行", "methods": ["qr_code"]} in offered
    opened = till.post("patient_a", f"{path}/pay", {"channel": "toy", "method": "qr_code"})
    number = PaymentAttempt.objects.get(pk=opened.json()["id"]).out_trade_no
    assert opened.json()["client"] == {"qr_code": f"toy://{number}"}
    callback = f"/callbacks/payments/{merchant.pk}"
    body = bank.pay(number)
    assert Client().post(callback, b"forged " + number.encode(), content_type="text/plain").status_code == 400
    assert [Client().post(callback, body, content_type="text/plain").status_code for _ in range(2)] == [
        200,
        200,
    ]
    till.work()
    payment.refresh_from_db()
    assert (payment.state, Appointment.objects.get(pk=held["id"]).state) == ("posted", "booked")
    clearing = Account(AccountKind.CLEARING, "toy")
    assert balance(hospital_id=payment.hospital_id, account=clearing) == 2_000
    given_back = create_refund(
        order=payment,
        parts=[RefundPart(payment.lines.get().pk, 500)],
        cause=RefundCause.CANCELLED,
        reason="退费",
        route=RefundRoute.ORIGINAL,
    )
    till.work()
    given_back.refresh_from_db()
    assert (given_back.state, bank.refunds[given_back.channel_refund_no].amount_fen) == ("succeeded", 500)
    assert balance(hospital_id=payment.hospital_id, account=clearing) == 1_500


@pytest.mark.requirement("PAY-01", "PAY-08")
def test_what_nobody_pays_by_it_is_closed_there_too(till: Till, bank: ToyBank) -> None:
    open_merchant(hospital=till.world.h1, channel="toy", name="玩具银行", config={"bank": "first"})
    payment = till.checkout("patient_a", till.hold()["id"])
    till.post("patient_a", f"payment-orders/{payment.pk}/pay", {"channel": "toy", "method": "qr_code"})
    till.move_to(payment.expires_at)
    till.work()
    payment.refresh_from_db()
    assert payment.state == "closed"
    assert [trade.state for trade in bank.trades.values()] == [TradeState.CLOSED]
