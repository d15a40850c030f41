"""Who may take no outpatient prepayment: nothing is topped up, what cards hold is listed and told of (PAY-15)."""

from typing import Any

import pytest

from apps.billing.models import BalanceAnnouncement, RefundRequest
from apps.billing.services import announcements
from apps.identity.models import Hospital
from apps.messaging.models import Message
from apps.payments.models import PaymentOrder
from kernel.models import OutboxEvent
from tests.billing.refund_support import ADMIN, MINI, TOP_UPS_ON, configure, held, pay_online, top_up
from tests.billing.support import at_desk, code, deliver, in_app
from tests.support.world import World

pytestmark = pytest.mark.requirement("PAY-15")
NOTE = "门诊一楼收费处,长期有效"


def owned(world: World, ownership: str = "public", *, designated: bool = False) -> None:
    """The first hospital is of that kind from now on."""
    Hospital.objects.filter(pk=world.h1.pk).update(ownership=ownership, is_insurance_designated=designated)
    world.h1.refresh_from_db()
    for card in world.cards.values():
        card.hospital.refresh_from_db()


@pytest.mark.parametrize(
    ("ownership", "designated"), [("public", False), ("military", False), ("private", True)]
)
def test_no_card_is_topped_up_there_whatever_the_switch_says(
    clinic: World, ownership: str, designated: bool
) -> None:
    configure(clinic, **TOP_UPS_ON)
    owned(clinic, ownership, designated=designated)
    window = {"card_id": str(clinic.cards["patient_a"].pk), "amount_fen": 5_000}
    refused = (409, "outpatient_prepayment_barred")
    assert code(in_app(clinic, "patient_a", "card-top-ups", {"amount_fen": 5_000})) == refused
    assert code(at_desk(clinic, "clerk", "card-top-ups", window)) == refused
    assert not PaymentOrder.objects.exists()
    card = clinic.cards["patient_a"].pk
    shown = clinic.client("clerk").get(f"{ADMIN}/patient-cards/{card}/balance").json()
    assert shown["top_up_enabled"] is False


def test_a_private_hospital_that_is_not_designated_may_go_on(clinic: World) -> None:
    configure(clinic, **TOP_UPS_ON)
    assert in_app(clinic, "patient_a", "card-top-ups", {"amount_fen": 5_000}).status_code == 201


def test_the_switch_is_refused_there_and_says_why(clinic: World) -> None:
    owned(clinic)
    url = f"{ADMIN}/hospitals/{clinic.h1.pk}/settings"
    version = clinic.client("admin1").get(url).json()["version"]
    body = {"version": version, "values": {"billing.card_top_up_enabled": True}}
    answer = clinic.client("admin1").patch(url, body, format="json")
    assert answer.status_code == 400, answer.content
    (error,) = answer.json()["errors"]
    assert error["code"] == "no_outpatient_prepayment" and "公立" in error["message"]
    body["values"] = {"billing.card_top_up_enabled": False}
    assert clinic.client("admin1").patch(url, body, format="json").status_code == 200


def test_what_is_paid_after_the_hospital_became_public_goes_back(clinic: World) -> None:
    configure(clinic, **TOP_UPS_ON)
    answer = in_app(clinic, "patient_a", "card-top-ups", {"amount_fen": 5_000})
    owned(clinic)
    order = pay_online(PaymentOrder.objects.get(pk=answer.json()["order_id"]))
    assert (order.state, order.posting_error) == ("returning", "outpatient_prepayment_barred")
    assert held(clinic) == 0


def test_only_who_may_change_hospitals_says_whose_it_is(clinic: World) -> None:
    url = f"{ADMIN}/hospitals/{clinic.h1.pk}"
    shown = clinic.client("boss").get(url).json()
    assert (shown["ownership"], shown["is_insurance_designated"]) == ("private", False)
    body = {"version": shown["version"], "ownership": "military", "is_insurance_designated": True}
    assert clinic.client("clerk").patch(url, body, format="json").status_code == 403
    changed = clinic.client("boss").patch(url, body, format="json")
    assert changed.status_code == 200, changed.content
    assert (changed.json()["ownership"], changed.json()["is_insurance_designated"]) == ("military", True)
    body = {"version": changed.json()["version"], "ownership": "church"}
    assert clinic.client("boss").patch(url, body, format="json").status_code == 400


def balances(world: World, who: str = "clerk", **query: Any) -> list[dict[str, Any]]:
    answer = world.client(who).get(f"{ADMIN}/card-balances", query)
    assert answer.status_code == 200, answer.content
    return list(answer.json()["results"])


def test_old_balances_are_listed_and_summed_until_they_have_gone_back(clinic: World) -> None:
    top_up(clinic, 5_000)
    top_up(clinic, 3_000, card="patient_b")
    owned(clinic)
    found = {row["card_number"]: row["balance_fen"] for row in balances(clinic)}
    assert sorted(found.values()) == [3_000, 5_000] and all("*" in number for number in found)
    assert [row["balance_fen"] for row in balances(clinic, balance_from_fen=4_000)] == [5_000]
    total = clinic.client("clerk").get(f"{ADMIN}/card-balances/total").json()
    assert total == {"card_count": 2, "patient_count": 2, "balance_fen": 8_000}
    assert balances(clinic, "admin2") == [], "another hospital's"
    asked = at_desk(
        clinic, "clerk", f"patient-cards/{clinic.cards['patient_a'].pk}/refund-requests",
        {"amount_fen": 5_000, "reason": "停止门诊预交金"},
    )  # fmt: skip
    assert asked.status_code == 201, asked.content
    done = at_desk(clinic, "admin1", f"refund-requests/{RefundRequest.objects.get().pk}/execute")
    assert done.status_code == 200, done.content
    assert [row["balance_fen"] for row in balances(clinic)] == [3_000]


def announce(world: World, who: str = "admin1") -> Any:
    return at_desk(world, who, "balance-announcements", {"hospital_id": str(world.h1.pk), "note": NOTE})


def tell() -> None:
    """Every batch, as the workers do: each event once, those that follow too."""
    handled: set[Any] = set()
    for _ in range(10):
        topic = "billing.card_balances_announced"
        fresh = OutboxEvent.objects.filter(topic=topic).exclude(pk__in=handled)
        rows = list(fresh.order_by("id"))
        if not rows:
            return
        handled |= {row.pk for row in rows}
        for row in rows:
            announcements.tell_next(BalanceAnnouncement.objects.get(pk=row.payload["announcement_id"]).pk)


def test_each_patient_with_a_balance_is_told_once_in_bounded_batches(
    clinic: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(announcements, "BATCH", 1)
    top_up(clinic, 5_000)
    top_up(clinic, 3_000, card="patient_b")
    owned(clinic)
    made = announce(clinic)
    assert made.status_code == 201, made.content
    assert code(announce(clinic)) == (409, "announcement_under_way")
    tell()
    row = BalanceAnnouncement.objects.get()
    assert (row.told_count, row.told_fen, row.ended_at is not None) == (2, 8_000, True)
    told = Message.objects.filter(scene="card_balance_announced")
    assert told.count() == 2 and told.values("patient_id").distinct().count() == 2
    assert any("50.00元" in message.text and NOTE in message.text for message in told)
    announcements.tell_next(row.pk)
    deliver()
    assert told.count() == 2, "however often it is handled"
    assert announce(clinic).status_code == 201, "another announcement is another message"


def test_nothing_is_announced_where_cards_may_be_topped_up_or_by_who_may_not(clinic: World) -> None:
    assert code(announce(clinic)) == (409, "prepayment_allowed")
    owned(clinic)
    assert announce(clinic, "clerk").status_code == 403
    assert not BalanceAnnouncement.objects.exists() and not Message.objects.exists()


def test_a_card_tells_the_patient_that_it_takes_no_more(clinic: World) -> None:
    configure(clinic, **TOP_UPS_ON)
    card = clinic.bindings["patient_a"].pk
    before = clinic.client("patient_a").get(f"{MINI}/cards/{card}/balance").json()
    owned(clinic)
    after = clinic.client("patient_a").get(f"{MINI}/cards/{card}/balance").json()
    assert (before["top_up_enabled"], after["top_up_enabled"]) == (True, False)
