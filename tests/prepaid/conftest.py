from collections.abc import Iterator

import pytest

from apps.payments.services.ledger import AccountKind
from apps.prepaid.kinds import KINDS, PrepaidKind, Use, define_prepaid


@pytest.fixture
def all_kinds() -> Iterator[None]:
    """The two kinds of today, and the two of tomorrow as a declaration each."""
    define_prepaid(PrepaidKind(AccountKind.STORED_VALUE, "储值", "Stored value", single=False))
    define_prepaid(
        PrepaidKind(
            AccountKind.BOOKING_DEPOSIT, "预约定金", "Booking deposit", single=False, use=Use.BONUS_FIRST
        )
    )
    yield
    del KINDS[AccountKind.STORED_VALUE.value], KINDS[AccountKind.BOOKING_DEPOSIT.value]
