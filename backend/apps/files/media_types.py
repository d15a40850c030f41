"""What a content is, by its bytes; what clients call it is not looked at."""

import re
from collections.abc import Iterator
from typing import IO

PNG, JPEG, WEBP, GIF, SVG = "image/png", "image/jpeg", "image/webp", "image/gif", "image/svg+xml"
PDF, ZIP, PLAIN, HTML = "application/pdf", "application/zip", "text/plain", "text/html"
OFFICE = "application/vnd.openxmlformats-officedocument."
XLSX, DOCX = f"{OFFICE}spreadsheetml.sheet", f"{OFFICE}wordprocessingml.document"
UNKNOWN = "application/octet-stream"
#: First ending: the one that is added to a name without any of them.
ENDINGS: dict[str, tuple[str, ...]] = {
    PNG: ("png",), JPEG: ("jpg", "jpeg"), WEBP: ("webp",), GIF: ("gif",), SVG: ("svg",), PDF: ("pdf",), ZIP: ("zip",),
    XLSX: ("xlsx",), DOCX: ("docx",), PLAIN: ("txt", "csv", "md"), HTML: ("html", "htm"), "audio/mpeg": ("mp3",),
    "audio/wav": ("wav",), "audio/amr": ("amr",), "audio/mp4": ("m4a",), "video/mp4": ("mp4",),
    "video/quicktime": ("mov",), "image/heic": ("heic",), "application/dicom": ("dcm",),
}  # fmt: skip
HEAD = 4096
#: The directory of an archive stands at its end, before a comment of at most 64 KB.
TAIL = 66_000

_STARTS: tuple[tuple[bytes, str], ...] = (
    (b"\x89PNG\r\n\x1a\n", PNG), (b"\xff\xd8\xff", JPEG), (b"GIF87a", GIF), (b"GIF89a", GIF), (b"%PDF-", PDF),
    (b"ID3", "audio/mpeg"), (b"\xff\xfb", "audio/mpeg"), (b"\xff\xf3", "audio/mpeg"), (b"#!AMR\n", "audio/amr"),
)  # fmt: skip
_RIFF = {b"WEBP": WEBP, b"WAVE": "audio/wav"}
_BRANDS = {b"M4A ": "audio/mp4", b"qt  ": "video/quicktime", b"heic": "image/heic", b"mif1": "image/heic"}
_BINARY = re.compile(rb"[\x00-\x06\x0e-\x1a\x1c-\x1f]")
_UTF16 = (b"\xff\xfe", b"\xfe\xff")
_MARKUP = re.compile(rb"<(!doctype\s+html|html|head|body|script|iframe|meta|table|img|a\s)", re.IGNORECASE)
#: Longer than what compressed pixels hold by chance.
_PAGE = re.compile(rb"<!doctype\s+html|<html[\s>]|<script[\s>]|<iframe[\s>]|<\?php\s", re.IGNORECASE)
#: As far as browsers and readers of PDF look for a beginning.
_SNIFFED = 1445
_ACTIVE = re.compile(
    rb"<script|<foreignobject|<!entity|<iframe|javascript:|data:text|&#|[\s\"'/]on[a-z]+\s*=", re.IGNORECASE
)
_END_OF_ARCHIVE = b"PK\x05\x06"
_BLOCK, _OVERLAP = 1 << 16, 64


def media_type_of(content: IO[bytes]) -> str:
    """The media type of a content that can be sought in; UNKNOWN where it cannot be told or is two things at once.

    A drawing with anything in it that runs is HTML to us.
    """
    head, tail = _ends(content)
    kind = _by_start(head, tail)
    if kind == SVG and _is_active(content):
        return HTML
    return UNKNOWN if _is_two_things(kind, head, tail) else kind


def _ends(content: IO[bytes]) -> tuple[bytes, bytes]:
    content.seek(0, 2)
    size = content.tell()
    content.seek(0)
    head = content.read(HEAD)
    content.seek(max(0, size - TAIL))
    tail = content.read(TAIL)
    content.seek(0)
    return head, tail


def _by_start(head: bytes, tail: bytes) -> str:
    for start, kind in _STARTS:
        if head.startswith(start):
            return kind
    if head.startswith(b"RIFF"):
        return _RIFF.get(head[8:12], UNKNOWN)
    if head[4:8] == b"ftyp":
        return _BRANDS.get(head[8:12], "video/mp4")
    if head[128:132] == b"DICM":
        return "application/dicom"
    if head.startswith(b"PK\x03\x04"):
        return _archive(head + tail)
    return _text(head)


def _archive(names: bytes) -> str:
    if b"xl/workbook.xml" in names:
        return XLSX
    return DOCX if b"word/document.xml" in names else ZIP


def _text(head: bytes) -> str:
    if head.startswith(_UTF16):
        return PLAIN
    if not head or _BINARY.search(head):
        return UNKNOWN
    start = head.removeprefix(b"\xef\xbb\xbf").lstrip()
    if start.startswith(b"<"):
        return SVG if re.search(rb"<svg[\s>]", start, re.IGNORECASE) else HTML
    return HTML if _MARKUP.search(head) else PLAIN


def _is_two_things(kind: str, head: bytes, tail: bytes) -> bool:
    """A second signature where readers of that other kind look for theirs."""
    start = head[:_SNIFFED]
    if kind in (PLAIN, HTML, SVG, UNKNOWN):
        return kind != UNKNOWN and _ends_as_archive(tail)
    if (kind != PDF and b"%PDF-" in start) or _PAGE.search(start):
        return True
    if kind in (ZIP, XLSX, DOCX):
        return False
    return _ends_as_archive(tail) or (kind.startswith("image/") and bool(_PAGE.search(tail)))


def _ends_as_archive(tail: bytes) -> bool:
    """Whether the record that ends an archive stands there, of one part as all are: not by chance."""
    places = (found.start() for found in re.finditer(re.escape(_END_OF_ARCHIVE), tail))
    return any(
        tail[at + 4 : at + 8] == bytes(4) and tail[at + 8 : at + 10] == tail[at + 10 : at + 12]
        for at in places
    )


def _is_active(content: IO[bytes]) -> bool:
    return any(_ACTIVE.search(block) for block in _blocks(content))


def _blocks(content: IO[bytes]) -> Iterator[bytes]:
    """All of it, each block with the end of the one before."""
    content.seek(0)
    last = b""
    while block := content.read(_BLOCK):
        yield last + block
        last = block[-_OVERLAP:]
    content.seek(0)
