"""The sheets of results of an import: written by a worker each time its rows were judged, gone with its file."""

import csv
import datetime as dt
import tempfile
from typing import Any

from django.conf import settings
from django.core.files.base import File as Content
from django.db import transaction
from django.utils import translation

from apps.files.models import File
from apps.files.services.attach import attach, detach, discard
from apps.files.services.store import store_file
from apps.files.states import FileState
from apps.imports.events import ImportJudged
from apps.imports.kinds import KINDS
from apps.imports.models import ImportJob
from apps.imports.services import reading
from apps.imports.states import ImportState
from kernel import clock
from kernel.outbox.events import publish
from kernel.sheets import csv_blocks, write_xlsx

NAME = "import-result"
#: Column → width: row, outcome and reason stand in front; with the first of the file they stay in view.
WIDE, FIXED = {0: 8, 1: 22, 2: 60}, 4
JUDGED = (ImportState.CHECKED, ImportState.APPLIED)
#: A result that is missing for so long was lost with its worker.
LOST = dt.timedelta(hours=1)


def renew(job: ImportJob) -> None:
    """Let the sheets go that say something else by now, and have new ones written; in the transaction that judged."""
    drop(job)
    if job.by_id is not None:
        publish(ImportJudged(job.hospital_id, job.pk))


def drop(job: ImportJob) -> None:
    """Let the sheets go; inside a transaction."""
    detach(KINDS[job.kind].result_owner, owner_id=job.pk)
    ImportJob.objects.filter(pk=job.pk).update(result_xlsx=None, result_csv=None)
    job.result_xlsx = job.result_csv = None


def write(job_id: Any) -> None:
    """Write both sheets in the importer's language; nothing where they are there, or the import is over."""
    job = ImportJob.objects.select_related("file").get(pk=job_id)
    if job.state not in JUDGED or job.result_xlsx_id or job.file.state != FileState.ATTACHED:
        return
    language = job.options.get("language") or settings.LANGUAGE_CODE
    with (
        translation.override(language),
        tempfile.TemporaryFile("w+", encoding="utf-8", newline="") as text,
        tempfile.TemporaryFile() as book,
    ):
        text.writelines(csv_blocks(reading.result_rows(job)))
        text.seek(0)
        text.read(1)  # the mark of UTF-8
        write_xlsx(csv.reader(text), book, wide=WIDE, fixed=FIXED)
        made = {"result_xlsx": _stored(job, book, "xlsx"), "result_csv": _stored(job, text.buffer, "csv")}
    if not _taken(job, made):
        for file in made.values():
            discard(file)


def _stored(job: ImportJob, content: Any, ending: str) -> File:
    owner = KINDS[job.kind].result_owner
    return store_file(owner, upload=Content(content), name=f"{NAME}.{ending}", uploader_id=None)


@transaction.atomic
def _taken(read: ImportJob, made: dict[str, File]) -> bool:
    """Hang the sheets on the job; False where it was judged again, given up or served meanwhile."""
    same = ImportJob.objects.select_for_update(of=("self",)).filter(
        pk=read.pk, updated_at=read.updated_at, result_xlsx=None
    )
    job = same.first()
    if job is None:
        return False
    owner = KINDS[job.kind].result_owner
    for file in made.values():
        attach(owner, file_id=file.pk, owner_id=job.pk, hospital_id=job.hospital_id, uploader_id=None)
    same.update(**made)
    return True


def ask_again() -> int:
    """Have sheets written that were lost, or belong to imports from before there were any; returns how many."""
    rows = ImportJob.objects.filter(
        state__in=JUDGED, result_xlsx=None, by__isnull=False, file__state=FileState.ATTACHED,
        updated_at__lt=clock.now() - LOST,
    )  # fmt: skip
    with transaction.atomic():
        for job in rows:
            publish(ImportJudged(job.hospital_id, job.pk))
    return len(rows)
