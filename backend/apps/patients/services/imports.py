"""导入: a file is taken in, checked by a worker, and applied as a whole or not at all.

Each step writes in one transaction: a worker that dies leaves nothing behind, and the next delivery does it again.
"""

import datetime as dt
import hashlib
from collections.abc import Iterator
from contextlib import contextmanager
from itertools import chain
from typing import IO, Any
from uuid import UUID

from django.core.files.base import File
from django.db import IntegrityError, transaction
from django.db.models import Count, Q

from apps.files.content import open_file
from apps.files.errors import FileRefused
from apps.files.models import File as StoredFile
from apps.files.services.attach import attach, detach, discard
from apps.files.services.store import store_file
from apps.files.states import FileState
from apps.identity.models import Hospital
from apps.patients.columns import KNOWN_TITLES, REQUIRED, RESULT, WANTED, reason
from apps.patients.errors import ImportHasErrors, ImportUnreadable
from apps.patients.events import ImportUploaded, ImportWanted
from apps.patients.files import IMPORT_FILE
from apps.patients.models import DuplicatePolicy, ImportRow, PatientImport, RowOutcome
from apps.patients.services import import_staging
from apps.patients.services.archive import MRN
from apps.patients.services.import_rows import RowReader, sealed
from apps.patients.states import IMPORTS, OPEN_IMPORTS, ImportState
from kernel import clock
from kernel.errors import NotFound, StateConflict
from kernel.locks import lock_one
from kernel.outbox.events import publish
from kernel.sheets import Heading, Line, SheetProblem, kind_of, read_heading, rows_of

MAX_BYTES = IMPORT_FILE.max_bytes
MAX_ROWS, MAX_FINDINGS = 200_000, 200
#: Seconds of processor time for reading a file while somebody waits.
IN_A_REQUEST = 30
OUTCOMES: dict[str, str] = {
    RowOutcome.GOOD: "可导入",
    RowOutcome.BAD: "错误",
    RowOutcome.DUPLICATE: "重复(跳过)",
}


def start(
    *,
    hospital: Hospital,
    upload: "File[Any]",
    duplicates: DuplicatePolicy,
    by_id: UUID | None,
    user_id: UUID | None = None,
) -> tuple[PatientImport, bool]:
    """Take a file in and have it checked; the same file again answers the open import of it (False).

    ImportUnreadable for what is no CSV or Excel file or too large.
    """
    if upload.size > MAX_BYTES:
        raise ImportUnreadable(field="file", why="too_large")
    try:
        kind = kind_of(upload.read(512))
    except SheetProblem as error:
        raise ImportUnreadable(field="file", why=error.code) from error
    digest = _digest(upload)
    known = PatientImport.objects.filter(hospital=hospital, digest=digest, state__in=OPEN_IMPORTS)
    if found := known.first():
        return found, False
    file = _stored(upload, user_id)
    try:
        with transaction.atomic():
            job = PatientImport.objects.create(
                hospital=hospital, by_id=by_id, file=file, kind=kind, digest=digest, duplicates=duplicates,
                state=ImportState.CHECKING,
            )  # fmt: skip
            job.file = attach(
                IMPORT_FILE, file_id=file.pk, owner_id=job.pk, hospital_id=hospital.pk, uploader_id=user_id
            )
            publish(ImportUploaded(hospital.pk, job.pk))
    except IntegrityError:  # the same file came in twice at once
        discard(file)
        return known.get(), False
    return job, True


def _stored(upload: "File[Any]", user_id: UUID | None) -> StoredFile:
    try:
        return store_file(IMPORT_FILE, upload=upload, name=upload.name or "", uploader_id=user_id)
    except FileRefused as error:
        raise ImportUnreadable(field="file", why="unreadable") from error


def check(job_id: UUID) -> PatientImport:
    """The dry run: stage every row with what is wrong with it. The file is read before anything is locked."""
    job = PatientImport.objects.get(pk=job_id)
    if job.state != ImportState.CHECKING:
        return job
    with import_staging.spool() as spooled:
        problem = _read(job, spooled)
        return _judge(job_id, spooled, problem)


def _read(job: PatientImport, spooled: IO[str]) -> SheetProblem | FileNotFoundError | None:
    """Write the staged rows of the file; what makes it no table."""
    try:
        with _opened(job) as file:
            if not import_staging.write(_rows(job, file), spooled):
                raise SheetProblem("empty")
    except (SheetProblem, FileNotFoundError) as error:
        return error
    return None


@transaction.atomic
def _judge(job_id: UUID, spooled: IO[str], problem: SheetProblem | FileNotFoundError | None) -> PatientImport:
    job: PatientImport = lock_one(PatientImport.objects, pk=job_id)
    if job.state != ImportState.CHECKING:
        return job
    if problem is not None:
        code, findings = _findings(problem)
        IMPORTS.move(job, ImportState.REJECTED, failure=code, findings=findings)
        _drop_file(job)
        return job
    import_staging.stage(spooled)
    import_staging.mark_duplicates_on_file(job)
    import_staging.mark_duplicates_in_file(job)
    IMPORTS.move(job, ImportState.CHECKED, checked_at=clock.now(), **_counted(job))
    return job


def want_apply(job: PatientImport, *, skip_bad_rows: bool = False) -> PatientImport:
    """Have a checked import applied; again it answers the same. ImportHasErrors unless bad rows may be skipped."""
    if job.state in (ImportState.APPLYING, ImportState.APPLIED):
        return job
    if job.state != ImportState.CHECKED:
        raise StateConflict
    if job.bad_count and not skip_bad_rows:
        raise ImportHasErrors(bad=job.bad_count)
    good, day = job.row_count - job.bad_count - job.duplicate_count, clock.today()
    first = (
        MRN.reserve(job.hospital_id, day, good) if good else 0
    )  # before the transaction: others wait for the day's row
    with transaction.atomic():
        IMPORTS.move(
            job, ImportState.APPLYING, failure="", skip_bad_rows=skip_bad_rows, mrn_from=first, mrn_day=day,
        )  # fmt: skip
        publish(ImportWanted(job.hospital_id, job.pk))
    return job


@transaction.atomic
def apply(job_id: UUID) -> PatientImport:
    """Let every good row be a patient, in one transaction. What is on file since the check goes back to `checked`."""
    job: PatientImport = lock_one(PatientImport.objects, pk=job_id)
    if job.state != ImportState.APPLYING:
        return job
    planned, bad = job.bad_count + job.duplicate_count, job.bad_count
    import_staging.mark_duplicates_on_file(job)
    counts = _counted(job)
    job.bad_count, job.duplicate_count = counts["bad_count"], counts["duplicate_count"]
    worse = job.bad_count > bad and not job.skip_bad_rows
    if worse or (job.bad_count + job.duplicate_count != planned and job.duplicates == DuplicatePolicy.ERROR):
        IMPORTS.move(job, ImportState.CHECKED, failure="changed_since", **counts)
        return job
    try:
        with transaction.atomic():
            prefix = f"{MRN.prefix}{job.mrn_day:%y%m%d}"
            done = import_staging.insert_patients(job, prefix=prefix, digits=MRN.digits)
            import_staging.insert_cards(job)
    except IntegrityError:  # a number was given to somebody in this moment
        IMPORTS.move(job, ImportState.CHECKED, failure="changed_since", **counts)
        return job
    IMPORTS.move(
        job,
        ImportState.APPLIED,
        imported_count=done,
        applied_at=clock.now(),
        **counts,
    )
    ImportRow.objects.filter(job=job, outcome=RowOutcome.GOOD).delete()
    return job


@transaction.atomic
def cancel(job: PatientImport) -> PatientImport:
    """Give an import up before it is applied; its rows are forgotten. StateConflict afterwards."""
    IMPORTS.move(job, ImportState.CANCELLED)
    ImportRow.objects.filter(job=job).delete()
    _drop_file(job)
    return job


def result_rows(job: PatientImport) -> Iterator[list[str]]:
    """The file as it was uploaded, from its titles on, with columns of rows, outcomes and reasons in front.

    NotFound once the file is forgotten; ImportUnreadable if it takes too long.
    """
    try:
        rows = _results(job, _opened(job))
        first = next(rows)
    except FileNotFoundError as error:
        raise NotFound from error
    return chain([first], rows)


def _results(job: PatientImport, opened: IO[bytes]) -> Iterator[list[str]]:
    found = {row.row_number: row for row in ImportRow.objects.filter(job=job).exclude(problems=[])}
    with opened as file, _readable():
        heading, lines = _table(job, file, seconds=IN_A_REQUEST)
        yield [*RESULT, *heading.titles]
        for line in lines:
            row = found.get(line.number)
            said = "; ".join(f"{p['column']}:{reason(p)}" for p in row.problems) if row else ""
            word = OUTCOMES[row.outcome] if row else OUTCOMES[RowOutcome.GOOD]
            yield [
                str(line.number),
                word,
                said,
                *(cell if isinstance(cell, str) else cell.shown for cell in line.cells),
            ]


@contextmanager
def _readable() -> Iterator[None]:
    """What was read once may be too much while somebody waits."""
    try:
        yield
    except SheetProblem as error:
        raise ImportUnreadable(field="file", why=error.code) from error


def _opened(job: PatientImport) -> IO[bytes]:
    return open_file(StoredFile.objects.get(pk=job.file_id))


def _table(job: PatientImport, file: IO[bytes], *, seconds: int = 90) -> tuple[Heading, Iterator[Line]]:
    rows = rows_of(file, job.kind, most_rows=MAX_ROWS, wanted=WANTED, seconds=seconds)
    return read_heading(rows, KNOWN_TITLES, REQUIRED)


def _rows(job: PatientImport, file: IO[bytes]) -> Iterator[dict[str, Any]]:
    heading, lines = _table(job, file)
    reader = RowReader(job.hospital_id)
    for line in lines:
        yield sealed(reader.read(heading, line), job.pk, line.number)


def _findings(error: SheetProblem | FileNotFoundError) -> tuple[str, list[dict[str, Any]]]:
    """The code of what is wrong with the file, and each finding with its place."""
    if not isinstance(error, SheetProblem):
        return "unreadable", [{"code": "unreadable"}]
    findings: Any = error.where.get("findings") or [{"code": error.code, **error.where}]
    first = findings[0]["code"]
    places = [f.get("column") or f.get("cell") or f.get("line") for f in findings if f["code"] == first]
    named = "、".join(str(place) for place in places if place)
    return (f"{first}: {named}" if named else first)[:255], findings[:MAX_FINDINGS]


def _counted(job: PatientImport) -> dict[str, Any]:
    if job.duplicates == DuplicatePolicy.ERROR:
        rows = ImportRow.objects.filter(job=job, outcome=RowOutcome.DUPLICATE)
        rows.update(outcome=RowOutcome.BAD)
    outcome = {name: Count("pk", filter=Q(outcome=name)) for name in (RowOutcome.BAD, RowOutcome.DUPLICATE)}
    found = ImportRow.objects.filter(job=job).aggregate(rows=Count("pk"), **outcome)
    return {
        "row_count": found["rows"], "bad_count": found[RowOutcome.BAD],
        "duplicate_count": found[RowOutcome.DUPLICATE],
    }  # fmt: skip


def _digest(upload: "File[Any]") -> bytes:
    digest = hashlib.sha256()
    upload.seek(0)
    for block in upload.chunks():
        digest.update(block)
    return digest.digest()


def _drop_file(job: PatientImport) -> None:
    detach(IMPORT_FILE, owner_id=job.pk)


def forget_old(days: int = 7) -> int:
    """Cancel imports that nobody applied, and forget what was wrong with old ones; returns imports cancelled."""
    before = clock.now() - dt.timedelta(days=days)
    ImportRow.objects.filter(job__created_at__lt=before).exclude(job__state__in=OPEN_IMPORTS).delete()
    for job in PatientImport.objects.filter(created_at__lt=before, file__state=FileState.ATTACHED):
        _drop_file(job)
    stale = PatientImport.objects.filter(created_at__lt=before, state=ImportState.CHECKED)
    for job in stale:
        cancel(job)
    return len(stale)
