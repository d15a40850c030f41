"""What this app needs of the queue in front of the consulting room, put in place by `queueing`, and of fees' money."""

from collections.abc import Collection
from typing import Protocol
from uuid import UUID

from django.core.exceptions import ImproperlyConfigured

from apps.scheduling.models import Appointment


class Tickets(Protocol):
    """Tickets of appointments. All but `check_in` are called inside the transaction of the change, with the
    appointments' rows locked.
    """

    def check_in(self, appointment: Appointment, *, priority: str = "", reason: str = "") -> None:
        """取号: `services.arrive` and a ticket, outside any transaction. `priority`: code of a group.

        CheckInTooEarly, CheckInTooLate, PaymentRequired, WaitsAsWalkIn, StateConflict, InvalidValue.
        """

    def in_service(self, session_id: UUID) -> set[UUID]:
        """Appointments of the session whose patients are with the doctor; all live tickets of it stay locked."""

    def close(self, appointment_ids: Collection[UUID]) -> None:
        """They were cancelled: whoever waits leaves the queue. StateConflict once the doctor has begun."""

    def withdraw(self, appointment_id: UUID) -> None:
        """The check-in is taken back as if it had not been. StateConflict once the patient was called."""

    def move(self, appointment_ids: Collection[UUID], session_id: UUID, *, at_the_end: bool) -> None:
        """They are of that session now: whoever waits does so in its queue, with a number there.

        `at_the_end`: behind everybody who waits there, in the order they had; else with the claim they had.
        """

    def number_of(self, appointment_id: UUID) -> tuple[int, str] | None:
        """The number on the appointment's ticket and the name of its queue; None before check-in."""


class Fees(Protocol):
    """What is known of the money of registration fees; `workflows` puts it in place."""

    def came_in_cash(self, appointment_id: UUID) -> bool:
        """Whether the fee that was taken at the window lies in a drawer, and is no slip of a card machine."""


class _AllInCash:
    def came_in_cash(self, appointment_id: UUID) -> bool:
        """Whoever settles at the window takes cash."""
        return True


_fees: list[Fees] = [_AllInCash()]


def use_fees(found: Fees) -> None:
    """Called once by who records the fees, when it is ready."""
    _fees[:] = [found]


def fees() -> Fees:
    """The fees in force."""
    return _fees[0]


_tickets: Tickets | None = None


def use_tickets(tickets: Tickets) -> None:
    """Called once by the app that keeps tickets, when it is ready."""
    global _tickets
    _tickets = tickets


def tickets() -> Tickets:
    """The tickets in force."""
    if _tickets is None:
        raise ImproperlyConfigured("no app keeps the tickets of appointments")
    return _tickets
