"""病区与床位: one patient a bed, moves with their history, cleaning between two patients (INP-03)."""

import datetime as dt
from typing import Any

import pytest

from apps.inpatient.models import Admission, Bed, BedStay
from apps.inpatient.services.admissions import discharge
from kernel import clock
from tests.inpatient.support import admit, at_desk, bed, code, get, his_stay, put
from tests.support.world import World

pytestmark = pytest.mark.requirement("INP-03")


def place(world: World, stay: Admission, where: Bed, who: str = "clerk") -> Any:
    return at_desk(world, who, f"admissions/{stay.pk}/place", {"bed_id": str(where.pk)})


def state(row: Bed) -> str:
    row.refresh_from_db()
    return row.state


def test_a_patient_gets_a_bed_moves_and_leaves_it_to_be_cleaned(ward: World) -> None:
    stay, first, second = admit(ward), bed(ward, "01"), bed(ward, "02", ward="外科病区", department="surgery")
    shown = place(ward, stay, first).json()
    assert (shown["ward"], shown["bed"], state(first)) == ("心内一病区", "01", "occupied")
    with clock.frozen(clock.now() + dt.timedelta(hours=2)):
        moved = place(ward, stay, second).json()
        assert (moved["department_name"], moved["ward"], moved["bed"]) == ("外科", "外科病区", "02")
        assert (state(first), state(second)) == ("cleaning", "occupied")
    history = get(ward, "clerk", f"admissions/{stay.pk}/bed-stays").json()["results"]
    assert [(row["bed_code"], row["from_ward_name"], row["to_ward_name"]) for row in history] == [
        ("02", "心内一病区", None), ("01", None, "外科病区"),
    ]  # fmt: skip
    with clock.frozen(clock.now() + dt.timedelta(hours=3)):
        discharge(Admission.objects.get(pk=stay.pk))
    assert state(second) == "cleaning"
    last = BedStay.objects.order_by("-id")[0]
    assert last.ended_at is not None and last.to_ward_id is None
    assert at_desk(ward, "clerk", f"beds/{second.pk}/clean").json()["state"] == "free"
    assert code(at_desk(ward, "clerk", f"beds/{second.pk}/clean")) == (409, "state_conflict")


def test_a_bed_that_is_not_free_is_nobodys(ward: World) -> None:
    one, other, where = admit(ward), admit(ward, "patient_b"), bed(ward)
    assert place(ward, one, where).status_code == 200
    refused = place(ward, other, where)
    assert code(refused) == (409, "bed_not_free") and refused.json()["current"] == "occupied"
    assert code(place(ward, one, where)) == (409, "state_conflict"), "lies there already"
    closed = bed(ward, "09")
    assert (
        at_desk(ward, "clerk", f"beds/{closed.pk}/close", {"note": "呼叫铃故障"}).json()["note"]
        == "呼叫铃故障"
    )
    assert place(ward, other, closed).json()["current"] == "closed"
    assert code(at_desk(ward, "clerk", f"beds/{where.pk}/close", {"note": "x"})) == (409, "state_conflict")
    assert at_desk(ward, "clerk", f"beds/{closed.pk}/reopen").json()["note"] == ""
    assert place(ward, other, closed).status_code == 200


def test_who_has_left_or_is_his_or_lies_in_another_hospital_gets_none(ward: World) -> None:
    stay, where = admit(ward), bed(ward)
    foreign = bed(ward, ward="口腔病区", department="dental")
    assert place(ward, stay, foreign).status_code == 400, "no bed within reach"
    assert place(ward, stay, foreign, "boss").status_code == 400
    discharge(stay)
    assert code(place(ward, stay, where)) == (409, "admission_discharged")
    his = his_stay(ward, patient=ward.patients["patient_b"])
    assert code(place(ward, his, where)) == (409, "admission_of_his")
    assert (state(where), BedStay.objects.count()) == ("free", 0)


def test_a_ward_that_is_closed_takes_nobody(ward: World) -> None:
    stay, where = admit(ward), bed(ward)
    where.ward.is_active = False
    where.ward.save()
    assert code(place(ward, stay, where)) == (409, "ward_closed")


def test_where_somebody_lies_is_changed_by_moving_them(ward: World) -> None:
    stay = admit(ward)
    place(ward, stay, bed(ward))
    stay.refresh_from_db()
    refused = put(ward, "clerk", f"admissions/{stay.pk}", {"version": stay.version, "bed": "77"})
    assert [each["code"] for each in refused.json()["errors"]] == ["bed_kept"]
    same = put(
        ward, "clerk", f"admissions/{stay.pk}", {"version": stay.version, "bed": "01", "diagnosis": "x"}
    )
    assert same.status_code == 200, same.content


def test_the_board_shows_every_bed_with_who_lies_there_masked(ward: World) -> None:
    stay = admit(ward)
    place(ward, stay, bed(ward, "01"))
    bed(ward, "02")
    rows = get(ward, "doctor_a", "bed-board").json()["results"]
    assert [(row["code"], row["state"], row["patient_name"]) for row in rows] == [
        ("01", "occupied", "张*"), ("02", "free", None),
    ]  # fmt: skip
    assert rows[0]["admission_no"] == stay.admission_no
    assert get(ward, "doctor_c", "bed-board").json()["results"] == [], "another department's"
    assert [row["code"] for row in get(ward, "clerk", "bed-board", state="free").json()["results"]] == ["02"]


def test_a_bed_with_a_history_is_not_deleted(ward: World) -> None:
    stay, where, unused = admit(ward), bed(ward), bed(ward, "02")
    place(ward, stay, where)
    assert code(ward.client("admin1").delete(f"/api/admin/v1/beds/{where.pk}")) == (409, "in_use")
    assert ward.client("admin1").delete(f"/api/admin/v1/beds/{unused.pk}").status_code == 204


def test_a_census_adds_up(ward: World) -> None:
    now = clock.now()
    one, other = admit(ward), admit(ward, "patient_b")
    first, second = bed(ward, "01"), bed(ward, "02", ward="外科病区", department="surgery")
    third = bed(ward, "03")
    with clock.frozen(now - dt.timedelta(days=2)):
        place(ward, one, first)
    with clock.frozen(now - dt.timedelta(hours=1)):
        place(ward, other, third)
    place(ward, one, second)
    with clock.frozen(now + dt.timedelta(minutes=5)):
        discharge(Admission.objects.get(pk=other.pk))
        rows = {row["ward_name"]: row for row in get(ward, "clerk", "ward-census").json()["results"]}
    medical, surgical = rows["心内一病区"], rows["外科病区"]
    names = ("at_start", "admitted", "transferred_in", "discharged", "transferred_out", "at_end")
    assert [medical[name] for name in names] == [1, 1, 0, 1, 1, 0]
    assert [surgical[name] for name in names] == [0, 0, 1, 0, 0, 1]
    assert (medical["bed_count"], medical["cleaning_count"], surgical["occupied_count"]) == (2, 2, 1)
    before = (now - dt.timedelta(days=1)).astimezone(clock.LOCAL).date().isoformat()
    yesterday = get(ward, "clerk", "ward-census", day=before).json()["results"]
    assert {row["ward_name"]: (row["at_start"], row["at_end"]) for row in yesterday}["心内一病区"] == (1, 1)
    assert get(ward, "clerk", "ward-census", day="soon").status_code == 400
