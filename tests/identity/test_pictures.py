"""A stored picture is its pixels: no place, no author, nothing that was hung on behind."""

import io
from typing import Any

import pytest
from django.core.files.base import ContentFile
from django.core.files.uploadedfile import SimpleUploadedFile
from PIL import Image

from apps.identity.errors import PictureInvalid, PictureTooLarge
from apps.identity.pictures import PORTRAIT_BYTES
from apps.identity.services import pictures
from apps.identity.services.pictures import without_traces
from tests.support.pictures import GPS, picture
from tests.support.world import World

pytestmark = pytest.mark.requirement("ORG-02")


@pytest.mark.parametrize("kind", ["JPEG", "PNG", "WEBP"])
def test_a_portrait_keeps_no_place_and_stands_upright(
    world: World, settings: Any, tmp_path: Any, kind: str
) -> None:
    settings.MEDIA_ROOT = str(tmp_path)
    sent = picture(kind, traces=True)
    assert Image.open(io.BytesIO(sent)).getexif().get_ifd(GPS)
    url = f"/api/admin/v1/staff/{world.staff['doctor_a'].pk}/portrait"
    answer = world.client("admin1").post(
        url, {"file": SimpleUploadedFile("p", sent + b"<script>behind</script>")}
    )
    assert answer.status_code == 200, answer.content
    (stored,) = tmp_path.rglob("*.*")
    kept = Image.open(stored)
    assert (kept.format, kept.size) == (kind, (4, 8))
    assert not kept.getexif() and not {"exif", "xmp", "comment"} & kept.info.keys()
    assert not any(word in stored.read_bytes() for word in (b"Zhang", b"script"))


def test_a_small_file_with_millions_of_pixels_is_refused_unpainted(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(pictures, "MAX_PIXELS", 100)
    with pytest.raises(PictureTooLarge):
        without_traces(ContentFile(picture(size=(11, 10))), PORTRAIT_BYTES)


@pytest.mark.parametrize("kind", ["JPEG", "PNG", "WEBP"])
def test_half_a_picture_and_other_files_are_refused(kind: str) -> None:
    whole = picture(kind, size=(64, 64))
    for content in (whole[: len(whole) // 2], whole[:12], b"GIF89a" + b"\0" * 64, b"%PDF-1.7", b"\0" * 64):
        with pytest.raises(PictureInvalid):
            without_traces(ContentFile(content), PORTRAIT_BYTES)


def test_transparency_of_a_picture_stays() -> None:
    content = io.BytesIO()
    clear = Image.new("P", (2, 2))
    clear.info["transparency"] = 0
    clear.save(content, "PNG", transparency=0)
    _, stored = without_traces(ContentFile(content.getvalue()), PORTRAIT_BYTES)
    assert Image.open(stored).convert("RGBA").getpixel((0, 0))[3] == 0
