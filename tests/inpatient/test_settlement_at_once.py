"""A settlement, charges and payments at once, on connections of their own: nothing is taken twice (INP-03)."""

from functools import partial
from typing import Any

import pytest

from apps.inpatient.errors import StaySettled
from apps.inpatient.models import DischargeSettlement
from apps.inpatient.selectors.statement import statement_of
from apps.inpatient.services.admissions import discharge
from apps.inpatient.services.settling import settle
from apps.payments.models import AccountKind, Refund
from apps.payments.services.ledger import Account, balance
from tests.inpatient.support import BED, admit, charge, deposit_of, paid
from tests.scheduling.support import at_once
from tests.support.world import World

pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.requirement("INP-03")]


def test_a_stay_is_settled_once_and_what_is_charged_meanwhile_is_in_or_refused(ward: World) -> None:
    stay = admit(ward)
    charge(stay, BED)
    paid(ward, stay, 90_000)
    over = discharge(stay)
    settling: list[Any] = [partial(settle, over, staff=ward.staff["clerk"])] * 3
    results = at_once([*settling, *[partial(charge, over, BED)] * 3], workers=6)
    made = [result for result in results if isinstance(result, DischargeSettlement)]
    others = [result for result in results if isinstance(result, Exception)]
    assert len(made) == 1 and all(isinstance(error, StaySettled) for error in others), results
    row = DischargeSettlement.objects.get()
    assert row.charged_fen == statement_of(over).charged_fen
    assert deposit_of(over) == 0
    assert balance(hospital_id=ward.h1.pk, account=Account(AccountKind.REVENUE)) == row.charged_fen
    assert sum(Refund.objects.values_list("amount_fen", flat=True)) == 90_000 - row.charged_fen
