"""Whatever can be paid for is registered by its owner, and says all that payments have to know of it."""

import inspect
from collections.abc import Iterator, Sequence
from dataclasses import replace
from typing import Any
from uuid import uuid4

import pytest

from apps.billing.models import Bill, CardTopUp
from apps.billing.services.checkout import OUTPATIENT, REGISTRATION
from apps.payments import payables
from apps.payments.models import CloseCause, PaymentOrder, RefundCause, RefundRoute, ReturnCause
from apps.payments.payables import Credit, Payable, PayableLine
from apps.payments.services.advance_order import give_up
from apps.payments.services.orders import LineSpec, open_order
from apps.payments.services.posting import give_back
from apps.payments.services.refunds import RefundPart, create_refund
from kernel import clock
from kernel.errors import StateConflict
from tests.payments.his import Away, use_his, well_afterwards
from tests.payments.support import Till


@pytest.fixture
def bath() -> Iterator[Payable]:
    """Something that nobody else sells."""

    class Baths(Payable):
        subject_type, scenes = "test.bath", (OUTPATIENT,)

        def settle(self, order: PaymentOrder, lines: Sequence[PayableLine]) -> list[Credit]:
            return []

    found = Baths()
    payables.register(found)
    yield found
    payables.forget(found.subject_type)


def test_every_registered_payable_is_complete() -> None:
    types = [payable.subject_type for payable in payables.registered()]
    assert types == [
        "billing.bill", "billing.card_top_up", "inpatient.deposit", "inpatient.settlement", "scheduling.appointment",
    ]  # fmt: skip
    for payable in payables.registered():
        assert payable.scenes, payable.subject_type
        assert all(scene.value and scene.zh and scene.en for scene in payable.scenes)
        for name in ("settle", "describe", "closed", "returned", "refund_rules"):
            assert inspect.signature(getattr(payable, name)).parameters.keys() == (
                {"subject_ids"} if name == "refund_rules" else {"order", "lines"}
            )


def test_a_subject_type_has_one_payable(bath: Payable) -> None:
    with pytest.raises(ValueError, match="is registered twice"):
        payables.register(type(bath)())


def test_two_payables_of_one_scene_use_the_same_words_for_it(bath: Any) -> None:
    type(bath).scenes = (replace(OUTPATIENT, zh="洗浴"),)
    with pytest.raises(ValueError, match="outpatient is declared in two ways"):
        payables.scenes()


def test_the_scenes_of_the_contract_are_those_of_the_payables() -> None:
    assert payables.payment_scene().choices == [
        ("registration", "挂号"),
        ("outpatient", "门诊缴费"),
        ("card_top_up", "就诊卡充值"),
        ("inpatient_deposit", "住院押金"),
        ("inpatient_settlement", "住院结算补缴"),
    ]


def open_for(till: Till, subject_type: str, scene: payables.Scene = OUTPATIENT) -> PaymentOrder:
    return open_order(
        hospital=till.world.h1,
        patient_id=till.world.patients["patient_a"].pk,
        scene=scene,
        lines=[LineSpec(subject_type, uuid4(), "泡脚", 100)],
        description="泡脚",
        expires_at=clock.now().replace(hour=23),
        application="window",
    )


@pytest.mark.requirement("PAY-05")
def test_what_nobody_has_registered_cannot_be_paid(till: Till, bath: Payable) -> None:
    assert open_for(till, bath.subject_type).scene == "outpatient"
    for subject_type, scene in (("test.unknown", OUTPATIENT), (bath.subject_type, REGISTRATION)):
        with pytest.raises(payables.UnknownSubject):
            open_for(till, subject_type, scene)
    assert PaymentOrder.objects.count() == 1


@pytest.mark.requirement("PAY-08")
def test_an_order_of_what_is_registered_no_more_ends_all_the_same(till: Till, bath: Payable) -> None:
    order = open_for(till, bath.subject_type)
    payables.forget(bath.subject_type)
    try:
        assert give_up(order, cause=CloseCause.GIVEN_UP_BY_STAFF).state == "closed"
    finally:
        payables.register(bath)


@pytest.mark.requirement("PAY-06", "PAY-07")
def test_no_refund_is_decided_that_the_owner_of_the_thing_does_not_allow(till: Till) -> None:
    order = till.checkout("patient_a", till.hold()["id"])
    till.confirm(till.prepay("patient_a", order))
    till.deliver()
    till.work()
    order.refresh_from_db()
    line = order.lines.get()
    for cause in (RefundCause.PATIENT, RefundCause.WINDOW):
        with pytest.raises(StateConflict):
            create_refund(
                order=order,
                parts=[RefundPart(line.pk, line.amount_fen)],
                cause=cause,
                reason="退号",
                route=RefundRoute.ORIGINAL,
            )
    assert Bill.objects.get().refunded_fen == 0
    order.refresh_from_db()
    assert order.refunded_fen == 0


@pytest.mark.requirement("PAY-08")
def test_a_top_up_ends_in_the_transaction_that_ends_its_order(till: Till) -> None:
    till.world.h1.settings |= {"billing.card_top_up_enabled": True, "billing.card_top_up_min_fen": 1}
    till.world.h1.save(update_fields=["settings"])

    def top_up() -> CardTopUp:
        answer = till.post("patient_a", "card-top-ups", {"amount_fen": 5_000})
        assert answer.status_code == 201, answer.content
        return CardTopUp.objects.get(pk=answer.json()["id"])

    closed = top_up()
    assert closed.order is not None
    give_up(closed.order, cause=CloseCause.GIVEN_UP)
    closed.refresh_from_db()
    assert closed.state == "closed"
    with well_afterwards():
        use_his(Away)
        returned = top_up()
        assert returned.order is not None
        till.confirm(till.prepay("patient_a", returned.order))
        till.deliver()
        till.work()
        give_back(returned.order, cause=ReturnCause.NOT_POSTED_IN_TIME)
    returned.refresh_from_db()
    assert returned.state == "returned"
