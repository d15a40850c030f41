"""A service for objects in this process that speaks as much of S3 as the product asks for, over a real socket."""

import hashlib
import re
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime
from http.server import BaseHTTPRequestHandler
from urllib.parse import parse_qs, unquote, urlsplit
from xml.sax.saxutils import escape

from tests.support.http_server import LocalServer

NAME, KEY_ID, SECRET = "yihui-files", "AKIDOFTHETESTS", "secret-of-the-tests"
_RANGE = re.compile(r"bytes=(\d+)-(\d*)")


@dataclass
class Bucket:
    """`objects`: key → content and when it was written; `asked`: method, key and range of every request."""

    url: str = ""
    objects: dict[str, tuple[bytes, datetime]] = field(default_factory=dict)
    asked: list[tuple[str, str, str]] = field(default_factory=list)
    parts: dict[int, bytes] = field(default_factory=dict)
    refuses: bool = False

    def options(self) -> dict[str, object]:
        """Of the storage in the settings."""
        return {
            "bucket_name": NAME, "endpoint_url": self.url, "access_key": KEY_ID, "secret_key": SECRET,
            "region_name": "cn-test-1", "addressing": "path", "default_acl": None, "file_overwrite": True,
        }  # fmt: skip


class _Handler(BaseHTTPRequestHandler):
    bucket: Bucket
    protocol_version = "HTTP/1.1"
    disable_nagle_algorithm = True

    def _key(self) -> str:
        key = unquote(urlsplit(self.path).path).removeprefix(f"/{NAME}").lstrip("/")
        self.bucket.asked.append((self.command, key, self.headers.get("Range", "")))
        return key

    def _query(self, name: str) -> str:
        return parse_qs(urlsplit(self.path).query).get(name, [""])[0]

    def do_PUT(self) -> None:
        key, content = self._key(), self.rfile.read(int(self.headers["Content-Length"]))
        signed = f"Credential={KEY_ID}/" in self.headers.get("Authorization", "")
        if self.bucket.refuses or not signed or self.headers.get("Content-Encoding") == "aws-chunked":
            return self._answer(403, b"<Error><Code>AccessDenied</Code></Error>")
        if part := self._query("partNumber"):
            self.bucket.parts[int(part)] = content
        else:
            self.bucket.objects[key] = (content, datetime.now(UTC))
        return self._answer(200, ETag=f'"{hashlib.md5(content).hexdigest()}"')

    def do_POST(self) -> None:
        """Begins and ends an object of several parts; one at a time."""
        key = self._key()
        self.rfile.read(int(self.headers.get("Content-Length") or 0))
        if not self._query("uploadId"):
            text = "<InitiateMultipartUploadResult><UploadId>1</UploadId></InitiateMultipartUploadResult>"
            return self._answer(200, text.encode())
        content = b"".join(self.bucket.parts[number] for number in sorted(self.bucket.parts))
        self.bucket.parts.clear()
        self.bucket.objects[key] = (content, datetime.now(UTC))
        text = "<CompleteMultipartUploadResult><ETag>x</ETag></CompleteMultipartUploadResult>"
        return self._answer(200, text.encode())

    def do_DELETE(self) -> None:
        self.bucket.objects.pop(self._key(), None)
        self._answer(204)

    def do_GET(self) -> None:
        key = self._key()
        if not key:
            return self._list(self._query("prefix"))
        if key not in self.bucket.objects:
            return self._answer(404, b"<Error><Code>NoSuchKey</Code></Error>")
        content = self.bucket.objects[key][0]
        found = _RANGE.fullmatch(self.headers.get("Range", ""))
        if found is None:
            return self._answer(200, content)
        first, last = int(found[1]), min(int(found[2] or len(content)), len(content) - 1)
        told = {"Content-Range": f"bytes {first}-{last}/{len(content)}"}
        return self._answer(206, content[first : last + 1], **told)

    def _list(self, prefix: str) -> None:
        rows = "".join(
            f"<Contents><Key>{escape(key)}</Key><LastModified>{moment:%Y-%m-%dT%H:%M:%S.000Z}</LastModified>"
            f"<Size>{len(content)}</Size></Contents>"
            for key, (content, moment) in sorted(self.bucket.objects.items())
            if key.startswith(prefix)
        )
        text = f"<ListBucketResult><IsTruncated>false</IsTruncated>{rows}</ListBucketResult>"
        self._answer(200, text.encode())

    def _answer(self, status: int, content: bytes = b"", **headers: str) -> None:
        self.send_response(status)
        for name, value in {**headers, "Content-Length": str(len(content))}.items():
            self.send_header(name, value)
        self.end_headers()
        self.wfile.write(content)

    def log_message(self, format: str, *args: object) -> None:  # noqa: A002
        """Quiet."""


@contextmanager
def open_bucket() -> Iterator[Bucket]:
    """A bucket that ends with the test."""
    bucket = Bucket()
    server = LocalServer(("127.0.0.1", 0), type("Handler", (_Handler,), {"bucket": bucket}))
    bucket.url = f"http://127.0.0.1:{server.server_address[1]}"
    thread = threading.Thread(target=server.serve_forever, args=(0.02,), daemon=True)
    thread.start()
    try:
        yield bucket
    finally:
        server.shutdown()
        server.server_close()
        thread.join()
