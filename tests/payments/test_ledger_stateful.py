"""The ledger beside a model of it, under any order of postings, repetitions and refusals."""

import contextlib
from collections import Counter
from typing import ClassVar
from uuid import uuid4

import pytest
from django.db import transaction
from hypothesis import HealthCheck, settings, strategies as st
from hypothesis.stateful import (
    RuleBasedStateMachine,
    invariant,
    precondition,
    rule,
    run_state_machine_as_test,
)

from apps.identity.models import Hospital
from apps.payments.errors import InsufficientBalance, LedgerConflict
from apps.payments.models import LedgerAccount
from apps.payments.models.ledger import PREPAID
from apps.payments.selectors.ledger import account_statement, trial_balance
from apps.payments.services.ledger import Account, AccountKind, Movement, natural, post
from apps.payments.services.verify_ledger import verify_ledger
from tests.payments.ledger_support import held, make_hospital
from tests.support.effort import examples

ACCOUNTS = (
    Account(AccountKind.CLEARING, "wechat_pay"), Account(AccountKind.UNPOSTED), Account(AccountKind.REVENUE),
    Account(AccountKind.CARD_BALANCE, "a"), Account(AccountKind.CARD_BALANCE, "b"),
    Account(AccountKind.INPATIENT_DEPOSIT, "a"),
)  # fmt: skip
PARTS = st.lists(
    st.tuples(st.sampled_from(ACCOUNTS), st.integers(-900, 900).filter(bool)), min_size=1, max_size=4
)


class Books(RuleBasedStateMachine):
    """What callers may post, in any order."""

    hospital: ClassVar[Hospital]

    def __init__(self) -> None:
        super().__init__()
        self.open = contextlib.ExitStack()
        self.open.enter_context(transaction.atomic())
        self.sums: Counter[Account] = Counter()  # debit positive
        self.posted: dict[str, list[Movement]] = {}

    def teardown(self) -> None:
        transaction.set_rollback(True)
        self.open.close()

    def post(self, key: str, movements: list[Movement]) -> None:
        post(hospital_id=self.hospital.pk, key=key, kind="posted", movements=movements)

    @rule(parts=PARTS, last=st.sampled_from(ACCOUNTS))
    def move(self, parts: list[tuple[Account, int]], last: Account) -> None:
        movements = [Movement(account, fen) for account, fen in parts]
        rest = -sum(fen for _, fen in parts)
        if not rest:
            return
        movements.append(Movement(last, rest))
        after = self.sums.copy()
        for movement in movements:
            after[movement.account] += movement.amount_fen
        touched = {movement.account for movement in movements}
        short = any(account.kind in PREPAID and after[account] > 0 for account in touched)
        key = uuid4().hex
        if short:
            with pytest.raises(InsufficientBalance):
                self.post(key, movements)
            return
        self.post(key, movements)
        self.sums, self.posted[key] = after, movements

    @precondition(lambda self: self.posted)
    @rule(number=st.integers(0, 50), turned=st.booleans())
    def repeat(self, number: int, turned: bool) -> None:
        key = list(self.posted)[number % len(self.posted)]
        movements = self.posted[key]
        self.post(key, movements[::-1] if turned else movements)

    @precondition(lambda self: self.posted)
    @rule(number=st.integers(0, 50), by=st.integers(1, 9))
    def reuse_a_key(self, number: int, by: int) -> None:
        key = list(self.posted)[number % len(self.posted)]
        first, *others, last = self.posted[key]
        more = [
            Movement(first.account, first.amount_fen + by),
            *others,
            Movement(last.account, last.amount_fen - by),
        ]
        if any(movement.amount_fen == 0 for movement in more) or _same(more, self.posted[key]):
            return
        with pytest.raises(LedgerConflict):
            self.post(key, more)

    @invariant()
    def balances_are_those_of_the_model(self) -> None:
        for account in ACCOUNTS:
            assert held(self.hospital, account) == natural(account.kind, self.sums[account])

    @invariant()
    def no_prepaid_account_is_below_zero(self) -> None:
        assert all(held(self.hospital, account) >= 0 for account in ACCOUNTS if account.kind in PREPAID)

    @invariant()
    def the_sides_are_equal(self) -> None:
        rows = trial_balance(LedgerAccount.objects.all())
        assert sum(row["debit_fen"] - row["credit_fen"] for row in rows) == 0

    @invariant()
    def statements_end_where_the_account_stands(self) -> None:
        for account in LedgerAccount.objects.all():
            running = 0
            for entry in reversed(list(account_statement(account))):
                running += entry.amount_fen
                assert entry.after_fen == running
                assert account.kind not in PREPAID or running <= 0

    @invariant()
    def the_proof_succeeds(self) -> None:
        report = verify_ledger()
        assert (report.ok, report.transactions) == (True, len(self.posted)), report.findings


def _same(one: list[Movement], other: list[Movement]) -> bool:
    return Counter(one) == Counter(other)


@pytest.mark.thorough
@pytest.mark.django_db
@pytest.mark.requirement("PAY-09")
def test_the_ledger_is_its_model_whatever_is_posted() -> None:
    Books.hospital = make_hospital()
    run_state_machine_as_test(  # type: ignore[no-untyped-call]
        Books,
        settings=settings(
            max_examples=examples(15),
            stateful_step_count=20,
            deadline=None,
            suppress_health_check=list(HealthCheck),
        ),
    )
