"""UnionPay's file of a settlement day: base64(zlib(zip)) with fixed-width lines in GBK, one blank between the columns.

Widths are bytes, not characters. Only the compressed file is in memory; lines are read one by one.
"""

import base64
import datetime as dt
import io
import zipfile
import zlib
from collections.abc import Iterator
from typing import IO

from apps.payments.channels.archives import check_sizes, inflate, lines, readable
from apps.payments.channels.base import BillRow, UnreadableBill
from apps.payments.channels.bill_lines import BadCell, cell, readable_line
from kernel.clock import LOCAL

WIDTHS = (
    3, 11, 11, 6, 10, 19, 12, 4, 2, 21, 2, 32, 2, 6, 10, 13, 13, 4, 15, 2, 2, 6, 2, 4, 32, 1, 21, 15, 1, 15, 32, 13, 13,
    8, 32, 13, 13, 12, 2, 1, 32, 98,
)  # fmt: skip
#: A text is unpacked in memory, several times as large as it is.
MAX_TEXT = 64 * 1024 * 1024
#: The ZIP in it, which zlib makes hardly smaller.
MAX_PACKED = 2 * MAX_TEXT
#: Columns count from 1. The original order of a refund is the first thing in what was once reserved (131).
MOMENT, AMOUNT, QUERY_ID, ORDER_ID, FEE, TXN_TYPE, ORIGINAL_QUERY_ID, MER_ID, ORIGINAL_ORDER_ID = (
    5,
    7,
    10,
    12,
    16,
    20,
    27,
    28,
    41,
)
#: Consumption and completed pre-authorisation; refund and the cancellations of both. Others move no money.
_KINDS = {"01": "payment", "03": "payment", "04": "refund", "31": "refund", "33": "refund"}


def bill_rows(file_content: str, day: dt.date, mer_id: str = "") -> Iterator[BillRow]:
    """The rows of fileContent; UnreadableBill where it is not what it should be.

    `mer_id`: lines that name another merchant are `foreign`.
    """
    return _rows_in(_archive(file_content), day, mer_id)


def rows_of_file(file: IO[bytes], day: dt.date, mer_id: str = "") -> Iterator[BillRow]:
    """The same of a file: the ZIP itself, or the text that it is packed in."""
    head = file.read(4)
    file.seek(0)
    if head != b"PK\x03\x04":
        text = file.read(MAX_TEXT + 1)
        if len(text) > MAX_TEXT:
            raise UnreadableBill("long_text", limit=MAX_TEXT // 1024**2)
        return bill_rows(text.decode("ascii", "replace").strip(), day, mer_id)
    with readable():
        return _rows_in(zipfile.ZipFile(file), day, mer_id)


def _rows_in(archive: zipfile.ZipFile, day: dt.date, mer_id: str) -> Iterator[BillRow]:
    names = [name for name in archive.namelist() if name.startswith("INN") and name[11:14] == "ZM_"]
    if not names:
        raise UnreadableBill("no_list", shown="INN…ZM_…")
    if any(name[3:9] != f"{day:%y%m%d}" for name in names):
        raise UnreadableBill("other_day")
    check_sizes(archive, names)
    return _rows(archive, names, day, mer_id)


def _archive(file_content: str) -> zipfile.ZipFile:
    try:
        packed = base64.b64decode(file_content, validate=True)
        return zipfile.ZipFile(io.BytesIO(inflate(packed, MAX_PACKED)))
    except (ValueError, zlib.error, zipfile.BadZipFile) as error:  # ValueError: no base64, or beyond ASCII
        raise UnreadableBill("damaged") from error


def _rows(archive: zipfile.ZipFile, names: list[str], day: dt.date, mer_id: str) -> Iterator[BillRow]:
    for name in names:
        with readable(), archive.open(name) as file:
            for number, line in enumerate(lines(file), 1):
                with readable_line(number, name):
                    row = _row(columns(line), day, mer_id) if line.strip() else None
                if row is not None:
                    yield row


def columns(line: bytes) -> dict[int, str]:
    """Column number → text without its padding."""
    cells, start = {}, 0
    for number, width in enumerate(WIDTHS, 1):
        cells[number] = line[start : start + width].decode("gbk", "replace").strip()
        start += width + 1
    return cells


def _row(cells: dict[int, str], day: dt.date, mer_id: str) -> BillRow | None:
    kind = _KINDS.get(cells[TXN_TYPE])
    if kind is None and cells[TXN_TYPE].isdigit():
        return None
    at = nearest_moment(cells[MOMENT], dt.datetime.combine(day, dt.time(12), LOCAL))
    if kind is None:
        raise BadCell("交易类型", cells[TXN_TYPE])
    if at is None:
        raise BadCell("交易传输时间", cells[MOMENT])
    if not cells[QUERY_ID]:
        raise BadCell("系统流水号", "")
    back = kind == "refund"
    return BillRow(
        kind=kind,
        out_trade_no=cells[ORIGINAL_ORDER_ID] if back else cells[ORDER_ID],
        transaction_id=cells[ORIGINAL_QUERY_ID] if back else cells[QUERY_ID],
        amount_fen=cell("交易金额", cells[AMOUNT], _fen),
        at=at,
        out_refund_no=cells[ORDER_ID] if back else "",
        refund_id=cells[QUERY_ID] if back else "",
        fee_fen=cell("商户手续费", cells[FEE], _fee),
        state=cells[TXN_TYPE],
        foreign=bool(mer_id) and cells[MER_ID] not in ("", mer_id),
    )


def _fee(text: str) -> int:
    """D is charged to the merchant, C is given back; ValueError."""
    if not text:
        return 0
    if text[0] not in "CD":
        raise ValueError(text)
    return _fen(text[1:]) if text[0] == "D" else -_fen(text[1:])


def _fen(text: str) -> int:
    if not (text.isascii() and text.isdigit()):
        raise ValueError(text)
    return int(text)


def nearest_moment(text: str, near: dt.datetime) -> dt.datetime | None:
    """MMDDhhmmss in Beijing, in the year that brings it nearest to `near`; None if it is no moment."""
    found = []
    for year in (near.year - 1, near.year, near.year + 1):
        try:
            found.append(dt.datetime.strptime(f"{year}{text}", "%Y%m%d%H%M%S").replace(tzinfo=LOCAL))
        except ValueError:
            continue
    return min(found, key=lambda moment: abs(moment - near), default=None) if len(text) == 10 else None
