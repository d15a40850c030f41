"""加号与减号: the capacity of a published session changes, never below what is booked."""

from collections import defaultdict
from uuid import UUID

from django.db import transaction

from apps.scheduling import errors
from apps.scheduling.models import ClinicSession, Slot, SlotNumber
from apps.scheduling.states import NumberState
from kernel import clock

OCCUPIED = (NumberState.HELD, NumberState.TAKEN, NumberState.OFFERED)


@transaction.atomic
def resize(session: ClinicSession, capacity: int) -> None:
    """Every slot of a published session, whose row is locked, gets `capacity` numbers. CapacityBelowBooked.

    Numbers that are taken away are stopped, those of anybody before kept ones and the highest first; they come back
    before new ones are made.
    """
    numbers = SlotNumber.objects.filter(session=session).select_for_update()
    by_slot: dict[UUID, list[SlotNumber]] = defaultdict(list)
    highest = 0
    for number in sorted(numbers.order_by("pk"), key=lambda row: row.number):
        by_slot[number.slot_id].append(number)
        highest = max(highest, number.number)
    opened: list[SlotNumber] = []
    stopped: list[SlotNumber] = []
    made: list[SlotNumber] = []
    for slot in session.slots.order_by("starts_at"):
        rows = by_slot[slot.pk]
        booked = sum(row.state in OCCUPIED for row in rows)
        if booked > capacity:
            raise errors.CapacityBelowBooked(booked=booked, starts_at=slot.starts_at)
        surplus = sum(row.state != NumberState.STOPPED for row in rows) - capacity
        stopped += _to_stop(rows)[: max(surplus, 0)]
        back = [row for row in rows if row.state == NumberState.STOPPED][: max(-surplus, 0)]
        opened += back
        for _ in range(-surplus - len(back)):
            highest += 1
            made.append(_new(session, slot, highest))
    _set(stopped, NumberState.STOPPED)
    _set(opened, NumberState.FREE)
    SlotNumber.objects.bulk_create(made, batch_size=1_000)
    session.slots.update(capacity=capacity, updated_at=clock.now())


def _to_stop(rows: list[SlotNumber]) -> list[SlotNumber]:
    free = [row for row in rows if row.state == NumberState.FREE]
    return sorted(free, key=lambda row: (row.channel != "", -row.number))


def _new(session: ClinicSession, slot: Slot, number: int) -> SlotNumber:
    return SlotNumber(
        hospital_id=session.hospital_id, session=session, slot=slot, number=number,
        substitution_count=session.substitution_count,
    )  # fmt: skip


def _set(rows: list[SlotNumber], state: NumberState) -> None:
    SlotNumber.objects.filter(pk__in=[row.pk for row in rows]).update(state=state, updated_at=clock.now())
