"""What nobody needs any more goes: uploads that no owner took, bytes of deleted files, bytes that no row knows.

Each step is bounded and can be done again. Nothing here touches a file that is attached: bytes go only when the
committed row says `deleted`, or when a day after they were written no row knows them.
"""

import datetime as dt
from itertools import islice

import structlog

from apps.files.models import File
from apps.files.states import FILES, FileState
from apps.files.storage import folder_of, store
from kernel import clock
from kernel.errors import StateConflict

AGE = dt.timedelta(days=1)
BATCH = 500
#: Names that one look into a folder reads; a 256th of all files lies there.
MAX_LISTED = 20_000
log = structlog.get_logger(__name__)


def drop_staged(limit: int = BATCH) -> int:
    """Uploads that no owner took within a day are deleted files; returns how many."""
    old = File.objects.filter(state=FileState.STAGED, created_at__lt=clock.now() - AGE).order_by("created_at")
    count = 0
    for file in old[:limit]:
        try:
            FILES.move(file, FileState.DELETED, deleted_at=clock.now())
        except StateConflict:  # an owner took it in this moment
            continue
        count += 1
    return count


def purge_deleted(limit: int = BATCH) -> int:
    """The bytes of deleted files; returns how many files."""
    rows = File.objects.filter(state=FileState.DELETED, purged_at__isnull=True).order_by("deleted_at")
    files = list(rows[:limit])
    for file in files:
        purge_file(file)
    return len(files)


def purge_file(file: File) -> None:
    """The bytes of one deleted file; after its transaction."""
    store().delete(file.stored_as)
    File.objects.filter(pk=file.pk, state=FileState.DELETED).update(purged_at=clock.now())


def sweep_folder(number: int) -> int:
    """Bytes in one of the folders that no row knows a day after they were written; returns how many went."""
    names = islice(store().written_before(folder_of(number), clock.now() - AGE), MAX_LISTED)
    count = listed = 0
    while some := list(islice(names, BATCH)):
        listed += len(some)
        known = set(File.objects.filter(stored_as__in=some).values_list("stored_as", flat=True))
        for name in some:
            if name not in known:
                store().delete(name)
                log.warning("stray_file_deleted", name=name)
                count += 1
    if listed == MAX_LISTED:
        log.warning("folder_of_files_not_listed_whole", folder=folder_of(number))
    return count
