"""Several at once, over real connections: a balance is spent once, a key is posted once, nobody waits in a circle."""

import random
from collections import Counter
from functools import partial

import pytest

from apps.identity.models import Hospital
from apps.payments.errors import InsufficientBalance, LedgerConflict
from apps.payments.models import LedgerAccount, LedgerBalance, LedgerEntry, LedgerTransaction
from apps.payments.services.ledger import Account, AccountKind
from apps.payments.services.verify_ledger import verify_ledger
from tests.payments.ledger_support import CARD, CASH, REVENUE, UNPOSTED, WECHAT, held, make_hospital, move
from tests.scheduling.support import at_once

pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.requirement("PAY-09")]


@pytest.fixture
def hospital(transactional_db: None) -> Hospital:
    return make_hospital()


def kinds_of(results: list[object]) -> Counter[str]:
    return Counter(type(result).__name__ for result in results)


def test_exactly_the_balance_of_a_card_can_be_spent_by_many_at_once(hospital: Hospital) -> None:
    move(hospital, CASH, CARD, 1000)
    results = at_once([partial(move, hospital, CARD, REVENUE, 70) for _ in range(40)])
    assert kinds_of(results) == {"LedgerTransaction": 14, "InsufficientBalance": 26}
    assert (held(hospital, CARD), held(hospital, REVENUE)) == (20, 980)
    assert verify_ledger().ok, "never below zero on the way either"


def test_the_same_posting_by_many_at_once_is_made_once(hospital: Hospital) -> None:
    for key, account in (("new accounts", CARD), ("known accounts", CARD)):
        results = at_once([partial(move, hospital, WECHAT, account, 500, key=key) for _ in range(16)])
        assert len({getattr(result, "pk", result) for result in results}) == 1, results
    assert LedgerTransaction.objects.count() == 2
    assert held(hospital, CARD) == 1000


def test_the_same_spending_by_many_at_once_is_made_once_and_told_to_all(hospital: Hospital) -> None:
    move(hospital, WECHAT, CARD, 500)
    results = at_once([partial(move, hospital, CARD, REVENUE, 500, key="spent") for _ in range(16)])
    assert len({getattr(result, "pk", result) for result in results}) == 1, results
    assert held(hospital, CARD) == 0


def test_two_different_postings_of_one_key_at_once_are_one_and_a_conflict(hospital: Hospital) -> None:
    results = at_once([partial(move, hospital, WECHAT, CARD, fen, key="k") for fen in range(1, 17)])
    assert kinds_of(results) == {"LedgerTransaction": 1, "LedgerConflict": 15}
    assert held(hospital, CARD) == LedgerEntry.objects.get(amount_fen__gt=0).amount_fen


def test_an_account_that_many_need_first_at_once_is_made_once(hospital: Hospital) -> None:
    results = at_once([partial(move, hospital, WECHAT, UNPOSTED, 1) for _ in range(16)])
    assert kinds_of(results) == {"LedgerTransaction": 16}
    assert LedgerAccount.objects.count() == 2
    assert held(hospital, WECHAT) == 16


def test_payments_of_one_channel_at_once_do_not_share_a_row(hospital: Hospital) -> None:
    move(hospital, WECHAT, UNPOSTED, 1)
    at_once([partial(move, hospital, WECHAT, UNPOSTED, 1) for _ in range(64)])
    touched = LedgerBalance.objects.filter(account__kind=AccountKind.CLEARING).exclude(balance_fen=0)
    assert touched.count() > 1
    assert held(hospital, WECHAT) == 65


def test_movements_between_cards_in_any_direction_at_once_do_not_wait_in_a_circle(hospital: Hospital) -> None:
    cards = [Account(AccountKind.CARD_BALANCE, f"card-{n}") for n in range(4)]
    for card in cards:
        move(hospital, CASH, card, 1000)
    chance = random.Random(5)
    pairs = [chance.sample(cards, 2) for _ in range(120)]
    results = at_once([partial(move, hospital, a, b, chance.randint(1, 600)) for a, b in pairs])
    assert set(kinds_of(results)) <= {"LedgerTransaction", "InsufficientBalance"}
    assert sum(held(hospital, card) for card in cards) == 4000
    assert all(isinstance(r, (LedgerTransaction, InsufficientBalance, LedgerConflict)) for r in results)
    assert verify_ledger().ok
