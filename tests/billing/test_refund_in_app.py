"""退费 of bills by the patient in the application (PAY-06): what HIS allows, by the way it was paid, paid here only."""

from collections.abc import Callable, Iterable, Iterator, Sequence
from functools import partial
from typing import Any
from uuid import UUID, uuid4

import pytest

from apps.access.services.sync import sync_access
from apps.billing import errors
from apps.billing.models import Bill, ChargeItem, RefundRequest
from apps.billing.ports import REFUNDS, BillKey
from apps.billing.services.perform import perform_item
from apps.billing.services.refund_in_app import refund_in_app
from apps.identity import his as registry
from apps.payments import payables
from apps.payments.errors import RefundExceedsPaid
from apps.payments.models import PaymentOrder, Refund
from apps.payments.ports import HisRefused, HisUnavailable
from apps.payments.services.record_refund import cancel
from kernel import clock
from kernel.errors import DomainError, StateConflict
from tests.billing.refund_support import (
    MINI,
    buy,
    configure,
    forward,
    handle,
    held,
    price,
    spend,
    state,
    top_up,
)
from tests.billing.support import NOW, at_once, code, fresh, in_app, issue, registration
from tests.support.world import World, build_world

pytestmark = pytest.mark.requirement("PAY-06")


def give_back(
    world: World,
    order: PaymentOrder,
    *bills: Bill,
    who: str = "patient_a",
    key: str | None = None,
    **more: Any,
) -> Any:
    chosen = {"bill_ids": [str(bill.pk) for bill in bills]} if bills else {}
    body = {"reason": "不需要了", **chosen, **more}
    return in_app(world, who, f"payment-orders/{order.pk}/refund", body, key=key)


def quote(world: World, order: PaymentOrder, who: str = "patient_a") -> Any:
    return world.client(who).get(f"{MINI}/payment-orders/{order.pk}/refund-quote")


def test_what_was_paid_here_goes_back_by_the_way_it_came(clinic: World) -> None:
    bill = issue(clinic)
    order = buy(clinic, bill)
    assert quote(clinic, order).json()["maximum_fen"] == 4_500
    answer = give_back(clinic, order)
    made = answer.json()
    assert (answer.status_code, made["state"], made["amount_fen"], made["succeeded_fen"]) == (
        201,
        "executing",
        4_500,
        0,
    )
    assert [(line["bill_no"], line["amount_fen"]) for line in made["bills"]] == [(bill.bill_no, 4_500)]
    refund = Refund.objects.get()
    assert (refund.route, refund.cause, refund.application, refund.reason) == (
        "original", "patient", "miniprogram", "不需要了",
    )  # fmt: skip
    forward()
    assert (state(made["id"]), fresh(bill).status, fresh(bill).refunded_fen) == ("done", "refunded", 4_500)
    assert code(give_back(clinic, order)) == (409, "nothing_refundable")
    assert Refund.objects.count() == 1


def test_what_was_dispensed_or_performed_stays_paid(clinic: World) -> None:
    bill = issue(clinic)
    order = buy(clinic, bill)
    perform_item(bill.items.get(position=1), staff=clinic.staff["clerk"])
    shown = quote(clinic, order).json()
    assert [(row["refundable_fen"], row["amount_fen"]) for row in shown["bills"]] == [(2_000, 4_500)]
    assert give_back(clinic, order).json()["amount_fen"] == 2_000
    assert (fresh(bill).status, fresh(bill).refunded_fen) == ("paid", 2_000)
    refused = give_back(clinic, order, bill)
    assert (code(refused), refused.json()["bill_ids"]) == ((409, "nothing_refundable"), [str(bill.pk)])


def test_bills_are_chosen_and_only_from_the_order(clinic: World) -> None:
    first, second = issue(clinic), issue(clinic, price(700))
    order = buy(clinic, first, second)
    other = issue(clinic, price(100))
    buy(clinic, other)
    assert give_back(clinic, order, other).status_code == 404
    assert give_back(clinic, order, first, other).status_code == 404
    for wrong in (
        {"bill_ids": []},
        {"bill_ids": ["x"]},
        {"reason": ""},
        {"reason": "长" * 201},
        {"amount_fen": 1},
    ):
        assert give_back(clinic, order, **wrong).status_code == 400, wrong
    assert not Refund.objects.exists()
    assert give_back(clinic, order, second).json()["amount_fen"] == 700
    assert [fresh(bill).refunded_fen for bill in (first, second)] == [0, 700]


def test_only_what_was_paid_online_through_this_application(clinic: World) -> None:
    at_window = buy(clinic, issue(clinic), channel="cash", application="window")
    elsewhere = buy(clinic, issue(clinic), application="other-application")
    for order in (at_window, elsewhere):
        refused = give_back(clinic, order)
        assert code(refused) == (409, "refund_not_paid_here")
        assert refused.json()["application"] == order.application
        assert code(quote(clinic, order)) == (409, "refund_not_paid_here")
    assert not RefundRequest.objects.exists()


def test_foreign_orders_do_not_exist(clinic: World) -> None:
    order = buy(clinic, issue(clinic))
    for who in ("patient_b", "patient_none"):
        assert give_back(clinic, order, who=who).status_code == 404
        assert quote(clinic, order, who=who).status_code == 404
    made = give_back(clinic, order).json()
    assert clinic.client("patient_b").get(f"{MINI}/refund-requests/{made['id']}").status_code == 404
    assert clinic.client("patient_b").get(f"{MINI}/refund-requests").json()["results"] == []
    rows = (
        clinic.client("patient_a")
        .get(f"{MINI}/refund-requests", {"order_id": str(order.pk)})
        .json()["results"]
    )
    assert [row["id"] for row in rows] == [made["id"]]


def test_what_is_not_posted_is_not_refunded(clinic: World) -> None:
    order = buy(clinic, issue(clinic))
    PaymentOrder.objects.filter(pk=order.pk).update(state="paid_unposted")
    assert code(give_back(clinic, order)) == (409, "state_conflict")


def test_the_same_key_refunds_once(clinic: World) -> None:
    order, key = buy(clinic, issue(clinic)), uuid4().hex
    first, again = (give_back(clinic, order, key=key) for _ in range(2))
    assert (first.status_code, again.status_code, first.json()["id"]) == (201, 201, again.json()["id"])
    assert Refund.objects.count() == 1


def test_a_registration_is_refunded_at_the_counter_unless_the_hospital_says_otherwise(clinic: World) -> None:
    bill = registration(clinic, subject_type="test.visit")
    fee = issue(clinic, price(300), registration_bill=bill, is_mandatory=True)
    order = buy(clinic, bill, fee)
    for chosen in ((bill,), (fee,), ()):
        refused = give_back(clinic, order, *chosen)
        assert code(refused) == (409, "refund_at_counter")
        assert "补打发票" in refused.json()["bring"]
    configure(clinic, payment__registration_refund_route="original")
    refused = give_back(clinic, order, bill)
    assert (code(refused), refused.json()["bill_ids"]) == ((409, "appointment_stands"), [str(bill.pk)])
    assert not Refund.objects.exists()


@pytest.fixture
def given_up() -> Iterator[set[UUID]]:
    """Visits that were given up, as a workflow knows them."""

    class Visits(payables.Payable):
        subject_type, scenes = "test.visit", ()

        def settle(self, order: PaymentOrder, lines: Sequence[payables.PayableLine]) -> list[payables.Credit]:
            return []

        def refund_rules(self, subject_ids: Iterable[UUID]) -> dict[UUID, payables.RefundRule]:
            return {key: payables.RefundRule(in_app=key in over) for key in subject_ids}

    over: set[UUID] = set()
    payables.register(Visits())
    yield over
    payables.forget("test.visit")


def test_a_registration_that_was_given_up_goes_back_online(clinic: World, given_up: set[UUID]) -> None:
    configure(clinic, payment__registration_refund_route="original")
    bill = registration(clinic, subject_type="test.visit")
    order = buy(clinic, bill)
    assert code(give_back(clinic, order)) == (409, "appointment_stands")
    assert bill.subject_id is not None
    given_up.add(bill.subject_id)
    made = give_back(clinic, order).json()
    forward()
    assert (state(made["id"]), fresh(bill).status) == ("done", "refunded")


def test_what_a_card_paid_goes_back_to_the_card(clinic: World) -> None:
    top_up(clinic, 5_000)
    order = spend(clinic, 3_000)
    assert held(clinic) == 2_000
    made = give_back(clinic, order).json()
    forward()
    assert (state(made["id"]), held(clinic)) == ("done", 5_000)


def test_what_the_hospital_system_refuses_afterwards_stays_paid(clinic: World) -> None:
    bill = issue(clinic)
    order = buy(clinic, bill)
    made = give_back(clinic, order).json()
    cancel(Refund.objects.get().pk, code="his_refused")
    handle()
    assert (state(made["id"]), fresh(bill).status, fresh(bill).refunded_fen) == ("failed", "paid", 0)
    assert give_back(clinic, order).status_code == 201


class OtherHis:
    """A hospital's own system that says what a test wants it to say of refunds."""

    def __init__(self) -> None:
        self.allowed: dict[str, int | Exception] = {}
        self.asked: list[str] = []

    def refundable_fen(self, bill: BillKey) -> int:
        self.asked.append(bill.bill_no)
        said = self.allowed[bill.bill_no]
        if isinstance(said, Exception):
            raise said
        return said


@pytest.fixture
def his() -> Iterator[OtherHis]:
    """Registered as the driver `other`."""
    found = OtherHis()
    registry.register("other", REFUNDS, lambda hospital: found)  # type: ignore[arg-type,return-value]
    yield found
    registry.forget("other")


def test_the_hospital_system_says_how_much(clinic: World, his: OtherHis) -> None:
    bill = issue(clinic)
    order = buy(clinic, bill)
    configure(clinic, his__driver="other")
    his.allowed[bill.bill_no] = 1_200
    assert quote(clinic, order).json()["maximum_fen"] == 1_200
    assert give_back(clinic, order).json()["amount_fen"] == 1_200
    his.allowed[bill.bill_no] = 99_999
    assert quote(clinic, order).json()["maximum_fen"] == 3_300, "paid less what went back bounds it too"


def test_what_the_hospital_system_has_not_heard_of_yet_is_taken_off_what_it_says(
    clinic: World, his: OtherHis
) -> None:
    bill = issue(clinic)
    order = buy(clinic, bill)
    configure(clinic, his__driver="other")
    his.allowed[bill.bill_no] = 2_000
    assert give_back(clinic, order).json()["amount_fen"] == 2_000
    assert code(give_back(clinic, order)) == (409, "nothing_refundable"), (
        "it says 2000 still, of the same money"
    )
    Refund.objects.update(his_notified_at=clock.now())
    his.allowed[bill.bill_no] = 500
    assert give_back(clinic, order).json()["amount_fen"] == 500


@pytest.mark.parametrize(
    ("failure", "expected"),
    [
        (HisUnavailable("time-out"), (503, "service_unavailable")),
        (HisRefused("closed", "已结账"), (409, "his_refused_refund")),
    ],
)
def test_nothing_moves_when_the_hospital_system_is_silent_or_says_no(
    clinic: World, his: OtherHis, failure: Exception, expected: tuple[int, str]
) -> None:
    bill = issue(clinic)
    order = buy(clinic, bill)
    configure(clinic, his__driver="other")
    his.allowed[bill.bill_no] = failure
    clinic.client("patient_a").raise_request_exception = False
    assert code(give_back(clinic, order)) == expected
    assert code(quote(clinic, order)) == expected
    assert not RefundRequest.objects.exists()
    assert fresh(bill).refunded_fen == 0


@pytest.mark.django_db(transaction=True)
def test_refunds_of_a_bill_and_its_dispensing_at_once_share_it_between_them() -> None:
    sync_access()
    with clock.frozen(NOW):
        world = build_world()
        for _ in range(3):
            _race(world)


def _race(world: World) -> None:
    bill = issue(world)
    order = buy(world, bill)
    items = list(bill.items.order_by("position"))
    account, clerk = world.accounts["patient_a"], world.staff["clerk"]
    ask = partial(refund_in_app, order=order, application="miniprogram", account=account, reason="x")
    jobs: list[Callable[[], Any]] = [
        ask,
        *(partial(perform_item, item, staff=clerk) for item in items),
        ask,
        ask,
    ]
    results = at_once(jobs)
    wrong = [r for r in results if isinstance(r, Exception) and not isinstance(r, DomainError)]
    assert not wrong, wrong
    refusals = (
        errors.NothingRefundable,
        errors.RefundExceedsBill,
        errors.ItemRefunded,
        StateConflict,
        RefundExceedsPaid,
    )
    assert all(isinstance(r, refusals) for r in results if isinstance(r, Exception)), results
    used = sum(
        ChargeItem.objects.filter(bill=bill, performed_at__isnull=False).values_list("amount_fen", flat=True)
    )
    back = sum(Refund.objects.filter(order=order).values_list("amount_fen", flat=True))
    assert used + back <= bill.amount_fen
    assert fresh(bill).refunded_fen == back == PaymentOrder.objects.get(pk=order.pk).refunded_fen
