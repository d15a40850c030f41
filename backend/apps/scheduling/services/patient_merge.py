"""Before two archives become one: a patient has one number per doctor and session."""

from uuid import UUID

from django.db.models import Exists, OuterRef

from apps.scheduling.models import Appointment
from apps.scheduling.states import OCCUPYING
from kernel import clock


class OneNumberPerSession:
    """The merge rule of this app (patients.ports.MergeRule): both may not hold a number of one session."""

    def clashes(self, *, survivor_id: UUID, merged_id: UUID) -> list[str]:
        """Names each pair of bookings: day, department, doctor and both numbers."""
        occupying = Appointment.objects.filter(state__in=OCCUPYING)
        twin = occupying.filter(
            patient_id=merged_id,
            practitioner_id=OuterRef("practitioner_id"),
            session_id=OuterRef("session_id"),
        )
        rows = occupying.filter(Exists(twin), patient_id=survivor_id).order_by("pk")
        return [
            f"{row.starts_at.astimezone(clock.LOCAL):%Y-%m-%d} {row.department.name} {row.practitioner.name}: "
            f"{row.appointment_no}, {self._other(row, merged_id)}"
            for row in rows.select_related("department", "practitioner")
        ]

    def _other(self, row: Appointment, merged_id: UUID) -> str:
        twin = Appointment.objects.filter(
            patient_id=merged_id,
            practitioner_id=row.practitioner_id,
            session_id=row.session_id,
            state__in=OCCUPYING,
        )
        return ", ".join(twin.order_by("pk").values_list("appointment_no", flat=True))
