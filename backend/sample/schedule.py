"""Weekly templates, and sessions open for booking from today to the end of the booking window."""

import datetime as dt
from collections.abc import Iterable, Iterator

from apps.identity.models import StaffMember
from apps.scheduling.models import Period, ScheduleTemplate
from apps.scheduling.services.generate import generate_sessions
from apps.scheduling.services.publish import publish_sessions
from apps.scheduling.settings import MAX_ADVANCE_DAYS
from kernel import clock
from sample.organisation import House

ON_DUTY = 8  # doctors of a department who have sessions
FEES_FEN = {"normal": 1500, "expert": 5000}
#: period → start, end, minutes of a slot (0 = one slot), numbers of a slot
HALF_DAYS = (
    (Period.MORNING, dt.time(8), dt.time(12), 30, 5),
    (Period.AFTERNOON, dt.time(13, 30), dt.time(17, 30), 30, 5),
)
EVENING = (Period.EVENING, dt.time(18), dt.time(23, 59), 0, 40)


def create_templates(houses: Iterable[House]) -> None:
    """Every doctor every day, mornings or afternoons; the first department of all from morning to night."""
    since = clock.today()
    for house in houses:
        rows = []
        for number, doctor in enumerate(_on_duty(house)):
            all_day = (
                house.ordinal == 1 and doctor.memberships.all()[0].department_id == house.departments[0].pk
            )
            for period in (*HALF_DAYS, EVENING) if all_day else (HALF_DAYS[number % 2],):
                rows += [_template(house, doctor, weekday, period, since) for weekday in range(7)]
        ScheduleTemplate.objects.bulk_create(rows, batch_size=500)


def open_coming_days(houses: Iterable[House]) -> None:
    """Publish what the templates give from today on; days that are open already stay as they are."""
    for house in houses:
        last = clock.today() + dt.timedelta(days=MAX_ADVANCE_DAYS.of(house.hospital))
        templates = ScheduleTemplate.objects.filter(hospital=house.hospital)
        made = generate_sessions(templates=templates, first=clock.today(), last=last).made
        publish_sessions(made)


def _on_duty(house: House) -> Iterator[StaffMember]:
    for department in house.departments:
        doctors = StaffMember.objects.filter(memberships__department=department).exclude(licence_no="")
        yield from doctors.prefetch_related("memberships").order_by("employee_no")[:ON_DUTY]


def _template(
    house: House,
    doctor: StaffMember,
    weekday: int,
    period: tuple[Period, dt.time, dt.time, int, int],
    since: dt.date,
) -> ScheduleTemplate:
    name, start, end, minutes, capacity = period
    return ScheduleTemplate(
        hospital=house.hospital,
        department_id=doctor.memberships.all()[0].department_id,
        practitioner=doctor,
        weekday=weekday,
        period=name,
        start_time=start,
        end_time=end,
        slot_minutes=minutes,
        capacity_per_slot=capacity,
        fee_fen=FEES_FEN[doctor.tier],
        tier=doctor.tier,
        valid_from=since,
    )
