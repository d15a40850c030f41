"""The group, its hospitals, their divisions, places and departments."""

from dataclasses import dataclass, field

from apps.cashier.models import CashDrawer
from apps.identity.models import Department, Group, Hospital, Location, OrgUnit, Position
from apps.identity.services.org_units import create_org_unit
from kernel.rows import create_row
from sample.hospitals import HOSPITALS, DepartmentPlan, HospitalPlan

OPENING_HOURS = {
    day: ["08:00-12:00", "14:00-17:30"] for day in ("mon", "tue", "wed", "thu", "fri", "sat", "sun")
}
POSITIONS = (("director", "科主任"), ("physician", "医师"), ("window", "窗口收费员"), ("office", "行政"))
DRAWERS = (("Q1", "门诊收费 1 号窗口"), ("Q2", "门诊收费 2 号窗口"))


@dataclass(slots=True)
class House:
    """A hospital of the sample with its ordinal (1, 2) and departments in the plan's order."""

    ordinal: int
    plan: HospitalPlan
    hospital: Hospital
    departments: list[Department] = field(default_factory=list)
    positions: dict[str, Position] = field(default_factory=dict)
    root: OrgUnit | None = None


def create_houses() -> list[House]:
    """Everything of the plan."""
    group = create_row(Group, name="医汇医疗集团")
    return [_house(ordinal, plan, group) for ordinal, plan in enumerate(HOSPITALS, 1)]


def load_houses() -> list[House]:
    """The houses that a former run made; empty if there was none."""
    found = {h.code: h for h in Hospital.objects.filter(code__in=[plan.code for plan in HOSPITALS])}
    houses = []
    for ordinal, plan in enumerate(HOSPITALS, 1):
        if plan.code in found:
            rows = {d.code: d for d in Department.objects.filter(hospital=found[plan.code])}
            houses.append(House(ordinal, plan, found[plan.code], [rows[d.code] for d in plan.departments]))
    return houses


def _house(ordinal: int, plan: HospitalPlan, group: Group) -> House:
    hospital = create_row(
        Hospital,
        group=group,
        code=plan.code,
        name=plan.name,
        address=plan.address,
        phone=plan.phone,
        ownership=plan.ownership,
        is_insurance_designated=plan.is_insurance_designated,
        introduction=f"{plan.name}是示例医院,数据均为虚构。",
        opening_hours=OPENING_HOURS,
    )
    house = House(ordinal, plan, hospital)
    house.root = _unit(hospital, "root", plan.name, None, 0)
    units = {code: _unit(hospital, code, name, house.root, n) for n, (code, name) in enumerate(plan.units)}
    for position, (department, unit) in enumerate([(d, units[d.unit]) for d in plan.departments], 1):
        house.departments.append(_department(hospital, department, unit, position))
    for code, name in POSITIONS:
        house.positions[code] = create_row(Position, hospital=hospital, code=code, name=name)
    for code, name in DRAWERS:
        create_row(CashDrawer, hospital=hospital, code=code, name=name)
    return house


def _unit(hospital: Hospital, code: str, name: str, parent: OrgUnit | None, sort: int) -> OrgUnit:
    return create_org_unit(hospital=hospital, code=code, name=name, parent=parent, sort=sort)


def _department(hospital: Hospital, plan: DepartmentPlan, division: OrgUnit, sort: int) -> Department:
    location = create_row(
        Location,
        hospital=hospital,
        building=plan.building,
        floor=plan.floor,
        room=f"{plan.floor[0]}{sort:02d}",
        directions=f"{plan.building}{plan.floor}电梯出口右转",
    )
    return create_row(
        Department,
        hospital=hospital,
        org_unit=_unit(hospital, plan.code, plan.name, division, sort),
        location=location,
        code=plan.code,
        name=plan.name,
        introduction=f"{plan.name}擅长{plan.speciality}。",
        sort=sort,
    )
