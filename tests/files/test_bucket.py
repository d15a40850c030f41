"""The same files in a bucket: a service in this process, spoken to by the library that hospitals use."""

import datetime as dt
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from django.core.exceptions import ImproperlyConfigured
from django.db import transaction

from apps.files.models import File
from apps.files.services import clean
from apps.files.services.attach import detach
from config.storages import files_storage
from kernel import clock
from kernel.errors import ServiceUnavailable
from kernel.files import OWNERS
from tests.files.support import (
    CODE,
    PDF_BYTES,
    SEALED_CODE,
    Readers,
    attached,
    body,
    downloads,
    kinds,
    on_disk,
    send,
    stored,
)
from tests.support.bucket import Bucket, open_bucket
from tests.support.world import World

SIZE = len(PDF_BYTES)


@pytest.fixture
def bucket(settings: Any) -> Iterator[Bucket]:
    """The storage of the test is a bucket."""
    with open_bucket() as opened:
        storage = {"BACKEND": "apps.files.bucket.BucketStorage", "OPTIONS": opened.options()}
        settings.STORAGES = {**settings.STORAGES, "default": storage}
        yield opened


@pytest.mark.parametrize("code", [CODE, SEALED_CODE])
def test_a_file_goes_into_the_bucket_and_comes_back_whole_and_in_part(
    world: World, readers: Readers, bucket: Bucket, media: Path, code: str
) -> None:
    file = attached(world, readers, code=code)
    assert list(bucket.objects) == [file.stored_as]
    assert (b"PDF" in bucket.objects[file.stored_as][0]) == (code == CODE)
    url, client = f"/api/admin/v1/files/{file.pk}/content", world.client("doctor_a")
    assert body(client.get(url)) == PDF_BYTES
    part = client.get(url, HTTP_RANGE="bytes=5-8")
    assert (part.status_code, body(part), part["Content-Range"]) == (206, PDF_BYTES[5:9], f"bytes 5-8/{SIZE}")
    if code == CODE:
        assert bucket.asked[-1] == ("GET", file.stored_as, "bytes=5-8"), "only the part is fetched"
    assert len(downloads(file)) == 2
    assert on_disk(media) == []


def test_a_large_file_goes_up_in_parts_and_comes_down_in_pieces(world: World, bucket: Bucket) -> None:
    content = b"%PDF-" + bytes(10 << 20)
    with kinds(cap=20 << 20) as readers:
        file = attached(world, readers, content)
        parts = [key for method, key, _ in bucket.asked if method == "PUT"]
        assert parts == [file.stored_as, file.stored_as]
        answer = world.client("doctor_a").get(f"/api/admin/v1/files/{file.pk}/content")
        pieces = list(answer.streaming_content)
    assert b"".join(pieces) == content
    assert max(map(len, pieces)) <= 64 * 1024


@pytest.mark.django_db(transaction=True)
def test_what_is_let_go_and_what_no_row_knows_leave_the_bucket(
    world: World, readers: Readers, bucket: Bucket
) -> None:
    file, kept = attached(world, readers), attached(world, readers)
    assert file.owner_id
    with transaction.atomic():
        detach(OWNERS[CODE], owner_id=file.owner_id)
    assert list(bucket.objects) == [kept.stored_as]
    old = clock.now() - dt.timedelta(days=2)
    bucket.objects |= {"files/07/ab/stray.pdf": (b"x", old), "files/07/ab/young.pdf": (b"x", clock.now())}
    bucket.objects[kept.stored_as] = (PDF_BYTES, old)
    assert sum(clean.sweep_folder(number) for number in range(256)) == 1
    assert sorted(bucket.objects) == sorted([kept.stored_as, "files/07/ab/young.pdf"])


def test_bytes_that_are_gone_are_not_found(world: World, readers: Readers, bucket: Bucket) -> None:
    file = attached(world, readers)
    bucket.objects.clear()
    assert world.client("doctor_a").get(f"/api/admin/v1/files/{file.pk}/content").status_code == 404
    assert downloads(file) == []


def test_a_bucket_that_refuses_or_is_away_is_an_outage_and_leaves_no_row(
    world: World, readers: Readers, bucket: Bucket
) -> None:
    bucket.refuses = True
    world.client("doctor_a").raise_request_exception = False
    answer = send(world, PDF_BYTES, key="one")
    assert (answer.status_code, answer.json()["code"]) == (503, "service_unavailable")
    assert not File.objects.filter(owner_type=CODE).exists()
    bucket.refuses = False
    assert send(world, PDF_BYTES, key="one").status_code == 201, "the same key again"


def test_nobody_listens(db: None, readers: Readers, settings: Any) -> None:
    with open_bucket() as closed:
        options = closed.options()
    storage = {"BACKEND": "apps.files.bucket.BucketStorage", "OPTIONS": options}
    settings.STORAGES = {**settings.STORAGES, "default": storage}
    with pytest.raises(ServiceUnavailable):
        stored()


GIVEN = {
    "YIHUI_FILES_STORAGE": "s3", "YIHUI_FILES_BUCKET": "b", "YIHUI_FILES_ENDPOINT": "https://oss.example",
    "YIHUI_FILES_ACCESS_KEY_ID": "k", "YIHUI_FILES_SECRET_ACCESS_KEY": "s",
}  # fmt: skip


def test_the_environment_chooses_the_storage(monkeypatch: pytest.MonkeyPatch) -> None:
    assert files_storage() == {"BACKEND": "apps.files.disk.DiskStorage"}
    for name, value in GIVEN.items():
        monkeypatch.setenv(name, value)
    chosen = files_storage()
    assert chosen["BACKEND"] == "apps.files.bucket.BucketStorage"
    assert {name: chosen["OPTIONS"][name] for name in ("bucket_name", "endpoint_url", "addressing")} == {
        "bucket_name": "b", "endpoint_url": "https://oss.example", "addressing": "auto",
    }  # fmt: skip


@pytest.mark.parametrize(
    "change",
    [*({name: ""} for name in GIVEN if name != "YIHUI_FILES_STORAGE"), {"YIHUI_FILES_STORAGE": "ftp"},
     {"YIHUI_FILES_ADDRESSING": "other"}],
)  # fmt: skip
def test_a_storage_that_is_half_named_is_refused_by_the_variable(
    monkeypatch: pytest.MonkeyPatch, change: dict[str, str]
) -> None:
    for name, value in {**GIVEN, **change}.items():
        monkeypatch.setenv(name, value)
    with pytest.raises(ImproperlyConfigured, match=f"^{next(iter(change))}: "):
        files_storage()
