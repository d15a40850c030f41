"""Four kinds of prepaid accounts, whatever happens to them: lots, ledger and statement agree to the fen."""

import datetime as dt
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any
from uuid import uuid4

import pytest
from django.db import connection, transaction
from hypothesis import settings as hypothesis_settings, strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, invariant, rule, run_state_machine_as_test

from apps.identity.models import Hospital
from apps.payments.errors import InsufficientBalance
from apps.payments.services import ledger
from apps.payments.services.ledger import Account, AccountKind, Movement
from apps.prepaid.models import HoldState, LotPart, PrepaidHold, PrepaidLot
from apps.prepaid.selectors import balance_of, statement
from apps.prepaid.services import engine, holds
from kernel import clock
from tests.support.effort import examples
from tests.support.world import World

pytestmark = [pytest.mark.requirement("PAY-07"), pytest.mark.django_db]

CASH, REVENUE = Account(AccountKind.CLEARING, "cash"), Account(AccountKind.REVENUE)
SINGLE = (Account(AccountKind.CARD_BALANCE, "card"), Account(AccountKind.INPATIENT_DEPOSIT, "stay"))
LOTS = (Account(AccountKind.STORED_VALUE, "customer"), Account(AccountKind.BOOKING_DEPOSIT, "deposit"))
ALL = SINGLE + LOTS
FEN = st.integers(1, 5_000)
NOW = dt.datetime(2026, 11, 23, tzinfo=dt.UTC)


class Accounts(RuleBasedStateMachine):
    """`paid` is what a till would say: principal that came in less principal and bonus that went out."""

    hospital: Hospital

    def __init__(self) -> None:
        super().__init__()
        self.total = dict.fromkeys(ALL, 0)
        self.promised = dict.fromkeys(ALL, 0)
        self.open: list[PrepaidHold] = []
        self.now = NOW

    @initialize()
    def begin(self) -> None:
        self.hospital_id = type(self).hospital.pk

    @contextmanager
    def attempt(self, account: Account, amount: int) -> Iterator[None]:
        """Whoever asks for more than is free is refused, and nothing changes."""
        with clock.frozen(self.now):
            try:
                with transaction.atomic():
                    yield
                    connection.check_constraints()
                    _settle_checks()
            except InsufficientBalance:
                assert amount > self._usable(account), (account, amount)
                raise _Refused from None

    def _usable(self, account: Account) -> int:
        """The least that must be allowed: free principal."""
        lots = PrepaidLot.objects.filter(account__kind=account.kind, account__owner=account.owner)
        return sum(lot.left_fen - lot.held_fen for lot in lots.filter(part=LotPart.PRINCIPAL))

    @rule(account=st.sampled_from(SINGLE), amount=FEN)
    def others_top_up(self, account: Account, amount: int) -> None:
        with self.attempt(account, 0):
            _post(self.hospital_id, "posted", [Movement(CASH, amount), Movement(account, -amount)])
        self.total[account] += amount

    @rule(account=st.sampled_from(ALL), amount=FEN)
    def others_take_out(self, account: Account, amount: int) -> None:
        try:
            with self.attempt(account, amount):
                _post(
                    self.hospital_id, "refund_decided", [Movement(account, amount), Movement(CASH, -amount)]
                )
        except _Refused:
            return
        self.total[account] -= amount

    @rule(account=st.sampled_from(LOTS), amount=FEN, bonus=st.integers(0, 2_000), days=st.integers(1, 5))
    def recharge(self, account: Account, amount: int, bonus: int, days: int) -> None:
        with self.attempt(account, 0):
            engine.top_up(
                hospital_id=self.hospital_id, account=account, amount_fen=amount, key=uuid4().hex,
                source=uuid4().hex, paid_from=CASH, bonus_fen=bonus,
                bonus_expires_at=self.now + dt.timedelta(days=days),
            )  # fmt: skip
        self.total[account] += amount + bonus

    @rule(account=st.sampled_from(ALL), amount=FEN, principal_only=st.booleans())
    def use(self, account: Account, amount: int, principal_only: bool) -> None:
        key = uuid4().hex
        try:
            for _ in range(2):  # the second time changes nothing
                with self.attempt(account, amount):
                    engine.consume(
                        hospital_id=self.hospital_id, account=account, amount_fen=amount, key=key, to=REVENUE,
                        principal_only=principal_only,
                    )  # fmt: skip
        except _Refused:
            return
        self.total[account] -= amount

    @rule(pair=st.permutations(ALL), amount=FEN)
    def hand_on(self, pair: list[Account], amount: int) -> None:
        source, target = pair[:2]
        try:
            with self.attempt(source, amount):
                engine.transfer(
                    hospital_id=self.hospital_id, source=source, target=target, amount_fen=amount, key=uuid4().hex
                )  # fmt: skip
        except _Refused:
            return
        self.total[source] -= amount
        self.total[target] += amount

    @rule(account=st.sampled_from(ALL), amount=FEN)
    def promise(self, account: Account, amount: int) -> None:
        try:
            with self.attempt(account, amount):
                made = holds.hold(
                    hospital_id=self.hospital_id, account=account, amount_fen=amount, subject_type="test",
                    subject_id=uuid4(),
                )  # fmt: skip
        except _Refused:
            return
        self.open.append(made)
        self.promised[account] += amount

    @rule(use=st.booleans(), number=st.integers(0, 20))
    def end_a_promise(self, use: bool, number: int) -> None:
        if not self.open:
            return
        held = self.open.pop(number % len(self.open))
        account = next(one for one in ALL if str(one.kind) == held.account.kind)
        with self.attempt(account, 0):
            if use:
                holds.consume_hold(held, key=uuid4().hex, to=REVENUE)
            else:
                holds.release(held)
        self.promised[account] -= held.amount_fen
        self.total[account] -= held.amount_fen if use else 0

    @rule(days=st.integers(1, 3))
    def time_passes(self, days: int) -> None:
        self.now += dt.timedelta(days=days)
        for lot in PrepaidLot.objects.filter(expires_at__lte=self.now):
            account = next(one for one in ALL if str(one.kind) == lot.account.kind)
            with self.attempt(account, 0):
                gone = engine.expire_bonus(lot)
            self.total[account] += gone.amount_fen if gone else 0

    @invariant()
    def lots_ledger_and_statement_agree(self) -> None:
        for account in ALL:
            shown = balance_of(self.hospital_id, account)
            total = shown["principal_fen"] + shown["bonus_fen"]
            assert (
                total == self.total[account] == ledger.balance(hospital_id=self.hospital_id, account=account)
            )
            assert shown["held_fen"] == self.promised[account]
            assert sum(row.amount_fen for row in statement(self.hospital_id, account)) == total
        assert not PrepaidLot.objects.filter(part=LotPart.PRINCIPAL, expires_at__isnull=False).exists()
        assert PrepaidHold.objects.filter(state=HoldState.OPEN).count() == len(self.open)


class _Refused(Exception):
    pass


def _settle_checks() -> None:
    with connection.cursor() as cursor:
        cursor.execute("SET CONSTRAINTS ALL IMMEDIATE")
        cursor.execute("SET CONSTRAINTS ALL DEFERRED")


def _post(hospital_id: Any, kind: str, movements: list[Movement]) -> None:
    ledger.post(hospital_id=hospital_id, key=uuid4().hex, kind=kind, movements=movements)


@pytest.mark.thorough
def test_lots_ledger_and_statement_agree_whatever_happens(world: World, all_kinds: None) -> None:
    Accounts.hospital = world.h1
    wanted = hypothesis_settings(max_examples=examples(15), stateful_step_count=25, deadline=None)
    run_state_machine_as_test(_isolated(Accounts), settings=wanted)


def _isolated(kind: type[Accounts]) -> type[Accounts]:
    """Each run of the machine begins with empty accounts."""

    class Isolated(kind):  # type: ignore[misc, valid-type]
        def __init__(self) -> None:
            super().__init__()
            self._savepoint = transaction.savepoint()

        def teardown(self) -> None:
            transaction.savepoint_rollback(self._savepoint)

    return Isolated
