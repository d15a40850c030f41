"""The sample hospital, small for the demo or huge for measuring."""

from collections.abc import Callable
from dataclasses import dataclass

from django.db import transaction

from apps.identity.models import StaffMember
from kernel import clock
from sample.bulk import writer
from sample.bulk.plan import Doctor, Panels, Plan, hospital_sizes
from sample.inpatient import admit_patients, take_deposits
from sample.organisation import House, create_houses, load_houses
from sample.schedule import create_templates, open_coming_days
from sample.staff import DOCTORS_PER_DEPARTMENT, create_staff


@dataclass(frozen=True, slots=True)
class Size:
    """How much of everything. `doctors` is per department, `days` of the past have appointments."""

    patients: int
    appointments: int
    doctors: int = DOCTORS_PER_DEPARTMENT
    days: int = 30
    per_session: int = 12


def load_small(size: Size) -> list[House]:
    """All or nothing in one transaction; a hospital that is there already only gets sessions for the coming days."""
    houses = load_houses()
    if not houses:
        with transaction.atomic():
            houses = create_houses()
            create_staff(houses, size.doctors)
            create_templates(houses)
            writer.write(plan_of(houses, size))
            stays = admit_patients(houses[0])
        take_deposits(stays)
    open_coming_days(houses)
    return houses


def load_huge(size: Size, workers: int, say: Callable[[str], None]) -> list[House]:
    """Into an empty database: see `write_in_parallel` for what it gives up."""
    with transaction.atomic():
        houses = create_houses()
        create_staff(houses, size.doctors)
        create_templates(houses)
    open_coming_days(houses)
    writer.write_in_parallel(plan_of(houses, size), workers, say)
    return houses


def plan_of(houses: list[House], size: Size) -> Plan:
    """Who treats whom, for the doctors that the houses have."""
    counts = hospital_sizes(size.patients)
    panels = [Panels(h.ordinal, h.hospital.pk, doctors_of(h), counts[h.ordinal]) for h in houses]
    return Plan(size.patients, size.appointments, size.days, size.per_session, clock.today(), panels)


def doctors_of(house: House) -> list[Doctor]:
    """The hospital's practitioners in the order of their employee numbers."""
    rows = StaffMember.objects.filter(hospital=house.hospital, memberships__is_primary=True).exclude(
        licence_no=""
    )
    values = rows.order_by("employee_no").values_list("pk", "user_id", "memberships__department_id", "tier")
    return [Doctor(n, *row) for n, row in enumerate(values)]
