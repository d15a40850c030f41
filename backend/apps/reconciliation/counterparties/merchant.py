"""渠道商户: a merchant account beside the provider's bill of its day (level 1)."""

import datetime as dt
from collections.abc import Iterable, Iterator, Mapping
from typing import IO, Any, ClassVar
from uuid import UUID

from apps.payments.channels.base import BillRow, ChannelBill, PermanentChannelError, UnreadableBill
from apps.payments.fragments import CHANNEL_MOVEMENTS
from apps.payments.services.ledger import Account as LedgerAccount
from apps.payments.services.reconciling import (
    Looked,
    bill_in,
    bill_of,
    gives_bills,
    look_at_payment,
    look_at_refund,
    merchants_with_bills,
    took_money,
)
from apps.payments.types import AccountKind, MerchantAccount
from apps.reconciliation.counterparties.base import Account, BadBill, Counterparty, Line, Statement
from apps.reconciliation.models import Action, CounterpartyKind, Difference, Direction, ReconciliationRun
from kernel import clock

#: What becomes of a refund in the words of the providers' bills; whatever else stands there has moved money.
_FAILED = frozenset({"FAIL", "CHANGE", "CLOSED", "REFUNDCLOSE"})
#: The window is the counterparty's day, which need not be ours.
_OURS = f"""
SELECT m.direction, m.key, m.reference, m.amount_fen, m.at, m.state, m.id, m.order_id
  FROM ({CHANNEL_MOVEMENTS}) AS m
  WHERE m.hospital_id = %(hospital)s AND m.merchant_id = %(account)s
    AND m.at >= %(starts_at)s AND m.at < %(ends_at)s
"""  # noqa: S608 - a fragment of ours


def account_of(merchant: MerchantAccount) -> Account:
    """The merchant's, as the engine knows accounts."""
    return Account(merchant.hospital_id, merchant.pk, merchant.name, merchant.channel, merchant)


class Merchant(Counterparty):
    """A channel's account of ours."""

    code: ClassVar[CounterpartyKind] = CounterpartyKind.MERCHANT
    actions: ClassVar[frozenset[Action]] = frozenset(
        {Action.WRITE_OFF, Action.TAKE_UP, Action.LINK, Action.CARRY_FORWARD, Action.VOID_TEST}
    )

    def accounts(self) -> Iterable[Account]:
        """Those at providers that give bills."""
        return map(account_of, merchants_with_bills())

    def owing(self, hospital_id: UUID, day: dt.date) -> Iterator[Account]:
        """One that was not in use on that day, and by which nothing was paid, has no bill of it."""
        end = clock.local(day + dt.timedelta(days=1), dt.time())
        for merchant in merchants_with_bills():
            in_use = merchant.is_active and merchant.created_at < end
            if merchant.hospital_id == hospital_id and (in_use or took_money(merchant, day)):
                yield account_of(merchant)

    def has_bills(self, account: Account) -> bool:
        """A channel at a counter gives none."""
        return account.merchant is not None and gives_bills(account.merchant)

    def fetch(self, run: ReconciliationRun) -> Statement:
        """From the provider."""
        return _statement(bill_of(_merchant(run), run.business_date))

    def read(self, run: ReconciliationRun, file: IO[bytes]) -> Statement:
        """The file that the provider's own pages give."""
        try:
            found = _statement(bill_in(_merchant(run), run.business_date, file))
        except PermanentChannelError as error:
            raise bad_bill(error) from error
        found.rows, found.is_of_its_window = _told(found.rows), True
        return found

    def ours(self, run: ReconciliationRun) -> tuple[str, Mapping[str, Any]]:
        """Attempts that were paid and refunds that were accepted."""
        return _OURS, {
            "hospital": run.hospital_id, "account": run.account_id, "starts_at": run.starts_at, "ends_at": run.ends_at,
        }  # fmt: skip

    def examine(self, difference: Difference) -> Looked:
        """The provider says what it knows by our number, and that is recorded by the rules of every payment."""
        ask = look_at_payment if difference.direction == Direction.IN else look_at_refund
        return ask(difference.run.account_id, difference.key)

    def holding(self, difference: Difference) -> LedgerAccount:
        """What the channel has taken for us."""
        return LedgerAccount(AccountKind.CLEARING, difference.channel)


def _told(rows: Iterator[Line]) -> Iterator[Line]:
    """The rows; what is wrong with one of them is told to people."""
    try:
        yield from rows
    except PermanentChannelError as error:
        raise bad_bill(error) from error


def bad_bill(error: PermanentChannelError) -> BadBill:
    """What a channel's reader says of a file, as people are told it; the number of the line where it says one."""
    if not isinstance(error, UnreadableBill):
        return BadBill([{"code": "not_the_channels"}])
    row = {"row": error.where["line"]} if "line" in error.where else {}
    return BadBill([{"code": error.reason, **error.where, **row}])


def _merchant(run: ReconciliationRun) -> MerchantAccount:
    merchant: MerchantAccount | None = run.merchant
    if merchant is None:
        raise PermanentChannelError("no_merchant")
    return merchant


def _statement(bill: ChannelBill) -> Statement:
    return Statement(
        map(_line, bill.rows),
        bill.payments_fen,
        bill.refunds_fen,
        bill.fees_fen,
        bill.starts_at,
        bill.ends_at,
    )


def _line(row: BillRow) -> Line:
    out = row.kind == "refund"
    failed = out and row.state in _FAILED
    return Line(
        Direction.OUT if out else Direction.IN,
        (row.out_refund_no if out else row.out_trade_no) or row.refund_id or row.transaction_id,
        row.refund_id if out else row.transaction_id,
        row.amount_fen,
        row.fee_fen,
        row.at,
        "failed" if failed else "processing" if row.state == "PROCESSING" else "done",
        row.foreign,
    )
