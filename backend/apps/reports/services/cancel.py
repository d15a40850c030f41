"""Giving a report up: what waits is over at once, what runs is told, also in the midst of its statement."""

from typing import Any

from django.db import connection, transaction

from apps.reports.models import ReportJob
from apps.reports.states import JOBS, ReportState
from kernel import clock
from kernel.errors import StateConflict
from kernel.locks import lock_one

#: The process may be another connection's by now, and the connection another client's of a pooler.
_STOP = """
SELECT pg_cancel_backend(pid) FROM pg_stat_activity
WHERE pid = %s AND backend_start = %s AND xact_start = %s AND datname = current_database()
"""


def cancel(job: ReportJob) -> ReportJob:
    """Again it answers the same; StateConflict for what is over."""
    locked = _told(job)
    if locked.state == ReportState.CANCELLING:
        stop_statement(locked.pid, locked.backend_started_at, locked.transaction_started_at)
    return locked


@transaction.atomic
def _told(job: ReportJob) -> ReportJob:
    locked = lock_one(ReportJob.objects, pk=job.pk)
    match locked.state:
        case ReportState.QUEUED:
            JOBS.move(locked, ReportState.CANCELLED, due_at=None, finished_at=clock.now())
        case ReportState.RUNNING:
            JOBS.move(locked, ReportState.CANCELLING)
        case ReportState.CANCELLING | ReportState.CANCELLED:
            pass
        case _:
            raise StateConflict(current=locked.state, target=str(ReportState.CANCELLED))
    return locked


def stop_statement(pid: int | None, started_at: Any, begun_at: Any) -> None:
    """End the statement that runs in that transaction of that connection, if both are still the same."""
    if pid is not None:
        with connection.cursor() as cursor:
            cursor.execute(_STOP, [pid, started_at, begun_at])
