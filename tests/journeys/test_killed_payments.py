"""kill -9 at every step of a payment: whoever dies, every order ends, and every fen is found."""

import json
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from itertools import islice

import pytest

from tests.journeys.hospital import Hospital
from tests.journeys.payers import SETTINGS, Cashier, Payer, time_goes_by

#: What is done, and where programs die meanwhile. Each point is passed by an API process or by a worker.
PAYING = ("pay.begun", "pay.asked", "pay.opened")
PUSHING = ("push.verified", "push.stored", "push.handled")
POSTING = ("post.announced", "post.settling", "post.settled", "check.asked")
REFUNDING = ("refund.decided", "refund.told", "refund.asked", "refund.recorded")
WINDOW = ("counter.taken", "fee.recorded")
ENDING = ("give_up.noted", "close.asked", "return.decided")

_SET = "UPDATE identity_hospital SET settings = %s WHERE code = 'YH01' RETURNING id"


@pytest.fixture
def cashier(hospital: Hospital) -> Iterator[Cashier]:
    """The first hospital takes payments in front of the sandbox, whose clock shows the same time."""
    stack = hospital.stack
    before = stack.sql("SELECT settings FROM identity_hospital WHERE code = 'YH01'")[0][0]
    stack.sql(_SET, json.dumps(before | SETTINGS))
    now = hospital.sandbox("POST", "/_sandbox/clock", json={"advance_seconds": 0})["now"]
    hospital.sandbox("POST", "/_sandbox/clock", json={"advance_seconds": stack.now().timestamp() - now})
    hospital.sandbox("PATCH", "/_sandbox/settings/wechat_pay", json={"speed": 20.0})  # pushes again
    cashier = Cashier(hospital, stack.fault_file)
    yield cashier
    stack.fault_file.unlink(missing_ok=True)
    hospital.sandbox("PATCH", "/_sandbox/settings/wechat_pay", json={"speed": 1.0})
    hospital.sandbox("PUT", "/_sandbox/wechat_pay/push-faults", json={"faults": []})
    hospital.sandbox("DELETE", "/_sandbox/his/refusals")
    stack.sql(_SET, json.dumps(before))


def all_survive(
    cashier: Cashier,
    points: tuple[str, ...],
    stories: list[Callable[[Payer], None]],
    *,
    once_dead: bool = False,
) -> None:
    """Everybody lives through their story while a program dies at every point; the books are right afterwards."""
    hospital = cashier.hospital
    slots, people = hospital.session(), list(islice(hospital.fresh, len(stories)))
    payers = [Payer(cashier, person, slots[n % 6]) for n, person in enumerate(people)]
    cashier.faults.write_text("\n".join(points))
    with time_goes_by(cashier, once_dead=once_dead), ThreadPoolExecutor(len(payers)) as pool:
        for done in [pool.submit(story, payer) for story, payer in zip(stories, payers, strict=True)]:
            done.result()
        assert cashier.faults.read_text().split() == [], "nobody has died there"
        cashier.balanced()


def pay(payer: Payer) -> None:
    payer.pay()


def pay_and_cancel(payer: Payer) -> None:
    payer.pay()
    payer.cancel()


def pay_without_a_push(payer: Payer) -> None:
    lost = {"kind": "lose", "times": 1, "match": "trade"}
    payer.cashier.hospital.sandbox("PUT", "/_sandbox/wechat_pay/push-faults", json={"faults": [lost]})
    payer.pay()


def give_up(payer: Payer) -> None:
    payer.checkout()
    payer.prepay()
    payer.ask(f"payment-orders/{payer.order}/cancel")
    payer.cashier.until(lambda: payer.cashier.order(payer.order) == "closed", "it is never closed")


def be_refused(payer: Payer) -> None:
    """HIS does not take the payment: it goes back."""
    payer.checkout()
    number = payer.cashier.sql("SELECT order_no FROM payments_paymentorder WHERE id = %s", payer.order)
    refusal = {"number": number, "operation": "payments.post", "code": "NO"}
    payer.cashier.hospital.sandbox("POST", "/_sandbox/his/refusals", json=refusal)
    payer.prepay()
    payer.confirm()
    payer.cashier.until(lambda: payer.cashier.order(payer.order) == "returned", "it never goes back")


def pay_cash_for_the_order(payer: Payer) -> None:
    payer.checkout()
    payer.at_window(f"payment-orders/{payer.order}/settle", {"channel": "cash"})
    payer.cashier.until(lambda: payer.cashier.order(payer.order) == "posted", "it is never posted")


def pay_cash_with_the_number(payer: Payer) -> None:
    payer.at_window(f"appointments/{payer.appointment}/settle")
    paid = "SELECT status FROM billing_bill WHERE subject_id = %s"
    payer.cashier.until(
        lambda: payer.cashier.sql(paid, payer.appointment) == "paid", "the fee is never written down"
    )


@pytest.mark.requirement("PAY-08", "PAY-09")
def test_whoever_dies_while_people_pay_everybody_pays_once(cashier: Cashier) -> None:
    all_survive(cashier, PAYING, [pay] * 4)


@pytest.mark.requirement("PAY-08", "PAY-09")
def test_whoever_dies_while_a_push_arrives_it_counts_once(cashier: Cashier) -> None:
    all_survive(cashier, PUSHING, [pay] * 4, once_dead=True)


@pytest.mark.requirement("PAY-08", "PAY-09")
def test_whoever_dies_while_it_is_posted_it_is_posted_once(cashier: Cashier) -> None:
    all_survive(cashier, POSTING, [pay, pay, pay, pay_without_a_push])


@pytest.mark.requirement("PAY-07", "PAY-08", "PAY-09")
def test_whoever_dies_while_money_goes_back_it_goes_back_once(cashier: Cashier) -> None:
    all_survive(cashier, REFUNDING, [pay_and_cancel] * 4)


@pytest.mark.requirement("PAY-08", "PAY-09")
def test_whoever_dies_at_the_window_cash_is_on_the_books_once(cashier: Cashier) -> None:
    all_survive(cashier, WINDOW, [pay_cash_for_the_order, pay_cash_with_the_number])


@pytest.mark.requirement("PAY-08", "PAY-09", "BOOK-04")
def test_whoever_dies_while_orders_end_they_end(cashier: Cashier) -> None:
    all_survive(cashier, ENDING, [give_up, give_up, be_refused])
