"""Whom we reconcile with. A kind of counterparty is a declaration; what is done with it is done by one engine."""

import datetime as dt
from abc import ABC, abstractmethod
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from typing import IO, Any, ClassVar, NamedTuple
from uuid import UUID

from apps.identity.models import Hospital
from apps.payments.services.ledger import Account as LedgerAccount
from apps.payments.services.reconciling import Looked
from apps.payments.types import MerchantAccount
from apps.reconciliation.models import (
    Action,
    CounterpartyKind,
    Difference,
    ReconciliationRun,
    SuppliedBill,
)
from apps.reconciliation.settings import PENDING_DAYS


class Line(NamedTuple):
    """A row of their bill. `direction`: in or out; `key`: our number of it, else theirs; `amount_fen` >= 0.

    `state`: done, processing, or failed for what has moved no money. `foreign`: it is somebody else's.
    """

    direction: str
    key: str
    reference: str
    amount_fen: int
    fee_fen: int = 0
    at: dt.datetime | None = None
    state: str = "done"
    foreign: bool = False


@dataclass(slots=True)
class Statement:
    """Their bill of a day; `rows` is read once. What it does not state is None; no window: the calendar day.

    `states_failed`: its totals count what has failed, too. `is_of_its_window`: nothing in it says its day but the
    moments of its lines.
    """

    rows: Iterator[Line]
    stated_in_fen: int | None = None
    stated_out_fen: int | None = None
    stated_fees_fen: int | None = None
    starts_at: dt.datetime | None = None
    ends_at: dt.datetime | None = None
    states_failed: bool = True
    is_of_its_window: bool = False


@dataclass(frozen=True, slots=True)
class Account:
    """What has a bill of its own each day. `account_id` tells it from others of the kind at that hospital."""

    hospital_id: UUID
    account_id: UUID
    name: str
    channel: str = ""
    merchant: MerchantAccount | None = None

    @classmethod
    def of(cls, row: ReconciliationRun | SuppliedBill) -> "Account":
        """Whose day a run or a bill is about."""
        channel = row.merchant.channel if row.merchant else ""
        return cls(row.hospital_id, row.account_id, row.account_name, channel, row.merchant)


class Counterparty(ABC):
    """One kind. Methods that ask somebody are called outside transactions and raise ChannelError, nothing else."""

    code: ClassVar[CounterpartyKind]
    #: How people may settle its differences.
    actions: ClassVar[frozenset[Action]]
    #: Its lines have our numbers: of a long bill at least one is known here, or it is somebody else's.
    has_our_numbers: ClassVar[bool] = False
    #: Its bill is waited for; else a run begins with a bill, and without a good one keeps no day open.
    is_waited_for: ClassVar[bool] = True

    #: More than so many is no day with differences but a bill of something else.
    max_differences: ClassVar[int] = 50_000

    @abstractmethod
    def accounts(self) -> Iterable[Account]:
        """Those that are reconciled every day."""

    @abstractmethod
    def owing(self, hospital_id: UUID, day: dt.date) -> Iterable[Account]:
        """Those of a hospital without whose result that day is not closed."""

    @abstractmethod
    def fetch(self, run: ReconciliationRun) -> Statement:
        """Ask for the bill of the run's day. BillNotReady while there is none."""

    @abstractmethod
    def read(self, run: ReconciliationRun, file: IO[bytes]) -> Statement:
        """Their bill as a file that somebody has handed in; BadBill says where it is none, also while it is read."""

    @abstractmethod
    def ours(self, run: ReconciliationRun) -> tuple[str, Mapping[str, Any]]:
        """A statement of our side within the run's window, with its values.

        (direction, key, reference, amount_fen, at, state, subject_id, order_id)
        """

    @abstractmethod
    def examine(self, difference: Difference) -> Looked:
        """Ask about a difference, or set their side right where a rule says how; before people are asked."""

    @abstractmethod
    def holding(self, difference: Difference) -> LedgerAccount | None:
        """The account of the ledger that stands for what they hold of ours; None: no money of ours lies there."""

    def pending_days(self, hospital: Hospital) -> int:
        """How many days what only one side has may yet come."""
        return PENDING_DAYS.of(hospital)

    def has_bills(self, account: Account) -> bool:
        """Whether anybody has bills of the account."""
        return True

    def allows(self, difference: Difference, action: Action) -> bool:
        """Whether that can be done about it at all, beyond what `actions` and its kind say."""
        return True

    def is_asked(self, run: ReconciliationRun) -> bool:
        """Whether the bill is fetched; else somebody hands it in."""
        return True


class BadBill(Exception):
    """A file that is no such bill. `findings`: {code, line?, column?, cell?, shown?} of everything that is wrong."""

    def __init__(self, findings: list[dict[str, Any]]) -> None:
        super().__init__(", ".join(str(found["code"]) for found in findings[:3]))
        self.findings = findings
