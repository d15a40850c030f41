"""Uploaded CSV, Excel and vCard files as rows of text.

A file is read by a process of its own with limits on memory and time: a file that was made to kill its reader kills
nobody else.
"""

import io
import os
import re
import shutil
import subprocess
import sys
import tempfile
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import IO, Any

import orjson

from kernel.sheets.cells import BadCell, Cell, Line, SheetProblem
from kernel.sheets.headings import ANYTHING, Form

ZIP, OLE = b"PK\x03\x04", b"\xd0\xcf\x11\xe0"
#: Tables that hospital systems write as pages and name `.xls`.
PAGES = (b"<html", b"<!doctype", b"<table", b"<?xml", b"<meta")
CARD = re.compile(rb"^(\xef\xbb\xbf|\xff\xfe|\xfe\xff)?\s*BEGIN\s*:\s*VCARD", re.IGNORECASE)
UTF16 = (b"\xff\xfe", b"\xfe\xff")
BACKEND = Path(__file__).resolve().parents[2]


def kind_of(head: bytes) -> str:
    """`xlsx`, `csv` or `vcard` by the first bytes, whatever the name. SheetProblem for old Excel and web pages."""
    if CARD.search(head[:64].replace(b"\0", b"")):
        return "vcard"
    if head.startswith(ZIP):
        return "xlsx"
    if head.startswith(OLE):
        raise SheetProblem("old_format")
    if head.removeprefix(b"\xef\xbb\xbf").lstrip()[:64].lower().startswith(PAGES):
        raise SheetProblem("web_page")
    if b"\0" in head and not head.startswith(UTF16):
        raise SheetProblem("unreadable")
    return "csv"


def rows_of(
    file: IO[bytes], kind: str, *, most_rows: int, forms: Sequence[Form] = (ANYTHING,), seconds: int = 90
) -> Iterator[Line]:
    """The rows that have something in them, of the sheet with titles of a form. Raises SheetProblem while reading.

    Of contact cards (vcard) each is a row, below a row of titles as Outlook names them.

    `seconds`: of processor time, so that no file holds others up.
    """
    with tempfile.TemporaryFile() as copy:
        shutil.copyfileobj(file, copy)
        copy.seek(0)
        titles = orjson.dumps([[dict(form.known), dict(form.required)] for form in forms]).decode()
        command = [sys.executable, "-m", "kernel.sheets.child", kind, str(most_rows), titles, str(seconds)]
        environment = {"PYTHONPATH": str(BACKEND), "PATH": os.defpath, "LC_ALL": "C.UTF-8"}
        with subprocess.Popen(
            command, stdin=copy, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, env=environment, cwd="/"
        ) as reader:  # fmt: skip
            try:
                yield from _lines(reader.stdout or io.BytesIO())
            finally:
                reader.kill()


def _lines(output: IO[bytes]) -> Iterator[Line]:
    for message in output:
        if not message.endswith(b"\n"):
            break  # it died while writing
        said: Any = orjson.loads(message)
        if isinstance(said, list):
            yield Line(said[0], [_cell(cell) for cell in said[1]])
        elif "problem" in said:
            raise SheetProblem(said["problem"], **said["where"])
        else:
            return
    raise SheetProblem("too_large")


def _cell(said: Any) -> Cell:
    return said if isinstance(said, str) else BadCell(*said)
