"""Which booking limit stands in the way, as SQL for the offer and for the statement that takes the number."""

from apps.scheduling.states import OCCUPYING

_OCCUPYING = ", ".join(f"'{state}'" for state in OCCUPYING)

#: The active limits of a hospital with `used`, the bookings that count. A hold past its time does not count.
#: `%(account)s` made the booking, `%(moving)s` is the appointment that is being moved, if any.
_USED = f"""
SELECT l.id, l.scope, l.days, l.value, CASE WHEN l.scope = 'account' THEN (
  SELECT count(*) FROM scheduling_appointment a WHERE a.account_id = %(account)s::uuid
    AND a.hospital_id = {{hospital}} AND a.created_at > %(now)s - make_interval(days => l.days)
    AND a.id IS DISTINCT FROM %(moving)s::uuid
) ELSE (
  SELECT count(*) FROM scheduling_appointment a WHERE a.patient_id = {{patient}}
    AND a.visit_date > {{date}} - l.days AND a.visit_date < {{date}} + l.days
    AND a.state IN ({_OCCUPYING}) AND (a.state <> 'pending' OR a.hold_expires_at > %(now)s)
    AND (l.scope <> 'patient_doctor' OR a.practitioner_id = {{practitioner}})
    AND (l.scope <> 'patient_department' OR a.department_id = {{department}})
    AND a.id IS DISTINCT FROM %(moving)s::uuid
) END AS used
FROM scheduling_bookinglimit l WHERE l.hospital_id = {{hospital}} AND l.is_active
"""  # noqa: S608 - fragments of this module


def limits_used(*, hospital: str, patient: str, practitioner: str, department: str, date: str) -> str:
    """The query over those SQL expressions."""
    return _USED.format(
        hospital=hospital, patient=patient, practitioner=practitioner, department=department, date=date
    )


#: Bookings of one patient, and of one account, follow each other from here to the end of the transaction.
LOCK_BOOKER = """SELECT pg_advisory_xact_lock(hashtextextended(%(patient_id)s::text, 1)),
  pg_advisory_xact_lock(hashtextextended(coalesce(%(account)s::text, %(patient_id)s::text), 2));"""
