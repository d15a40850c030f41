"""A worker and the row of its job: it tells how far it is, and learns that it is to stop."""

import threading
import time
from typing import Any
from uuid import UUID

import structlog
from django.db import DatabaseError, connection
from django.db.models import Case, F, When
from django.db.models.functions import Greatest

from apps.reports.models import ReportJob
from apps.reports.services.cancel import stop_statement
from apps.reports.states import ReportStage, ReportState
from kernel import clock, leases

#: Seconds between looks at the row, and until the lease is renewed.
LOOK, RENEW = 1.0, 15.0
_ORDER = list(ReportStage)
_OF_STATEMENT = ("pid", "backend_started_at", "transaction_started_at")
log = structlog.get_logger(__name__)


class Stopped(Exception):
    """The job is not this worker's to go on with: cancelled, or taken up by another one."""


class Beat:
    """Called with the number of rows done, as often as wanted; writes the row once a second or every 1,000 rows."""

    def __init__(self, job: ReportJob) -> None:
        self.job_id, self.tries = job.pk, job.tries
        self.stage = self._now = ReportStage(job.stage)
        self.total, self._done = job.total_rows, 0
        self._looked, self._told = time.monotonic(), 0
        self._keeper = _Keeper(job.pk, job.tries)

    def __enter__(self) -> "Beat":
        self._keeper.start()
        return self

    def __exit__(self, *exc: Any) -> None:
        self._keeper.stop()

    def at(self, stage: ReportStage, total: int | None = None, **facts: Any) -> None:
        """A stage begins; `facts` are written with it. Stopped."""
        self._write(self._done)
        self._now, self._done, self._told = stage, 0, 0
        if _ORDER.index(stage) > _ORDER.index(self.stage):
            self.stage = stage
        self.total = total if total is not None else self.total
        self._write(0, **facts)

    def __call__(self, done: int) -> None:
        now, self._done = time.monotonic(), done
        if done - self._told >= 1_000 or now - self._looked >= LOOK:
            self._write(done)
            self._told, self._looked = done, now

    def read(self) -> None:
        """No statement of it runs any more."""
        ReportJob.objects.filter(pk=self.job_id, tries=self.tries).update(pid=None)

    def _write(self, done: int, **facts: Any) -> None:
        """Rows count within a stage; one that goes on where another worker was before it tells nothing yet."""
        if self._now != self.stage:
            done = 0
        same = Case(When(stage=self.stage, then=Greatest(F("done_rows"), done)), default=done)
        values = {
            "due_at": clock.now() + leases.LEASE,
            "stage": self.stage,
            "total_rows": self.total,
            **facts,
        }
        rows = ReportJob.objects.filter(pk=self.job_id, state=ReportState.RUNNING, tries=self.tries)
        if not rows.update(done_rows=same, **values):
            raise Stopped


class _Keeper(threading.Thread):
    """Renews the lease while one statement or one page takes long, and ends the statement of a job that is cancelled.

    A connection of its own: the worker's are busy.
    """

    def __init__(self, job_id: UUID, tries: int) -> None:
        super().__init__(daemon=True, name=f"report-{job_id}")
        self.job_id, self.tries = job_id, tries
        self._over = threading.Event()

    def run(self) -> None:
        renewed = time.monotonic()
        try:
            while not self._over.wait(LOOK):
                try:
                    renewed = self._look(renewed)
                except DatabaseError:
                    log.warning("report_lease_not_renewed", job_id=str(self.job_id))
                    connection.close()
        finally:
            connection.close()

    def _look(self, renewed: float) -> float:
        rows = ReportJob.objects.filter(pk=self.job_id, tries=self.tries)
        if time.monotonic() - renewed >= RENEW:
            rows.filter(state=ReportState.RUNNING).update(due_at=clock.now() + leases.LEASE)
            renewed = time.monotonic()
        found = rows.filter(state=ReportState.CANCELLING).values_list(*_OF_STATEMENT).first()
        if found is not None:
            stop_statement(*found)
        return renewed

    def stop(self) -> None:
        """No later than the look that runs."""
        self._over.set()
        self.join(timeout=10)
