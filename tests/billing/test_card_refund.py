"""余额退款 by the patient in the application (PAY-06): within every cap, order by order, the newest first."""

import datetime as dt
from typing import Any
from uuid import uuid4

import pytest
from django.db import transaction
from hypothesis import HealthCheck, given, settings, strategies as st

from apps.billing.errors import RefundExceedsBalance, RefundExceedsOnlineTotal
from apps.billing.models import RefundRequest
from apps.billing.services.card_refund import caps_of, refund_card
from apps.messaging.models import Message
from apps.patients.models import TimelineEntry
from apps.payments.models import PaymentOrder, Refund
from apps.payments.services.record_refund import cancel, record_failed
from kernel import clock
from tests.billing.refund_support import (
    ADMIN,
    MINI,
    configure,
    forward,
    handle,
    held,
    refund_of,
    shares,
    spend,
    state,
    top_up,
)  # fmt: skip
from tests.billing.support import NOW, code
from tests.support.effort import examples
from tests.support.world import World

pytestmark = pytest.mark.requirement("PAY-06")
MINUTE = dt.timedelta(minutes=1)


def orders(world: World, *amounts: int, **more: Any) -> list[PaymentOrder]:
    """Top-ups one minute after another; the newest last."""
    made = []
    for amount in amounts:
        with clock.frozen(clock.now() + MINUTE * (len(made) + 1)):
            found = top_up(world, amount, **more).order
        assert found is not None
        made.append(found)
    return made


def test_the_newest_order_gives_first_and_each_no_more_than_its_own(clinic: World) -> None:
    oldest, middle, newest = orders(clinic, 3_000, 2_000, 1_000)
    answer = refund_of(clinic, "patient_a", 2_500, reason="不再就诊")
    made = answer.json()
    assert (answer.status_code, made["state"], made["amount_fen"]) == (201, "executing", 2_500)
    assert shares(made["id"]) == [(newest.pk, 1_000), (middle.pk, 1_500)]
    assert [(r["order_id"], r["amount_fen"], r["route"], r["state"]) for r in made["refunds"]] == [
        (str(newest.pk), 1_000, "original", "created"), (str(middle.pk), 1_500, "original", "created"),
    ]  # fmt: skip
    assert held(clinic) == 3_500, "decided is off the card at once"
    made = refund_of(clinic, "patient_a", 3_500).json()
    assert shares(made["id"]) == [(middle.pk, 500), (oldest.pk, 3_000)]
    assert held(clinic) == 0


def test_never_more_than_the_balance_of_the_card(clinic: World) -> None:
    orders(clinic, 3_000, 2_000)
    spend(clinic, 1_500)
    refused = refund_of(clinic, "patient_a", 3_501)
    assert (code(refused), refused.json()["allowed_fen"]) == ((409, "refund_exceeds_balance"), 3_500)
    assert not Refund.objects.exists()
    assert not RefundRequest.objects.exists()
    assert refund_of(clinic, "patient_a", 3_500).status_code == 201


def test_never_more_than_was_paid_online_through_the_application(clinic: World) -> None:
    mine = orders(clinic, 1_000)
    orders(clinic, 2_000, application="other-application")
    orders(clinic, 4_000, application="window", channel="cash")
    assert held(clinic) == 7_000
    refused = refund_of(clinic, "patient_a", 1_001)
    assert (code(refused), refused.json()["allowed_fen"]) == ((409, "refund_exceeds_online_total"), 1_000)
    made = refund_of(clinic, "patient_a", 1_000).json()
    assert shares(made["id"]) == [(mine[0].pk, 1_000)]
    assert code(refund_of(clinic, "patient_a", 1)) == (409, "refund_exceeds_online_total")


def test_what_was_not_posted_or_went_back_does_not_count(clinic: World) -> None:
    orders(clinic, 1_000)
    PaymentOrder.objects.update(state="returning", return_cause="not_posted_in_time")
    assert code(refund_of(clinic, "patient_a", 1)) == (409, "refund_exceeds_online_total")


def test_wrong_amounts_and_foreign_cards_change_nothing(clinic: World) -> None:
    orders(clinic, 1_000)
    for wrong in (0, -5, "x", None, 10**30):
        assert refund_of(clinic, "patient_a", wrong).status_code == 400, wrong  # type: ignore[arg-type]
    theirs = str(clinic.bindings["patient_b"].pk)
    assert refund_of(clinic, "patient_a", 100, binding_id=theirs).status_code == 404
    assert refund_of(clinic, "patient_none", 100).json()["code"] == "card_required"
    assert code(refund_of(clinic, "patient_b", 100)) == (409, "refund_exceeds_balance")
    assert not Refund.objects.exists()


def test_the_same_key_refunds_once(clinic: World) -> None:
    orders(clinic, 1_000)
    key = uuid4().hex
    first, again = (refund_of(clinic, "patient_a", 400, key=key).json() for _ in range(2))
    assert first["id"] == again["id"]
    assert (held(clinic), Refund.objects.count()) == (600, 1)
    assert refund_of(clinic, "patient_a", 500, key=key).status_code == 422


def test_a_trial_says_the_most_and_who_gives_it_without_moving_anything(clinic: World) -> None:
    older, newer = orders(clinic, 3_000, 2_000)
    spend(clinic, 1_000)
    url = f"{MINI}/cards/{clinic.bindings['patient_a'].pk}/refund-quote"
    most = clinic.client("patient_a").get(url).json()
    assert (most["balance_fen"], most["online_fen"], most["maximum_fen"], most["amount_fen"]) == (
        4_000, 5_000, 4_000, 4_000,
    )  # fmt: skip
    assert [(s["order_no"], s["amount_fen"]) for s in most["allocation"]] == [
        (newer.order_no, 2_000), (older.order_no, 2_000),
    ]  # fmt: skip
    asked = clinic.client("patient_a").get(url, {"amount_fen": 500}).json()
    assert [(s["order_id"], s["amount_fen"]) for s in asked["allocation"]] == [(str(newer.pk), 500)]
    refused = clinic.client("patient_a").get(url, {"amount_fen": 4_001})
    assert (code(refused), refused.json()["allowed_fen"]) == ((409, "refund_exceeds_balance"), 4_000)
    assert clinic.client("patient_a").get(url, {"amount": 1}).status_code == 400
    assert not Refund.objects.exists()
    empty = (
        clinic.client("patient_b").get(f"{MINI}/cards/{clinic.bindings['patient_b'].pk}/refund-quote").json()
    )
    assert (empty["maximum_fen"], empty["allocation"]) == (0, [])
    card = clinic.cards["patient_a"].pk
    assert clinic.client("clerk").get(f"{ADMIN}/patient-cards/{card}/refund-quote").json() == most


def test_a_hospital_may_give_cards_back_at_the_counter_only(clinic: World) -> None:
    orders(clinic, 1_000)
    configure(clinic, billing__card_refund_route="counter_cash")
    refused = refund_of(clinic, "patient_a", 100)
    assert code(refused) == (409, "refund_at_counter")
    assert "窗口" in refused.json()["bring"]
    assert not Refund.objects.exists()


def test_accepted_is_not_succeeded_and_the_patient_is_told_when_it_is(clinic: World) -> None:
    orders(clinic, 3_000, 2_000)
    made = refund_of(clinic, "patient_a", 4_000).json()
    first, second = Refund.objects.order_by("pk")
    Refund.objects.filter(pk=first.pk).update(state="processing")
    shown = clinic.client("patient_a").get(f"{MINI}/refund-requests/{made['id']}").json()
    assert (shown["state"], shown["succeeded_fen"]) == ("executing", 0)
    Refund.objects.filter(pk=second.pk).update(due_at=None)
    forward()
    shown = clinic.client("patient_a").get(f"{MINI}/refund-requests/{made['id']}").json()
    assert (shown["state"], shown["succeeded_fen"]) == ("executing", 2_000), "one of two is not all"
    Refund.objects.filter(pk=second.pk).update(due_at=clock.now())
    forward()
    shown = clinic.client("patient_a").get(f"{MINI}/refund-requests/{made['id']}").json()
    assert (shown["state"], shown["succeeded_fen"]) == ("done", 4_000)
    messages = Message.objects.filter(scene="refund_succeeded").order_by("created_at")
    assert [m.account_id for m in messages] == [clinic.accounts["patient_a"].pk] * 2
    assert "20.00元" in messages[0].text
    entries = TimelineEntry.objects.filter(kind="refund").order_by("at", "ref_id")
    assert [entry.state for entry in entries] == ["succeeded", "succeeded"]


def test_a_refund_that_fails_is_told_and_one_that_is_sent_again_ends_the_request(clinic: World) -> None:
    orders(clinic, 2_000)
    made = refund_of(clinic, "patient_a", 2_000).json()
    refund = Refund.objects.get()
    record_failed(refund.pk, code="NOTENOUGH", same_number=True)
    handle()
    assert state(made["id"]) == "failed"
    assert "未能退回" in Message.objects.get(scene="refund_failed").text
    assert held(clinic) == 0, "it stays set aside until staff have decided"
    answer = clinic.client("clerk").post(f"{ADMIN}/refunds/{refund.pk}/reissue", HTTP_IDEMPOTENCY_KEY="again")
    assert answer.status_code == 200
    forward()
    assert state(made["id"]) == "done"
    assert Message.objects.filter(scene="refund_succeeded").count() == 1


def test_a_refund_that_the_hospital_system_refuses_is_back_on_the_card(clinic: World) -> None:
    (order,) = orders(clinic, 2_000)
    made = refund_of(clinic, "patient_a", 1_500).json()
    cancel(Refund.objects.get().pk, code="his_refused")
    handle()
    order.refresh_from_db()
    assert (state(made["id"]), held(clinic), order.refunded_fen) == ("failed", 2_000, 0)
    assert refund_of(clinic, "patient_a", 2_000).status_code == 201


STEPS = st.lists(
    st.tuples(
        st.sampled_from(["top_up", "other", "cash", "spend", "refund", "cancel"]), st.integers(1, 3_000)
    ),
    min_size=1,
    max_size=12,
)


@settings(
    max_examples=examples(25),
    deadline=None,
    suppress_health_check=list(HealthCheck),
)
@given(STEPS)
def test_whatever_happens_in_any_order_no_cap_is_ever_exceeded(
    world: World, steps: list[tuple[str, int]]
) -> None:
    with clock.frozen(NOW), transaction.atomic():
        for number, (kind, fen) in enumerate(steps):
            with clock.frozen(NOW + MINUTE * number):
                _step(world, kind, fen)
            _check_caps(world)
        transaction.set_rollback(True)


def _step(world: World, kind: str, fen: int) -> None:
    if kind in ("top_up", "other", "cash"):
        where = {
            "top_up": {},
            "other": {"application": "other"},
            "cash": {"application": "window", "channel": "cash"},
        }[kind]
        top_up(world, fen, **where)  # type: ignore[arg-type]
    elif kind == "spend" and held(world) >= fen:
        spend(world, fen)
    elif kind == "cancel":
        refund = Refund.objects.filter(state="created").first()
        if refund is not None:
            cancel(refund.pk, code="x")
    elif kind == "refund":
        _refund(world, fen)


def _refund(world: World, fen: int) -> None:
    card, account = world.cards["patient_a"], world.accounts["patient_a"]
    caps = caps_of(card, "miniprogram")
    newest = [order.pk for order in caps.orders]
    ask = {"card": card, "amount_fen": fen, "reason": "", "application": "miniprogram", "account": account}
    if fen > caps.maximum_fen:
        with pytest.raises((RefundExceedsBalance, RefundExceedsOnlineTotal)):
            refund_card(**ask)  # type: ignore[arg-type]
        return
    made = shares(refund_card(**ask).pk)  # type: ignore[arg-type]
    assert sum(amount for _, amount in made) == fen
    assert [order for order, _ in made] == newest[: len(made)]


def _check_caps(world: World) -> None:
    assert held(world) >= 0
    mine = PaymentOrder.objects.filter(application="miniprogram", scene="card_top_up")
    for order in PaymentOrder.objects.all():
        assert 0 <= order.refunded_fen <= order.amount_fen
    back = sum(Refund.objects.exclude(state="cancelled").values_list("amount_fen", flat=True))
    assert back == sum(order.refunded_fen for order in mine)
