"""Taking a file in: its type by its content, its size by counting, once per key."""

import hashlib
from pathlib import Path
from typing import Any

import pytest
from django.core.files.base import ContentFile

from apps.files.errors import FileEmpty, FileTooLarge
from apps.files.media_types import PDF
from apps.files.models import File
from apps.files.services import upload
from apps.files.services.attach import discard
from apps.files.services.store import store_file
from apps.files.states import FileState
from kernel.crypto.files import open_sealed
from kernel.files import OWNERS, FileOwner, define_owner, nobody
from kernel.idempotency.models import IdempotencyRecord
from kernel.ids import uuid7
from tests.files.support import CAP, CODE, PDF_BYTES, SEALED_CODE, archive, on_disk, send, stored
from tests.support.pictures import picture
from tests.support.world import World

pytestmark = pytest.mark.usefixtures("readers")


@pytest.mark.parametrize(
    ("base", "who"), [("admin/v1", "doctor_a"), ("miniprogram/v1", "patient_a")], ids=["staff", "patient"]
)
def test_an_upload_is_told_by_its_content_and_belongs_to_nobody_yet(
    world: World, media: Path, base: str, who: str
) -> None:
    answer = send(world, PDF_BYTES, who, base=base, name="检验\u202e报告.pdf", claimed="text/html")
    assert answer.status_code == 201, answer.content
    told = answer.json()
    assert (told["name"], told["media_type"], told["size"]) == ("检验报告.pdf", PDF, len(PDF_BYTES))
    assert (told["checksum"], told["state"]) == (hashlib.sha256(PDF_BYTES).hexdigest(), "staged")
    assert told["owner_type_name"] == "检验报告"
    file = File.objects.get(pk=told["id"])
    assert (file.owner_id, file.hospital_id, file.attached_at) == (None, None, None)
    people = {**world.staff, **world.accounts}
    assert file.uploader_id == people[who].user.pk  # type: ignore[attr-defined]
    (path,) = on_disk(media)
    assert path.relative_to(media).as_posix() == file.stored_as
    assert (path.read_bytes(), "报告" in str(path)) == (PDF_BYTES, False)


@pytest.mark.parametrize(
    ("content", "name", "status", "code"),
    [
        (b"<html><script>alert(1)</script>", "holiday.png", 400, "file_type_refused"),
        (b"<svg onload=alert(1)>", "drawing.png", 400, "file_type_refused"),
        (b"<svg xmlns='http://www.w3.org/2000/svg'/>", "drawing.svg", 400, "file_type_refused"),
        (picture("PNG") + archive("a.class"), "photo.png", 400, "file_type_refused"),
        (b"MZ\x90\0\3", "report.pdf", 400, "file_type_refused"),
        (PDF_BYTES + b"\n" * (CAP + 1 - len(PDF_BYTES)), "report.pdf", 413, "file_too_large"),
        (b"", "report.pdf", 400, "validation_error"),
    ],
)  # fmt: skip
def test_what_is_not_taken_is_refused_with_what_would_be_and_leaves_nothing(
    world: World, media: Path, content: bytes, name: str, status: int, code: str
) -> None:
    answer = send(world, content, name=name)
    assert (answer.status_code, answer.json()["code"]) == (status, code)
    assert answer.json()["errors"][0]["field"] == "file"
    if code == "file_type_refused":
        assert "application/pdf" in answer.json()["detail"]
    if code == "file_too_large":
        assert answer.json()["limit"] == CAP
    assert not File.objects.filter(owner_type=CODE).exists()
    assert on_disk(media) == []
    assert not IdempotencyRecord.objects.exists(), "the same key may be tried again"


def test_a_file_of_exactly_the_cap_is_taken(world: World) -> None:
    assert send(world, PDF_BYTES.ljust(CAP, b"\n")).status_code == 201


class Liar(ContentFile):
    """A source that says it is smaller than it is."""

    size = 10


def test_the_cap_is_counted_while_reading_whatever_was_declared(db: None, media: Path) -> None:
    with pytest.raises(FileTooLarge):
        store_file(OWNERS[CODE], upload=Liar(PDF_BYTES + b"\n" * CAP), name="a.pdf", uploader_id=None)
    assert on_disk(media) == []
    with pytest.raises(FileEmpty):
        stored(b"")


def test_two_equal_uploads_are_two_files_and_one_key_is_one(world: World, media: Path) -> None:
    first, second = send(world, PDF_BYTES, key="one"), send(world, PDF_BYTES, key="two")
    assert first.json()["id"] != second.json()["id"]
    again = send(world, PDF_BYTES, key="one")
    assert (again.status_code, again.json(), again["Idempotency-Replayed"]) == (201, first.json(), "true")
    other = send(world, PDF_BYTES + b"\n", key="one")
    assert (other.status_code, other.json()["code"]) == (422, "idempotency_key_reused")
    assert send(world, PDF_BYTES, "doctor_b", key="one").json()["id"] != first.json()["id"]
    assert len(on_disk(media)) == File.objects.filter(owner_type=CODE).count() == 3


def test_nobody_fills_the_storage_with_what_nothing_takes(
    world: World, media: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(upload, "MAX_STAGED", 2)
    made = [send(world, PDF_BYTES).json()["id"] for _ in range(2)]
    refused = send(world, PDF_BYTES)
    assert (refused.status_code, refused.json()["code"]) == (429, "too_many_uploads")
    assert len(on_disk(media)) == 2
    assert send(world, PDF_BYTES, "doctor_b").status_code == 201
    discard(File.objects.get(pk=made[0]))
    assert send(world, PDF_BYTES).status_code == 201


def test_no_key_no_upload(world: World, media: Path) -> None:
    answer = send(world, PDF_BYTES, key="")
    assert (answer.status_code, answer.json()["code"]) == (400, "idempotency_key_required")
    assert on_disk(media) == []


@pytest.mark.parametrize("code", ["tests.nothing", "identity.portrait", "patients.import"])
def test_a_kind_that_is_unknown_or_takes_no_uploads_is_named(world: World, media: Path, code: str) -> None:
    answer = send(world, PDF_BYTES, code=code)
    assert (answer.status_code, answer.json()["errors"][0]["field"]) == (404, "owner_type")
    assert on_disk(media) == []


def test_a_sealed_kind_is_unreadable_in_the_storage_and_bound_to_its_row(db: None, media: Path) -> None:
    from apps.files.content import context_of, open_file

    file, other = stored(code=SEALED_CODE), stored(code=SEALED_CODE)
    path = media / file.stored_as
    assert path.suffix == ".sealed"
    assert b"PDF" not in path.read_bytes()
    assert file.checksum == hashlib.sha256(PDF_BYTES).hexdigest()
    assert open_file(file, 9).read() == PDF_BYTES[9:]
    with path.open("rb") as sealed, pytest.raises(Exception, match=context_of(other)):
        open_sealed(sealed, context_of(other))


def test_a_kind_says_all_that_is_needed_or_is_no_kind() -> None:
    good: dict[str, Any] = {
        "code": "tests.x", "zh": "甲", "en": "A", "media_types": (PDF,), "max_bytes": 1, "may_read": nobody,
    }  # fmt: skip
    for wrong in (
        {"code": "x"}, {"code": "Tests.x"}, {"zh": ""}, {"en": ""}, {"media_types": ()}, {"media_types": ("pdf",)},
        {"max_bytes": 0},
    ):  # fmt: skip
        with pytest.raises(TypeError):
            FileOwner(**{**good, **wrong})
    with pytest.raises(TypeError):
        define_owner(FileOwner(**{**good, "code": CODE}))
    with pytest.raises(TypeError):
        store_file(FileOwner(**good), upload=ContentFile(PDF_BYTES), name="a", uploader_id=uuid7())


def test_the_database_knows_no_empty_file_and_none_that_hangs_on_nothing(db: None) -> None:
    from django.db import IntegrityError, transaction

    file = stored()
    for change in ({"size": 0}, {"state": FileState.ATTACHED}, {"purged_at": file.created_at}):
        with pytest.raises(IntegrityError), transaction.atomic():
            File.objects.filter(pk=file.pk).update(**change)
