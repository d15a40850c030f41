"""Sealed files follow the key ring: what lies under an older key is sealed anew, in another place."""

from apps.files.content import open_file
from apps.files.models import File
from apps.files.services.store import write_content
from apps.files.states import FileState
from apps.files.storage import place_of, store
from kernel import ids
from kernel.crypto.files import sealed_under_current_key
from kernel.faults import fault_point

BATCH = 200


def reseal_files() -> int:
    """Seal what is not under the current key; returns how many files. Can be stopped and run again at any time."""
    done, last = 0, None
    while True:
        rows = File.objects.filter(is_sealed=True).exclude(state=FileState.DELETED).order_by("pk")
        batch = list((rows if last is None else rows.filter(pk__gt=last))[:BATCH])
        done += sum(_reseal(file) for file in batch)
        if len(batch) < BATCH:
            return done
        last = batch[-1].pk


def _reseal(file: File) -> bool:
    """New bytes first, then the row, then the old bytes go: a crash leaves bytes that no row knows, which are swept."""
    old = file.stored_as
    try:
        with store().open_at(old) as sealed:
            if sealed_under_current_key(sealed):
                return False
        content = open_file(file)
    except FileNotFoundError:  # deleted in this moment
        return False
    file.stored_as = place_of(ids.uuid7().hex, "sealed")
    with content:
        write_content(file, content)
    fault_point("files.resealed_before_row")
    rows = File.objects.filter(pk=file.pk, stored_as=old).exclude(state=FileState.DELETED)
    taken = rows.update(stored_as=file.stored_as) == 1
    store().delete(old if taken else file.stored_as)
    return taken
