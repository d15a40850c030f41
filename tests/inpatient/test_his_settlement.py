"""Stays that HIS keeps: its share, what it leaves out, and what comes after the settlement (INP-02, INP-03)."""

import datetime as dt
from functools import partial
from typing import Any

import pytest

from apps.inpatient.models import Admission, InpatientCharge
from apps.inpatient.selectors.statement import statement_of
from tests.inpatient.settling import revenue, settle
from tests.inpatient.support import NOW, code, deposit_of, paid
from tests.inpatient.test_his_feed import back, field, item, push, send
from tests.scheduling.support import at_once
from tests.support.world import World

pytestmark = [pytest.mark.requirement("INP-02"), pytest.mark.requirement("INP-03")]
LEFT: Any = {"discharged_at": NOW.isoformat(), "as_of": NOW.isoformat()}


def his(world: World, *, ours: int = 0) -> Admission:
    """A stay with 700 yuan of charges, and so much paid here."""
    push(world)
    send(world, item("C1", unit_price_fen=70_000))
    stay = Admission.objects.get()
    if ours:
        paid(world, stay, ours)
    return stay


@pytest.mark.parametrize(
    ("held", "ours", "figures"),
    [
        (0, 80_000, (0, 0, 10_000)),
        (30_000, 50_000, (30_000, 0, 10_000)),
        (30_000, 10_000, (30_000, 30_000, 0)),
        (90_000, 20_000, (70_000, 0, 20_000)),
    ],
)
def test_what_his_holds_is_taken_off_what_is_settled_here(
    ward: World, held: int, ours: int, figures: tuple[int, int, int]
) -> None:
    stay = his(ward, ours=ours)
    assert push(ward, **LEFT, charges_final=True, his_deposit_fen=held).status_code == 200
    made = settle(ward, stay)
    assert made.status_code == 201, made.content
    shown = made.json()
    assert (shown["his_paid_fen"], shown["collect_fen"], shown["return_fen"]) == figures
    if not shown["collect_fen"]:
        assert (revenue(ward), deposit_of(stay)) == (70_000 - figures[0], 0)
        assert statement_of(stay).arrears_fen == 0


def test_his_tells_its_share_with_the_last_charge(ward: World) -> None:
    his(ward)
    assert field(push(ward, **LEFT, charges_final=True)) == (400, "his_deposit_fen")
    assert push(ward, **LEFT, his_deposit_fen=0).status_code == 200
    assert push(ward, **LEFT, charges_final=True).status_code == 200, "it was told before"


def test_what_his_leaves_out_stays_as_it_was(ward: World) -> None:
    known = {
        "charges_final": True,
        "his_deposit_fen": 500,
        "payer_type": "resident_insurance",
        "diagnosis_code": "I25",
    }
    push(ward, **LEFT, **known)
    push(ward, **LEFT, bed="7")
    stay = Admission.objects.get()
    assert (stay.bed, stay.charges_final, stay.his_deposit_fen) == ("7", True, 500)
    assert (stay.payer_type, stay.diagnosis_code) == ("resident_insurance", "I25")
    push(ward, as_of=NOW.isoformat())
    stay.refresh_from_db()
    assert (stay.status, stay.charges_final) == ("admitted", False), "called back: more charges come"


def test_rows_that_come_after_the_settlement_are_named_and_all_others_may_be_sent(ward: World) -> None:
    stay = his(ward)
    push(ward, **LEFT, charges_final=True, his_deposit_fen=70_000)
    settle(ward, stay)
    push(ward, external_id="HA2", admission_no="2", mrn=ward.patients["patient_b"].mrn)
    other = item("D1", admission_external_id="HA2")
    refused = send(ward, item("C1", unit_price_fen=70_000), item("C9"), other)
    assert (code(refused), refused.json()["external_ids"]) == ((409, "stay_settled"), ["C9"])
    late = send(ward, other, reversals=[back("R1", "C1")])
    assert late.json()["external_ids"] == ["R1"]
    assert send(ward, item("C1", unit_price_fen=70_000), other).json() == {"created": 1, "known": 1}
    assert code(push(ward, **LEFT, charges_final=False)) == (409, "stay_settled")
    assert push(ward, **LEFT, charges_final=True).status_code == 200, "what changes nothing is taken"


@pytest.mark.django_db(transaction=True)
def test_pushes_about_the_same_stays_in_another_order_wait_for_each_other(ward: World) -> None:
    push(ward)
    push(ward, external_id="HA2", admission_no="2", mrn=ward.patients["patient_b"].mrn)
    send(
        ward,
        *(item(f"A{n}") for n in range(6)),
        *(item(f"B{n}", admission_external_id="HA2") for n in range(6)),
    )
    jobs: list[Any] = [
        partial(send, ward, item(f"{n}N", admission_external_id=one), reversals=[back(f"{n}R", f"{of}{n}")])
        for n in range(6)
        for one, of in ([("HA1", "B")] if n % 2 else [("HA2", "A")])
    ]
    results = at_once(jobs, workers=6)
    assert [getattr(result, "status_code", result) for result in results] == [200] * 6
    assert InpatientCharge.objects.count() == 12 + 12


def test_a_stay_that_his_never_told_a_share_of_keeps_its_moment(ward: World) -> None:
    push(ward, as_of=(NOW - dt.timedelta(hours=1)).isoformat())
    assert Admission.objects.get().his_deposit_fen is None
