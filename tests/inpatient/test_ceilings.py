"""押金上限 by diagnosis and payer; deposits that staff ask for (INP-03, PAY-15)."""

import datetime as dt
from functools import partial
from typing import Any

import pytest

from apps.inpatient.errors import DepositAboveCeiling
from apps.inpatient.models import Admission, DepositCeiling, DepositOrder
from apps.inpatient.selectors.ceilings import ceiling_of
from apps.inpatient.services.deposits import open_deposit
from kernel import clock
from tests.inpatient.support import (
    ON,
    admit,
    at_desk,
    code,
    configure,
    deposit_of,
    get,
    in_app,
    order_of,
    paid,
    pay_online,
    pending,
)  # fmt: skip
from tests.scheduling.support import at_once
from tests.support.world import World

pytestmark = [pytest.mark.requirement("PAY-15"), pytest.mark.requirement("INP-03")]


def ceiling(world: World, fen: int, prefix: str = "", name: str = "", **more: Any) -> DepositCeiling:
    return DepositCeiling.objects.create(
        hospital=world.h1, code_prefix=prefix, diagnosis_name=name, ceiling_fen=fen, **more
    )


def ill(
    world: World, code: str = "I25.103", name: str = "冠状动脉粥样硬化性心脏病", **facts: Any
) -> Admission:
    configure(world, **ON)
    return admit(world, diagnosis=name, diagnosis_code=code, **facts)


def test_the_longest_code_wins_then_the_longest_name(ward: World) -> None:
    stay = ill(ward)
    assert ceiling_of(stay) is None
    ceiling(ward, 900)
    ceiling(ward, 500, "I2")
    ceiling(ward, 100, "J")
    ceiling(ward, 50, "I25", payer_type="employee_insurance")
    assert ceiling_of(stay) == 500
    longest = ceiling(ward, 300, "I25")
    ceiling(ward, 200, "I25", "心脏病")
    ceiling(ward, 100, "I25", "肺炎")
    assert ceiling_of(stay) == 200
    DepositCeiling.objects.exclude(pk=longest.pk).update(is_active=False)
    assert ceiling_of(stay) == 300


def test_what_is_above_it_is_refused_with_the_ceiling_and_what_is_left(ward: World) -> None:
    stay = ill(ward)
    ceiling(ward, 100_000, "I25")
    paid(ward, stay, 60_000)
    for who, answer in (
        ("app", in_app(ward, "patient_a", f"admissions/{stay.pk}/deposits", {"amount_fen": 40_001})),
        ("window", at_desk(ward, "clerk", f"admissions/{stay.pk}/deposits", {"amount_fen": 40_001})),
    ):
        assert code(answer) == (409, "deposit_above_ceiling"), who
        assert (answer.json()["ceiling_fen"], answer.json()["left_fen"]) == (100_000, 40_000)
    pending(ward, stay, 40_000)
    refused = in_app(ward, "patient_a", f"admissions/{stay.pk}/deposits", {"amount_fen": 1_000})
    assert refused.json()["left_fen"] == 0, "somebody is about to pay the rest"


def test_what_is_paid_when_the_ceiling_was_lowered_goes_back(ward: World) -> None:
    stay = ill(ward)
    limit = ceiling(ward, 100_000)
    waiting = pending(ward, stay, 60_000)
    DepositCeiling.objects.filter(pk=limit.pk).update(ceiling_fen=50_000)
    order = pay_online(order_of(waiting))
    assert (order.state, order.posting_error) == ("returning", "deposit_above_ceiling")
    assert deposit_of(stay) == 0


@pytest.mark.django_db(transaction=True)
def test_deposits_at_once_never_exceed_it(ward: World) -> None:
    stay = ill(ward)
    ceiling(ward, 100_000)
    fresh = Admission.objects.select_related("hospital").get(pk=stay.pk)

    def job(_: int) -> Any:
        return pay_online(
            order_of(open_deposit(admission=fresh, amount_fen=60_000, application="miniprogram"))
        )

    results = at_once([partial(job, n) for n in range(4)], workers=4)
    assert deposit_of(stay) <= 100_000, results
    assert all(
        not isinstance(each, Exception) or isinstance(each, DepositAboveCeiling) for each in results
    ), results


def ask(world: World, stay: Admission, amount_fen: int = 30_000, days: int = 2, who: str = "clerk") -> Any:
    due = clock.today() + dt.timedelta(days=days)
    body = {"amount_fen": amount_fen, "due_on": due.isoformat(), "note": "手术前补缴"}
    return at_desk(world, who, f"admissions/{stay.pk}/deposit-orders", body)


def test_a_deposit_that_staff_ask_for_is_paid_in_the_application(ward: World) -> None:
    stay = ill(ward)
    made = ask(ward, stay, who="doctor_a")
    assert made.status_code == 201, made.content
    shown = get(ward, "patient_a", "deposit-orders").json()["results"]
    assert [(row["amount_fen"], row["state"], row["note"]) for row in shown] == [
        (30_000, "open", "手术前补缴")
    ]
    assert get(ward, "patient_b", "deposit-orders").json()["results"] == []
    path = f"deposit-orders/{made.json()['id']}/pay"
    assert in_app(ward, "patient_b", path, {}).status_code == 404
    first = in_app(ward, "patient_a", path, {}).json()
    assert at_desk(ward, "clerk", path).json()["order_id"] == first["order_id"], "one order, whoever asks"
    asked = DepositOrder.objects.select_related("deposit__order").get()
    assert asked.deposit is not None
    pay_online(order_of(asked.deposit))
    asked.refresh_from_db()
    assert (asked.state, deposit_of(stay)) == ("paid", 30_000)
    assert code(in_app(ward, "patient_a", path, {})) == (409, "state_conflict")


def test_an_order_is_within_bounds_and_may_be_withdrawn(ward: World) -> None:
    stay = ill(ward)
    ceiling(ward, 20_000)
    assert code(ask(ward, stay)) == (409, "deposit_above_ceiling")
    assert [each["code"] for each in ask(ward, stay, 10_000, days=-1).json()["errors"]] == [
        "due_within_30_days"
    ]
    made = ask(ward, stay, 10_000).json()
    assert at_desk(ward, "clerk", f"deposit-orders/{made['id']}/withdraw").json()["state"] == "withdrawn"
    assert code(at_desk(ward, "clerk", f"deposit-orders/{made['id']}/pay")) == (409, "state_conflict")
    configure(ward, inpatient__deposit_enabled=False)
    assert code(ask(ward, stay, 10_000)) == (409, "deposit_disabled")
