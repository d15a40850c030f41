"""What nobody needs goes, and nothing that is attached ever does, whenever a process dies."""

import datetime as dt
import os
import signal
from pathlib import Path
from typing import Any

import pytest
from django.core.files.base import ContentFile
from django.db import transaction

from apps.files.content import open_file
from apps.files.models import File
from apps.files.services import clean
from apps.files.services.attach import attach, detach, discard
from apps.files.services.store import store_file
from apps.files.states import FileState
from apps.files.tasks import clean_files
from kernel import clock
from kernel.errors import InvalidValue
from kernel.files import OWNERS
from kernel.ids import uuid7
from tests.files.support import CODE, PDF_BYTES, SEALED_CODE, Readers, attached, on_disk, stored
from tests.support.world import World

DAY = 24 * 3600


def age(media: Path, days: float = 2) -> None:
    """All bytes and staged rows were written so long ago."""
    moment = clock.now() - dt.timedelta(days=days)
    for path in on_disk(media):
        os.utime(path, (moment.timestamp(), moment.timestamp()))
    File.objects.update(created_at=moment)


def sweep_all() -> int:
    return sum(clean.sweep_folder(number) for number in range(256))


@pytest.mark.django_db(transaction=True)
def test_an_upload_that_nothing_took_goes_after_a_day_and_what_is_attached_stays(
    world: World, readers: Readers, media: Path
) -> None:
    kept, lost = attached(world, readers), stored()
    assert clean.drop_staged() == 0, "it may still be taken"
    age(media)
    young = stored()
    clean_files()
    assert sweep_all() == 0
    for file in (kept, lost, young):
        file.refresh_from_db()
    assert [f.state for f in (kept, lost, young)] == [FileState.ATTACHED, FileState.DELETED, FileState.STAGED]
    assert lost.purged_at is not None
    assert {path.relative_to(media).as_posix() for path in on_disk(media)} == {
        kept.stored_as,
        young.stored_as,
    }
    assert open_file(kept).read() == PDF_BYTES


@pytest.mark.django_db(transaction=True)
def test_a_file_that_is_let_go_loses_its_bytes_after_the_commit_and_not_before(
    world: World, readers: Readers, media: Path
) -> None:
    file, other = attached(world, readers), attached(world, readers)
    assert file.owner_id
    with pytest.raises(ZeroDivisionError), transaction.atomic():
        detach(OWNERS[CODE], owner_id=file.owner_id)
        raise ZeroDivisionError
    file.refresh_from_db()
    assert (file.state, len(on_disk(media))) == (FileState.ATTACHED, 2)
    with transaction.atomic():
        detach(OWNERS[CODE], owner_id=file.owner_id)
        assert len(on_disk(media)) == 2
    file.refresh_from_db()
    assert (file.state, file.purged_at is not None) == (FileState.DELETED, True)
    assert [path.name for path in on_disk(media)] == [Path(other.stored_as).name]
    discard(stored())
    assert len(on_disk(media)) == 1


@pytest.mark.django_db(transaction=True)
def test_bytes_that_could_not_be_deleted_go_with_the_next_cleaning(
    world: World, readers: Readers, media: Path
) -> None:
    """The process died between the commit and the storage: the row says deleted, the bytes are there."""
    file, kept = attached(world, readers), attached(world, readers)
    File.objects.filter(pk=file.pk).update(state=FileState.DELETED, deleted_at=clock.now())
    assert clean.purge_deleted() == 1
    assert clean.purge_deleted() == 0
    assert [path.name for path in on_disk(media)] == [Path(kept.stored_as).name]


@pytest.mark.parametrize("code", [CODE, SEALED_CODE])
@pytest.mark.django_db(transaction=True)
def test_a_process_that_dies_between_bytes_and_row_loses_nothing_but_its_own_upload(
    world: World, readers: Readers, media: Path, tmp_path_factory: Any, code: str
) -> None:
    kept = attached(world, readers)
    faults = tmp_path_factory.mktemp("faults") / "points"
    faults.write_text("files.between_bytes_and_row")
    child = os.fork()
    if child == 0:  # it ends itself before it comes to the database, whose connection is the parent's
        os.environ["YIHUI_FAULT_FILE"] = str(faults)
        store_file(OWNERS[code], upload=ContentFile(PDF_BYTES), name="a.pdf", uploader_id=None)
        os._exit(1)
    _, status = os.waitpid(child, 0)
    assert os.WTERMSIG(status) == signal.SIGKILL
    assert File.objects.filter(owner_type__startswith="tests.").count() == 1
    assert len(on_disk(media)) == 2, "the bytes were written"
    assert sweep_all() == 0, "their row may still come"
    age(media)
    assert sweep_all() == 1
    assert sweep_all() == 0
    assert open_file(kept).read() == PDF_BYTES
    assert len(on_disk(media)) == 1


@pytest.mark.django_db(transaction=True)
def test_each_look_is_bounded_and_the_hours_come_to_every_folder(
    media: Path, readers: Readers, monkeypatch: pytest.MonkeyPatch
) -> None:
    for number in range(5):
        path = media / "files" / "07" / "ab" / f"{number}.pdf"
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(b"x")
    age(media)
    monkeypatch.setattr(clean, "MAX_LISTED", 2)
    assert [clean.sweep_folder(7) for _ in range(4)] == [2, 2, 1, 0]
    assert clean.sweep_folder(8) == 0
    for _ in range(3):
        stored()
    age(media)
    assert [clean.drop_staged(limit=2), clean.drop_staged(limit=2)] == [2, 1]
    assert [clean.purge_deleted(limit=2), clean.purge_deleted(limit=2)] == [2, 1]
    hours = {clean.folder_of(hour) for hour in range(256)}
    assert len(hours) == 256


def test_a_staged_file_is_taken_once_by_its_uploader_for_its_kind(world: World, readers: Readers) -> None:
    doctor, other = world.staff["doctor_a"], world.staff["doctor_b"]
    file = stored(by=doctor)
    assert doctor.user
    assert other.user
    right: dict[str, Any] = {
        "file_id": file.pk, "owner_id": uuid7(), "hospital_id": world.h1.pk, "uploader_id": doctor.user.pk,
    }  # fmt: skip
    for owner, wrong in (
        (CODE, {"file_id": uuid7()}), (CODE, {"uploader_id": other.user.pk}), (CODE, {"uploader_id": None}),
        (SEALED_CODE, {}),
    ):  # fmt: skip
        with pytest.raises(InvalidValue) as refused, transaction.atomic():
            attach(OWNERS[owner], **{**right, **wrong})
        assert refused.value.field == "file_id"
    with transaction.atomic():
        taken = attach(OWNERS[CODE], **right)
    assert (taken.state, taken.hospital_id, taken.owner_id) == ("attached", world.h1.pk, right["owner_id"])
    with pytest.raises(InvalidValue), transaction.atomic():
        attach(OWNERS[CODE], **right)
