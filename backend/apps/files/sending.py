"""A file as an answer: whole, in part or not again (RFC 9110)."""

from typing import Any

import structlog
from django.http import HttpRequest, HttpResponse, StreamingHttpResponse
from django.http.response import HttpResponseBase
from drf_spectacular.utils import OpenApiParameter

from apps.files.content import Pieces, open_file
from apps.files.errors import RangeNotSatisfiable
from apps.files.models import File
from apps.files.names import download_name
from apps.files.services.record import record_download
from kernel.errors import NotFound
from kernel.files import FileOwner
from kernel.http.downloads import disposition
from kernel.http.problems import plain_response
from kernel.http.ranges import ByteRange, Unsatisfiable, is_unchanged, wanted_range

#: What a browser may show in place; a drawing or a page it stores.
INLINE = ("image/png", "image/jpeg", "image/webp", "image/gif", "application/pdf", "audio/", "video/")
#: The headers that `send_file` obeys, for documents.
RANGE = [
    OpenApiParameter(name, str, OpenApiParameter.HEADER, description=said)
    for name, said in (
        ("Range", "`bytes=0-1023`; several at once are answered whole"),
        ("If-Range", "the `ETag` that the part belongs to"),
        ("If-None-Match", "304 while it is still that `ETag`"),
    )
]
log = structlog.get_logger(__name__)


def send_file(request: HttpRequest, file: File, owner: FileOwner, *, user_id: Any = None) -> HttpResponseBase:
    """The answer to GET or HEAD of somebody who may read the file; NotFound once its bytes are lost.

    A download of a private file is on the operation log before its first byte leaves.
    """
    etag = f'"{file.checksum}"'
    if is_unchanged(request.headers, etag=etag):
        return _headed(HttpResponse(status=304), file, owner)
    try:
        part = None if request.method == "HEAD" else wanted_range(request.headers, size=file.size, etag=etag)
    except Unsatisfiable:
        return _unsatisfiable(file)
    whole = part or ByteRange(0, file.size)
    answer: HttpResponseBase
    if request.method == "HEAD":
        answer = HttpResponse()
    else:
        answer = StreamingHttpResponse(_pieces(file, owner, whole, user_id=user_id, is_part=part is not None))
    if part:
        answer.status_code, answer["Content-Range"] = 206, part.of(file.size)
    answer["Content-Length"] = str(whole.length)
    return _headed(answer, file, owner)


def _pieces(file: File, owner: FileOwner, part: ByteRange, *, user_id: Any, is_part: bool) -> Pieces:
    try:
        source = open_file(file, part.start, part.length)
    except FileNotFoundError as error:
        log.error("bytes_of_a_file_are_lost", file_id=str(file.pk))
        raise NotFound from error
    try:
        if not owner.is_public:
            record_download(file, user_id=user_id, is_part=is_part)
    except BaseException:
        source.close()
        raise
    return Pieces(source, part.length)


def _headed(answer: HttpResponseBase, file: File, owner: FileOwner) -> HttpResponseBase:
    name = download_name(file.name, file.media_type)
    answer["Content-Type"] = file.media_type
    answer["Content-Disposition"] = disposition(name, inline=file.media_type.startswith(INLINE))
    answer["ETag"], answer["Accept-Ranges"] = f'"{file.checksum}"', "bytes"
    answer["X-Content-Type-Options"] = "nosniff"
    answer["Content-Security-Policy"] = "default-src 'none'; sandbox"
    kept = "no-store" if owner.is_sealed else "private, no-cache"
    answer["Cache-Control"] = "public, max-age=31536000, immutable" if owner.is_public else kept
    return answer


def _unsatisfiable(file: File) -> HttpResponse:
    error = RangeNotSatisfiable()
    answer = plain_response(error.status, error.code, error.text)
    answer["Content-Range"] = f"bytes */{file.size}"
    return answer
