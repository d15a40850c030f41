"""替诊: another doctor holds the session; its patients keep their numbers and times and are told."""

from collections.abc import Sequence
from dataclasses import replace
from uuid import UUID

from django.db import transaction
from django.db.models import F, Q

from apps.identity.models import StaffMember
from apps.patients.services.handover import lock_patients
from apps.scheduling import errors
from apps.scheduling.events import AppointmentReassigned, SessionSubstituted
from apps.scheduling.models import Appointment, ClinicSession, SessionSubstitution, SlotNumber
from apps.scheduling.ports import tickets
from apps.scheduling.services import session_appointments
from apps.scheduling.services.announce import event_of
from apps.scheduling.services.care_team import move_care, reasons_of
from apps.scheduling.services.conflicts import COUNTING, refuse_conflicts
from apps.scheduling.states import OCCUPYING, AppointmentState
from kernel import clock
from kernel.errors import Expectation, InvalidValue, StateConflict
from kernel.outbox.events import publish

SUBSTITUTE = Expectation(
    "substitute", "替诊医生须为本院另一位在职医生", "It has to be another doctor in service of the hospital."
)


@transaction.atomic
def substitute_session(
    session: ClinicSession, *, practitioner: StaffMember, reason: str, by_id: UUID | None
) -> session_appointments.Outcome:
    """The session is `practitioner`'s from now on, with its live appointments, tickets and the care of the patients.

    Whoever is with the first doctor at this moment stays there; a patient who has already seen the substitute in this
    session is cancelled. InvalidValue (not an active doctor of the hospital, or the same one), SessionConflict,
    SlotPast (it is over), StateConflict (stopped, closed, or somebody else was quicker).
    """
    _check(session, practitioner)
    lock_patients(session_appointments.patients_of(session.pk))
    first = session.practitioner
    left, in_service = session_appointments.lock_live(session.pk)
    SlotNumber.objects.filter(session=session).update(substitution_count=session.substitution_count + 1)
    again = _already_seen(left, session, practitioner)
    outcome = session_appointments.cancel_all((row for row in left if row.patient_id in again), reason=reason)
    moved = [row for row in left if row.patient_id not in again]
    patients = reasons_of(first, moved)
    _reassign(session, practitioner, moved)
    move_care(session, practitioner, patients)
    SessionSubstitution.objects.create(
        session=session, from_practitioner=first, to_practitioner=practitioner, reason=reason,
        substituted_by_id=by_id, moved=len(moved),
    )  # fmt: skip
    _announce(session, practitioner, moved)
    session.refresh_from_db()
    return replace(outcome, moved=len(moved), in_service=in_service)


def _check(session: ClinicSession, practitioner: StaffMember) -> None:
    """Everything that forbids it; then the session's row is written, and so locked."""
    active = bool(practitioner.licence_no) and practitioner.status == "active"
    same = practitioner.pk == session.practitioner_id
    if not active or same or practitioner.hospital_id != session.hospital_id:
        raise InvalidValue(field="practitioner_id", expected=SUBSTITUTE)
    if session.state not in COUNTING:
        raise StateConflict(current=session.state)
    if session.ends_at <= clock.now():
        raise errors.SlotPast
    wanted = ClinicSession(
        pk=session.pk, practitioner=practitioner, starts_at=session.starts_at, ends_at=session.ends_at
    )
    refuse_conflicts(wanted)
    as_read = ClinicSession.objects.filter(
        pk=session.pk, state=session.state, substitution_count=session.substitution_count
    )
    if not as_read.update(
        practitioner=practitioner,
        substituted_for=session.substituted_for_id or session.practitioner_id,
        substitution_count=F("substitution_count") + 1,
        version=F("version") + 1,
        updated_at=clock.now(),
    ):
        raise StateConflict(current=session.state)


def _already_seen(
    left: Sequence[Appointment], session: ClinicSession, practitioner: StaffMember
) -> set[UUID]:
    seen = Appointment.objects.filter(
        session=session,
        practitioner=practitioner,
        state__in=OCCUPYING,
        patient__in=[a.patient_id for a in left],
    )
    return set(seen.values_list("patient_id", flat=True))


def _reassign(session: ClinicSession, practitioner: StaffMember, moved: Sequence[Appointment]) -> None:
    now = clock.now()
    # A payment that comes late can still bring an expired hold back: with the doctor who is there then.
    revivable = Q(session=session, state=AppointmentState.EXPIRED, check_in_until__gt=now)
    Appointment.objects.filter(Q(pk__in=[row.pk for row in moved]) | revivable).update(
        practitioner=practitioner, version=F("version") + 1, updated_at=now
    )
    tickets().move([row.pk for row in moved], session.pk, at_the_end=False)


def _announce(session: ClinicSession, practitioner: StaffMember, moved: Sequence[Appointment]) -> None:
    previous = session.practitioner_id
    for row in moved:
        row.practitioner_id = practitioner.pk
    publish(
        SessionSubstituted(
            hospital_id=session.hospital_id,
            session_id=session.pk,
            practitioner_id=practitioner.pk,
            previous_practitioner_id=previous,
            department_id=session.department_id,
            starts_at=session.starts_at,
        ),
        *(event_of(AppointmentReassigned, row, previous_practitioner_id=previous) for row in moved),
    )
