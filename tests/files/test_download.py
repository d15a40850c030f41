"""Giving a file out: to whom its owner says, from any byte on, and never unseen."""

from pathlib import Path
from typing import Any

import pytest

from apps.audit.models import AuditEvent
from apps.files.models import File
from apps.files.services.attach import detach
from apps.files.states import FileState
from kernel import redis
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
    send,
    stored,
)
from tests.support.world import World

SIZE = len(PDF_BYTES)


def get(world: World, file: File, who: str | None = "doctor_a", method: str = "get", **headers: str) -> Any:
    extra = {f"HTTP_{name.upper()}": value for name, value in headers.items()}
    base = "miniprogram" if str(who).startswith("patient") else "admin"
    return getattr(world.client(who), method)(f"/api/{base}/v1/files/{file.pk}/content", **extra)


@pytest.mark.requirement("ACC-06")
@pytest.mark.parametrize("code", [CODE, SEALED_CODE])
def test_a_whole_file_comes_with_what_a_client_must_know(world: World, readers: Readers, code: str) -> None:
    file = attached(world, readers, code=code, name="检验报告.pdf")
    answer = get(world, file)
    assert (answer.status_code, answer.streaming) == (200, True)
    assert {name: answer[name] for name in ("ETag", "Accept-Ranges", "Content-Length", "Content-Type")} == {
        "ETag": f'"{file.checksum}"', "Accept-Ranges": "bytes", "Content-Length": str(SIZE),
        "Content-Type": "application/pdf",
    }  # fmt: skip
    assert answer["X-Content-Type-Options"] == "nosniff"
    assert answer["Cache-Control"] == ("no-store" if "sealed" in code else "private, no-cache")
    assert "%E6%A3%80%E9%AA%8C%E6%8A%A5%E5%91%8A.pdf" in answer["Content-Disposition"]
    assert body(answer) == PDF_BYTES
    (line,) = downloads(file)
    assert (line.user_id, line.hospital_id) == (world.staff["doctor_a"].user.pk, world.h1.pk)
    assert line.after == {"owner_type": code, "owner_id": str(file.owner_id)}


@pytest.mark.parametrize("code", [CODE, SEALED_CODE])
@pytest.mark.parametrize(
    ("wanted", "first", "last"),
    [("bytes=0-8", 0, 8), ("bytes=100-", 100, SIZE - 1), ("bytes=-7", SIZE - 7, SIZE - 1)],
)
def test_a_range_is_a_part(
    world: World, readers: Readers, code: str, wanted: str, first: int, last: int
) -> None:
    file = attached(world, readers, code=code)
    answer = get(world, file, range=wanted)
    assert answer.status_code == 206
    assert answer["Content-Range"] == f"bytes {first}-{last}/{SIZE}"
    assert answer["Content-Length"] == str(last - first + 1)
    assert body(answer) == PDF_BYTES[first : last + 1]


def test_a_stale_tag_gets_the_whole_and_the_present_one_its_part(world: World, readers: Readers) -> None:
    file = attached(world, readers)
    stale = get(world, file, range="bytes=0-3", if_range='"old"')
    assert (stale.status_code, body(stale)) == (200, PDF_BYTES)
    present = get(world, file, range="bytes=0-3", if_range=f'"{file.checksum}"')
    assert (present.status_code, body(present)) == (206, PDF_BYTES[:4])
    several = get(world, file, range="bytes=0-1,3-4")
    assert (several.status_code, body(several)) == (200, PDF_BYTES)


def test_no_such_bytes_a_known_version_and_a_look_at_the_head_are_no_downloads(
    world: World, readers: Readers
) -> None:
    file = attached(world, readers)
    beyond = get(world, file, range=f"bytes={SIZE}-")
    assert (beyond.status_code, beyond.json()["code"]) == (416, "range_not_satisfiable")
    assert beyond["Content-Range"] == f"bytes */{SIZE}"
    known = get(world, file, if_none_match=f'"{file.checksum}"', range="bytes=0-3")
    assert (known.status_code, known.content, known["ETag"]) == (304, b"", f'"{file.checksum}"')
    head = get(world, file, method="head", range="bytes=0-3")
    assert (head.status_code, head["Content-Length"], body(head)) == (200, str(SIZE), b"")
    assert downloads(file) == []


@pytest.mark.requirement("ACC-06")
@pytest.mark.parametrize("who", ["doctor_b", "boss", "admin2", "patient_a", "patient_b"])
@pytest.mark.parametrize(
    "headers", [{}, {"range": "bytes=0-3"}, {"if_none_match": "*"}], ids=["whole", "part", "known"]
)
def test_a_stranger_finds_nothing_gets_no_byte_and_leaves_no_download(
    world: World, readers: Readers, who: str, headers: dict[str, str]
) -> None:
    file = attached(world, readers)
    answer = get(world, file, who, **headers)
    assert (answer.status_code, answer.streaming, answer.json()["code"]) == (404, False, "not_found")
    assert not {"ETag", "Content-Disposition", "Content-Range"} & set(answer.headers)
    assert b"PDF" not in answer.content
    base = "miniprogram" if who.startswith("patient") else "admin"
    assert world.client(who).get(f"/api/{base}/v1/files/{file.pk}").status_code == 404
    assert not AuditEvent.objects.filter(action="download").exists()


def test_nobody_is_asked_to_sign_in(world: World, readers: Readers) -> None:
    file = attached(world, readers)
    assert get(world, file, None).status_code == 401
    assert world.client("patient_a").get(f"/api/admin/v1/files/{file.pk}/content").status_code == 403
    assert downloads(file) == []


def test_a_patient_reads_what_the_owner_lets_them(world: World, readers: Readers) -> None:
    file = attached(world, readers)
    assert file.owner_id
    readers.allowed.add((world.accounts["patient_a"].user.pk, file.owner_id))
    assert body(get(world, file, "patient_a")) == PDF_BYTES
    assert get(world, file, "patient_b").status_code == 404
    assert [line.user_id for line in downloads(file)] == [world.accounts["patient_a"].user.pk]


def test_what_nothing_has_taken_is_its_uploaders_alone(world: World, readers: Readers) -> None:
    file = File.objects.get(pk=send(world, PDF_BYTES).json()["id"])
    assert body(get(world, file)) == PDF_BYTES
    assert world.client("doctor_a").get(f"/api/admin/v1/files/{file.pk}").json()["state"] == "staged"
    for who in ("doctor_b", "boss", "patient_a"):
        assert get(world, file, who).status_code == 404
    assert get(world, stored(), "doctor_a").status_code == 404, "nobody's upload is nobody's"


def test_the_uploader_of_what_hangs_on_something_is_asked_for_like_all_others(
    world: World, readers: Readers
) -> None:
    file = attached(world, readers)
    readers.allowed.clear()
    assert get(world, file).status_code == 404


@pytest.mark.parametrize("who", ["boss", "doctor_a"])
def test_a_kind_that_is_declared_no_more_is_not_found(world: World, readers: Readers, who: str) -> None:
    file = attached(world, readers)
    del OWNERS[CODE]
    assert get(world, file, who).status_code == 404


@pytest.mark.requirement("ACC-06")
def test_a_download_is_one_line_however_many_ranges_it_takes(world: World, readers: Readers) -> None:
    file = attached(world, readers)
    assert file.owner_id
    readers.allowed.add((world.staff["head"].user.pk, file.owner_id))
    for start in range(0, SIZE, 50):
        body(get(world, file, range=f"bytes={start}-{start + 49}"))
    assert len(downloads(file)) == 1
    body(get(world, file, "head", range="bytes=5-6"))
    assert [line.user_id for line in downloads(file)] == [
        world.staff["doctor_a"].user.pk, world.staff["head"].user.pk,
    ]  # fmt: skip
    for _ in range(2):
        body(get(world, file))
    assert len(downloads(file)) == 4
    redis.client().flushdb()
    body(get(world, file, range="bytes=1-2"))
    assert len(downloads(file)) == 5, "a mark that is lost makes a line, never hides one"


@pytest.mark.requirement("ACC-06")
def test_a_part_that_leaves_out_the_first_byte_is_recorded_too(world: World, readers: Readers) -> None:
    file = attached(world, readers)
    body(get(world, file, range="bytes=1-"))
    assert len(downloads(file)) == 1


def test_a_large_file_leaves_in_small_pieces(world: World) -> None:
    content = b"%PDF-" + bytes(1_000_000)
    with kinds(cap=2_000_000) as readers:
        for code in (CODE, SEALED_CODE):
            pieces = list(get(world, attached(world, readers, content, code=code)).streaming_content)
            assert b"".join(pieces) == content
            assert max(map(len, pieces)) <= 64 * 1024


def test_a_deleted_file_is_gone_at_once(world: World, readers: Readers) -> None:
    file = attached(world, readers)
    assert file.owner_id
    detach(OWNERS[CODE], owner_id=file.owner_id)
    file.refresh_from_db()
    assert (file.state, get(world, file).status_code) == (FileState.DELETED, 404)


def test_lost_bytes_are_not_found_and_not_recorded(world: World, readers: Readers, media: Path) -> None:
    file = attached(world, readers)
    (media / file.stored_as).unlink()
    assert get(world, file).status_code == 404
    assert downloads(file) == []
