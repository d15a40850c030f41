"""Clerks who want the same bed at once, on connections of their own: one gets it (INP-03)."""

from functools import partial
from typing import Any

import pytest

from apps.inpatient.errors import BedNotFree
from apps.inpatient.models import Bed, BedStay
from apps.inpatient.services.beds import place
from kernel.errors import StateConflict
from tests.inpatient.support import admit, bed
from tests.scheduling.support import at_once
from tests.support.world import World

pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.requirement("INP-03")]


def test_two_clerks_take_one_bed(ward: World) -> None:
    where = bed(ward)
    stays = [admit(ward), admit(ward, "patient_b")]
    jobs: list[Any] = [partial(place, stay, bed=where) for stay in stays for _ in range(2)]
    results = at_once(jobs, workers=4)
    assert sum(isinstance(result, (BedNotFree, StateConflict)) for result in results) == 3, results
    assert BedStay.objects.filter(ended_at=None).count() == 1


def test_one_patient_is_put_into_several_beds_at_once_and_lies_in_one(ward: World) -> None:
    stay, beds = admit(ward), [bed(ward, f"0{n}") for n in range(4)]
    results = at_once([partial(place, stay, bed=each) for each in beds], workers=4)
    assert not [result for result in results if isinstance(result, Exception)], results
    lies = BedStay.objects.get(ended_at=None)
    states = dict(Bed.objects.values_list("pk", "state"))
    assert states.pop(lies.bed_id) == "occupied" and set(states.values()) == {"cleaning"}
    assert BedStay.objects.count() == 4


def test_two_patients_want_a_third_bed(ward: World) -> None:
    one, other = admit(ward), admit(ward, "patient_b")
    first, second, third = (bed(ward, f"0{n}") for n in range(3))
    place(one, bed=first)
    place(other, bed=second)
    results = at_once([partial(place, stay, bed=third) for stay in (one, other)], workers=2)
    assert sorted(type(result).__name__ for result in results) == ["Admission", "BedNotFree"], results


def test_two_patients_want_each_others_bed_without_waiting_for_each_other_for_ever(ward: World) -> None:
    one, other = admit(ward), admit(ward, "patient_b")
    first, second = (bed(ward, f"0{n}") for n in range(2))
    place(one, bed=first)
    place(other, bed=second)
    results = at_once([partial(place, one, bed=second), partial(place, other, bed=first)], workers=2)
    assert {type(result).__name__ for result in results} == {"BedNotFree"}, results
    assert BedStay.objects.filter(ended_at=None).count() == 2
