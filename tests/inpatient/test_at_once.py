"""Several at once, on connections of their own: nothing is reversed, credited or written twice."""

from decimal import Decimal
from functools import partial
from typing import Any

import pytest

from apps.billing.models import BillSource
from apps.inpatient.errors import AlreadyAdmitted, ReversalExceedsCharge
from apps.inpatient.models import Admission, AdmissionLookup, InpatientCharge
from apps.inpatient.selectors.statement import statement_of
from apps.inpatient.services.admissions import discharge
from apps.inpatient.services.charges import ChargeSpec, charge as write
from apps.inpatient.services.deposits import credit_deposit
from apps.inpatient.services.his_feed import receive_admission
from apps.inpatient.services.lookup import find_admission
from apps.inpatient.services.reversals import ReversalSpec, reverse
from tests.inpatient.support import (
    BED,
    DRUG,
    ON,
    admit,
    charge,
    configure,
    deposit_of,
    his_stay,
    order_of,
    pay_online,
    pending,
    told,
)  # fmt: skip
from tests.scheduling.support import TODAY, at_once
from tests.support.world import World

pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.requirement("INP-02")]


def test_reversals_at_once_stay_within_the_charge(ward: World) -> None:
    stay = admit(ward)
    (drug,) = charge(stay, DRUG)

    def job() -> Any:
        spec = ReversalSpec(charge_id=drug.pk, day=TODAY, quantity=Decimal(1))
        return reverse(source=BillSource.OWN, specs=[spec])

    results = at_once([job] * 8, workers=8)
    refused = [result for result in results if isinstance(result, ReversalExceedsCharge)]
    assert len(refused) == 5, results
    assert statement_of(stay).charged_fen == 0


def test_the_same_push_at_once_is_written_once(ward: World) -> None:
    stay = his_stay(ward)
    specs = [ChargeSpec(admission=stay, day=TODAY, item=BED, external_id=f"C{n}") for n in range(40)]

    def job(turn: int) -> Any:
        return lambda: write(source=BillSource.HIS, specs=specs[:: 1 if turn % 2 else -1])[1]

    results = at_once([job(turn) for turn in range(8)], workers=8)
    assert sorted(result.created for result in results) == [0] * 7 + [40], results
    assert InpatientCharge.objects.count() == 40


def test_the_same_stay_told_at_once_is_one(ward: World) -> None:
    results = at_once([lambda: receive_admission(hospital=ward.h1, told=told(ward))] * 8, workers=8)
    assert sorted(is_new for _, is_new in results) == [False] * 7 + [True]
    assert Admission.objects.count() == 1


def test_a_patient_is_admitted_once_at_once(ward: World) -> None:
    results = at_once([lambda: admit(ward)] * 6, workers=6)
    assert sum(isinstance(result, AlreadyAdmitted) for result in results) == 5, results
    assert Admission.objects.count() == 1


@pytest.mark.requirement("INP-01", "PAY-08")
def test_a_deposit_is_credited_or_the_patient_discharged_but_no_money_is_lost(ward: World) -> None:
    for _ in range(4):
        stay = admit(ward)
        deposit = pending(ward, stay)
        order = order_of(deposit)
        paid, _left = at_once([partial(pay_online, order), partial(discharge, stay)], workers=2)
        assert (paid.state, deposit_of(stay)) in (("posted", 50_000), ("returning", 0))


@pytest.mark.requirement("INP-01")
def test_a_deposit_told_of_at_once_is_credited_once(ward: World) -> None:
    stay = admit(ward)
    deposit = pending(ward, stay)
    order = order_of(deposit)
    pay_online(order)
    results = at_once([lambda: credit_deposit(deposit_id=deposit.pk, order=order)] * 6, workers=6)
    assert {result.owner for result in results} == {str(stay.pk)}
    assert deposit_of(stay) == 50_000


@pytest.mark.requirement("INP-01")
def test_guesses_at_once_are_counted_one_by_one(ward: World) -> None:
    configure(ward, **ON)
    stay, account = admit(ward), ward.accounts["patient_b"]

    def guess() -> Any:
        return find_admission(account=account, hospital=ward.h1, admission_no=stay.admission_no, name="猜")

    names = [type(result).__name__ for result in at_once([guess] * 12, workers=12)]
    assert (names.count("AdmissionMismatch"), names.count("LookupLocked")) == (5, 7)
    assert AdmissionLookup.objects.count() == 5
