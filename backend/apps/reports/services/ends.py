"""How a job ends; each of these only while it is this worker's."""

import datetime as dt
from typing import Any
from uuid import UUID

from django.db import transaction
from django.db.models import QuerySet

from apps.files.models import File
from apps.files.services.attach import attach, detach
from apps.identity.services.notices import tell
from apps.reports.models import ReportJob
from apps.reports.notices import REPORT_FAILED, REPORT_READY, link
from apps.reports.owner import OWNER
from apps.reports.states import JOBS, ReportFailure, ReportStage, ReportState
from kernel import clock, leases
from kernel.locks import lock_one

KEPT = dt.timedelta(days=7)
_RUNS = (ReportState.RUNNING, ReportState.CANCELLING)


def running(owner_id: UUID) -> QuerySet[ReportJob]:
    """The jobs of a person that a worker is at."""
    return ReportJob.objects.filter(owner_id=owner_id, state__in=_RUNS)


@transaction.atomic
def succeed(read: ReportJob, file: File, *, row_count: int, data_at: Any) -> bool:
    """The file is the job's; False where the job is not this worker's any more."""
    job = lock_one(ReportJob.objects.select_related("owner", "schedule"), pk=read.pk)
    if job.state != ReportState.RUNNING or job.tries != read.tries:
        return False
    attach(OWNER, file_id=file.pk, owner_id=job.pk, hospital_id=job.hospital_id, uploader_id=None)
    now = clock.now()
    JOBS.move(
        job, ReportState.SUCCEEDED, file=file, stage=ReportStage.DONE, done_rows=row_count, total_rows=row_count,
        row_count=row_count, data_at=data_at, finished_at=now, expires_at=now + KEPT, due_at=None, pid=None,
    )  # fmt: skip
    if job.schedule is not None:
        tell([job.owner], REPORT_READY, report=job.schedule.name, period=job.period, link=link(job))
    _next_one(job)
    return True


@transaction.atomic
def stopped(read: ReportJob) -> bool:
    """A job that is being cancelled is cancelled; False where it was not, and nothing is changed then."""
    job = lock_one(ReportJob.objects, pk=read.pk)
    if job.state != ReportState.CANCELLING or job.tries != read.tries:
        return False
    cancel(job)
    return True


@transaction.atomic
def failed(read: ReportJob, failure: ReportFailure, detail: str = "") -> None:
    """It ends without a file; cancelled, if it was being cancelled."""
    job = lock_one(ReportJob.objects.select_related("owner", "schedule"), pk=read.pk)
    if job.tries != read.tries:
        return
    if job.state == ReportState.CANCELLING:
        cancel(job)
    elif job.state == ReportState.RUNNING:
        fail(job, failure, detail)


@transaction.atomic
def put_back(read: ReportJob) -> None:
    """The worker stops in good order: another one begins it anew at once, and that is no try of the job."""
    job = lock_one(ReportJob.objects, pk=read.pk)
    if job.state == ReportState.RUNNING and job.tries == read.tries:
        JOBS.move(job, ReportState.QUEUED, due_at=clock.now(), pid=None, put_back=job.put_back + 1)


@transaction.atomic
def tried(read: ReportJob, *, again: dt.timedelta) -> None:
    """A try has failed by what may pass: another worker begins it anew so much later; cancelled, if it was being so."""
    job = lock_one(ReportJob.objects, pk=read.pk)
    if job.tries != read.tries:
        return
    if job.state == ReportState.CANCELLING:
        cancel(job)
    elif job.state == ReportState.RUNNING:
        JOBS.move(job, ReportState.QUEUED, due_at=clock.now() + again, pid=None)


def cancel(job: ReportJob) -> None:
    """Of a locked row."""
    JOBS.move(job, ReportState.CANCELLED, due_at=None, pid=None, finished_at=clock.now())
    _next_one(job)


def fail(job: ReportJob, failure: ReportFailure, detail: str = "") -> None:
    """Of a locked row; whoever planned it is told."""
    JOBS.move(
        job, ReportState.FAILED, failure=failure, detail=detail[:200], due_at=None, pid=None, finished_at=clock.now()
    )  # fmt: skip
    if job.schedule is not None:
        tell([job.owner], REPORT_FAILED, report=job.schedule.name, period=job.period, link=link(job))
    _next_one(job)


def _next_one(job: ReportJob) -> None:
    """Whatever else that person waits for has its turn."""
    waiting = ReportJob.objects.filter(owner_id=job.owner_id, state=ReportState.QUEUED).order_by("id")
    if (pk := waiting.values_list("pk", flat=True).first()) is not None:
        leases.set_due(ReportJob, pk, clock.now(), state=ReportState.QUEUED)
        leases.wake(ReportJob, pk)


def expire(limit: int = 500) -> int:
    """Files whose time is over go; returns how many."""
    old = ReportJob.objects.filter(state=ReportState.SUCCEEDED, expires_at__lte=clock.now()).order_by(
        "expires_at"
    )
    keys = list(old.values_list("pk", flat=True)[:limit])
    return sum(_expired(pk) for pk in keys)


@transaction.atomic
def _expired(pk: UUID) -> bool:
    job = lock_one(ReportJob.objects, pk=pk)
    if job.state != ReportState.SUCCEEDED:
        return False
    detach(OWNER, owner_id=job.pk)
    JOBS.move(job, ReportState.EXPIRED, file=None)
    return True
