"""押金单 that several people pay at once, or again: paid once (INP-03)."""

import datetime as dt
from functools import partial
from typing import Any
from uuid import uuid4

import pytest

from apps.inpatient.models import Admission, DepositOrder, DepositTransaction
from apps.inpatient.services.admissions import discharge
from apps.inpatient.services.deposit_orders import ask_for_deposit, pay_order
from apps.payments.models import PaymentOrder
from kernel import clock
from tests.inpatient.support import ON, admit, configure, deposit_of, his_stay, order_of, pay_online
from tests.scheduling.support import at_once
from tests.support.world import World

pytestmark = pytest.mark.requirement("INP-03")


def ask(world: World, stay: Admission) -> DepositOrder:
    configure(world, **ON)
    fresh = Admission.objects.select_related("hospital").get(pk=stay.pk)
    due = clock.today() + dt.timedelta(days=1)
    return ask_for_deposit(fresh, amount_fen=30_000, due_on=due, note="", staff=world.staff["clerk"])


def read(asked: DepositOrder) -> DepositOrder:
    rows = DepositOrder.objects.select_related("admission__hospital", "deposit__order")
    return rows.get(pk=asked.pk)


def test_two_who_read_it_before_either_paid_are_given_one_order(ward: World) -> None:
    asked = ask(ward, admit(ward))
    stale = [read(asked), read(asked)]
    first, second = (pay_order(each, application="window", staff=ward.staff["clerk"]) for each in stale)
    assert first.pk == second.pk
    assert sorted(PaymentOrder.objects.values_list("state", flat=True)) == ["closed", "pending"]


@pytest.mark.django_db(transaction=True)
def test_several_at_once_are_given_one_order(ward: World) -> None:
    asked = ask(ward, admit(ward))
    jobs: list[Any] = [partial(pay_order, read(asked), application="window", staff=ward.staff["clerk"])] * 4
    results = at_once(jobs, workers=4)
    assert len({result.pk for result in results}) == 1, results
    assert PaymentOrder.objects.filter(state="pending").count() == 1


def test_a_late_payment_of_an_earlier_try_pays_it_and_a_second_one_goes_back(ward: World) -> None:
    stay = admit(ward)
    asked = ask(ward, stay)
    first = pay_order(read(asked), application="window", staff=ward.staff["clerk"])
    order = order_of(first)
    with clock.frozen(order.expires_at + dt.timedelta(seconds=1)):
        second = pay_order(read(asked), application="window", staff=ward.staff["clerk"])
        assert second.pk != first.pk
        assert pay_online(order).state == "posted"
        assert (read(asked).state, read(asked).deposit_id) == ("paid", first.pk)
        assert pay_online(order_of(second)).state == "returning"
    assert deposit_of(stay) == 30_000


def test_a_repeated_request_is_answered_with_the_same_deposit(ward: World) -> None:
    asked = ask(ward, admit(ward))
    path, client = f"/api/admin/v1/deposit-orders/{asked.pk}/pay", ward.client("clerk")
    first = client.post(path, {}, format="json", HTTP_IDEMPOTENCY_KEY=uuid4().hex)
    key = uuid4().hex
    answers = [client.post(path, {}, format="json", HTTP_IDEMPOTENCY_KEY=key) for _ in range(2)]
    assert [answer.status_code for answer in answers] == [201, 201], answers[1].content
    assert {answer.json()["id"] for answer in (first, *answers)} == {first.json()["id"]}
    assert (
        answers[1].headers.get("Idempotent-Replayed", answers[1].headers.get("Idempotency-Replayed"))
        == "true"
    )


def test_nobody_is_asked_for_a_deposit_of_a_stay_that_is_over(ward: World) -> None:
    stay = admit(ward)
    asked = ask(ward, stay)
    discharge(Admission.objects.get(pk=stay.pk))
    assert read(asked).state == "withdrawn"
    now = clock.now()
    his = his_stay(ward, patient=ward.patients["patient_b"])
    other = ask(ward, his)
    his_stay(ward, patient=ward.patients["patient_b"], discharged_at=now, as_of=now)
    assert read(other).state == "withdrawn"
    assert not DepositTransaction.objects.exists()
