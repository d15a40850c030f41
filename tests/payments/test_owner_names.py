"""归属: accounts of the ledger are called as people call what owns them."""

import pytest

from apps.payments.models import AccountKind
from apps.payments.owners import owner_names
from tests.permissions.objects import estate_of
from tests.support.world import World

pytestmark = [pytest.mark.requirement("INT-04"), pytest.mark.requirement("PAY-11")]


def test_owners_are_channels_people_shifts_stays_and_cards_in_words(world: World) -> None:
    shift, clerk = estate_of(world).get("cashier_shift"), world.staff["doctor_a"]
    card = next(iter(world.cards.values()))
    accounts = [
        (AccountKind.CLEARING.value, "cash"), (AccountKind.CASH_IN_TRANSIT.value, "float"),
        (AccountKind.SHORT_RECEIVABLE.value, str(clerk.pk)), (AccountKind.CASH_DRAWER.value, str(shift.pk)),
        (AccountKind.CARD_BALANCE.value, str(card.pk)), (AccountKind.REVENUE.value, ""),
    ]  # fmt: skip
    assert list(map(owner_names(accounts).get, accounts)) == [
        "现金", "备用金", clerk.name, f"{shift.shift_no} {shift.clerk.name}",
        f"{card.patient.name} {card.patient.mrn}", "",
    ]  # fmt: skip


def test_a_row_that_is_gone_has_no_name_and_no_id_stands_for_it(world: World) -> None:
    gone = (AccountKind.CASH_DRAWER.value, "01a239b0-03ee-7177-89a0-24b32142b0d7")
    assert owner_names([gone]) == {gone: ""}
