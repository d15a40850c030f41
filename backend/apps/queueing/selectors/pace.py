"""How long a consultation takes, learnt from the last ones."""

from django.db import connection

from apps.queueing.models import QueueKind, QueueTicket
from apps.queueing.settings import MINUTES_PER_PATIENT

#: Fewer visits say nothing; more than the last ones are history.
ENOUGH_VISITS, LAST_VISITS = 5, 60

_MEDIAN = """
SELECT percentile_cont(0.5) WITHIN GROUP (ORDER BY consulted_seconds), count(*) FROM (
  SELECT consulted_seconds FROM queueing_queueticket
  WHERE {column} = %s AND state = 'finished' AND consulted_seconds > 0 ORDER BY finished_at DESC LIMIT %s) AS last
"""


def minutes_per_patient(ticket: QueueTicket) -> float:
    """The median of the doctor's last visits (a shared queue: of the queue's), of the department, else the setting."""
    queue = ticket.queue
    own = (
        ("served_by_id", queue.practitioner_id) if queue.kind == QueueKind.DOCTOR else ("queue_id", queue.pk)
    )
    for column, value in (own, ("department_id", queue.department_id)):
        with connection.cursor() as cursor:
            cursor.execute(_MEDIAN.format(column=column), [str(value), LAST_VISITS])
            median, visits = cursor.fetchone()
        if visits >= ENOUGH_VISITS:
            return float(median) / 60
    return float(MINUTES_PER_PATIENT.of(ticket.hospital))
