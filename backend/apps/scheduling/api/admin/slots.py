"""号源 to choose from where a booking is made: what still has a number."""

import contextlib
import datetime as dt
from typing import Any, ClassVar

import django_filters
from django.db.models import QuerySet
from drf_spectacular.utils import extend_schema

from apps.access.scoped.options import OptionsMixin
from apps.access.scoped.paging import first_reached
from apps.identity.models import Department, StaffMember
from apps.identity.selectors import staff_like
from apps.scheduling.models import ClinicSession, Slot
from apps.scheduling.selectors.sessions import sessions_ahead, slots_to_come, with_remaining
from kernel import clock
from kernel.errors import in_english
from kernel.money import yuan_shown

#: Who asks for nothing special is offered slots of so many sessions, the next to begin and those that go on.
NEXT_SESSIONS = 15
NARROWING = frozenset({"session_id", "practitioner_id", "date", "search"})
#: So many departments whose names hold a text are looked through.
MOST = 50
OF_SESSION = ("hospital_id", "department_id")


def days_of(text: str) -> list[dt.date]:
    """The day that is typed, of this year and the next where the year is left out; none for another text."""
    this = clock.today().year
    found = []
    for written in (text, *(f"{year}-{text}" for year in (this, this + 1))):
        with contextlib.suppress(ValueError):
            found.append(dt.date.fromisoformat(written.strip()))
    return found


class SlotFilter(django_filters.FilterSet):
    """Of a session, a doctor, a department, a day."""

    hospital_id = django_filters.UUIDFilter(field_name="session__hospital_id")
    session_id = django_filters.UUIDFilter()
    department_id = django_filters.UUIDFilter(field_name="session__department_id")
    practitioner_id = django_filters.UUIDFilter(field_name="session__practitioner_id")
    date = django_filters.DateFilter(field_name="session__date")
    search = django_filters.CharFilter(
        method="of_somebody",
        max_length=64,
        help_text="a day (2026-03-16, 03-16), the department's name or the doctor",
    )

    def of_somebody(self, queryset: QuerySet[Slot], name: str, value: str) -> QuerySet[Slot]:
        days = days_of(value)
        if days:
            return queryset.filter(session__date__in=days)
        departments = list(
            Department.objects.filter(name__icontains=value).values_list("pk", flat=True)[:MOST]
        )
        if departments:
            return queryset.filter(session__department_id__in=departments)
        doctors = StaffMember.objects.filter(staff_like(value)).values("pk")
        return queryset.filter(session__practitioner_id__in=doctors)


@extend_schema(tags=["schedules"])
class SlotViewSet(OptionsMixin):
    """号源: slots of published sessions that have a number left, the next first."""

    model = Slot
    resource = "scheduling.session"
    filterset_class = SlotFilter
    keys_first = True
    keeps_plan = False  # of the days to come, which are few among all
    option_columns = (
        "starts_at", "session__practitioner__name", "session__department__name", "session__registration_fee_fen",
        "remaining",
    )  # fmt: skip
    ordering_fields: ClassVar[list[str]] = []
    in_force: ClassVar[dict[str, Any]] = {}
    ordering = ["session__date", "starts_at", "id"]

    def base_queryset(self) -> QuerySet[Slot]:
        return with_remaining(Slot.objects.all())

    def to_choose_from(self, rows: QuerySet[Slot]) -> QuerySet[Slot]:
        """Those to come; of the next sessions alone unless doctor, session or day are asked for."""
        offered = slots_to_come(rows)
        given = {name: str(value).strip() for name, value in self.request.query_params.items()}
        asked = {name: value for name, value in given.items() if value}
        if NARROWING & asked.keys():
            return offered
        within = {name: asked[name] for name in OF_SESSION if name in asked}
        ahead = sessions_ahead(ClinicSession.objects.filter(**within))
        return offered.filter(
            session__in=first_reached(ahead, self.actor, self.visible_code(), NEXT_SESSIONS)
        )

    def as_option(self, row: Any) -> dict[str, Any]:
        """When, with whom, what it costs, where, and what is left."""
        begin, doctor, department, fee, remaining = (row[name] for name in self.option_columns)
        left = f"{remaining} left" if in_english() else f"余 {remaining}"
        return {
            "id": row["id"],
            "label": f"{begin.astimezone(clock.LOCAL):%m-%d %H:%M} {doctor} {yuan_shown(fee)}",
            "hint": f"{department} · {left}",
        }
