"""Who belongs to whom, computed and never stored: the patients of a hospital, the panels of its doctors."""

import datetime as dt
from bisect import bisect_right
from dataclasses import dataclass, field
from itertools import accumulate
from uuid import UUID

from kernel import clock

PATTERN = (1, 1, 2, 1, 2, 1, 1, 2, 1, 2)  # of every ten patients six are the first hospital's
FIRST, SECOND = 7_919, 104_729  # primes: two unlike shuffles of the patients over the doctors
MASK = (1 << 64) - 1
YEARS_ON_FILE = 6
ATTENDING, CONSULTANT = "attending", "consultant"


def mix(*numbers: int) -> int:
    """64 well-mixed bits of some numbers (splitmix64)."""
    value = 0
    for number in numbers:
        value = (value + number + 0x9E3779B97F4A7C15) & MASK
        value = ((value ^ (value >> 30)) * 0xBF58476D1CE4E5B9) & MASK
        value = ((value ^ (value >> 27)) * 0x94D049BB133111EB) & MASK
        value ^= value >> 31
    return value


def row_id(millis: int, kind: int, number: int) -> str:
    """The UUIDv7 of a moment (milliseconds); its other bits are a function of two numbers."""
    bits = ((number << 8 | kind) * 0x9E3779B97F4A7C15F39CC0605CEDC835 >> 20) & (1 << 74) - 1
    text = f"{(millis << 80) | (7 << 76) | (bits >> 62 << 64) | (2 << 62) | (bits & (1 << 62) - 1):032x}"
    return f"{text[:8]}-{text[8:12]}-{text[12:16]}-{text[16:20]}-{text[20:]}"


@dataclass(frozen=True, slots=True)
class Doctor:
    """A doctor of a hospital, by ordinal numbers and ids."""

    number: int
    staff_id: UUID
    user_id: UUID
    department_id: UUID
    tier: str


@dataclass(slots=True)
class Panels:
    """The patients of one hospital dealt out to its doctors: popular doctors have many times more than others."""

    ordinal: int
    hospital_id: UUID
    doctors: list[Doctor]
    patients: int
    bounds: tuple[list[int], list[int]] = field(init=False)
    strides: tuple[int, int] = field(init=False)
    inverses: tuple[int, int] = field(init=False)

    def __post_init__(self) -> None:
        weights = [
            1 / (3 + mix(self.ordinal, n) % len(self.doctors)) ** 0.7 for n in range(len(self.doctors))
        ]
        whole = sum(weights)
        shares = [share / whole for share in accumulate(weights)]
        self.bounds = ([round(s * self.patients) for s in shares], [round(s * self.seconds) for s in shares])
        first, second = (1 if self.patients % prime == 0 else prime for prime in (FIRST, SECOND))
        self.strides = (first, second)
        self.inverses = (pow(first, -1, self.patients), pow(second, -1, self.patients))

    @property
    def seconds(self) -> int:
        """How many patients have a second doctor."""
        return self.patients // 2

    def doctors_of(self, index: int) -> list[tuple[str, Doctor]]:
        """(role, doctor) of the hospital's patient number `index`: one or two different doctors."""
        place = index * self.inverses[0] % self.patients
        found = [(ATTENDING, self.doctors[bisect_right(self.bounds[0], place)])]
        place = index * self.inverses[1] % self.patients
        if place < self.seconds:
            second = self.doctors[bisect_right(self.bounds[1], place)]
            if second is not found[0][1]:
                found.append((CONSULTANT, second))
        return found

    def panel_size(self, number: int) -> int:
        """How many patients that doctor has."""
        return sum(b[number] - (b[number - 1] if number else 0) for b in self.bounds)

    def panel(self, number: int, place: int) -> int:
        """The hospital's index of the patient at `place` of that doctor's panel."""
        first, second = (b[number - 1] if number else 0 for b in self.bounds)
        own = self.bounds[0][number] - first
        if place < own:
            return (first + place) * self.strides[0] % self.patients
        return (second + place - own) * self.strides[1] % self.patients


@dataclass(slots=True)
class Plan:
    """The size of a load and its beginning. Patient serials run from 1; `panels` are the hospitals in their order."""

    patients: int
    appointments: int
    days: int
    per_session: int
    today: dt.date
    panels: list[Panels]
    end: int = field(init=False)
    origin: int = field(init=False)

    def __post_init__(self) -> None:
        self.end = int(clock.local(self.today, dt.time()).timestamp() * 1000)
        self.origin = self.end - YEARS_ON_FILE * 365 * 86_400_000

    def hospital_of(self, serial: int) -> tuple[Panels, int]:
        """(hospital, its own index of the patient)."""
        tens, rest = divmod(serial - 1, 10)
        return self.panels[PATTERN[rest] - 1], tens * _PER_TEN[rest][1] + _PER_TEN[rest][0]

    def patient_id(self, serial: int) -> str:
        """Later serials have later ids."""
        return row_id(self.registered(serial), 1, serial)

    def registered(self, serial: int) -> int:
        """When the patient was put on file, in milliseconds."""
        return self.origin + (self.end - self.origin) * serial // (self.patients + 1)

    def patient_at(self, panels: Panels, index: int) -> str:
        """The id of the hospital's patient number `index`."""
        members = _MEMBERS[panels.ordinal]
        tens, rest = divmod(index, len(members))
        return self.patient_id(tens * 10 + members[rest] + 1)

    @property
    def halves(self) -> int:
        """Half-days of the past that have sessions."""
        return self.days * 2


def hospital_sizes(patients: int) -> dict[int, int]:
    """How many of the serials 1 … `patients` are of each hospital."""
    tens, rest = divmod(patients, 10)
    return {o: tens * PATTERN.count(o) + PATTERN[:rest].count(o) for o in (1, 2)}


_MEMBERS = {o: [n for n, ordinal in enumerate(PATTERN) if ordinal == o] for o in (1, 2)}
_PER_TEN = [(PATTERN[:n].count(o), PATTERN.count(o)) for n, o in enumerate(PATTERN)]
