"""The process that reads one uploaded file; it writes its rows as JSON lines.

`python -m kernel.sheets.child KIND MAX_ROWS FORMS SECONDS < FILE`

It gets no secrets (a bare environment), and what it may use is limited before the first byte is looked at.
"""

import resource
import sys
from collections.abc import Iterator, Sequence
from typing import IO, Any

import orjson

from kernel.sheets.cells import Line, SheetProblem
from kernel.sheets.excel import MAX_COLUMNS, excel_lines
from kernel.sheets.headings import Form
from kernel.sheets.separated import csv_lines
from kernel.sheets.vcards import card_lines

ROW = orjson.OPT_APPEND_NEWLINE | orjson.OPT_PASSTHROUGH_DATACLASS
MEMORY = 1536 * 1024 * 1024


def main(kind: str, most_rows: int, forms: Sequence[Form], seconds: int = 90) -> None:
    """Write every row, then `{}`; a problem ends it with `{"problem", "where"}`."""
    resource.setrlimit(resource.RLIMIT_AS, (MEMORY, MEMORY))
    resource.setrlimit(resource.RLIMIT_CPU, (seconds, seconds))
    resource.setrlimit(resource.RLIMIT_CORE, (0, 0))
    write = sys.stdout.buffer.write
    try:
        for line in _bounded(_read(sys.stdin.buffer, kind, most_rows, forms), most_rows):
            write(orjson.dumps([line.number, line.cells], option=ROW, default=_plain))
        write(b"{}\n")
    except SheetProblem as problem:
        said = {"problem": problem.code, "where": problem.where}
        write(orjson.dumps(said, option=orjson.OPT_APPEND_NEWLINE))
    except MemoryError:
        write(orjson.dumps({"problem": "too_large", "where": {}}, option=orjson.OPT_APPEND_NEWLINE))
    except Exception:  # noqa: BLE001 - whatever a library makes of a broken file
        write(orjson.dumps({"problem": "unreadable", "where": {}}, option=orjson.OPT_APPEND_NEWLINE))


def _read(file: IO[bytes], kind: str, most_rows: int, forms: Sequence[Form]) -> Iterator[Line]:
    if kind == "xlsx":
        return excel_lines(file, most_rows=most_rows, forms=forms)
    if kind == "vcard":
        return card_lines(file)
    return csv_lines(file)


def _bounded(lines: Iterator[Line], most_rows: int) -> Iterator[Line]:
    for count, line in enumerate(lines):
        if count > most_rows:
            raise SheetProblem("too_many_rows", line=line.number)
        if len(line.cells) > MAX_COLUMNS:
            raise SheetProblem("too_many_columns", line=line.number)
        yield line


def _plain(bad: Any) -> list[str]:
    return [bad.code, bad.shown]


if __name__ == "__main__":
    forms = [Form(known=known, required=required) for known, required in orjson.loads(sys.argv[3])]
    main(sys.argv[1], int(sys.argv[2]), forms, int(sys.argv[4]))
