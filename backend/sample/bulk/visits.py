"""Rows of the past: sessions of every doctor, their slots, the numbers that were taken, the appointments.

A past session keeps the numbers that somebody had; the free ones are of no use to anybody any more.
"""

import datetime as dt
import random
from collections.abc import Iterable, Iterator
from dataclasses import dataclass

from apps.encounters.models import Encounter
from apps.scheduling.models import Appointment, ClinicSession, Slot, SlotNumber
from kernel import clock
from sample.bulk.copy import NULL, Row, Table
from sample.bulk.patients import moment
from sample.bulk.plan import Doctor, Panels, Plan, row_id

STARTS = (("morning", dt.time(8, 30)), ("afternoon", dt.time(14, 0)))
SLOTS, SLOT_MINUTES = 4, 45
FEES_FEN = {"normal": 1500, "expert": 5000}
MINUTE = 60_000
PHASE = 7_919  # so that doctors who sit equally often don't sit on the same days
SESSION = Table(
    ClinicSession, "id", "created_at", "updated_at", "hospital_id", "department_id", "practitioner_id", "date",
    "period", "starts_at", "ends_at", "slot_minutes", "capacity_per_slot", "tier", "registration_fee_fen", "state",
)  # fmt: skip
SLOT = Table(Slot, "id", "created_at", "updated_at", "session_id", "starts_at", "ends_at", "capacity")
NUMBER = Table(
    SlotNumber, "id", "created_at", "updated_at", "hospital_id", "session_id", "slot_id", "number", "state",
    "appointment_id",
)  # fmt: skip
ENCOUNTER = Table(
    Encounter, "id", "created_at", "updated_at", "hospital_id", "department_id", "practitioner_id", "patient_id",
    "encounter_no", "kind", "state", "arrived_at", "started_at", "ended_at",
)  # fmt: skip
APPOINTMENT = Table(
    Appointment, "id", "created_at", "updated_at", "hospital_id", "department_id", "practitioner_id", "patient_id",
    "session_id", "slot_id", "slot_number_id", "number", "appointment_no", "kind", "state", "source", "fee_fen",
    "payment_status", "visit_date", "starts_at", "ends_at", "check_in_until", "checked_in_at", "fulfilled_at",
    "cancelled_at", "encounter_id",
)  # fmt: skip


@dataclass(frozen=True, slots=True)
class Sitting:
    """One doctor's half-day of the past; `order` counts the doctor's sittings."""

    panels: Panels
    doctor: Doctor
    half: int
    order: int
    day: dt.date
    period: str
    starts: int
    seats: int
    lot: bytes

    @property
    def made(self) -> int:
        """When the session was published: a week before."""
        return self.starts - 7 * 1440 * MINUTE

    @property
    def serial(self) -> int:
        return (self.panels.ordinal << 32 | self.doctor.number << 16 | self.half) << 12

    @property
    def key(self) -> str:
        return row_id(self.made, 5, self.serial)

    def slot_key(self, slot: int) -> str:
        return row_id(self.made, 6, self.serial | slot)

    def number_key(self, number: int) -> str:
        return row_id(self.made, 7, self.serial | number)

    def slot_of(self, number: int) -> int:
        return (number - 1) * SLOTS // self.seats

    def slot_start(self, slot: int) -> int:
        return self.starts + slot * SLOT_MINUTES * MINUTE

    def chance(self, number: int) -> int:
        """What happened to that number, 0 – 255."""
        return self.lot[number]

    def booked(self, number: int) -> int:
        """When: one to three days before."""
        return self.starts - (1440 + self.lot[-number] * 2880 // 256) * MINUTE

    def encounter_key(self, number: int) -> str:
        return row_id(self.slot_start(self.slot_of(number)), 9, self.serial | number)

    def appointment_key(self, number: int) -> str:
        return row_id(self.booked(number), 8, self.serial | number)


def sittings(plan: Plan, halves: Iterable[int]) -> Iterator[Sitting]:
    """The doctors who sat on those half-days, in the order of time; popular doctors sat more often."""
    first = plan.today - dt.timedelta(days=plan.days)
    totals = [_totals(plan, panels) for panels in plan.panels]
    for half in halves:
        day = first + dt.timedelta(days=half // 2)
        period, start = STARTS[half % 2]
        starts = int(clock.local(day, start).timestamp() * 1000)
        for panels, counts in zip(plan.panels, totals, strict=True):
            for doctor, count in zip(panels.doctors, counts, strict=True):
                phase = doctor.number * PHASE % plan.halves
                order = (half * count + phase) // plan.halves
                if ((half + 1) * count + phase) // plan.halves > order:
                    yield _sitting(plan, panels, doctor, half, order, day, period, starts)


def _sitting(
    plan: Plan, panels: Panels, doctor: Doctor, half: int, order: int, day: dt.date, period: str, starts: int
) -> Sitting:
    seed = panels.ordinal << 32 | doctor.number << 16 | half
    lot = random.Random(seed).randbytes(plan.per_session * 2)  # noqa: S311 - sample data
    return Sitting(panels, doctor, half, order, day, period, starts, plan.per_session, lot)


def _totals(plan: Plan, panels: Panels) -> list[int]:
    """How often each doctor sat, in proportion to the panels; at most once in a half-day."""
    wanted = plan.appointments / plan.per_session / sum(p.patients * 3 // 2 for p in plan.panels)
    return [min(plan.halves, round(panels.panel_size(d.number) * wanted)) for d in panels.doctors]


def sessions(plan: Plan, halves: Iterable[int]) -> Iterator[Row]:
    for s in sittings(plan, halves):
        made, ends = moment(s.made), moment(s.slot_start(SLOTS))
        yield (
            s.key, made, made, s.panels.hospital_id, s.doctor.department_id, s.doctor.staff_id, s.day, s.period,
            moment(s.starts), ends, SLOT_MINUTES, -(-s.seats // SLOTS), s.doctor.tier, FEES_FEN[s.doctor.tier],
            "closed",
        )  # fmt: skip


def slots(plan: Plan, halves: Iterable[int]) -> Iterator[Row]:
    for s in sittings(plan, halves):
        made = moment(s.made)
        for slot in range(SLOTS):
            begin, end = moment(s.slot_start(slot)), moment(s.slot_start(slot + 1))
            yield s.slot_key(slot), made, made, s.key, begin, end, -(-s.seats // SLOTS)


def visitors(plan: Plan, sitting: Sitting) -> Iterator[tuple[int, str]]:
    """(number, patient) of everybody who booked; nobody twice."""
    size, seen = sitting.panels.panel_size(sitting.doctor.number), set()
    for number in range(1, min(sitting.seats, size) + 1):
        place = (sitting.order * sitting.seats + number) % size
        index = sitting.panels.panel(sitting.doctor.number, place)
        if index not in seen:
            seen.add(index)
            yield number, plan.patient_at(sitting.panels, index)


def outcome(chance: int) -> str:
    """86 % came, 6 % stayed away, the others cancelled."""
    return "fulfilled" if chance < 220 else "no_show" if chance < 236 else "cancelled"


def slot_numbers(plan: Plan, halves: Iterable[int]) -> Iterator[Row]:
    for s in sittings(plan, halves):
        made, key = moment(s.made), s.key
        spans = [s.slot_key(n) for n in range(SLOTS)]
        for number, _ in visitors(plan, s):
            cancelled = outcome(s.chance(number)) == "cancelled"
            yield (
                s.number_key(number), made, made, s.panels.hospital_id, key, spans[s.slot_of(number)], number,
                "free" if cancelled else "taken", NULL if cancelled else s.appointment_key(number),
            )  # fmt: skip


def encounters(plan: Plan, halves: Iterable[int]) -> Iterator[Row]:
    for s in sittings(plan, halves):
        spans = [(moment(s.slot_start(n)), moment(s.slot_start(n + 1))) for n in range(SLOTS)]
        for number, patient in visitors(plan, s):
            if outcome(s.chance(number)) == "fulfilled":
                begins, ends = spans[s.slot_of(number)]
                yield (
                    s.encounter_key(number), begins, ends, s.panels.hospital_id, s.doctor.department_id,
                    s.doctor.staff_id, patient, f"JZ{s.day:%y%m%d}{s.doctor.number:04d}{s.half % 2}{number:03d}",
                    "outpatient", "finished", begins, begins, ends,
                )  # fmt: skip


def appointments(plan: Plan, halves: Iterable[int]) -> Iterator[Row]:
    for s in sittings(plan, halves):
        key, hospital, doctor = s.key, s.panels.hospital_id, s.doctor
        spans = [(s.slot_key(n), moment(s.slot_start(n)), moment(s.slot_start(n + 1))) for n in range(SLOTS)]
        for number, patient in visitors(plan, s):
            chance = s.chance(number)
            state = outcome(chance)
            slot, begins, ends = spans[s.slot_of(number)]
            booked = moment(s.booked(number))
            came = begins if state == "fulfilled" else NULL
            yield (
                s.appointment_key(number), booked, booked, hospital, doctor.department_id, doctor.staff_id, patient,
                key, slot, s.number_key(number), number, f"GH{s.day:%y%m%d}{doctor.number:04d}{s.half % 2}{number:03d}",
                "advance", state, "miniprogram" if chance % 3 else "window", FEES_FEN[doctor.tier],
                "paid_at_counter" if came is begins else "unpaid", s.day, begins, ends, ends, came,
                ends if came is begins else NULL, booked if state == "cancelled" else NULL,
                s.encounter_key(number) if came is begins else NULL,
            )  # fmt: skip
