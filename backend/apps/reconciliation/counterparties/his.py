"""HIS beside what it was told: payments and refunds of all applications, each under our number (level 4)."""

import datetime as dt
from collections.abc import Iterator, Mapping
from typing import IO, Any, ClassVar
from uuid import UUID

from apps.identity.his import his_of
from apps.identity.models import Hospital
from apps.payments.channels.base import BillNotReady, PermanentChannelError, TemporaryChannelError
from apps.payments.fragments import HIS_MOVEMENTS
from apps.payments.ports import HisRefused, HisUnavailable
from apps.payments.services import reconciling_his
from apps.payments.services.reconciling import Looked
from apps.reconciliation.counterparties.base import Account, Counterparty, Line, Statement
from apps.reconciliation.counterparties.own_form import read_own_form
from apps.reconciliation.models import (
    Action,
    CounterpartyKind,
    Difference,
    DifferenceKind,
    Direction,
    ReconciliationRun,
)
from apps.reconciliation.ports import DAY_BILL, HisBillRow, HisBills
from apps.reconciliation.settings import HIS_BILL

NOT_READY = "BILL_NOT_READY"
_OURS = f"""
SELECT m.direction, m.key, m.reference, m.amount_fen, m.at, m.state, m.id, m.order_id
  FROM ({HIS_MOVEMENTS}) AS m
  WHERE m.hospital_id = %(hospital)s AND m.at >= %(starts_at)s AND m.at < %(ends_at)s
"""  # noqa: S608 - a fragment of ours


class HisCounterparty(Counterparty):
    """A hospital's HIS, where it is not ourselves."""

    code: ClassVar[CounterpartyKind] = CounterpartyKind.HIS
    actions: ClassVar[frozenset[Action]] = frozenset(
        {
            Action.WRITE_OFF, Action.LINK, Action.CARRY_FORWARD, Action.VOID_TEST, Action.TELL_HIS, Action.WITHDRAW_HIS,
        }
    )  # fmt: skip
    has_our_numbers: ClassVar[bool] = True

    def accounts(self) -> Iterator[Account]:
        """Of every hospital that has one."""
        for hospital in Hospital.objects.filter(is_active=True).order_by("pk"):
            if _has_bills(hospital):
                yield account_of(hospital)

    def owing(self, hospital_id: UUID, day: dt.date) -> Iterator[Account]:
        """Where HIS was told of anything on that day."""
        hospital = Hospital.objects.get(pk=hospital_id)
        if _has_bills(hospital) and reconciling_his.his_was_told(hospital_id, day):
            yield account_of(hospital)

    def has_bills(self, account: Account) -> bool:
        """Not where we are HIS ourselves, nor where it is switched off."""
        return _has_bills(Hospital.objects.get(pk=account.hospital_id))

    def allows(self, difference: Difference, action: Action) -> bool:
        """HIS can only forget a payment of ours, of which no money is here."""
        if action != Action.WITHDRAW_HIS:
            return True
        incoming = difference.direction == Direction.IN
        return incoming and reconciling_his.is_over(difference.hospital_id, difference.key)

    def is_asked(self, run: ReconciliationRun) -> bool:
        """By the hospital's setting."""
        return HIS_BILL.of(run.hospital) == "fetched"

    def fetch(self, run: ReconciliationRun) -> Statement:
        """By its contract, page by page; where HIS puts it here itself, there is nothing to ask."""
        asked: HisBills | None = his_of(run.hospital).find(DAY_BILL) if self.is_asked(run) else None
        if asked is None:
            raise BillNotReady("waits_to_be_supplied")
        try:
            bill = asked.day_bill(run.business_date)
        except HisUnavailable as error:
            raise TemporaryChannelError("his_unavailable", str(error)) from error
        except HisRefused as refusal:
            if refusal.code == NOT_READY:
                raise BillNotReady(refusal.code, refusal.text) from refusal
            raise PermanentChannelError(refusal.code, refusal.text) from refusal
        return Statement(_lines(bill.rows), bill.payments_fen, bill.refunds_fen, states_failed=False)

    def read(self, run: ReconciliationRun, file: IO[bytes]) -> Statement:
        """In the form of our own bill."""
        return read_own_form(file, day=run.business_date, hospital_code=run.hospital.code)

    def ours(self, run: ReconciliationRun) -> tuple[str, Mapping[str, Any]]:
        """What is posted, and refunds of which HIS took note."""
        return _OURS, {"hospital": run.hospital_id, "starts_at": run.starts_at, "ends_at": run.ends_at}

    def examine(self, difference: Difference) -> Looked:
        """What HIS lacks it is told again; what went back meanwhile it is told to forget."""
        call = _CALLS[_lacks(difference), difference.direction]
        if difference.action == Action.WITHDRAW_HIS:
            call = reconciling_his.withdraw_payment_of_his
        try:
            return call(difference.hospital_id, difference.key)
        except HisUnavailable as error:
            raise TemporaryChannelError("his_unavailable", str(error)) from error
        except HisRefused as refusal:
            return Looked(is_ours=True, said=refusal.code)

    def holding(self, difference: Difference) -> None:
        """No money of ours lies with HIS."""


_CALLS = {
    (True, Direction.IN.value): reconciling_his.tell_payment_again,
    (True, Direction.OUT.value): reconciling_his.tell_refund_again,
    (False, Direction.IN.value): reconciling_his.look_at_payment_of_his,
    (False, Direction.OUT.value): reconciling_his.look_at_refund_of_his,
}


def account_of(hospital: Hospital) -> Account:
    """The hospital's."""
    return Account(hospital.pk, hospital.pk, f"HIS {hospital.name}"[:80])


def _has_bills(hospital: Hospital) -> bool:
    return HIS_BILL.of(hospital) != "off" and not his_of(hospital).is_embedded


def _lacks(difference: Difference) -> bool:
    """Whether HIS is to be told."""
    if difference.action:
        return difference.action == Action.TELL_HIS
    return difference.kind == DifferenceKind.MISSING_THEIRS


def _lines(rows: Iterator[HisBillRow]) -> Iterator[Line]:
    try:
        for row in rows:
            out = row.kind == "refund"
            yield Line(
                Direction.OUT if out else Direction.IN, row.refund_no if out else row.order_no, row.his_no,
                row.amount_fen, at=row.at, state="failed" if row.is_withdrawn else "done",
            )  # fmt: skip
    except HisUnavailable as error:
        raise TemporaryChannelError("his_unavailable", str(error)) from error
    except HisRefused as refusal:
        raise TemporaryChannelError(refusal.code, refusal.text) from refusal
