import pytest

from tests.payments.conftest import till
from tests.payments.support import Till

__all__ = ["till"]


@pytest.fixture
def finance(till: Till) -> Till:
    """Two clerks of finance and two heads of it."""
    for name, role in (
        ("books", "finance"),
        ("books2", "finance"),
        ("cfo", "finance_head"),
        ("cfo2", "finance_head"),
    ):
        till.world.add_staff(name, role, till.world.h1, [])
    return till
