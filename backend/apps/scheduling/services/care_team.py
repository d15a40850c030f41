"""Who has a number is in the doctor's care, and stays in care when the session changes hands."""

import datetime as dt
from collections.abc import Iterable
from uuid import UUID

from django.db.models import Min, Q

from apps.identity.models import StaffMember
from apps.patients.services.care_team import note_booking
from apps.patients.services.handover import hand_over
from apps.scheduling.models import Appointment, ClinicSession
from apps.scheduling.states import OCCUPYING

Reasons = dict[UUID, dt.datetime | None]


def add_doctor(appointment: Appointment) -> None:
    """The doctor attends the patient from now on, and the department treats the patient."""
    note_booking(
        hospital_id=appointment.hospital_id,
        patient_id=appointment.patient_id,
        staff_id=appointment.practitioner_id,
        department_id=appointment.department_id,
    )


def reasons_of(doctor: StaffMember, leaving: Iterable[Appointment]) -> Reasons:
    """Patients of the appointments that leave the doctor, read before they go.

    With each the moment since when the doctor's appointments explain the care, or None if others remain with the
    doctor: then the care goes on.
    """
    ids = [row.pk for row in leaving]
    patients = Appointment.objects.filter(pk__in=ids).values("patient_id")
    with_doctor = Appointment.objects.filter(practitioner=doctor, patient__in=patients)
    since = with_doctor.order_by().values("patient_id").annotate(
        first=Min("created_at"), stays=Min("created_at", filter=Q(state__in=OCCUPYING) & ~Q(pk__in=ids))
    )  # fmt: skip
    return {row["patient_id"]: None if row["stays"] else row["first"] for row in since}


def move_care(session: ClinicSession, target: StaffMember, patients: Reasons) -> None:
    """`target` attends them; the session's doctor no longer does where no other reason is left."""
    if target.pk == session.practitioner_id or not patients:
        return
    hand_over(
        hospital_id=session.hospital_id,
        patient_ids=list(patients),
        source=session.practitioner,
        target=target,
        ending={patient: since for patient, since in patients.items() if since is not None},
    )
