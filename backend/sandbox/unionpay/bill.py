"""The file of a settlement day: base64(zlib(zip)) of fixed-width GBK lines, one blank between the columns.

Widths are bytes. Only what came about is in it. The layout is that of the ZM file in UnionPay's file interface
specification; how the notes to its columns 1 and 16 read is guessed.
"""

import base64
import io
import zipfile
import zlib
from collections.abc import Iterable
from datetime import datetime

from sandbox.clock import Clock
from sandbox.trading.bill_faults import PlantedFault, PlantedFaults
from sandbox.unionpay.settings import UnionPaySettings
from sandbox.unionpay.transactions import CONSUME, Transaction

WIDTHS = (
    3, 11, 11, 6, 10, 19, 12, 4, 2, 21, 2, 32, 2, 6, 10, 13, 13, 4, 15, 2, 2, 6, 2, 4, 32, 1, 21, 15, 1, 15, 32, 13, 13,
    8, 32, 13, 13, 12, 2, 1, 131,
)  # fmt: skip
#: Column 1 by transaction type.
CODES = {"01": "S22", "04": "S30", "31": "S31"}


def line(columns: dict[int, str]) -> bytes:
    """One line; columns count from 1, what is too long is cut at whole characters."""
    cells = []
    for number, width in enumerate(WIDTHS, 1):
        cell = columns.get(number, "").encode("gbk", "replace")
        cells.append(cell[:width].decode("gbk", "ignore").encode("gbk").ljust(width))
    return b" ".join(cells) + b"\r\n"


class BillMaker:
    def __init__(self, clock: Clock) -> None:
        self._clock = clock
        self.faults = PlantedFaults("drop", "double", "amount", "add", "foreign", "later_day", "cut")

    def file_content(
        self, day: datetime, transactions: Iterable[Transaction], settings: UnionPaySettings
    ) -> str:
        """fileContent of the day that ended at 23:00."""
        name = f"INN{day:%y%m%d}88"
        packed = io.BytesIO()
        with zipfile.ZipFile(packed, "w", zipfile.ZIP_DEFLATED) as archive:
            with archive.open(f"{name}ZM_{settings.mer_id}", "w") as file:
                for columns in self._planted(transactions, settings):
                    file.write(line(columns))
            archive.writestr(f"{name}ZME_{settings.mer_id}", b"")
        sent = zlib.compress(packed.getvalue())
        return base64.b64encode(sent[: len(sent) // 2] if self.faults.has("cut") else sent).decode()

    def _planted(
        self, transactions: Iterable[Transaction], settings: UnionPaySettings
    ) -> list[dict[int, str]]:
        """The lines as the file has them."""
        rows = (self._columns(transaction, settings) for transaction in transactions)
        return self.faults.planted(rows, number=lambda row: row[12], changed=_changed, stranger=_stranger)

    def _columns(self, transaction: Transaction, settings: UnionPaySettings) -> dict[int, str]:
        request, fee = transaction.request, settings.fee(transaction.amount_fen)
        coming_in = transaction.txn_type == CONSUME
        settled = transaction.amount_fen - fee
        columns = {
            1: CODES[transaction.txn_type],
            2: "00049992",
            3: "00049993",
            4: transaction.query_id[-6:],
            5: self._moment(transaction.at),
            6: transaction.trade.payer or "622155******0000",
            7: f"{transaction.amount_fen:012d}",
            8: "8062",
            9: request["channelType"],
            10: transaction.query_id,
            12: request["orderId"],
            13: "01",
            16: _signed("D" if coming_in else "C", fee),
            17: _signed("C" if coming_in else "D", settled),
            18: "0001",
            20: transaction.txn_type,
            21: request["txnSubType"],
            22: request["bizType"],
            23: "01",
            26: "0",
            28: settings.mer_id,
            31: settings.merchant_name,
            33: _signed("C" if coming_in else "D", settled),
            35: request.get("reqReserved", ""),
        }
        return columns if coming_in else columns | self._of_original(transaction)

    def _of_original(self, transaction: Transaction) -> dict[int, str]:
        trade = transaction.trade
        return {
            14: trade.transaction_id[-6:],
            15: self._moment(trade.paid_at or trade.created_at),
            27: trade.transaction_id,
            41: trade.request["orderId"],
        }

    def _moment(self, at: float) -> str:
        return self._clock.shanghai(at).strftime("%m%d%H%M%S")


def _changed(row: dict[int, str], rule: PlantedFault) -> dict[int, str]:
    return row | ({28: "999999999999999"} if rule.kind == "foreign" else {7: f"{rule.fen:012d}"})


def _stranger(row: dict[int, str], rule: PlantedFault) -> dict[int, str]:
    """A payment that nobody knows."""
    made = {number: cell for number, cell in row.items() if number not in (14, 15, 27, 41)}
    return made | {
        1: CODES["01"], 7: f"{rule.fen:012d}", 10: f"9{rule.number[-8:]:0>20}", 12: rule.number, 16: _signed("D", 0),
        20: "01",
    }  # fmt: skip


def _signed(sign: str, amount_fen: int) -> str:
    return f"{sign}{amount_fen:012d}"
