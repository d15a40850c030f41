"""A request as its sender wrote it, for signatures: what is signed is what was sent, not what was made of it here."""

import hashlib
import tempfile
from urllib.parse import unquote_to_bytes

from django.http import HttpRequest

#: The query before anything was taken out of it (kernel.http.cleaning).
SENT_QUERY = "yihui.sent_query"
_IN_MEMORY = 1024 * 1024
_PIECE = 64 * 1024


def sent_target(request: HttpRequest, named: str) -> bytes | None:
    """Path and query as they were sent; None where `named`, the sender's own word for them, is of another request.

    The server tells a path without its percent signs: a sender whose path had some names what it wrote.
    """
    path = request.path.encode()
    query = request.META.get(SENT_QUERY, request.META.get("QUERY_STRING", "")).encode("latin-1", "replace")
    read = path + b"?" + query if query else path
    if not named:
        return read
    written = named.encode("latin-1", "replace")
    path_written, mark, query_written = written.partition(b"?")
    is_this = unquote_to_bytes(path_written) == path and query_written == query and bool(mark) == bool(query)
    return written if is_this else None


def body_digest(request: HttpRequest) -> str:
    """Lower-case hex SHA-256 of the body's bytes, which can be read as before."""
    if request.content_type != "multipart/form-data":
        return hashlib.sha256(request.body).hexdigest()
    digest = hashlib.sha256()
    body = tempfile.SpooledTemporaryFile(max_size=_IN_MEMORY)  # noqa: SIM115 - closed with the request
    while piece := request.read(_PIECE):
        digest.update(piece)
        body.write(piece)
    body.seek(0)
    request._stream = body  # type: ignore[assignment]
    request._read_started = False  # type: ignore[attr-defined]
    return digest.hexdigest()
