"""赠送过期: what is left of a bonus goes back to the hospital once its time is over, however often somebody looks."""

import datetime as dt
from collections.abc import Iterator

import pytest
from django.db import connection

from apps.payments.models import AccountKind
from apps.payments.services.ledger import Account, balance
from apps.payments.services.verify_ledger import verify_ledger
from apps.prepaid.models import LotPart, MovementKind, PrepaidLot, PrepaidMovement
from apps.prepaid.services import engine, holds
from apps.prepaid.services.expiry import expire_due
from apps.prepaid.tasks import BATCH, sweep_expired_bonuses
from kernel import clock
from tests.support.world import World

pytestmark = [pytest.mark.requirement("PAY-07"), pytest.mark.django_db]

NOW = clock.local(dt.date(2026, 11, 23), dt.time(8))
CASH, PROMOTIONS = Account(AccountKind.CLEARING, "cash"), Account(AccountKind.PROMOTIONS)


@pytest.fixture
def hall(world: World, all_kinds: None) -> Iterator[World]:
    with clock.frozen(NOW):
        yield world


def account(name: str = "customer") -> Account:
    return Account(AccountKind.STORED_VALUE, name)


def recharge(world: World, name: str, *, days: int | None, bonus: int = 50) -> PrepaidLot:
    """100 paid in with a bonus that ends after so many days; the lot of the bonus."""
    ends = None if days is None else NOW + dt.timedelta(days=days)
    engine.top_up(
        hospital_id=world.h1.pk, account=account(name), amount_fen=100, key=f"in:{name}:{days}",
        source=f"recharge:{days}", paid_from=CASH, bonus_fen=bonus, bonus_expires_at=ends,
    )  # fmt: skip
    return PrepaidLot.objects.get(account__owner=name, part=LotPart.BONUS, source=f"recharge:{days}")


def left(*lots: PrepaidLot) -> list[int]:
    return [PrepaidLot.objects.get(pk=lot.pk).left_fen for lot in lots]


def expiries() -> int:
    return PrepaidMovement.objects.filter(kind=MovementKind.EXPIRE).count()


def test_a_bonus_goes_back_when_its_time_is_over_and_once(hall: World) -> None:
    over, later, never = (recharge(hall, "customer", days=days) for days in (1, 30, None))
    with clock.frozen(NOW + dt.timedelta(days=1)):
        for _ in range(3):
            sweep_expired_bonuses()
    assert left(over, later, never) == [0, 50, 50]
    assert expiries() == 1
    assert balance(hospital_id=hall.h1.pk, account=account()) == 400
    assert balance(hospital_id=hall.h1.pk, account=PROMOTIONS) == 100
    with connection.cursor() as cursor:
        cursor.execute("SET CONSTRAINTS ALL IMMEDIATE")
    assert verify_ledger().ok


def test_what_is_held_of_it_stays_until_it_is_released(hall: World) -> None:
    lot = recharge(hall, "customer", days=1)
    held = holds.hold(
        hospital_id=hall.h1.pk, account=account(), amount_fen=150, subject_type="test.subject", subject_id=hall.h1.pk
    )  # fmt: skip
    with clock.frozen(NOW + dt.timedelta(days=2)):
        sweep_expired_bonuses()
        assert left(lot) == [50]
        holds.release(held)
        sweep_expired_bonuses()
    assert left(lot) == [0]


def test_many_go_in_bounded_batches_and_one_that_is_cut_short_goes_on(hall: World) -> None:
    lots = [recharge(hall, f"customer{number}", days=1) for number in range(5)]
    with clock.frozen(NOW + dt.timedelta(days=2)):
        stopped = expire_due(limit=2)
        assert sorted(left(*lots)) == [0, 0, 50, 50, 50]  # killed here, the next sweep begins anew
        assert stopped is not None
        assert expire_due(limit=2) is not None
        assert expire_due(limit=2) is None
    assert left(*lots) == [0] * 5
    assert expiries() == 5 <= BATCH


def test_one_that_is_held_in_part_gives_the_rest_and_holds_up_no_other(hall: World) -> None:
    stuck, free = recharge(hall, "stuck", days=1), recharge(hall, "free", days=2)
    held = {"subject_type": "test.subject", "subject_id": hall.h1.pk}
    holds.hold(hospital_id=hall.h1.pk, account=account("stuck"), amount_fen=149, **held)
    with clock.frozen(NOW + dt.timedelta(days=3)):
        sweep_expired_bonuses()
    assert left(stuck, free) == [49, 0]
