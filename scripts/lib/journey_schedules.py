"""停诊 and 替诊 in the journey: a session changes hands, then ends; its patient is told both times."""

import datetime as dt
import secrets
from typing import Any

from journey_people import Patient
from journey_steps import Clock, Staff, eventually, expect, step

SUBSTITUTED, CANCELLED = "session_substituted", "appointment_cancelled"


def substitution(staff: Staff, clock: Clock, patient: Patient, department: dict[str, Any]) -> None:
    """A one-off session of doctor_a is booked, given to doctor_b, and stopped at last."""
    step("accept the messages of a change", lambda: patient.accept_messages(SUBSTITUTED, CANCELLED))
    session = step("a one-off session is planned and opened", lambda: _open(staff, clock, department))
    slot = patient.free_slot(session["id"])
    booked = step("the patient books it", lambda: patient.book(slot, "advance"))
    step("the doctor is ill: another takes over in one step", lambda: _substitute(staff, session))
    step("WeChat tells the patient who will be there", lambda: patient.expect_message(SUBSTITUTED))
    step("doctor, not number or time, has changed", lambda: _record(staff, patient, booked))
    path = f"patients/{booked['patient_id']}"
    step("the substitute sees the patient", lambda: expect(staff.status("doctor_b", path) == 200, "200"))
    step("the session is stopped after all", lambda: _stop(staff, session))
    step("WeChat tells the patient that it is off", lambda: patient.expect_message(CANCELLED))
    eventually("cancelled", lambda: patient.state(booked["id"]) == "cancelled")


def _person(staff: Staff, who: str) -> dict[str, Any]:
    found: dict[str, Any] = staff.session(who)["user"]["staff"]
    return found


def _open(staff: Staff, clock: Clock, department: dict[str, Any]) -> dict[str, Any]:
    day, minute = clock.today() + dt.timedelta(days=3), secrets.randbelow(50)
    body = {
        "department_id": department["id"], "practitioner_id": _person(staff, "doctor_a")["id"], "date": day.isoformat(),
        "period": "morning", "start_time": f"06:{minute:02d}", "end_time": f"06:{minute + 5:02d}",
        "slot_minutes": 0, "capacity_per_slot": 3, "registration_fee_fen": 0,
        "channel_quotas": {"window": 1}, "release_minutes": 60,
    }  # fmt: skip
    session = staff.post("head", "clinic-sessions", body)
    opened: dict[str, Any] = staff.post("head", f"clinic-sessions/{session['id']}/publish")
    slots = staff.get("head", f"clinic-sessions/{session['id']}/slots")
    expect(slots[0]["kept"] == {"window": 1}, "one number kept for the window", slots)
    return opened


def _substitute(staff: Staff, session: dict[str, Any]) -> None:
    body = {"practitioner_id": _person(staff, "doctor_b")["id"], "reason": "医生生病"}
    answer = staff.post("head", f"clinic-sessions/{session['id']}/substitute", body)
    expect((answer["moved"], answer["cancelled"]) == (1, 0), "one moved, none cancelled", answer)
    expect(answer["substituted_for_id"] == session["practitioner_id"], "the first doctor remembered", answer)


def _record(staff: Staff, patient: Patient, booked: dict[str, Any]) -> None:
    now = patient.get(f"appointments/{booked['id']}")
    expect(now["practitioner_name"] == _person(staff, "doctor_b")["name"], "the substitute", now)
    same = all(now[name] == booked[name] for name in ("number", "starts_at", "appointment_no"))
    expect(same, "the same number and time", now)


def _stop(staff: Staff, session: dict[str, Any]) -> None:
    answer = staff.post("head", f"clinic-sessions/{session['id']}/stop", {"reason": "停电"})
    expect((answer["state"], answer["cancelled"]) == ("stopped", 1), "stopped, one cancelled", answer)
