"""A worker makes the file of a report: the rows out of one snapshot, the file from them, then it is the job's.

Whatever happens in between, the row ends in a state that says so: a worker that dies leaves it due after its lease.
"""

import datetime as dt
import re
import tempfile
from collections.abc import Iterator
from contextlib import closing, contextmanager
from itertools import islice
from typing import Any, BinaryIO
from uuid import UUID

import structlog
from django.core.files.base import File as Content
from django.db import connection, transaction
from django.utils import translation
from dramatiq.middleware import Shutdown, TimeLimitExceeded

from apps.files.errors import FileTooLarge
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
from kernel.outages import STORE_ERRORS
from kernel.reports import REPORTS, Reach, snapshot

MAX_TRIES, MAX_RUNNING = 2, 2
#: A statement, and all of it: the actor's limit is a little above.
STATEMENT_SECONDS = 1_500
#: Pages that nobody would print, and a reader would not open.
MAX_PRINTED = 50_000
#: Of the other kinds of files.
MAX_ROWS = 2_000_000
#: SQLSTATEs of what may have passed at the next try: connections that broke, a server that went, rows that changed.
_PASSING = re.compile(r"08\w{3}|57P0\w|40001")
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
        ends.put_back(job)
        raise
    except STORE_ERRORS as error:
        _store_failed(job, error)
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
    # The jobs of one person are counted one by one.
    StaffMember.objects.select_for_update(no_key=True).get(pk=owner_id)
    job = lock_one(ReportJob.objects.select_related("owner__user", "hospital"), pk=job_id)
    match job.state:
        case ReportState.QUEUED:
            if _is_tried(job):
                return None
            if ends.running(owner_id).exclude(pk=job.pk).count() >= MAX_RUNNING:
                leases.set_due(ReportJob, job.pk, clock.now() + _TURN)
                return None
            JOBS.move(job, ReportState.RUNNING, tries=job.tries + 1, started_at=job.started_at or clock.now())
            return job
        case ReportState.RUNNING:
            if _is_tried(job):
                return None
            ReportJob.objects.filter(pk=job.pk).update(tries=job.tries + 1, pid=None)
            job.tries += 1
            return job
        case ReportState.CANCELLING:
            ends.cancel(job)
        case _:
            leases.set_due(ReportJob, job.pk, None)
    return None


def _is_tried(job: ReportJob) -> bool:
    """Whether it was begun so often that it fails now; a worker that stopped in good order does not count."""
    if job.tries - job.put_back < MAX_TRIES:
        return False
    ends.fail(job, ReportFailure.WORKER_DIED)
    return True


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
        sheet = Sheet(rows, job.hospital.name, job.owner.name, job.hospital_id, at)
        with _written(job, beat, sheet) as content:
            beat.at(ReportStage.STORING)
            file = _stored(content, f"{sheet.name}.{job.file_format}")
            fault_point("reports.between_file_and_job")
            if not ends.succeed(job, file, row_count=rows.count, data_at=at):
                discard(file)
                raise Stopped


def _read(job: ReportJob, beat: Beat, rows: Rows, bound: dict[str, Any]) -> Any:
    """All rows, if they are not too many; the moment that they are of."""
    most = MAX_PRINTED if job.file_format == ReportFormat.PDF else MAX_ROWS
    known = WRITERS[ReportFormat(job.file_format)].letters()
    with closing(connection.copy()) as reader, snapshot(reader, seconds=STATEMENT_SECONDS) as seen:
        pid, started, begun = seen.backend()
        beat.at(ReportStage.READING, pid=pid, backend_started_at=started, transaction_started_at=begun)
        found = seen.rows(rows.report.statement(bound), bound)
        rows.take(islice(found, most + 1), beat=beat, known=known)
        found.close()
        beat.read()
        if rows.count > most:
            raise _Fails(ReportFailure.TOO_MANY_ROWS)
        return seen.at


@contextmanager
def _written(job: ReportJob, beat: Beat, sheet: Sheet) -> Iterator[BinaryIO]:
    """The file, as long as it is needed."""
    beat.at(ReportStage.WRITING, total=sheet.rows.count, pid=None)
    with tempfile.TemporaryFile() as content:
        WRITERS[ReportFormat(job.file_format)].write(sheet, content, beat)
        content.seek(0, 2)
        yield content


def _stored(content: BinaryIO, name: str) -> File:
    """In the storage, whole; what went wrong there says so, whichever it is."""
    try:
        return store_file(OWNER, upload=Content(content, name), name=name, uploader_id=None)
    except FileTooLarge as error:
        raise _Fails(ReportFailure.FILE_TOO_LARGE) from error
    except Exception as error:
        log.exception("report_not_stored", name=name)
        raise _Fails(ReportFailure.STORAGE_FAILED, type(error).__name__) from error


def _store_failed(job: ReportJob, error: Exception) -> None:
    """Its statement was cancelled, by somebody or its time; or the store is away: it is tried again; or it lacks room.

    Where nothing can be written now, the lease lets another worker try.
    """
    code = getattr(error.__cause__ or error, "pgcode", None)
    connection.close_if_unusable_or_obsolete()
    if code == "57014":
        if not ends.stopped(job):
            ends.failed(job, ReportFailure.TOO_LONG)
    elif code is None or _PASSING.fullmatch(code):
        log.warning("report_lost_its_database", job_id=str(job.pk), error=str(error)[:200])
        ends.tried(job, again=_TURN)
    else:
        log.error("report_lacks_room", job_id=str(job.pk), report=job.report, sqlstate=code)
        ends.failed(job, ReportFailure.DATABASE_FAILED, code)
