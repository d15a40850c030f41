"""Many sessions changed at once: tried first, all or nothing, or what can be; never below what is booked."""

import datetime as dt
from functools import partial
from typing import Any

import pytest

from apps.identity.models import Location
from apps.scheduling.models import Appointment, ClinicSession, SlotNumber
from kernel.models import OutboxEvent
from tests.scheduling.support import ADMIN, TODAY, TOMORROW, book, code, first_slot, open_session, states
from tests.support.world import World

pytestmark = pytest.mark.requirement("BOOK-01")


def bulk(world: World, action: str, who: str = "head", **body: Any) -> Any:
    whole = {
        "department_id": str(world.departments["cardiology"].pk), "first_date": TODAY.isoformat(),
        "last_date": (TODAY + dt.timedelta(days=6)).isoformat(), "action": action, **body,
    }  # fmt: skip
    return world.client(who).post(f"{ADMIN}/clinic-sessions/bulk", whole, format="json")


def test_capacity_is_raised_and_lowered_but_not_below_what_is_booked(clinic: World) -> None:
    full = open_session(clinic, date=TOMORROW, capacity=2)
    for account in ("patient_a", "patient_b"):
        book(clinic, account, first_slot(full), "advance")
    roomy = open_session(clinic, date=TOMORROW, capacity=2, doctor="doctor_b")
    change = partial(bulk, clinic, "change")
    refused = change(changes={"capacity_per_slot": 1})
    assert code(refused) == (409, "bulk_refused")
    assert [(row["id"], row["code"]) for row in refused.json()["refused"]] == [
        (str(full.pk), "capacity_below_booked")
    ]
    assert "2" in refused.json()["refused"][0]["detail"]
    assert (len(states(full)), states(roomy)) == (4, ["free"] * 4)
    partly = change(changes={"capacity_per_slot": 1}, all_or_nothing=False).json()
    assert (partly["applied"], partly["changed"], partly["refused"]) == (True, 1, 1)
    assert states(roomy) == ["free", "stopped", "free", "stopped"]
    raised = change(changes={"capacity_per_slot": 3}).json()
    assert (raised["changed"], raised["refused"]) == (2, 0)
    assert states(roomy) == ["free"] * 6
    assert states(full) == ["taken", "taken", "free", "free", "free", "free"]
    shown = clinic.client("head").get(f"{ADMIN}/clinic-sessions/{full.pk}").json()
    assert (shown["capacity"], shown["remaining"], shown["capacity_per_slot"]) == (6, 4, 3)
    assert list(SlotNumber.objects.filter(session=full).order_by("number").values_list("number", flat=True)) == [
        1, 2, 3, 4, 5, 6,
    ]  # fmt: skip


def test_a_dry_run_says_what_would_happen_and_changes_nothing(clinic: World) -> None:
    session = open_session(clinic, date=TOMORROW)
    book(clinic, "patient_a", first_slot(session), "advance")
    before = OutboxEvent.objects.count()
    report = bulk(clinic, "stop", reason="停电", dry_run=True).json()
    assert (report["applied"], report["changed"], report["cancelled"]) == (False, 1, 1)
    assert [row["id"] for row in report["rows"]] == [str(session.pk)]
    assert Appointment.objects.get().state == "booked"
    assert OutboxEvent.objects.count() == before
    assert bulk(clinic, "stop", reason="停电").json()["cancelled"] == 1
    assert ClinicSession.objects.get().state == "stopped"
    assert bulk(clinic, "stop", reason="停电").json()["rows"] == []  # what is stopped is not chosen again


def test_fee_room_and_times_change_where_they_can(clinic: World) -> None:
    room = Location.objects.create(hospital=clinic.h1, building="门诊楼", floor="3", room="301")
    published = open_session(clinic, date=TOMORROW, start="08:00", end="09:00")
    draft = open_session(clinic, date=TOMORROW, start="10:00", end="11:00", publish=False)
    change = partial(bulk, clinic, "change", practitioner_id=str(clinic.staff["doctor_a"].pk))
    body = {"registration_fee_fen": 777, "room_id": str(room.pk)}
    assert change(changes=body).json()["changed"] == 2
    assert set(ClinicSession.objects.values_list("registration_fee_fen", "room")) == {(777, room.pk)}
    later = change(changes={"start_time": "10:30", "end_time": "12:00"}, all_or_nothing=False).json()
    assert [(row["id"], row["code"]) for row in later["rows"]] == [
        (str(published.pk), "session_times_fixed"), (str(draft.pk), ""),
    ]  # fmt: skip
    draft.refresh_from_db()
    assert (draft.ends_at - draft.starts_at) == dt.timedelta(minutes=90)
    onto = change(changes={"start_time": "08:30"}, all_or_nothing=False).json()
    assert onto["rows"][1]["code"] == "session_conflict"
    other = open_session(clinic, date=TOMORROW, start="10:00", end="11:00", doctor="doctor_b")
    clash = bulk(
        clinic, "change", practitioner_id=str(other.practitioner_id), changes={"room_id": str(room.pk)}
    )
    assert [row["code"] for row in clash.json()["refused"]] == ["session_conflict"]
    assert bulk(clinic, "publish").json()["changed"] == 1
    draft.refresh_from_db()
    assert draft.state == "published"


@pytest.mark.parametrize(
    "body",
    [
        {"action": "change"}, {"action": "stop"}, {"action": "dance"}, {"action": "change", "changes": {}},
        {"action": "change", "changes": {"capacity_per_slot": 0}}, {"action": "publish", "first_date": "2026-13-01"},
        {"action": "publish", "last_date": "2020-01-01"}, {"action": "publish", "last_date": "2029-01-01"},
        {"action": "change", "changes": {"state": "stopped"}}, {"action": "publish", "weekdays": [7]},
        {"action": "publish", "practitioner_id": "0190a000-0000-7000-8000-000000000000"},
        {"action": "change", "changes": {"room_id": "0190a000-0000-7000-8000-000000000000"}},
    ],
)  # fmt: skip
def test_a_vague_order_is_refused(clinic: World, body: dict[str, Any]) -> None:
    assert bulk(clinic, **body).status_code == 400


def test_only_sessions_within_reach_are_changed(clinic: World) -> None:
    session = open_session(clinic, date=TOMORROW, publish=False)
    surgery = str(clinic.departments["surgery"].pk)
    assert bulk(clinic, "publish", department_id=surgery).status_code == 400
    assert bulk(clinic, "publish", who="doctor_a").status_code == 403
    assert bulk(clinic, "publish", who="admin2").status_code == 400
    assert bulk(clinic, "publish", weekdays=[TODAY.weekday()]).json()["rows"] == []
    assert bulk(clinic, "publish", period="evening").json()["rows"] == []
    session.refresh_from_db()
    assert session.state == "draft"
