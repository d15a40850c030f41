"""Beds that are closed, left, come back to and renamed: nobody is lost (INP-03)."""

import datetime as dt
from typing import Any

import pytest

from apps.inpatient.models import Admission, Bed, BedStay
from apps.inpatient.services.admissions import discharge, recall
from apps.inpatient.services.beds import clean, close, place, reopen
from kernel import clock
from kernel.errors import StateConflict
from tests.inpatient.support import admit, at_desk, bed, code, get, put
from tests.support.world import World

pytestmark = pytest.mark.requirement("INP-03")


def state(row: Bed) -> str:
    row.refresh_from_db()
    return row.state


def as_now(stay: Admission) -> Admission:
    return Admission.objects.get(pk=stay.pk)


def left(world: World, where: Bed, patient: str = "patient_a") -> Admission:
    """Who lay there an hour and has left."""
    stay = admit(world, patient)
    place(stay, bed=where)
    with clock.frozen(clock.now() + dt.timedelta(hours=1)):
        return discharge(as_now(stay))


def test_clean_never_opens_a_bed_that_was_closed_meanwhile(ward: World) -> None:
    where = bed(ward)
    left(ward, where)
    stale = Bed.objects.get(pk=where.pk)
    assert stale.state == "cleaning"
    close(where, note="床头灯坏")
    with pytest.raises(StateConflict):
        clean(stale)
    assert state(where) == "closed"


def test_a_bed_that_was_closed_before_it_was_cleaned_is_cleaned_before_it_is_free(ward: World) -> None:
    where, other = bed(ward, "01"), bed(ward, "02")
    left(ward, where)
    close(where, note="消毒")
    close(other, note="维修")
    assert (reopen(where).state, reopen(other).state) == ("cleaning", "free")
    close(where, note="消毒")
    assert at_desk(ward, "clerk", f"beds/{where.pk}/reopen").json()["state"] == "cleaning"
    assert clean(where).state == "free"
    close(where, note="维修")
    assert reopen(where).state == "free"


def test_nobody_left_before_they_came(ward: World) -> None:
    stay = admit(ward)
    place(stay, bed=bed(ward))
    when = (clock.now() - dt.timedelta(hours=2)).isoformat()
    answer = at_desk(ward, "clerk", f"admissions/{stay.pk}/discharge", {"discharged_at": when})
    assert answer.status_code == 400
    assert [(each["field"], each["code"]) for each in answer.json()["errors"]] == [
        ("discharged_at", "after_last_move")
    ]
    assert as_now(stay).status == "admitted"


def test_who_is_called_back_lies_where_they_lay(ward: World) -> None:
    where = bed(ward)
    stay = left(ward, where)
    recall(as_now(stay))
    assert state(where) == "occupied"
    assert BedStay.objects.get().ended_at is None and as_now(stay).bed == "01"


def test_who_is_called_back_when_the_bed_is_anothers_lies_nowhere_until_they_are_placed(ward: World) -> None:
    where, second = bed(ward, "01"), bed(ward, "02", ward="外科病区", department="surgery")
    stay = left(ward, where)
    with clock.frozen(clock.now() + dt.timedelta(hours=2)):
        clean(where)
        place(admit(ward, "patient_b"), bed=where)
        back = recall(as_now(stay))
        assert (back.ward, back.bed) == ("", "")
        place(as_now(stay), bed=second)
        rows = BedStay.objects.filter(admission=stay).order_by("id")
        assert [(row.from_ward_id, row.to_ward_id) for row in rows] == [
            (None, second.ward_id), (where.ward_id, None),
        ]  # fmt: skip
        census: Any = {row["ward_name"]: row for row in get(ward, "clerk", "ward-census").json()["results"]}
    surgical = census["外科病区"]
    assert (surgical["admitted"], surgical["transferred_in"], surgical["at_end"]) == (0, 1, 1)


def test_where_patients_lie_is_not_renamed_under_them(ward: World) -> None:
    where, free = bed(ward, "01"), bed(ward, "02")
    place(admit(ward), bed=where)
    where.refresh_from_db()
    department = str(ward.departments["surgery"].pk)
    path, version = f"wards/{where.ward_id}", where.ward.version
    refused = put(ward, "admin1", path, {"version": version, "department_id": department})
    assert (code(refused), refused.json()["count"]) == ((409, "ward_occupied"), 1)
    assert put(ward, "admin1", path, {"version": version, "code": "XN1"}).status_code == 200
    renamed = put(ward, "admin1", f"beds/{where.pk}", {"version": where.version, "code": "11"})
    assert code(renamed) == (409, "ward_occupied")
    assert put(ward, "admin1", f"beds/{free.pk}", {"version": free.version, "code": "12"}).status_code == 200
