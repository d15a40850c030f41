"""How far somebody sees into a report: all of the hospital, some departments, or what is one's own."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any
from uuid import UUID


@dataclass(frozen=True, slots=True)
class Reach:
    """`departments` None: the whole hospital; else those, and what is of `staff_id`. Ids as text: it is stored."""

    departments: tuple[str, ...] | None = None
    staff_id: str | None = None

    @classmethod
    def within(cls, departments: Iterable[UUID], staff_id: UUID) -> "Reach":
        """Some departments, and one's own."""
        return cls(tuple(sorted(map(str, departments))), str(staff_id))

    @classmethod
    def of(cls, stored: Mapping[str, Any]) -> "Reach":
        """What `stored` gave."""
        departments = stored["departments"]
        return cls(None if departments is None else tuple(departments), stored["staff_id"])

    def stored(self) -> dict[str, Any]:
        """As JSON keeps it."""
        departments = None if self.departments is None else list(self.departments)
        return {"departments": departments, "staff_id": self.staff_id}

    def covers(self, other: "Reach") -> bool:
        """Whether `other` sees nothing that this does not."""
        if self.departments is None:
            return True
        if other.departments is None or self.staff_id != other.staff_id:
            return False
        return set(other.departments) <= set(self.departments)

    def bound(self) -> dict[str, Any]:
        """As the statements of reports take it."""
        return {
            "department_ids": None if self.departments is None else list(self.departments),
            "own_staff_id": self.staff_id,
        }
