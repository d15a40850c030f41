"""导入: a file is taken in, checked by a worker, and applied as a whole or not at all.

Each step is one transaction: a worker that dies leaves nothing behind, and the next delivery does the step again.
"""

import datetime as dt
import hashlib
import secrets
from collections.abc import Iterator
from typing import IO, Any
from uuid import UUID

from django.core.files.base import File
from django.core.files.storage import default_storage
from django.db import IntegrityError, transaction
from django.db.models import Count, Q

from apps.identity.models import Hospital
from apps.patients.errors import ImportHasErrors, ImportUnreadable
from apps.patients.events import ImportUploaded, ImportWanted
from apps.patients.models import DuplicatePolicy, ImportRow, PatientImport, RowOutcome
from apps.patients.services import import_staging
from apps.patients.services.archive import MRN
from apps.patients.services.import_rows import RowReader, fields_of, sealed
from apps.patients.states import IMPORTS, OPEN_IMPORTS, ImportState
from kernel import clock
from kernel.errors import StateConflict
from kernel.locks import lock_one
from kernel.outbox.events import publish
from kernel.sheets import SheetProblem, kind_of, rows_of

MOST_BYTES = 30 * 1024 * 1024
MOST_ROWS = 200_000


def start(
    *, hospital: Hospital, upload: "File[Any]", duplicates: DuplicatePolicy, by_id: UUID | None
) -> tuple[PatientImport, bool]:
    """Take a file in and have it checked; the same file again answers the open import of it (False).

    ImportUnreadable for what is no CSV or Excel file or too large.
    """
    if upload.size > MOST_BYTES:
        raise ImportUnreadable(field="file", why="too_large")
    try:
        kind = kind_of(upload.read(512))
    except SheetProblem as error:
        raise ImportUnreadable(field="file", why=error.code) from error
    digest = _digest(upload)
    known = PatientImport.objects.filter(hospital=hospital, digest=digest, state__in=OPEN_IMPORTS)
    if found := known.first():
        return found, False
    upload.seek(0)
    stored = default_storage.save(f"imports/{secrets.token_hex(16)}.{kind}", upload)
    try:
        with transaction.atomic():
            job = PatientImport.objects.create(
                hospital=hospital, by_id=by_id, file=stored, kind=kind, digest=digest, duplicates=duplicates,
                state=ImportState.CHECKING,
            )  # fmt: skip
            publish(ImportUploaded(hospital.pk, job.pk))
    except IntegrityError:  # the same file came in twice at once
        default_storage.delete(stored)
        return known.get(), False
    return job, True


@transaction.atomic
def check(job_id: UUID) -> PatientImport:
    """The dry run: stage every row with what is wrong with it. The file is dropped afterwards."""
    job: PatientImport = lock_one(PatientImport.objects, pk=job_id)
    if job.state != ImportState.CHECKING:
        return job
    try:
        with transaction.atomic(), default_storage.open(str(job.file.name)) as file:
            import_staging.stage(_rows(job, file))
            import_staging.mark_duplicates_in_file(job)
            import_staging.mark_duplicates_on_file(job)
    except (SheetProblem, FileNotFoundError) as error:
        code = error.code if isinstance(error, SheetProblem) else "unreadable"
        IMPORTS.move(job, ImportState.REJECTED, failure=code[:80], updated_at=clock.now())
    else:
        IMPORTS.move(
            job, ImportState.CHECKED, checked_at=clock.now(), updated_at=clock.now(), **_counted(job)
        )
    _drop_file(job)
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
            updated_at=clock.now(),
        )  # fmt: skip
        publish(ImportWanted(job.hospital_id, job.pk))
    return job


@transaction.atomic
def apply(job_id: UUID) -> PatientImport:
    """Let every good row be a patient, in one transaction. What is on file since the check goes back to `checked`."""
    job: PatientImport = lock_one(PatientImport.objects, pk=job_id)
    if job.state != ImportState.APPLYING:
        return job
    planned = job.bad_count + job.duplicate_count
    import_staging.mark_duplicates_on_file(job)
    counts = _counted(job)
    job.bad_count, job.duplicate_count = counts["bad_count"], counts["duplicate_count"]
    if job.bad_count + job.duplicate_count != planned and job.duplicates == DuplicatePolicy.ERROR:
        IMPORTS.move(job, ImportState.CHECKED, failure="changed_since", updated_at=clock.now(), **counts)
        return job
    try:
        with transaction.atomic():
            prefix = f"{MRN.prefix}{job.mrn_day:%y%m%d}"
            done = import_staging.insert_patients(job, prefix=prefix, digits=MRN.digits)
            import_staging.insert_cards(job)
    except IntegrityError:  # a number was given to somebody in this moment
        IMPORTS.move(job, ImportState.CHECKED, failure="changed_since", updated_at=clock.now(), **counts)
        return job
    IMPORTS.move(
        job,
        ImportState.APPLIED,
        imported_count=done,
        applied_at=clock.now(),
        updated_at=clock.now(),
        **counts,
    )
    ImportRow.objects.filter(job=job, outcome=RowOutcome.GOOD).delete()
    return job


@transaction.atomic
def cancel(job: PatientImport) -> PatientImport:
    """Give an import up before it is applied; its rows are forgotten. StateConflict afterwards."""
    IMPORTS.move(job, ImportState.CANCELLED, updated_at=clock.now())
    ImportRow.objects.filter(job=job).delete()
    _drop_file(job)
    return job


def _rows(job: PatientImport, file: IO[bytes]) -> Iterator[dict[str, Any]]:
    lines = rows_of(file, job.kind, most_rows=MOST_ROWS)
    names = fields_of(next(lines, []))
    reader = RowReader(job.hospital_id)
    for number, cells in enumerate(lines, start=2):
        if any(cells):
            row = reader.read(dict(zip(names, cells, strict=False)))
            yield sealed(row, job.pk, number)


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
    name = job.file.name
    PatientImport.objects.filter(pk=job.pk).update(file="")
    if name:
        transaction.on_commit(lambda: default_storage.delete(name))


def forget_old(days: int = 7) -> int:
    """Cancel imports that nobody applied, and forget what was wrong with old ones; returns imports cancelled."""
    before = clock.now() - dt.timedelta(days=days)
    ImportRow.objects.filter(job__created_at__lt=before).exclude(job__state__in=OPEN_IMPORTS).delete()
    stale = PatientImport.objects.filter(created_at__lt=before, state=ImportState.CHECKED)
    for job in stale:
        cancel(job)
    return len(stale)
