"""The main journey of the product over HTTP, against a running stack: every step is printed, 0 only if all worked.

    python scripts/journey.py --base-url URL --sandbox-url URL --accounts FILE --clock-file FILE

A patient signs in by WeChat, binds a card, finds a doctor, books, is told, reminded, checked in, called and seen; and a
number that is held for today but not paid is free again; a session gets another doctor and is stopped. Time is moved by
the clock file and put back at the end. Every run files patients of its own, so it can be repeated.
The administrator's one-time password is changed; the new one is written to the accounts file.
"""

import argparse
import datetime as dt
import json
import sys
from pathlib import Path

import httpx

sys.path.insert(0, str(Path(__file__).parent / "lib"))

from journey_books import Books
from journey_imports import Import
from journey_inpatients import Staying
from journey_limits import Waiting
from journey_payments import Paying
from journey_people import Hospital, Patient
from journey_schedules import substitution
from journey_steps import Clock, Failed, Sandbox, Staff, done, eventually, expect, step

BOOKED, REMINDER, CALLED = "appointment_booked", "appointment_reminder", "queue_called"


class Journey:
    """One walk through the product; the steps in order."""

    def __init__(self, base_url: str, sandbox: Sandbox, staff: Staff, clock: Clock) -> None:
        self.sandbox, self.staff, self.clock = sandbox, staff, clock
        self.hospital = Hospital(staff)
        self.patient = Patient(base_url, sandbox, self.hospital)

    def run(self) -> None:
        """All of it."""
        self.clock.set_local(days=1, hour=7)
        self.sign_in_and_bind()
        self.find_and_book()
        self.who_sees_whom()
        self.reminder()
        self.visit()
        self.unpaid_hold()
        Paying(self.patient.base_url, self.sandbox, self.staff, self.clock).run()
        Staying(self.patient.base_url, self.sandbox, self.staff, self.clock).run()
        substitution(self.staff, self.clock, self.patient, self.department)
        Import(self.staff, self.hospital).run()
        Waiting(self.patient.base_url, self.sandbox, self.staff, self.clock).run()
        Books(self.patient.base_url, self.sandbox, self.staff, self.clock).run()

    def sign_in_and_bind(self) -> None:
        """From the WeChat code to the bound card."""
        patient = self.patient
        step("the window files the patient and issues a card", patient.be_filed)
        step("sign in by WeChat code", patient.sign_in)
        step("services ask for a card", patient.expect_card_required)
        step("a wrong name is refused like any other mismatch", patient.bind_with_a_wrong_name)
        step("bind the own card", patient.bind)
        step("accept WeChat messages", lambda: patient.accept_messages(BOOKED, REMINDER, CALLED))

    def find_and_book(self) -> None:
        """Department → doctor → date → slot → booking."""
        tomorrow = self.clock.today() + dt.timedelta(days=1)
        patient, doctor = self.patient, self.hospital.doctor
        self.department = step("browse departments", lambda: patient.department(doctor["department"]))
        step(
            "browse doctors of the department",
            lambda: patient.doctor(self.department, tomorrow, doctor["name"]),
        )
        self.session = step("choose a date", lambda: patient.session_on(tomorrow))
        slot = step("choose a time", lambda: patient.free_slot(self.session["id"]))
        self.appointment = step("book for tomorrow", lambda: patient.book(slot, "advance"))
        step("the same request again books nothing new", lambda: patient.repeat_booking(slot, "advance"))
        step("WeChat shows the message", lambda: patient.expect_message(BOOKED))

    def who_sees_whom(self) -> None:
        """Object-level access, by the booking alone."""
        url = f"patients/{self.appointment['patient_id']}"
        appointment = f"appointments/{self.appointment['id']}"
        get = self.staff.status
        step("the doctor sees this patient", lambda: eventually("200", lambda: get("doctor_a", url) == 200))
        step(
            "another doctor gets 404",
            lambda: done(get("doctor_b", url) == 404, get("doctor_b", appointment) == 404),
        )
        step("the department head sees the department", lambda: self._listed("head"))
        step("the administrator sees all", lambda: self._listed("admin"))
        step("the patient and no one else sees the booking", self._strangers)

    def _listed(self, who: str) -> None:
        query = {"session_id": self.appointment["session_id"], "page_size": 100}
        rows = self.staff.get(who, "appointments", **query)["results"]
        expect(self.appointment["id"] in {row["id"] for row in rows}, "the booking in the list", rows)
        expect(
            self.staff.status(who, f"patients/{self.appointment['patient_id']}") == 200, "the patient shown"
        )

    def _strangers(self) -> None:
        stranger = Patient(self.patient.base_url, self.sandbox, self.hospital)
        stranger.be_filed()
        stranger.sign_in()
        stranger.bind()
        expect(stranger.api("GET", f"appointments/{self.appointment['id']}").status_code == 404, "404")
        self.others = [stranger]

    def reminder(self) -> None:
        """The day before, when the clock says it is time."""
        expect(not self.patient.messages(REMINDER), "no reminder before its time")
        self.clock.set_local(days=1, hour=20)  # not of what was booked a few hours ago
        step(
            "the reminder arrives when the clock is moved", lambda: self.patient.expect_message(REMINDER, 150)
        )

    def visit(self) -> None:
        """Check-in, queue, call, finish, records."""
        self.clock.set_local(days=2, hour=7, minute=30)
        self.staff.signed_in.clear()
        self._empty_the_line()
        ahead = step("two others walk in and are checked in before", self._line_up)
        own = self.appointment["id"]
        step("pay at the window", lambda: self.staff.post("clerk", f"appointments/{own}/settle", key=True))
        step("the slip is printed", lambda: self._print_slip(own))
        step("check in at the window", lambda: self.staff.post("clerk", f"appointments/{own}/check-in"))
        step("three wait: the appointment comes before the walk-ins", lambda: self._position(1))
        step("a walk-in with chest pain is put first", lambda: self._prioritise(ahead[-1]))
        step("a poll without news costs an empty answer", self._poll_unchanged)
        ticket = step("the priority patient is called: position 1", lambda: self._call(1))
        expect(ticket["appointment_id"] == ahead[-1], "the priority patient first", ticket)
        ticket = step("the patient is called", lambda: self._call(None))
        expect(ticket["appointment_id"] == own, "the patient next", ticket)
        step("WeChat shows the call", lambda: self.patient.expect_message(CALLED))
        for verb in ("start", "finish"):
            path = f"queue-tickets/{ticket['id']}/{verb}"
            step(f"the doctor presses {verb}", lambda path=path: self.staff.post("doctor_a", path))
        step("the record shows the visit", self._record)

    def _empty_the_line(self) -> None:
        """Whoever a former run left waiting in this session is called."""
        query = {"session_id": self.session["id"], "state": "waiting", "page_size": 100}
        for _ in self.staff.get("doctor_a", "queue-tickets", **query)["results"]:
            self.staff.post("doctor_a", f"clinic-sessions/{self.session['id']}/call-next")

    def _line_up(self) -> list[str]:
        found = []
        for other in (*self.others, Patient(self.patient.base_url, self.sandbox, self.hospital)):
            if other.file is None:
                other.be_filed()
            slot = self.patient.free_slot(self.session["id"])
            body = {
                "patient_id": other.file["id"],
                "slot_id": slot["id"],
                "kind": "same_day",
                "paid_at_counter": True,
            }
            made = self.staff.post("clerk", "appointments", body, key=True)
            self.staff.post("clerk", f"appointments/{made['id']}/check-in")
            found.append(made["id"])
        return found

    def _print_slip(self, appointment: str) -> None:
        slip = self.staff.post("clerk", f"appointments/{appointment}/slip-prints", {}, key=True)
        expect(slip["copy_no"] == 1 and not slip["is_reprint"], "the first copy", slip)

    def _prioritise(self, appointment: str) -> None:
        query = {"session_id": self.session["id"], "state": "waiting", "page_size": 100}
        rows = self.staff.get("clerk", "queue-tickets", **query)["results"]
        ticket = next(row for row in rows if row["appointment_id"] == appointment)
        body = {"priority": "emergency", "reason": "胸痛"}
        self.staff.post("clerk", f"queue-tickets/{ticket['id']}/prioritise", body)
        self._position(2)

    def _poll_unchanged(self) -> None:
        path = f"appointments/{self.appointment['id']}/queue"

        def unchanged() -> bool:
            tag = self.patient.api("GET", path).headers["ETag"]
            return self.patient.api("GET", path, headers={"If-None-Match": tag}).status_code == 304

        eventually("304", unchanged)

    def _position(self, expected: int | None) -> None:
        place = self.patient.get(f"appointments/{self.appointment['id']}/queue")
        expect(place["position"] == expected, f"position {expected}", place)

    def _call(self, expected: int | None) -> dict:
        ticket = self.staff.post("doctor_a", f"clinic-sessions/{self.appointment['session_id']}/call-next")
        self._position(expected)
        return ticket

    def _record(self) -> None:
        rows = self.patient.get("appointments")["results"]
        states = {row["id"]: row["state"] for row in rows}
        expect(states.get(self.appointment["id"]) == "fulfilled", "fulfilled", states)

    def unpaid_hold(self) -> None:
        """A number held for today falls back after fifteen minutes."""
        patient, today = self.patient, self.clock.today()
        session = step(
            "today's numbers of another doctor", lambda: patient.session_of_another(self.department, today)
        )
        slot = step("choose a time today", lambda: patient.free_slot(session["id"]))
        held = step("the number is held, not booked", lambda: patient.book(slot, "same_day"))
        expect(held["state"] == "pending" and held["hold_expires_at"], "a hold", held)
        expect(patient.remaining(session["id"], slot["id"]) == slot["remaining"] - 1, "one number fewer")
        self.clock.set_local(days=2, hour=7, minute=30, plus=dt.timedelta(minutes=16))
        free = step(
            "unpaid after 15 minutes: the number is free again",
            lambda: eventually(
                "free", lambda: patient.remaining(session["id"], slot["id"]) == slot["remaining"], 90
            ),
        )
        expect(free, "the number back")
        step(
            "the hold has expired",
            lambda: eventually("expired", lambda: patient.state(held["id"]) == "expired", 90),
        )


def main(arguments: list[str]) -> int:
    """Entry of the command line; returns the exit code."""
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    for name in ("--base-url", "--sandbox-url"):
        parser.add_argument(name, required=True)
    for name in ("--accounts", "--clock-file"):
        parser.add_argument(name, required=True, type=Path)
    options = parser.parse_args(arguments)
    clock = Clock(options.clock_file)
    try:
        staff = Staff(options.base_url, options.accounts)
        Journey(options.base_url, Sandbox(options.sandbox_url), staff, clock).run()
    except (Failed, httpx.HTTPError, json.JSONDecodeError) as error:
        print(f"\nThe journey ended early: {error}", file=sys.stderr)
        return 1
    finally:
        clock.restore()
    print("The main journey worked from end to end.")
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
