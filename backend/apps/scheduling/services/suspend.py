"""停止预约: after too many missed appointments, or by staff; lifted by staff, an appeal, or with its cause."""

import datetime as dt
from typing import Any
from uuid import UUID

from django.db import connection, transaction
from django.db.models import F

from apps.patients.models import Patient
from apps.scheduling import errors, settings
from apps.scheduling.events import PatientSuspended, SuspensionLifted
from apps.scheduling.models import Appointment, BookingSuspension, SuspensionSource
from apps.scheduling.states import AppointmentState
from kernel import clock
from kernel.errors import IN_THE_PAST, InvalidValue
from kernel.outbox.events import publish


@transaction.atomic
def suspend_after_no_shows(appointment: Appointment) -> BookingSuspension | None:
    """Suspend the patient if this missed appointment completes the hospital's number of them; None if it does not.

    A missed appointment counts once: not if it was excused, and not for a second suspension.
    """
    hospital = appointment.hospital
    threshold = settings.NO_SHOW_LIMIT.of(hospital)
    if not threshold:
        return None
    _one_at_a_time(appointment.patient_id)
    now = clock.now()
    since = now - dt.timedelta(days=settings.NO_SHOW_DAYS.of(hospital))
    missed = _counting(appointment.patient_id, since)
    if len(missed) < threshold:
        return None
    suspension = BookingSuspension.objects.create(
        hospital=hospital,
        patient_id=appointment.patient_id,
        source=SuspensionSource.NO_SHOWS,
        no_shows=missed,
        threshold=threshold,
        until=now + dt.timedelta(days=settings.SUSPENSION_DAYS.of(hospital)),
    )
    _announce(suspension, appointment.account_id)
    return suspension


@transaction.atomic
def suspend_by_staff(
    *, patient: Patient, until: dt.datetime, reason: str, staff_id: UUID
) -> BookingSuspension:
    """Suspend a patient by hand; InvalidValue for a moment that is past."""
    if until <= clock.now():
        raise InvalidValue(field="until", expected=IN_THE_PAST)
    suspension = BookingSuspension.objects.create(
        hospital_id=patient.hospital_id,
        patient=patient,
        source=SuspensionSource.STAFF,
        reason=reason,
        until=until,
        suspended_by_id=staff_id,
    )
    _announce(suspension, None)
    return suspension


@transaction.atomic
def lift(suspension: BookingSuspension, *, staff_id: UUID | None, reason: str) -> BookingSuspension:
    """The patient can book again at once. SuspensionOver if it had ended or was lifted before."""
    live = BookingSuspension.objects.filter(pk=suspension.pk, lifted_at=None, until__gt=clock.now())
    changes: dict[str, Any] = {
        "lifted_at": clock.now(), "lifted_by_id": staff_id, "lift_reason": reason, "updated_at": clock.now(),
    }  # fmt: skip
    if not live.update(version=F("version") + 1, **changes):
        raise errors.SuspensionOver
    suspension.refresh_from_db()
    publish(SuspensionLifted(suspension.hospital_id, suspension.pk, suspension.patient_id))
    return suspension


@transaction.atomic
def excuse(appointment: Appointment, *, staff_id: UUID, reason: str) -> Appointment:
    """A missed appointment no longer counts; a suspension that rests on it falls when too few are left. NotMissed."""
    _one_at_a_time(appointment.patient_id)
    missed = Appointment.objects.filter(pk=appointment.pk, state=AppointmentState.NO_SHOW, excuse_reason="")
    if not missed.update(excuse_reason=reason, version=F("version") + 1, updated_at=clock.now()):
        raise errors.NotMissed
    resting = BookingSuspension.objects.filter(
        patient_id=appointment.patient_id,
        no_shows__contains=[appointment.pk],
        lifted_at=None,
        until__gt=clock.now(),
    )
    for suspension in resting:
        left = Appointment.objects.filter(pk__in=suspension.no_shows, excuse_reason="").count()
        if left < suspension.threshold:
            lift(suspension, staff_id=staff_id, reason=reason)
    appointment.refresh_from_db()
    return appointment


def _counting(patient_id: UUID, since: dt.datetime) -> list[UUID]:
    """The missed appointments since then that count and were not used up by an earlier suspension."""
    used = BookingSuspension.objects.filter(patient_id=patient_id).values_list("no_shows", flat=True)
    missed = Appointment.objects.filter(
        patient_id=patient_id,
        state=AppointmentState.NO_SHOW,
        excuse_reason="",
        check_in_until__gte=since,
    ).exclude(pk__in={pk for before in used for pk in before})
    return list(missed.order_by("check_in_until").values_list("pk", flat=True))


def _one_at_a_time(patient_id: UUID) -> None:
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_advisory_xact_lock(hashtextextended(%s, 3))", [str(patient_id)])


def _announce(suspension: BookingSuspension, account_id: UUID | None) -> None:
    publish(
        PatientSuspended(suspension.hospital_id, suspension.pk, suspension.patient_id, account_id=account_id)
    )
