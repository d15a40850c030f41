"""Everything at the same moment, over real connections: nobody is charged twice, and no provider is asked twice."""

from collections import Counter
from collections.abc import Callable
from functools import partial
from typing import Any

import pytest

from apps.billing.models import CardTopUp
from apps.billing.services.card_refund import refund_card
from apps.billing.services.checkout import open_payment
from apps.integrations.adapters import factory
from apps.payments.channels.base import PayMethod
from apps.payments.models import (
    AccountKind,
    ChannelPush,
    CloseCause,
    LedgerTransaction,
    PaymentAttempt,
    PaymentOrder,
    Refund,
)
from apps.payments.services.advance_order import advance_order, give_up
from apps.payments.services.advance_refund import advance_refund
from apps.payments.services.checks import check_attempt
from apps.payments.services.counter import pay_at_counter, pay_from_card
from apps.payments.services.ledger import Account, balance
from apps.payments.services.pay import pay_online
from apps.payments.services.pushes import handle_push
from apps.payments.services.refunds import RefundPart, create_refund
from apps.payments.services.verify_ledger import verify_ledger
from apps.scheduling.models import Appointment
from apps.scheduling.services.numbers import expire_holds
from kernel import clock
from kernel.errors import StateConflict
from tests.billing.refund_support import configure, price
from tests.billing.support import issue
from tests.payments.support import Till
from tests.scheduling.support import at_once, bind
from tests.support.payment_sandbox import ReceivedPush
from tests.support.waiting import wait_until

pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.requirement("PAY-08")]
FEE = 2_000
Job = Callable[[], Any]


def money(till: Till, kind: AccountKind, owner: str = "") -> int:
    return balance(hospital_id=till.world.h1.pk, account=Account(kind, owner))


def opened(till: Till) -> tuple[dict[str, Any], PaymentOrder]:
    """The fee of a number that two accounts of a family may pay."""
    bind(till.world, "patient_b", till.world.patients["patient_a"])
    held = till.hold()
    return held, till.checkout("patient_a", held["id"])


def begin(till: Till, order: PaymentOrder, who: str) -> PaymentAttempt:
    openid = till.world.accounts[who].openid
    return pay_online(order=order, channel="wechat_pay", method=PayMethod.MINI_PROGRAM, payer_id=openid)


def confirmed(till: Till, *attempts: PaymentAttempt) -> list[ReceivedPush]:
    for attempt in attempts:
        till.confirm(attempt)
    return till.receiver.wait(len(attempts))


def arriving(till: Till, pushes: list[ReceivedPush]) -> list[Job]:
    """Each push comes to our callback and is handled by a worker."""

    def arrive(push: ReceivedPush) -> None:
        assert till.bring(push).status_code in (200, 204)
        for pk in ChannelPush.objects.values_list("pk", flat=True):
            handle_push(pk)

    return [partial(arrive, push) for push in pushes]


def rest(till: Till) -> None:
    till.work()
    for _ in range(4):
        till.later(minutes=1)
        till.work()


def none_failed(results: list[Any], *allowed: type[Exception]) -> None:
    unexpected = [r for r in results if isinstance(r, Exception) and not isinstance(r, allowed)]
    assert not unexpected, unexpected


def charged_once(till: Till, held: dict[str, Any]) -> None:
    """One fee is with the hospital, and the number is the patient's."""
    assert Appointment.objects.get(pk=held["id"]).state == "booked"
    assert Counter(PaymentOrder.objects.values_list("state", flat=True))["posted"] == 1
    assert money(till, AccountKind.REVENUE) == FEE
    nothing_is_left(till)


def nothing_is_left(till: Till) -> None:
    assert (money(till, AccountKind.UNPOSTED), money(till, AccountKind.REFUNDS_PAYABLE)) == (0, 0)
    in_clearing = money(till, AccountKind.CLEARING, "wechat_pay")
    assert till.sandbox.balance("wechat_pay")["balance_fen"] == in_clearing
    assert verify_ledger().ok


def test_two_devices_that_pay_at_the_same_moment_pay_once(till: Till) -> None:
    held, order = opened(till)
    attempts = at_once([partial(begin, till, order, who) for who in ("patient_a", "patient_b") * 3])
    none_failed(attempts)
    assert len({attempt.pk for attempt in attempts}) == 2, "each device has one attempt"
    pushes = confirmed(till, *{attempt.pk: attempt for attempt in attempts}.values())
    checks = [partial(check_attempt, attempt.pk) for attempt in attempts[:2]]
    till.later(seconds=20)
    jobs = [*arriving(till, pushes), *checks, partial(advance_order, order.pk)]
    none_failed(at_once(jobs * 2))
    rest(till)
    states = sorted(PaymentAttempt.objects.values_list("state", flat=True))
    assert states == ["overpayment", "succeeded"]
    charged_once(till, held)


def test_a_payment_at_the_moment_of_expiry_is_booked_or_goes_back(till: Till) -> None:
    held, order = opened(till)
    first, second = begin(till, order, "patient_a"), begin(till, order, "patient_b")
    till.later(minutes=14, seconds=50)
    pushes = confirmed(till, first, second)
    till.move_to(order.expires_at)
    jobs: list[Job] = [
        *arriving(till, pushes),
        partial(advance_order, order.pk),
        expire_holds,
        partial(check_attempt, first.pk),
        partial(check_attempt, second.pk),
    ]
    none_failed(at_once(jobs * 2))
    rest(till)
    order.refresh_from_db()
    booked = Appointment.objects.get(pk=held["id"]).state == "booked"
    assert order.state == ("posted" if booked else "returned")
    assert till.sandbox.balance("wechat_pay")["balance_fen"] == (FEE if booked else 0)
    nothing_is_left(till)


def test_who_gives_up_at_the_moment_of_paying_has_paid_or_not(till: Till) -> None:
    held, order = opened(till)
    attempt = begin(till, order, "patient_a")
    pushes = confirmed(till, attempt)
    jobs: list[Job] = [*arriving(till, pushes), partial(give_up, order, cause=CloseCause.GIVEN_UP)]
    none_failed(at_once(jobs * 3), StateConflict)
    rest(till)
    charged_once(till, held)


def test_who_gives_up_while_the_channel_is_asked_gets_nothing_that_could_be_paid(till: Till) -> None:
    _, order = opened(till)
    till.sandbox.faults("wechat_pay", {"kind": "delay", "delay_ms": 1_500, "operation": "prepay", "times": 1})

    def change_mind() -> PaymentOrder:
        wait_until(PaymentAttempt.objects.exists)
        return give_up(order, cause=CloseCause.GIVEN_UP)

    paying, given_up = at_once([partial(begin, till, order, "patient_a"), change_mind])
    assert isinstance(paying, StateConflict) and given_up.state == "closed"
    attempt = PaymentAttempt.objects.get()
    assert (attempt.state, attempt.client) == ("closed", {})
    trade = till.sandbox.trade("wechat_pay", attempt.out_trade_no)
    assert trade is not None and trade["state"] == "unpaid", "the channel heard of it after all"
    till.work()
    trade = till.sandbox.trade("wechat_pay", attempt.out_trade_no)
    assert trade is not None and trade["state"] == "closed"


def test_cash_and_an_online_payment_at_the_same_moment_are_one_fee(till: Till) -> None:
    held, order = opened(till)
    attempt = begin(till, order, "patient_a")
    pushes = confirmed(till, attempt)
    clerk = till.world.staff["clerk"]
    cash = partial(pay_at_counter, order=order, channel="cash", staff=clerk)
    results = at_once([*arriving(till, pushes), cash, cash])
    none_failed(results, StateConflict)
    rest(till)
    charged_once(till, held)
    taken = sum(not isinstance(result, Exception) for result in results[1:])
    assert money(till, AccountKind.CLEARING, "cash") == FEE * taken
    assert money(till, AccountKind.CLEARING, "wechat_pay") == FEE * (1 - taken)


@pytest.mark.requirement("PAY-06", "PAY-09")
def test_a_card_that_is_spent_and_refunded_at_once_gives_what_it_holds(till: Till) -> None:
    world, card = till.world, till.world.cards["patient_a"]
    configure(world, billing__card_top_up_enabled=True)
    top_up = till.post("patient_a", "card-top-ups", {"amount_fen": 3_000})
    assert top_up.status_code == 201, top_up.content
    order = PaymentOrder.objects.get(pk=CardTopUp.objects.get().order_id)
    till.confirm(begin(till, order, "patient_a"))
    till.deliver()
    till.work()
    bill = issue(world, price(1_900))
    spend = open_payment(
        hospital=world.h1, patient_id=bill.patient_id, bill_ids=[bill.pk], application="miniprogram",
        account=world.accounts["patient_a"],
    )  # fmt: skip
    refund = partial(
        refund_card, card=card, amount_fen=1_100, reason="退卡", application="miniprogram",
        account=world.accounts["patient_a"],
    )  # fmt: skip
    results = at_once([partial(pay_from_card, order=spend, card=card), refund, refund, refund])
    kinds = Counter(type(result).__name__ for result in results)
    rest(till)
    spent, refunded = kinds["PaymentOrder"], kinds["RefundRequest"]
    assert (spent, refunded) in ((1, 1), (0, 2)), kinds
    assert money(till, AccountKind.CARD_BALANCE, str(card.pk)) == 3_000 - 1_900 * spent - 1_100 * refunded
    assert till.sandbox.balance("wechat_pay")["refunded_fen"] == 1_100 * refunded
    nothing_is_left(till)


def test_one_push_that_comes_eight_times_at_once_counts_once(till: Till) -> None:
    held, order = opened(till)
    pushes = confirmed(till, begin(till, order, "patient_a"))
    none_failed(at_once(arriving(till, pushes) * 8))
    assert ChannelPush.objects.count() == 1
    assert LedgerTransaction.objects.filter(kind="paid").count() == 1
    rest(till)
    charged_once(till, held)


@pytest.fixture
def his(till: Till, settings: Any) -> Callable[[str], dict[str, int]]:
    """HIS over HTTP; gives what it was told of a number."""
    configure(till.world, his__driver="http")
    settings.HIS_BASE_URL = till.sandbox.url
    factory.his_client.cache_clear()
    return lambda number: till.sandbox.control("GET", f"his/tallies/H1/{number}")


def asked(till: Till, operation: str, job: Job) -> int:
    """How often the provider was asked for it while eight did the job at once."""
    most = 50
    slow = {"kind": "delay", "delay_ms": 200, "operation": operation, "times": most}
    till.sandbox.faults("wechat_pay", slow)
    none_failed(at_once([job] * 8))
    (rule,) = till.sandbox.control("GET", "faults/wechat_pay")["faults"]
    till.sandbox.faults("wechat_pay")
    return most - int(rule["times"])


def test_eight_workers_at_one_attempt_ask_once(till: Till) -> None:
    _, order = opened(till)
    attempt = begin(till, order, "patient_a")
    till.later(seconds=20)
    assert asked(till, "query", partial(check_attempt, attempt.pk)) == 1


def test_eight_workers_at_one_order_close_and_post_once(
    till: Till, his: Callable[[str], dict[str, int]]
) -> None:
    held, order = opened(till)
    till.confirm(begin(till, order, "patient_a"))
    till.deliver()
    handle_push(ChannelPush.objects.get().pk)
    till.sandbox.faults("his", {"kind": "delay", "delay_ms": 200})
    none_failed(at_once([partial(advance_order, order.pk)] * 8))
    assert his(order.order_no) == {"sent": 1, "refused": 0, "taken": 1, "undone": 0}
    other = till.checkout("patient_b", till.hold("patient_b", doctor="doctor_b")["id"])
    begin(till, other, "patient_b")
    till.move_to(other.expires_at)
    assert asked(till, "close", partial(advance_order, other.pk)) == 1
    charged_once(till, held)


def test_eight_workers_at_one_refund_tell_his_and_the_channel_once(
    till: Till, his: Callable[[str], dict[str, int]]
) -> None:
    _, order = opened(till)
    till.confirm(begin(till, order, "patient_a"))
    till.deliver()
    till.work()
    refund = create_refund(
        order=order, parts=[RefundPart(order.lines.get().pk, 500)], cause="cancelled", reason="测试", route="original"
    )  # fmt: skip
    assert asked(till, "refund", partial(advance_refund, refund.pk)) == 1
    assert his(refund.refund_no)["sent"] == 1
    rest(till)
    assert Refund.objects.get().state == "succeeded"
    assert till.sandbox.balance("wechat_pay")["refunded_fen"] == 500
    assert clock.now() == till.now
