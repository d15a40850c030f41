from collections.abc import Iterator
from typing import Any

import pytest

from apps.integrations.adapters import factory
from tests.payments.conftest import till
from tests.payments.support import Till
from tests.reconciliation.his_support import HisTill, connect

__all__ = ["till"]


@pytest.fixture
def his(till: Till, settings: Any) -> Iterator[HisTill]:
    """The hospital has a HIS, and two clerks and heads of finance."""
    yield connect(_with_finance(till), settings)
    factory.his_client.cache_clear()


@pytest.fixture
def finance(till: Till) -> Till:
    """Two clerks of finance and two heads of it."""
    return _with_finance(till)


def _with_finance(till: Till) -> Till:
    for name, role in (
        ("books", "finance"),
        ("books2", "finance"),
        ("cfo", "finance_head"),
        ("cfo2", "finance_head"),
    ):
        till.world.add_staff(name, role, till.world.h1, [])
    return till
