"""What every payment channel does, and the ways it can fail. Channels know no models, no database and no clock of ours.

A channel is made from one merchant's configuration (`factory.py`). Every call is idempotent by our own numbers
(`out_trade_no` of an attempt, `out_refund_no` of a refund), has a time-out, and is never made inside a transaction.
Amounts are integer fen; moments are aware datetimes.
"""

import datetime as dt
from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import StrEnum
from typing import IO, Any, Protocol


class PayMethod(StrEnum):
    """How the payer pays. A channel says in `methods` which it offers."""

    MINI_PROGRAM = "mini_program"  # WeChat JSAPI in a mini-program: needs `payer_id` (openid)
    QR_CODE = "qr_code"  # the payer scans what we show (Alipay precreate)
    WAP = "wap"  # a page in the phone's browser
    APP = "app"  # parameters for the provider's own SDK
    COUNTER = "counter"  # cash or a POS slip in front of a clerk
    RECORDED = "recorded"  # a clerk had taken it before anybody asked for it: it is put on the books
    BALANCE = "balance"  # out of an account that we keep


@dataclass(frozen=True, slots=True)
class PrepayRequest:
    """One attempt. `out_trade_no`: 6-32 letters and digits. `notify_url`: https, no query. `attach`: opaque, ≤ 64."""

    out_trade_no: str
    amount_fen: int
    description: str
    expires_at: dt.datetime
    notify_url: str
    method: PayMethod
    started_at: dt.datetime
    payer_id: str = ""
    return_url: str = ""
    client_ip: str = ""
    attach: str = ""


@dataclass(frozen=True, slots=True)
class Prepaid:
    """The channel is ready to take the money.

    `client`: what the payer's app needs, as plain JSON values: for WeChat the five fields of wx.requestPayment, for
    Alipay trade_no, qr_code or a url. `reference`: the channel's prepay id.
    """

    client: Mapping[str, str]
    reference: str = ""


class TradeState(StrEnum):
    """What the channel says of an attempt. NOT_FOUND: it has never heard of it, so nothing can be paid on it yet."""

    UNPAID = "unpaid"
    PAID = "paid"
    CLOSED = "closed"
    REFUNDED = "refunded"  # paid once; some or all of it went back since
    NOT_FOUND = "not_found"


@dataclass(frozen=True, slots=True)
class TradeResult:
    """`amount_fen`, `transaction_id`, `paid_at`, `payer_id` are known once paid. `raw`: what was said, no secret."""

    state: TradeState
    out_trade_no: str
    amount_fen: int = 0
    currency: str = "CNY"
    transaction_id: str = ""
    paid_at: dt.datetime | None = None
    payer_id: str = ""
    raw: Mapping[str, Any] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class RefundRequest:
    """`total_fen` is the whole amount of the attempt. The same `out_refund_no` refunds once, whatever is repeated.

    `started_at`: the refund's own, the same in every repetition and query of it; `paid_at`: the attempt's.
    """

    out_trade_no: str
    transaction_id: str
    out_refund_no: str
    amount_fen: int
    total_fen: int
    reason: str
    notify_url: str
    paid_at: dt.datetime
    started_at: dt.datetime


class RefundState(StrEnum):
    """PROCESSING: accepted, which is not succeeded. FAILED: will not come about under this number by itself.

    NOT_FOUND: the channel has never heard of it, so the same number may be sent again.
    """

    PROCESSING = "processing"
    SUCCEEDED = "succeeded"
    FAILED = "failed"
    NOT_FOUND = "not_found"


@dataclass(frozen=True, slots=True)
class RefundResult:
    """`reissue_same_number`: after FAILED, whether the same number may be sent again (else a new one is needed)."""

    state: RefundState
    out_refund_no: str
    amount_fen: int = 0
    refund_id: str = ""
    succeeded_at: dt.datetime | None = None
    code: str = ""
    reissue_same_number: bool = True
    raw: Mapping[str, Any] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Notification:
    """A verified push. Exactly one of `trade` and `refund` is set. `key`: equal for repetitions of the same push.

    `confirm`: the provider asks to query before money is booked (UnionPay).
    """

    key: str
    trade: TradeResult | None = None
    refund: RefundResult | None = None
    confirm: bool = False


@dataclass(frozen=True, slots=True)
class Acknowledgement:
    """What the provider wants to hear, byte for byte."""

    status: int
    body: bytes = b""
    content_type: str = "application/json"


@dataclass(frozen=True, slots=True)
class BillRow:
    """One line of a channel's bill. `kind`: payment or refund; `out_refund_no` and `refund_id` for refunds only.

    Amounts are positive fen in both kinds; `fee_fen` is the provider's charge, negative where it is given back.
    `foreign`: the line names another merchant.
    """

    kind: str
    out_trade_no: str
    transaction_id: str
    amount_fen: int
    at: dt.datetime | None = None
    out_refund_no: str = ""
    refund_id: str = ""
    fee_fen: int = 0
    state: str = ""
    foreign: bool = False


@dataclass(frozen=True, slots=True)
class ChannelBill:
    """A day's bill: rows as an iterator, so that a million of them need no memory.

    `rows` may be read once. `payments_fen`, `refunds_fen`, `fees_fen` are None when the file has no such total.
    `starts_at` to `ends_at`: what the provider calls that day; None for the calendar day in Asia/Shanghai.
    """

    day: dt.date
    rows: Any  # Iterator[BillRow]
    payments_fen: int | None = None
    refunds_fen: int | None = None
    starts_at: dt.datetime | None = None
    ends_at: dt.datetime | None = None
    fees_fen: int | None = None


class PaymentChannel(Protocol):
    """One provider with one merchant's keys. Methods raise ChannelError and nothing else."""

    code: str
    methods: frozenset[PayMethod]

    def prepay(self, request: PrepayRequest) -> Prepaid:
        """Safe to repeat with identical values."""

    def query(self, out_trade_no: str, *, started_at: dt.datetime) -> TradeResult:
        """`started_at`: the attempt's, which some providers need to find it."""

    def close(self, out_trade_no: str, *, started_at: dt.datetime, expires_at: dt.datetime) -> TradeResult:
        """After CLOSED or NOT_FOUND nobody can pay it; PAID when somebody was faster. Re-entrant.

        `expires_at`: as told to `prepay`. A provider that cannot close (UnionPay) says UNPAID until then: ask again.
        """

    def refund(self, request: RefundRequest) -> RefundResult:
        """Ask for money to go back. A time-out is a TemporaryChannelError with `outcome_unknown`."""

    def query_refund(self, request: RefundRequest) -> RefundResult:
        """What became of it."""

    def parse_notification(
        self, *, headers: Mapping[str, str], body: bytes, now: dt.datetime
    ) -> Notification | None:
        """Verify and read a push; header names are lower-case. None: genuine, but nothing to do (answer it nicely).

        `now`: the machine's time, which the provider's time stamp is compared with, not a clock that can be moved.
        Raises InvalidNotification when it is forged, stale or not for this merchant.
        """

    def acknowledge(self, *, accepted: bool, message: str = "") -> Acknowledgement:
        """The answer to a push: taken, or not (the provider will try again).

        A refusal is 4xx: whoever has forged a push is no failure of ours, which is what 5xx means to those who watch.
        """

    def download_bill(self, day: dt.date) -> ChannelBill:
        """Raises BillNotReady while the provider is still making it; a day without trade has no rows."""

    def read_bill(self, day: dt.date, file: IO[bytes]) -> ChannelBill:
        """The bill as a file that people took from the provider's own pages; UnreadableBill where it can't be read."""


class ChannelError(Exception):
    """`code` is the provider's, or ours: timeout, connection, http_500, bad_reply, bad_signature."""

    def __init__(self, code: str, detail: str = "") -> None:
        super().__init__(f"{code}: {detail}".rstrip(": "))
        self.code, self.detail = code, detail


class TemporaryChannelError(ChannelError):
    """Try again with the same numbers. `outcome_unknown`: it may have taken effect all the same: query first."""

    def __init__(self, code: str, detail: str = "", *, outcome_unknown: bool = False) -> None:
        super().__init__(code, detail)
        self.outcome_unknown = outcome_unknown


class PermanentChannelError(ChannelError):
    """The same call fails again."""


class UnreadableBill(PermanentChannelError):
    """A bill that can't be read. `reason`: the code of why, with words in reconciliation; `where`: what they name."""

    def __init__(self, reason: str, **where: str | int) -> None:
        told = {name: _printable(said) if isinstance(said, str) else said for name, said in where.items()}
        super().__init__("bad_bill", " ".join([reason, *(f"{name}={said}" for name, said in told.items())]))
        self.reason, self.where = reason, told


def _printable(text: str) -> str:
    return "".join(letter if letter.isprintable() else "\ufffd" for letter in text)


class InvalidNotification(ChannelError):
    """Forged, stale, tampered with, or somebody else's."""


class Senseless(InvalidNotification):
    """Genuine, but it can't be what it says: kept as it came, thanked for once, and not believed."""


class BillNotReady(TemporaryChannelError):
    """Ask again later."""


class NotSupported(PermanentChannelError):
    """The channel has no such operation (counter channels have no bill)."""

    def __init__(self, operation: str) -> None:
        super().__init__("not_supported", operation)
