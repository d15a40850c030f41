"""A relative who is not bound to the patient finds the stay by number and name, pays, and learns nothing else."""

import datetime as dt
from typing import Any

import pytest

from apps.inpatient.models import Admission, AdmissionLookup
from apps.inpatient.services.lookup import purge_lookups
from apps.inpatient.tasks import forget_lookups
from apps.messaging.models import Message
from apps.patients.models import Patient
from apps.patients.naming import name_fields
from apps.payments.models import PaymentOrder
from kernel import clock
from tests.inpatient.support import (
    NOW,
    ON,
    admit,
    charge,
    code,
    configure,
    deposit_of,
    get,
    handle,
    in_app,
)
from tests.payments.support import Till
from tests.support.world import World

pytestmark = pytest.mark.requirement("INP-01")
RELATIVE = "patient_b"


def find(world: World, number: str, name: str = "张三丰", who: str = RELATIVE, **more: Any) -> Any:
    body = {"hospital_id": str(world.h1.pk), "admission_no": number, "name": name, **more}
    return in_app(world, who, "admissions/find", body)


def pay(world: World, stay: Admission, who: str = RELATIVE) -> Any:
    return in_app(world, who, f"admissions/{stay.pk}/deposits", {"amount_fen": 50_000})


@pytest.fixture
def stay(ward: World) -> Admission:
    configure(ward, **ON)
    return admit(ward)


def test_number_and_name_together_find_the_stay_and_show_nothing_of_illness_or_costs(
    ward: World, stay: Admission
) -> None:
    charge(stay)
    found = find(ward, f" {stay.admission_no.lower()} ", " 张三丰 ").json()
    assert found == {
        "id": str(stay.pk), "admission_no": stay.admission_no, "patient_name": "张*", "status": "admitted",
        "hospital_id": str(ward.h1.pk), "hospital_name": "第一医院",
        "deposit": {"is_payable": True, "minimum_fen": 1_000, "maximum_fen": 5_000_000},
    }  # fmt: skip
    assert get(ward, RELATIVE, f"admissions/{stay.pk}").status_code == 404
    assert get(ward, RELATIVE, f"admissions/{stay.pk}/daily-charges").status_code == 404
    assert get(ward, RELATIVE, "admissions").json()["results"] == []


def test_without_finding_it_first_nobody_pays_for_a_stranger(ward: World, stay: Admission) -> None:
    assert pay(ward, stay).status_code == 404
    assert find(ward, stay.admission_no, "李四").status_code == 409
    assert pay(ward, stay).status_code == 404
    assert find(ward, stay.admission_no).status_code == 200
    made = pay(ward, stay).json()
    assert get(ward, RELATIVE, f"inpatient-deposits/{made['id']}").json()["patient_name"] == "张*"
    assert get(ward, "patient_none", f"inpatient-deposits/{made['id']}").status_code == 404
    assert get(ward, "patient_none", f"payment-orders/{made['order_id']}").status_code == 404


def test_one_error_whatever_is_wrong(ward: World, stay: Admission) -> None:
    wrong = [
        find(ward, stay.admission_no, "李四光"),
        find(ward, "ZY999", "张三丰"),
        find(ward, "ZY999", "无名氏"),
    ]
    answers = [{**answer.json(), "request_id": ""} for answer in wrong]
    assert [code(answer) for answer in wrong] == [(409, "admission_mismatch")] * 3
    assert answers[0] == answers[1] == answers[2]


def test_five_failures_lock_the_account_for_half_an_hour(ward: World, stay: Admission) -> None:
    for _ in range(5):
        assert code(find(ward, "ZY1", "谁")) == (409, "admission_mismatch")
    locked = find(ward, stay.admission_no)
    assert code(locked) == (429, "admission_lookup_locked")
    assert 1_700 < int(locked["Retry-After"]) <= 1_801
    assert find(ward, stay.admission_no, who="patient_none").status_code == 200, "others are not locked"
    with clock.frozen(NOW + dt.timedelta(minutes=30, seconds=1)):
        assert find(ward, stay.admission_no).status_code == 200


def test_strangers_elsewhere_slow_a_number_and_do_not_lock_it(ward: World, stay: Admission) -> None:
    for number in range(6):
        AdmissionLookup.objects.create(
            account=ward.accounts["patient_a"], hospital=ward.h1, admission_no=stay.admission_no.upper(),
            ip=f"10.0.0.{number % 2}",
        )  # fmt: skip
    assert code(find(ward, stay.admission_no)) == (429, "admission_lookup_slowed")
    with clock.frozen(NOW + dt.timedelta(seconds=5)):
        assert find(ward, stay.admission_no).status_code == 200


def test_five_failures_lock_the_number_for_everybody_at_an_address(ward: World, stay: Admission) -> None:
    for who in ("patient_a", "patient_b", "patient_none", "patient_a", "patient_b"):
        assert code(find(ward, stay.admission_no, "猜", who)) == (409, "admission_mismatch")
    assert code(find(ward, stay.admission_no, who="patient_none")) == (429, "admission_lookup_locked")
    assert code(find(ward, stay.admission_no.lower(), who="patient_none")) == (429, "admission_lookup_locked")


def test_what_was_found_is_no_failure(ward: World, stay: Admission) -> None:
    for _ in range(8):
        assert find(ward, stay.admission_no).status_code == 200


def test_the_right_to_pay_ends(ward: World, stay: Admission) -> None:
    find(ward, stay.admission_no)
    with clock.frozen(NOW + dt.timedelta(minutes=59)):
        assert pay(ward, stay).status_code == 201
    with clock.frozen(NOW + dt.timedelta(minutes=61)):
        assert pay(ward, stay).status_code == 404


@pytest.mark.requirement("INP-01", "PAT-02")
@pytest.mark.parametrize("typed", ["张 三 丰", "張三豐", "\u202a张三丰\u202c", "张　三丰"])
def test_a_name_is_compared_as_people_type_it(ward: World, stay: Admission, typed: str) -> None:
    assert find(ward, f"\u200b{stay.admission_no}", typed).status_code == 200
    assert not AdmissionLookup.objects.filter(admission=None).exists()


def test_a_name_with_another_dot_is_the_same_name(ward: World, stay: Admission) -> None:
    Patient.objects.filter(pk=stay.patient_id).update(**name_fields("古丽米热·艾比布力"))
    assert find(ward, stay.admission_no, "古丽米热•艾比布力").status_code == 200
    assert code(find(ward, stay.admission_no, "古丽米热")) == (409, "admission_mismatch")


def test_nothing_is_found_where_deposits_are_off(ward: World) -> None:
    stay = admit(ward)
    assert code(find(ward, stay.admission_no)) == (409, "deposit_disabled")
    assert not AdmissionLookup.objects.exists()


@pytest.mark.parametrize(
    "body",
    [{"hospital_id": "x"}, {"admission_no": "x" * 33}, {"name": " "}, {"admission_no": ""}, {"more": 1}],
)
def test_bad_input_is_a_clear_error(ward: World, stay: Admission, body: dict[str, Any]) -> None:
    answer = find(ward, **{"number": stay.admission_no, **body})
    assert code(answer) == (400, "validation_error")
    assert not AdmissionLookup.objects.exists()


def test_searches_are_forgotten_after_two_days(ward: World, stay: Admission) -> None:
    find(ward, stay.admission_no)
    forget_lookups()
    assert AdmissionLookup.objects.count() == 1
    with clock.frozen(NOW + dt.timedelta(days=2, seconds=1)):
        assert purge_lookups() == 1


def test_a_relative_pays_by_wechat_and_is_told(till: Till) -> None:
    world = till.world
    configure(world, **ON)
    stay = admit(world)
    find(world, stay.admission_no)
    order = PaymentOrder.objects.get(pk=pay(world, stay).json()["order_id"])
    assert get(world, RELATIVE, f"payment-orders/{order.pk}/channels").status_code == 200
    assert get(world, RELATIVE, f"payment-orders/{order.pk}").json()["patient_name"] == "张*"
    till.confirm(till.prepay(RELATIVE, order))
    till.deliver()
    till.work()
    assert get(world, RELATIVE, f"payment-orders/{order.pk}").json()["state"] == "posted"
    assert deposit_of(stay) == 50_000
    handle()
    told = Message.objects.get(scene="deposit_received")
    assert (told.account_id, told.data["patient"]) == (world.accounts[RELATIVE].pk, "张*")
