"""A worker makes the file of a report: the rows out of one snapshot, the file from them, then it is the job's.

Whatever happens in between, the row ends in a state that says so: a worker that dies leaves it due after its lease.
"""

import datetime as dt
import tempfile
from collections.abc import Iterator
from contextlib import closing, contextmanager
from typing import Any, BinaryIO, cast
from uuid import UUID

import structlog
from django.core.files.base import File as Content
from django.db import OperationalError, connection, transaction
from django.utils import translation
from dramatiq.middleware import Shutdown, TimeLimitExceeded

from apps.files.models import File
from apps.files.services.attach import discard
from apps.files.services.store import store_file
from apps.identity.models import StaffMember
from apps.reports.models import ReportFormat, ReportJob
from apps.reports.owner import OWNER
from apps.reports.selectors import owner_may_still_see
from apps.reports.services import ends
from apps.reports.services.beat import Beat, Stopped
from apps.reports.services.rows import Rows
from apps.reports.states import JOBS, ReportFailure, ReportStage, ReportState
from apps.reports.writing import WRITERS, Sheet
from kernel import clock, leases
from kernel.errors import InvalidValue
from kernel.faults import fault_point
from kernel.locks import lock_one
from kernel.reports import REPORTS, Reach, snapshot

MAX_TRIES, MAX_RUNNING = 2, 2
#: A statement, and all of it: the actor's limit is a little above.
STATEMENT_SECONDS = 1_500
#: Pages that nobody would print, and a reader would not open.
MAX_PRINTED = 50_000
_TURN = dt.timedelta(seconds=15)
log = structlog.get_logger(__name__)


class _Fails(Exception):
    """It ends so."""

    def __init__(self, failure: ReportFailure, detail: str = "") -> None:
        super().__init__(failure)
        self.failure, self.detail = failure, detail


def run_job(job_id: UUID) -> None:
    """Make the file of a job that is due. Called by a worker, outside transactions; safe to repeat."""
    if leases.take(ReportJob, job_id) is None:
        return
    job = _begun(job_id)
    if job is None:
        return
    try:
        with translation.override(job.language), Beat(job) as beat:
            _made(job, beat)
    except Stopped:
        ends.stopped(job)
    except _Fails as error:
        ends.failed(job, error.failure, error.detail)
    except TimeLimitExceeded:
        ends.failed(job, ReportFailure.TOO_LONG)
    except Shutdown:
        ends.given_back(job)
        raise
    except OperationalError as error:
        _statement_ended(job, error)
    except OSError as error:
        log.exception("report_not_stored", job_id=str(job_id))
        ends.failed(job, ReportFailure.STORAGE_FAILED, type(error).__name__)
    except Exception as error:
        log.exception("report_failed", job_id=str(job_id), report=job.report)
        ends.failed(job, ReportFailure.ERROR, type(error).__name__)


@transaction.atomic
def _begun(job_id: UUID) -> ReportJob | None:
    """The job, now this worker's; None where there is nothing to do, or not yet."""
    owner_id = ReportJob.objects.values_list("owner_id", flat=True).get(pk=job_id)
    StaffMember.objects.select_for_update(no_key=True).get(
        pk=owner_id
    )  # those of one person are counted one by one
    job = lock_one(ReportJob.objects.select_related("owner__user", "hospital"), pk=job_id)
    match job.state:
        case ReportState.QUEUED:
            if ends.running(owner_id).exclude(pk=job.pk).count() >= MAX_RUNNING:
                leases.set_due(ReportJob, job.pk, clock.now() + _TURN)
                return None
            JOBS.move(job, ReportState.RUNNING, tries=job.tries + 1, started_at=job.started_at or clock.now())
            return job
        case ReportState.RUNNING:
            if job.tries >= MAX_TRIES:
                ends.fail(job, ReportFailure.WORKER_DIED)
                return None
            ReportJob.objects.filter(pk=job.pk).update(tries=job.tries + 1, pid=None)
            job.tries += 1
            return job
        case ReportState.CANCELLING:
            ends.cancel(job)
        case _:
            leases.set_due(ReportJob, job.pk, None)
    return None


def _made(job: ReportJob, beat: Beat) -> None:
    report = REPORTS.get(job.report)
    if report is None:
        raise _Fails(ReportFailure.GONE)
    if not owner_may_still_see(job):
        raise _Fails(ReportFailure.RIGHTS_WITHDRAWN)
    try:
        bound = report.bind(job.parameters, job.hospital_id) | Reach.of(job.reach).bound()
    except InvalidValue as error:  # what it asked for has gone
        raise _Fails(ReportFailure.GONE, error.field or "") from error
    with closing(Rows(report, job.parameters)) as rows:
        at = _read(job, beat, rows, bound)
        fault_point("reports.between_rows_and_file")
        if job.file_format == ReportFormat.PDF and rows.count > MAX_PRINTED:
            raise _Fails(ReportFailure.TOO_MANY_ROWS)
        sheet = Sheet(rows, job.hospital.name, job.owner.name, job.hospital_id, at)
        with _written(job, beat, sheet) as content:
            beat.at(ReportStage.STORING)
            file = _stored(content, f"{sheet.name}.{job.file_format}")
            fault_point("reports.between_file_and_job")
            if not ends.succeed(job, file, row_count=rows.count, data_at=at):
                discard(file)
                raise Stopped


def _read(job: ReportJob, beat: Beat, rows: Rows, bound: dict[str, Any]) -> Any:
    """All rows; the moment that they are of."""
    known = WRITERS[ReportFormat(job.file_format)].letters()
    with closing(connection.copy()) as reader, snapshot(reader, seconds=STATEMENT_SECONDS) as seen:
        pid, started = seen.backend()
        beat.at(ReportStage.READING, pid=pid, backend_started_at=started)
        rows.take(seen.rows(rows.report.statement(bound), bound), beat=beat, known=known)
        return seen.at


@contextmanager
def _written(job: ReportJob, beat: Beat, sheet: Sheet) -> Iterator[BinaryIO]:
    """The file, as long as it is needed."""
    beat.at(ReportStage.WRITING, total=sheet.rows.count, pid=None)
    with tempfile.NamedTemporaryFile() as content:
        file = cast("BinaryIO", content)
        WRITERS[ReportFormat(job.file_format)].write(sheet, file, beat)
        file.seek(0, 2)
        yield file


def _stored(content: BinaryIO, name: str) -> File:
    """In the storage, whole; what went wrong there says so, whichever it is."""
    try:
        return store_file(OWNER, upload=Content(content), name=name, uploader_id=None)
    except Exception as error:
        log.exception("report_not_stored", name=name)
        raise _Fails(ReportFailure.STORAGE_FAILED, type(error).__name__) from error


def _statement_ended(job: ReportJob, error: OperationalError) -> None:
    """It was cancelled, by somebody or by its time; or the database is away, and the lease lets another try."""
    code = getattr(error.__cause__ or error, "pgcode", None)
    if code != "57014":
        log.warning("report_lost_its_database", job_id=str(job.pk), error=str(error)[:200])
        ends.given_back(job)
    elif not ends.stopped(job):
        ends.failed(job, ReportFailure.TOO_LONG)
