"""导入: a file is taken in, checked by a worker, and applied as a whole or not at all.

Each step writes in one transaction: a worker that dies leaves nothing behind, and the next delivery does it again.
"""

import datetime as dt
import hashlib
from typing import IO, Any, TypeVar
from uuid import UUID

from django.core.files.base import File
from django.db import DataError, IntegrityError, transaction
from django.db.models import Q
from django.utils.translation import get_language

from apps.files.errors import FileRefused
from apps.files.models import File as StoredFile
from apps.files.services.attach import attach, detach, discard
from apps.files.services.store import store_file
from apps.files.states import FileState
from apps.identity.models import Hospital, StaffMember
from apps.imports.errors import ImportHasErrors, TooManyOpenImports
from apps.imports.events import ImportUploaded, ImportWanted
from apps.imports.kinds import KINDS, ImportKind
from apps.imports.models import DuplicatePolicy, ImportJob, RowOutcome
from apps.imports.services import reading, results, staging
from apps.imports.services.reading import unreadable
from apps.imports.states import IMPORTS, OPEN_IMPORTS, ImportState
from kernel import clock
from kernel.errors import StateConflict
from kernel.locks import lock_one
from kernel.outbox.events import publish
from kernel.sheets import SheetProblem, kind_of

Job = TypeVar("Job", bound=ImportJob)
#: Open imports of one person: each holds a file of up to 30 MB and its rows in the database, for a week.
MAX_OPEN = 5


def start(
    kind: ImportKind,
    *,
    hospital: Hospital,
    upload: "File[Any]",
    duplicates: DuplicatePolicy,
    by_id: UUID | None,
    user_id: UUID | None = None,
    options: dict[str, Any] | None = None,
) -> tuple[ImportJob, bool]:
    """Take a file in and have it checked; the same file of the same person again answers the open import (False).

    ImportUnreadable for what is no file of a form that the kind knows, or too large; TooManyOpenImports.
    """
    file_type = _type_of(kind, upload)
    digest = _digest(upload)
    same = {
        "hospital": hospital,
        "kind": kind.code,
        "by_id": by_id,
        "digest": digest,
        "duplicates": duplicates,
    }
    known = ImportJob.objects.filter(**same, state__in=OPEN_IMPORTS)
    if found := known.first():
        return found, False
    _require_room(by_id)
    file = _stored(kind, upload, user_id)
    told = {**(options or {}), "language": get_language()}
    job = ImportJob(**same, file=file, file_type=file_type, state=ImportState.CHECKING, options=told)
    try:
        return _opened(job, user_id), True
    except IntegrityError:  # the same file came in twice at once
        discard(file)
        return known.get(), False
    except TooManyOpenImports:  # others came in at once
        discard(file)
        raise


@transaction.atomic
def _opened(job: ImportJob, user_id: UUID | None) -> ImportJob:
    """The job with its file, to be checked. The person's row is locked: uploads at once are counted one by one."""
    if job.by_id is not None:
        StaffMember.objects.select_for_update(no_key=True).get(pk=job.by_id)
        _require_room(job.by_id)
    job.save(force_insert=True)
    owner = KINDS[job.kind].owner
    job.file = attach(
        owner, file_id=job.file_id, owner_id=job.pk, hospital_id=job.hospital_id, uploader_id=user_id
    )
    publish(ImportUploaded(job.hospital_id, job.pk))
    return job


def _require_room(by_id: UUID | None) -> None:
    """TooManyOpenImports if that person has as many open ones as there may be; commands have no limit."""
    if by_id is not None and ImportJob.objects.filter(by=by_id, state__in=OPEN_IMPORTS).count() >= MAX_OPEN:
        raise TooManyOpenImports(limit=MAX_OPEN)


def _type_of(kind: ImportKind, upload: "File[Any]") -> str:
    if upload.size > kind.owner.max_bytes:
        raise unreadable("too_large")
    try:
        file_type = kind_of(upload.read(512))
    except SheetProblem as error:
        raise unreadable(error.code) from error
    if file_type == "vcard" and not kind.accepts_cards:
        raise unreadable("no_contacts")
    return file_type


def _stored(kind: ImportKind, upload: "File[Any]", user_id: UUID | None) -> StoredFile:
    try:
        return store_file(kind.owner, upload=upload, name=upload.name or "", uploader_id=user_id)
    except FileRefused as error:
        raise unreadable("unreadable") from error


def check(job_id: UUID) -> ImportJob:
    """The dry run: stage every row with what is wrong with it. The file is read before anything is locked."""
    job = ImportJob.objects.get(pk=job_id)
    if job.state != ImportState.CHECKING:
        return job
    with staging.spool() as spooled:
        problem = _read(job, spooled)
        try:
            return _judge(job, spooled, problem)
        except (
            DataError
        ):  # a value that no column takes: its words would stand in the log, so it goes no further
            return _judge(job, spooled, SheetProblem("unreadable"))


def _read(job: ImportJob, spooled: IO[str]) -> SheetProblem | FileNotFoundError | None:
    """Write the staged rows of the file; what makes it no table."""
    kind = KINDS[job.kind]
    try:
        with reading.opened(job) as file:
            if not staging.write(reading.staged_rows(job, kind, file), kind.staged, spooled):
                raise SheetProblem("empty")
    except (SheetProblem, FileNotFoundError) as error:
        return error
    return None


@transaction.atomic
def _judge(read: ImportJob, spooled: IO[str], problem: SheetProblem | FileNotFoundError | None) -> ImportJob:
    job: ImportJob = lock_one(ImportJob.objects, pk=read.pk)
    if job.state != ImportState.CHECKING:
        return job
    noted = {"form": read.form, "left_out": read.left_out}
    if problem is not None:
        return _rejected(job, *reading.findings(problem), **noted)
    kind = KINDS[job.kind]
    staging.stage(kind.staged, spooled)
    if refused := kind.mark_on_file(job):
        kind.staged._default_manager.filter(job=job).delete()
        return _rejected(job, refused["code"], [refused], **noted)
    kind.mark_in_file(job)
    IMPORTS.move(job, ImportState.CHECKED, checked_at=clock.now(), **noted, **staging.count(job, kind.staged))
    results.renew(job)
    return job


def _rejected(job: ImportJob, code: str, findings: list[dict[str, Any]], **noted: Any) -> ImportJob:
    """Nothing of the file can be imported; it goes."""
    IMPORTS.move(job, ImportState.REJECTED, failure=code, findings=findings, **noted)
    _drop_file(job)
    return job


def want_apply(job: Job, *, skip_bad_rows: bool = False) -> Job:
    """Have a checked import applied; again it answers the same. ImportHasErrors unless bad rows may be skipped."""
    if job.state in (ImportState.APPLYING, ImportState.APPLIED):
        return job
    if job.state != ImportState.CHECKED:
        raise StateConflict
    if job.bad_count and not skip_bad_rows:
        raise ImportHasErrors(bad=job.bad_count)
    good = job.row_count - job.bad_count - job.duplicate_count
    # Before the transaction: others wait for the day's row of numbers.
    reserved = KINDS[job.kind].reserve(job, good) if good else {}
    try:
        with transaction.atomic():
            IMPORTS.move(
                job, ImportState.APPLYING, failure="", skip_bad_rows=skip_bad_rows, reserved=reserved
            )
            publish(ImportWanted(job.hospital_id, job.pk))
    except StateConflict:
        job.refresh_from_db()
        if job.state not in (
            ImportState.APPLYING,
            ImportState.APPLIED,
        ):  # else somebody asked at the same moment
            raise
    return job


@transaction.atomic
def apply(job_id: UUID) -> ImportJob:
    """Let every good row be a record, in one transaction. What is on file since the check goes back to `checked`."""
    job: ImportJob = lock_one(ImportJob.objects, pk=job_id)
    if job.state != ImportState.APPLYING:
        return job
    kind = KINDS[job.kind]
    planned, bad = job.bad_count + job.duplicate_count, job.bad_count
    kind.mark_on_file(job)
    counts = staging.count(job, kind.staged)
    job.bad_count, job.duplicate_count = counts["bad_count"], counts["duplicate_count"]
    worse = job.bad_count > bad and not job.skip_bad_rows
    if worse or (job.bad_count + job.duplicate_count != planned and job.duplicates == DuplicatePolicy.ERROR):
        return _changed_since(job, counts)
    try:
        with transaction.atomic():
            done = kind.insert(job)
    except IntegrityError:  # a number was given to somebody in this moment
        return _changed_since(job, counts)
    IMPORTS.move(job, ImportState.APPLIED, imported_count=done, applied_at=clock.now(), **counts)
    kind.staged._default_manager.filter(job=job, outcome=RowOutcome.GOOD, problems=[]).delete()
    kind.forget_secrets(job)
    results.renew(job)
    return job


def _changed_since(job: ImportJob, counts: dict[str, Any]) -> ImportJob:
    """Somebody has to look again."""
    IMPORTS.move(job, ImportState.CHECKED, failure="changed_since", **counts)
    results.renew(job)
    return job


@transaction.atomic
def cancel(job: Job) -> Job:
    """Give an import up before it is applied; its rows are forgotten. StateConflict afterwards."""
    IMPORTS.move(job, ImportState.CANCELLED)
    KINDS[job.kind].staged._default_manager.filter(job=job).delete()
    _drop_file(job)
    return job


def _digest(upload: "File[Any]") -> bytes:
    digest = hashlib.sha256()
    upload.seek(0)
    for block in upload.chunks():
        digest.update(block)
    return digest.digest()


def _drop_file(job: ImportJob) -> None:
    """Also what was made of it."""
    detach(KINDS[job.kind].owner, owner_id=job.pk)
    results.drop(job)


def forget_old(days: int = 7) -> int:
    """Cancel imports that nobody applied, and forget what was wrong with old ones; returns imports cancelled.

    Those that wait for a worker in vain are over, too: nothing of them is open for ever.
    """
    before = clock.now() - dt.timedelta(days=days)
    for kind in KINDS.values():
        rows = kind.staged._default_manager.filter(job__created_at__lt=before)
        rows.exclude(job__state__in=OPEN_IMPORTS).delete()
    for job in ImportJob.objects.filter(created_at__lt=before, file__state=FileState.ATTACHED):
        with transaction.atomic():
            _drop_file(job)
    waiting = Q(state__in=(ImportState.CHECKING, ImportState.APPLYING), updated_at__lt=before)
    stale = ImportJob.objects.filter(Q(state=ImportState.CHECKED) | waiting, created_at__lt=before)
    return sum(_given_up(job) for job in stale)


def _given_up(job: ImportJob) -> bool:
    """Cancel it; False if somebody goes on with it in this moment."""
    try:
        with transaction.atomic():
            if job.state == ImportState.APPLYING:
                IMPORTS.move(job, ImportState.CHECKED)
            cancel(job)
    except StateConflict:
        return False
    return True
