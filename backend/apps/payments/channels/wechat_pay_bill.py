"""WeChat Pay's daily trade bill: downloaded to a temporary file, its hash compared, then read row by row by name."""

import datetime as dt
import hashlib
import io
import tempfile
import zlib
from collections.abc import Iterable, Iterator
from contextlib import closing
from decimal import ROUND_HALF_UP, Decimal
from typing import IO, Any
from urllib.parse import urlsplit

from apps.payments.channels.base import (
    BillNotReady,
    BillRow,
    ChannelBill,
    ChannelError,
    TemporaryChannelError,
    UnreadableBill,
)
from apps.payments.channels.bill_lines import BadCell, cell, readable_line
from apps.payments.channels.wechat_pay_client import WeChatPayClient
from apps.payments.channels.wechat_pay_codes import means
from kernel.clock import LOCAL
from kernel.money import MAX_FEN

LARGEST = 1024**3
TAIL = 4096
BLOCK = 1024 * 1024
_GZIP = b"\x1f\x8b"
#: Old bills have other names for the same column; the first that is there counts.
_AMOUNT = ("订单金额", "总金额")
_REFUND_AMOUNT = ("申请退款金额", "退款金额")
_NEEDED = ("交易时间", "微信订单号", "商户订单号", "交易状态")


def trade_bill(client: WeChatPayClient, day: dt.date, mchid: str) -> ChannelBill:
    """The day's bill; BillNotReady while it is being made."""
    try:
        data = client.get(f"/v3/bill/tradebill?bill_date={day.isoformat()}&bill_type=ALL&tar_type=GZIP")
    except ChannelError as error:
        if means(error, "NO_STATEMENT_EXIST"):
            return ChannelBill(day, iter(()), 0, 0)
        if means(error, "STATEMENT_CREATING"):
            raise BillNotReady(error.code, error.detail) from error
        raise
    url, digest = urlsplit(str(data.get("download_url"))), str(data.get("hash_value")).lower()
    if data.get("hash_type") != "SHA1" or not url.path.startswith("/v3/billdownload/"):
        raise TemporaryChannelError("bad_reply", "download_url")
    # Only the path is taken over: the merchant's signature goes to no other host.
    return read_bill(day, client.file(f"{url.path}?{url.query}"), digest, mchid)


def read_bill(day: dt.date, pieces: Iterable[bytes], digest: str | None, mchid: str = "") -> ChannelBill:
    """The bill in a file that comes in pieces, packed or not. `digest`: SHA1 of the file, hexadecimal; None: unknown.

    `mchid`: lines that name another merchant are `foreign`. Without a digest, totals at its end say that it is whole.
    """
    file = tempfile.TemporaryFile()  # noqa: SIM115 - it lives as long as the rows
    try:
        tail = _unpack(pieces, file, digest)
        file.seek(0)
        lines = io.TextIOWrapper(file, "utf-8-sig", errors="replace")
        names = next(lines, "").strip().split(",")
        _check_names(names)
        totals = _totals(tail)
        if digest is None and None in totals[:2]:
            raise UnreadableBill("cut_off")
    except BadCell as bad:
        file.close()
        raise UnreadableBill("bad_totals", shown=str(bad)) from bad
    except ChannelError:
        file.close()
        raise
    paid, back, fees = totals
    return ChannelBill(day, _rows(lines, names, mchid), paid, back, fees_fen=fees)


def _unpack(pieces: Iterable[bytes], file: IO[bytes], digest: str | None) -> bytes:
    """Write the plain file, and give its end. TemporaryChannelError when it has not arrived whole."""
    sent, plain = _Hashed(), _Hashed()
    try:
        for piece in plain.over(_plain(sent.over(pieces))):
            if plain.size > LARGEST:
                raise UnreadableBill("unpacks_too_large", limit=LARGEST // 1024**2)
            file.write(piece)
    except zlib.error as error:
        if digest is None:
            raise UnreadableBill("cut_off") from error
        raise TemporaryChannelError("bad_reply", "bill cannot be unpacked") from error
    # The documents do not say whether the hash is of the packed or of the plain file.
    if digest is not None and digest not in (plain.sha1.hexdigest(), sent.sha1.hexdigest()):
        raise TemporaryChannelError("bad_reply", "the bill's hash differs")
    return plain.tail


class _Hashed:
    """What has gone by: its hash, its size and its end."""

    def __init__(self) -> None:
        self.sha1, self.size, self.tail = hashlib.sha1(usedforsecurity=False), 0, b""

    def over(self, pieces: Iterable[bytes]) -> Iterator[bytes]:
        for piece in pieces:
            self.sha1.update(piece)
            self.size += len(piece)
            self.tail = (self.tail + piece)[-TAIL:]
            yield piece


def _plain(pieces: Iterable[bytes]) -> Iterator[bytes]:
    unpacker: Any = None
    for number, piece in enumerate(pieces):
        if number == 0 and piece.startswith(_GZIP):
            unpacker = zlib.decompressobj(wbits=31)
        while piece:
            if unpacker is None:
                yield piece
                break
            # A small piece can hold gigabytes of the same letter: never more of it than fits in memory.
            yield unpacker.decompress(piece, 1024 * 1024)
            piece = unpacker.unconsumed_tail
    if unpacker is not None:
        yield unpacker.flush()
        if not unpacker.eof:
            raise zlib.error("cut off")


def _check_names(names: list[str]) -> None:
    missing = [name for name in _NEEDED if name not in names]
    missing += [choice[0] for choice in (_AMOUNT, _REFUND_AMOUNT) if not set(choice) & set(names)]
    if missing:
        raise UnreadableBill("missing_columns", columns="、".join(missing))


def _totals(tail: bytes) -> tuple[int | None, int | None, int | None]:
    """Payments, refunds and fees of the day, from the last two lines."""
    lines = tail.decode("utf-8", "ignore").strip().splitlines()[-2:]
    if len(lines) < 2 or lines[0].startswith("`"):
        return None, None, None
    names, cells = lines[0].split(","), _cells(lines[1])
    totals = dict(zip(names, cells, strict=False)) if len(names) == len(cells) else {}
    paid, back = totals.get("订单总金额", ""), totals.get("申请退款总金额", "")
    fees = totals.get("手续费总金额", "")
    return (
        cell("订单总金额", paid, _fen) if paid else None,
        cell("申请退款总金额", back, _fen) if back else None,
        cell("手续费总金额", fees, _rounded) if fees else None,
    )


def _rows(lines: io.TextIOWrapper, names: list[str], mchid: str) -> Iterator[BillRow]:
    with closing(lines):
        for number, line in enumerate(lines, start=2):
            if not line.startswith("`"):
                return  # the names of the totals
            with readable_line(number, line):
                row = _row(dict(zip(names, _cells(line), strict=True)), mchid)
            yield row


def _cells(line: str) -> list[str]:
    """Every cell has a backtick before it."""
    return [cell.strip() for cell in line.rstrip("\r\n").removeprefix("`").split(",`")]


def _row(row: dict[str, str], mchid: str) -> BillRow:
    refund = row["交易状态"] != "SUCCESS"
    amount = next(name for name in (_REFUND_AMOUNT if refund else _AMOUNT) if name in row)
    return BillRow(
        kind="refund" if refund else "payment",
        out_trade_no=row["商户订单号"],
        transaction_id=row["微信订单号"],
        amount_fen=cell(amount, row[amount], _fen),
        at=cell("交易时间", row["交易时间"], dt.datetime.fromisoformat).replace(tzinfo=LOCAL),
        out_refund_no=row.get("商户退款单号", "") if refund else "",
        refund_id=row.get("微信退款单号", "") if refund else "",
        fee_fen=cell("手续费", row.get("手续费") or "0", _rounded),
        state=row.get("退款状态", "") if refund else row["交易状态"],
        foreign=bool(mchid) and row.get("商户号", mchid) != mchid,
    )


def _fen(yuan: str) -> int:
    """Exactly, or ValueError."""
    fen = _within(yuan)
    if fen != fen.to_integral_value() or fen < 0:
        raise ValueError(f"{yuan[:40]} is not an amount in yuan")
    return int(fen)


def _within(yuan: str) -> Decimal:
    """In fen, as far as there can be money; a short text may name a number that fills the memory."""
    amount = Decimal(yuan)
    if "e" in yuan.lower() or not amount.is_finite() or abs(amount) > MAX_FEN:
        raise ValueError(f"{yuan[:40]} is not an amount in yuan")
    return amount * 100


def _rounded(yuan: str) -> int:
    """Fees are written with five decimals."""
    return int(_within(yuan).to_integral_value(ROUND_HALF_UP))
