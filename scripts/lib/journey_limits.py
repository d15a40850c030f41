"""Steps of the main journey: a number that the waiting list keeps, and a patient who does not come."""

import datetime as dt
import secrets
from functools import partial
from typing import Any

from journey_people import Hospital, Patient
from journey_steps import Clock, Failed, Sandbox, Staff, answered, eventually, expect, step

OFFERED, SUSPENDED = "waitlist_offer", "booking_suspended"


class Waiting:
    """Patients of its own, so that it can be repeated; times are relative to the journey's clock."""

    def __init__(self, base_url: str, sandbox: Sandbox, staff: Staff, clock: Clock) -> None:
        self.staff, self.clock, self.hospital = staff, clock, Hospital(staff)
        self.people = [Patient(base_url, sandbox, self.hospital) for _ in range(2)]

    def run(self) -> None:
        """Both stories."""
        for person in self.people:
            step("another patient is filed, signs in and binds a card", partial(self._arrive, person))
        self.waiting_list()
        self.no_shows()

    def _arrive(self, person: Patient) -> None:
        person.be_filed()
        person.sign_in()
        person.bind()
        person.accept_messages(OFFERED, SUSPENDED)

    def waiting_list(self) -> None:
        """A full session, one who waits, a cancellation, the offer, the booking."""
        first, second = self.people
        session = step("the administrator opens a session with one number", self._tiny_session)
        slot = step("one patient takes it", lambda: first.free_slot(session["id"]))
        taken = first.book(slot, "advance")
        entry = step("the other joins the waiting list", lambda: self._join(second, session))
        expect(entry["state"] == "waiting" and entry["place"] == 1, "the first in the line", entry)
        step("the first cancels", lambda: answered(first.api("POST", f"appointments/{taken['id']}/cancel")))
        shown = second.get(f"waitlist-entries/{entry['id']}")
        expect(shown["offer"] and shown["offer"]["state"] == "open", "an offer", shown)
        step("WeChat shows the offer", lambda: second.expect_message(OFFERED))
        refused = first.api(
            "POST",
            "appointments",
            json={"slot_id": slot["id"], "kind": "advance"},
            headers={"Idempotency-Key": secrets.token_hex(16)},
        )
        expect(refused.json().get("code") == "slot_full", "nobody else to get the number", refused.text)
        booked = step("the offer is accepted", lambda: self._accept(second, entry))
        expect(booked["state"] == "booked" and booked["slot_id"] == slot["id"], "the same number", booked)

    def no_shows(self) -> None:
        """A number that is not collected suspends where the hospital says once is enough."""
        second = self.people[1]
        tomorrow = self.clock.today() + dt.timedelta(days=1)
        step("the hospital suspends after one missed appointment", lambda: self._tolerate(1))
        try:
            self.clock.set_local(days=(tomorrow - self.clock.start.date()).days, hour=21)
            self.staff.signed_in.clear()
            suspension = step(
                "the number is not collected: the patient is suspended",
                lambda: eventually("a suspension", lambda: self._suspension(second), 240),
            )
            step("WeChat says so", lambda: second.expect_message(SUSPENDED))
            step("the patient appeals", lambda: self._appeal(second, suspension))
            step("the clerk accepts", lambda: self._accept_appeal(suspension))
            expect(self._suspension(second) is None, "no suspension in force")
        finally:
            self._tolerate(None)

    def _tolerate(self, missed: int | None) -> None:
        """How many missed appointments suspend a patient; None: as before."""
        path = f"hospitals/{self.hospital.id}/settings"
        version = self.staff.get("admin", path)["version"]
        self.staff.patch("admin", path, {"version": version, "values": {"booking.no_show_limit": missed}})

    def _tiny_session(self) -> dict[str, Any]:
        """One number in the evening of the next day, of a doctor who has no other that evening.

        Of another department than doctor_a's, which is open from morning to night. A former run may have left a number
        free, and who waits would be offered it at once.
        """
        doctor = self.staff.session("doctor_a")["user"]["staff"]["id"]
        [busy, *_] = self.staff.get("admin", "clinic-sessions", practitioner_id=doctor)["results"]
        rows = self.staff.get("admin", "clinic-sessions", hospital_id=busy["hospital_id"], page_size=100)[
            "results"
        ]
        day = self.clock.today() + dt.timedelta(days=1)
        evening = {
            "hospital_id": busy["hospital_id"],
            "date": day.isoformat(),
            "period": "evening",
            "page_size": 100,
        }
        there = {
            row["practitioner_id"] for row in self.staff.get("admin", "clinic-sessions", **evening)["results"]
        }
        other = (row for row in rows if row["department_id"] != busy["department_id"])
        like = next(row for row in other if row["practitioner_id"] not in there)
        for _ in range(8):
            begin = dt.datetime.combine(day, dt.time(18)) + dt.timedelta(minutes=5 * secrets.randbelow(24))
            body = {
                "department_id": like["department_id"], "practitioner_id": like["practitioner_id"],
                "date": day.isoformat(),
                "period": "evening", "start_time": f"{begin:%H:%M}",
                "end_time": f"{begin + dt.timedelta(minutes=5):%H:%M}", "slot_minutes": 0,
                "capacity_per_slot": 1, "registration_fee_fen": 0, "tier": "normal",
            }  # fmt: skip
            try:
                made = self.staff.post("admin", "clinic-sessions", body)
            except Failed as error:
                refused = error
                continue
            opened: dict[str, Any] = self.staff.post("admin", f"clinic-sessions/{made['id']}/publish")
            return opened
        raise Failed(f"expected a free time in the evening: {refused}")

    def _join(self, person: Patient, session: dict[str, Any]) -> dict[str, Any]:
        body = {
            "department_id": session["department_id"], "practitioner_id": session["practitioner_id"],
            "period": "evening", "first_date": session["date"], "last_date": session["date"],
        }  # fmt: skip
        entry: dict[str, Any] = answered(person.api("POST", "waitlist-entries", json=body))
        return entry

    def _accept(self, person: Patient, entry: dict[str, Any]) -> dict[str, Any]:
        headers = {"Idempotency-Key": secrets.token_hex(16)}
        booked: dict[str, Any] = answered(
            person.api("POST", f"waitlist-entries/{entry['id']}/accept", headers=headers)
        )
        return booked

    def _suspension(self, person: Patient) -> dict[str, Any] | None:
        rows = person.get("booking-suspensions")["results"]
        return next((row for row in rows if row["lifted_at"] is None), None)

    def _appeal(self, person: Patient, suspension: dict[str, Any] | None) -> None:
        path = f"booking-suspensions/{(suspension or {})['id']}/appeals"
        answered(person.api("POST", path, json={"text": "当天住院,未能到院"}))

    def _accept_appeal(self, suspension: dict[str, Any] | None) -> None:
        query = {"suspension_id": (suspension or {})["id"], "state": "open"}
        [appeal] = self.staff.get("clerk", "suspension-appeals", **query)["results"]
        self.staff.post("clerk", f"suspension-appeals/{appeal['id']}/accept", {"note": "情况属实"})
