"""退费 at the window (PAY-07): within every cap, after the doctor's approval and the invoice's reprint."""

import datetime as dt
from decimal import Decimal
from uuid import uuid4

import pytest
from django.db import IntegrityError, transaction

from apps.audit.models import AuditEvent
from apps.billing.models import Bill, RefundRequest
from apps.billing.services.items import ItemSpec
from apps.billing.services.perform import perform_item
from apps.messaging.models import Message
from apps.payments.models import PaymentOrder, Refund
from apps.payments.services.ledger import Account, AccountKind, balance
from apps.worklist.models import Approval
from kernel import clock
from tests.billing.refund_support import (
    ADMIN,
    act,
    ask,
    ask_card,
    buy,
    clinic_fee,
    configure,
    forward,
    held,
    marks,
    price,
    reprint,
    shares,
    spend,
    state,
    top_up,
)  # fmt: skip
from tests.billing.support import NOW, at_desk, code, fresh, in_app, issue, registration
from tests.billing.test_card_top_up import queries
from tests.support.world import World

pytestmark = pytest.mark.requirement("PAY-07")
MINUTE = dt.timedelta(minutes=1)


def till(world: World) -> int:
    """Cash in the drawer, as the ledger has it."""
    return balance(hospital_id=world.h1.pk, account=Account(AccountKind.CLEARING, "cash"))


@pytest.mark.requirement("PAY-14")
def test_a_clinic_fee_goes_back_after_the_doctor_approved_and_the_invoice_was_reprinted(
    clinic: World,
) -> None:
    bill, order = clinic_fee(clinic)
    made = ask(clinic, order, bill).json()
    assert (made["state"], made["needs_approval"], made["needs_reprint"], made["amount_fen"]) == (
        "requested", True, True, 1_500,
    )  # fmt: skip
    assert made["missing_reprint_ids"] == [str(bill.pk)]
    assert code(act(clinic, "clerk", made, "execute")) == (409, "refund_needs_approval")
    approved = act(clinic, "doctor_a", made, "approve", {"reason": "未就诊"}).json()
    assert (approved["state"], approved["decided_by_name"], approved["decision_note"]) == (
        "approved", "doctor_a", "未就诊",
    )  # fmt: skip
    refused = act(clinic, "clerk", made, "execute")
    assert (code(refused), refused.json()["bill_ids"]) == ((409, "invoice_reprint_required"), [str(bill.pk)])
    assert not Refund.objects.exists()
    assert fresh(bill).refunded_fen == 0
    reprint(clinic, bill)
    done = act(clinic, "clerk", made, "execute").json()
    assert (done["state"], done["succeeded_fen"], done["executed_by_name"]) == ("done", 1_500, "clerk")
    assert done["missing_reprint_ids"] == []
    assert [(r["route"], r["state"]) for r in done["refunds"]] == [("counter_cash", "succeeded")]
    refund = Refund.objects.get()
    assert (refund.decided_by_id, refund.cause, refund.application) == (
        clinic.staff["clerk"].pk, "window", "window",
    )  # fmt: skip
    assert till(clinic) == -1_500, "cash went out of the drawer"
    assert (fresh(bill).status, PaymentOrder.objects.get(pk=order.pk).refunded_fen) == ("refunded", 1_500)
    forward()
    assert "窗口现金" in Message.objects.get(scene="refund_succeeded").text
    assert code(act(clinic, "clerk", made, "execute")) == (409, "state_conflict")


@pytest.mark.requirement("PAY-14")
def test_one_print_before_the_request_is_no_reprint_two_are(clinic: World) -> None:
    for prints, expected in ((1, (409, "invoice_reprint_required")), (2, (200, ""))):
        bill, order = clinic_fee(clinic)
        with clock.frozen(NOW - MINUTE):
            reprint(clinic, bill, prints)
        made = ask(clinic, order, bill).json()
        act(clinic, "doctor_a", made, "approve")
        assert code(act(clinic, "clerk", made, "execute")) == expected, prints


def test_the_approver_is_never_who_asked(clinic: World) -> None:
    bill, order = clinic_fee(clinic)
    made = ask(clinic, order, bill, who="admin1").json()
    for action, body in (("approve", {}), ("reject", {"reason": "x"})):
        assert code(act(clinic, "admin1", made, action, body)) == (409, "approver_is_requester")
    assert state(made["id"]) == "requested"
    with pytest.raises(IntegrityError), transaction.atomic():
        Approval.objects.filter(subject_id=made["id"]).update(
            state="rejected", ended_at=NOW, decided_by=clinic.staff["admin1"]
        )
    assert act(clinic, "boss", made, "approve").json()["state"] == "approved"


@pytest.mark.parametrize(
    ("who", "status"),
    [("doctor_a", 200), ("head", 200), ("admin1", 200), ("doctor_b", 404), ("doctor_c", 404), ("doctor_h2", 404),
     ("admin2", 404), ("clerk", 403)],
)  # fmt: skip
def test_the_bills_doctor_decides_or_who_may_for_the_department(clinic: World, who: str, status: int) -> None:
    bill, order = clinic_fee(clinic)
    made = ask(clinic, order, bill).json()
    assert act(clinic, who, made, "approve").status_code == status
    assert state(made["id"]) == ("approved" if status == 200 else "requested")
    seen = clinic.client(who).get(f"{ADMIN}/refund-requests").json()["results"]
    assert bool(seen) == (status != 404)


def test_caring_for_the_patient_does_not_let_a_doctor_decide_on_anothers_bill(clinic: World) -> None:
    bill, order = clinic_fee(
        clinic, practitioner=clinic.staff["doctor_c"], department=clinic.departments["surgery"]
    )
    made = ask(clinic, order, bill).json()
    assert act(clinic, "doctor_a", made, "approve").status_code == 404
    assert act(clinic, "doctor_c", made, "approve").status_code == 200


def test_what_was_rejected_stays_paid_and_says_why(clinic: World) -> None:
    bill, order = clinic_fee(clinic)
    made = ask(clinic, order, bill).json()
    assert act(clinic, "doctor_a", made, "reject", {}).status_code == 400
    rejected = act(clinic, "doctor_a", made, "reject", {"reason": "已就诊"}).json()
    assert (rejected["state"], rejected["decision_note"]) == ("rejected", "已就诊")
    reprint(clinic, bill, 2)
    for who, action in (("clerk", "execute"), ("head", "approve")):
        assert code(act(clinic, who, made, action)) == (409, "state_conflict")
    assert fresh(bill).refunded_fen == 0
    assert ask(clinic, order, bill).status_code == 201, "it may be asked for again"


def test_other_bills_need_neither_and_go_back_by_the_way_they_came(clinic: World) -> None:
    bill = issue(clinic)
    order = buy(clinic, bill)
    made = ask(clinic, order, bill, amount=1_000).json()
    assert (made["needs_approval"], made["needs_reprint"], made["missing_reprint_ids"]) == (False, False, [])
    done = act(clinic, "admin1", made, "execute").json()
    assert (done["state"], [r["route"] for r in done["refunds"]]) == ("executing", ["original"])
    assert (fresh(bill).status, fresh(bill).refunded_fen) == ("paid", 1_000)
    forward()
    assert state(made["id"]) == "done"


def test_what_nobody_approved_is_executed_by_somebody_else_than_who_asked(clinic: World) -> None:
    top_up(clinic, 1_000)
    bill = issue(clinic)
    clinic.staff["admin1"].phone = clinic.staff["clerk"].phone = "13812348000"
    for name in ("admin1", "clerk"):
        clinic.staff[name].save()
    for made in (ask(clinic, buy(clinic, bill), bill).json(), ask_card(clinic, 800).json()):
        for who in ("clerk", "admin1"):  # her other account
            assert code(act(clinic, who, made, "execute")) == (409, "executor_is_requester")
            assert marks(clinic, who, made) == (False, False)
        assert marks(clinic, "boss", made) == (True, True)
        assert (state(made["id"]), Refund.objects.count()) == ("requested", 0), "nothing moved"
    assert act(clinic, "boss", made, "approve").json()["state"] == "approved"
    assert act(clinic, "clerk", made, "execute").json()["state"] == "executing", (
        "another person has looked at it"
    )


def test_a_hospital_may_want_both_for_every_bill(clinic: World) -> None:
    bill = issue(clinic)
    order = buy(clinic, bill)
    configure(clinic, billing__refund_approval="every_bill", billing__refund_reprint="every_bill")
    made = ask(clinic, order, bill).json()
    assert code(act(clinic, "clerk", made, "execute")) == (409, "refund_needs_approval")
    assert marks(clinic, "boss", made) == (True, False)
    act(clinic, "doctor_a", made, "approve")
    assert marks(clinic, "clerk", made) == (False, True)
    assert code(act(clinic, "clerk", made, "execute")) == (409, "invoice_reprint_required")
    reprint(clinic, bill)
    assert act(clinic, "clerk", made, "execute").json()["state"] == "executing"


def test_what_was_paid_in_cash_or_must_go_back_in_cash_goes_back_in_cash(clinic: World) -> None:
    in_cash = issue(clinic)
    made = ask(clinic, buy(clinic, in_cash, channel="cash", application="window"), in_cash).json()
    assert act(clinic, "admin1", made, "execute").json()["state"] == "done"
    configure(clinic, billing__outpatient_refund_route="counter_cash")
    online = issue(clinic)
    made = ask(clinic, buy(clinic, online), online).json()
    done = act(clinic, "admin1", made, "execute").json()
    assert (done["state"], [r["route"] for r in done["refunds"]]) == ("done", ["counter_cash"])


def test_one_request_of_bills_that_go_different_ways_is_one_refund_each_way(clinic: World) -> None:
    fee = registration(clinic, 1_500, subject_type="test.visit")
    drugs = issue(clinic, registration_bill=fee)
    order = buy(clinic, fee, drugs)
    made = ask(clinic, order, fee, drugs).json()
    act(clinic, "doctor_a", made, "approve")
    reprint(clinic, fee)
    done = act(clinic, "clerk", made, "execute").json()
    assert sorted((r["route"], r["amount_fen"], r["state"]) for r in done["refunds"]) == [
        ("counter_cash", 1_500, "succeeded"), ("original", 4_500, "created"),
    ]  # fmt: skip
    assert (done["state"], done["succeeded_fen"]) == ("executing", 1_500)
    forward()
    assert state(made["id"]) == "done"


def test_never_more_than_may_go_back_of_a_bill_all_applications_together(clinic: World) -> None:
    bill = issue(clinic)
    order = buy(clinic, bill, application="other-application")
    perform_item(bill.items.get(position=1), staff=clinic.staff["clerk"])
    shown = clinic.client("clerk").get(f"{ADMIN}/payment-orders/{order.pk}/refund-quote").json()
    assert shown["bills"][0]["refundable_fen"] == shown["maximum_fen"] == 2_000
    refused = ask(clinic, order, bill, amount=2_001)
    assert (code(refused), refused.json()["refundable_fen"]) == ((409, "refund_exceeds_bill"), 2_000)
    first = ask(clinic, order, bill, amount=1_500).json()
    assert act(clinic, "admin1", first, "execute").status_code == 200
    assert ask(clinic, order, bill).json()["amount_fen"] == 500


def test_money_that_an_open_request_asks_for_is_not_asked_for_again(clinic: World) -> None:
    bill = issue(clinic)
    order = buy(clinic, bill)
    first = ask(clinic, order, bill, amount=fresh(bill).amount_fen - 500).json()
    refused = ask(clinic, order, bill, amount=501)
    assert code(refused) == (409, "refund_requested")
    assert (refused.json()["request_ids"], refused.json()["allowed_fen"]) == ([first["id"]], 500)
    assert "待处理的退费申请" in refused.json()["detail"]
    rest = ask(clinic, order, bill).json()
    assert rest["amount_fen"] == 500, "all that nobody has asked for"
    for amount in (None, 1):
        again = ask(clinic, order, bill, amount=amount)
        assert (code(again), again.json()["allowed_fen"]) == ((409, "refund_requested"), 0)
        assert set(again.json()["request_ids"]) == {first["id"], rest["id"]}
    assert act(clinic, "doctor_a", first, "reject", {"reason": "已取药"}).status_code == 200
    assert ask(clinic, order, bill).status_code == 201, "decided: it may be asked for again"


def test_the_balance_of_a_card_is_asked_for_once(clinic: World) -> None:
    top_up(clinic, 1_000)
    first = ask_card(clinic, 700).json()
    refused = ask_card(clinic, 301)
    assert (code(refused), refused.json()["allowed_fen"]) == ((409, "refund_requested"), 300)
    assert refused.json()["request_ids"] == [first["id"]]
    assert ask_card(clinic, 300).status_code == 201


def test_what_is_dispensed_between_request_and_execution_does_not_go_back(clinic: World) -> None:
    bill = issue(clinic)
    made = ask(clinic, buy(clinic, bill), bill).json()
    perform_item(bill.items.get(position=1), staff=clinic.staff["clerk"])
    refused = act(clinic, "admin1", made, "execute")
    assert (code(refused), refused.json()["refundable_fen"]) == ((409, "refund_exceeds_bill"), 2_000)
    assert not Refund.objects.exists()


def test_foreign_bills_and_bad_requests_are_refused(clinic: World) -> None:
    bill = issue(clinic)
    order = buy(clinic, bill)
    other = issue(clinic, price(100))
    buy(clinic, other)
    assert ask(clinic, order, other).status_code == 404
    assert ask(clinic, order, bill, who="admin2").status_code == 400, "the order does not exist for them"
    assert ask(clinic, order, bill, who="doctor_a").status_code == 403
    good = {"order_id": str(order.pk), "bills": [{"bill_id": str(bill.pk)}], "reason": "x"}
    for wrong in (
        {}, {"reason": "x"}, good | {"reason": ""}, good | {"bills": []}, good | {"bills": [{}]},
        good | {"bills": [{"bill_id": "x"}]}, good | {"bills": [{"bill_id": str(bill.pk), "amount_fen": 0}]},
        good | {"bills": good["bills"] * 2}, good | {"amount_fen": 1},
        good | {"nonsense": 1}, {"order_id": "x", "bills": [], "reason": "x"}, good | {"bills": [7]},
    ):  # fmt: skip
        assert at_desk(clinic, "clerk", "refund-requests", wrong).status_code == 400, wrong
    assert not RefundRequest.objects.exists()
    PaymentOrder.objects.filter(pk=order.pk).update(state="paid_unposted")
    assert code(ask(clinic, order, bill)) == (409, "state_conflict")


def test_a_request_needs_one_doctor_to_decide(clinic: World) -> None:
    first = registration(clinic, 1_000, subject_type="test.visit")
    other = {"practitioner": clinic.staff["doctor_c"], "department": clinic.departments["surgery"]}
    second = registration(clinic, 2_000, subject_type="test.visit", **other)
    order = buy(clinic, first, second)
    assert code(ask(clinic, order, first, second)) == (409, "refund_of_several_doctors")
    assert ask(clinic, order, second).json()["practitioner_name"] == "doctor_c"


def test_a_repeated_request_and_a_repeated_execution_move_the_money_once(clinic: World) -> None:
    bill = issue(clinic)
    order = buy(clinic, bill, channel="cash", application="window")
    body = {"order_id": str(order.pk), "bills": [{"bill_id": str(bill.pk)}], "reason": "x"}
    key = uuid4().hex
    first, again = (at_desk(clinic, "clerk", "refund-requests", body, key=key) for _ in range(2))
    assert (first.status_code, again.status_code, first.json()["id"]) == (201, 201, again.json()["id"])
    key = uuid4().hex
    done, again = (act(clinic, "admin1", first.json(), "execute", key=key) for _ in range(2))
    assert (done.status_code, again.status_code, again.json()["state"]) == (200, 200, "done")
    assert (Refund.objects.count(), till(clinic)) == (1, 0)


def test_a_card_goes_back_at_the_window_whatever_application_topped_it_up(clinic: World) -> None:
    made = []
    for number, (application, channel) in enumerate(
        (("miniprogram", "wechat_pay"), ("other-application", "alipay"), ("window", "cash"))
    ):
        with clock.frozen(NOW + MINUTE * number):
            made.append(top_up(clinic, 1_000, application=application, channel=channel).order)
    spend(clinic, 500)
    refused = ask_card(clinic, 2_501)
    assert (code(refused), refused.json()["allowed_fen"]) == ((409, "refund_exceeds_balance"), 2_500)
    request = ask_card(clinic, 2_500).json()
    assert (request["needs_approval"], request["bills"]) == (False, [])
    assert held(clinic) == 2_500, "nothing moves before it is executed"
    done = act(clinic, "admin1", request, "execute").json()
    orders = [order.pk for order in reversed(made) if order]
    assert shares(request["id"]) == list(zip(orders, (1_000, 1_000, 500), strict=True))
    assert [(r["route"], r["state"]) for r in done["refunds"]] == [
        ("counter_cash", "succeeded"), ("original", "created"), ("original", "created"),
    ]  # fmt: skip
    assert (held(clinic), done["state"]) == (0, "executing")
    forward()
    assert state(request["id"]) == "done"


def test_a_cards_refund_is_asked_for_once_per_key_and_only_within_reach(clinic: World) -> None:
    top_up(clinic, 1_000)
    key = uuid4().hex
    first, again = (ask_card(clinic, 400, key=key) for _ in range(2))
    assert (first.status_code, again.status_code, first.json()["id"]) == (201, 201, again.json()["id"])
    assert [ask_card(clinic, 400, who=who).status_code for who in ("admin2", "doctor_a")] == [404, 403]
    for wrong in (0, -1, "x", None, 10**30):
        assert ask_card(clinic, wrong).status_code == 400, wrong
    assert RefundRequest.objects.count() == 1


def test_a_card_that_is_spent_before_execution_is_refused_whole(clinic: World) -> None:
    top_up(clinic, 1_000)
    request = ask_card(clinic, 800).json()
    spend(clinic, 500)
    refused = act(clinic, "admin1", request, "execute")
    assert (code(refused), refused.json()["allowed_fen"]) == ((409, "refund_exceeds_balance"), 500)
    assert (held(clinic), state(request["id"])) == (500, "requested")


def test_what_a_card_paid_goes_back_to_the_card_also_at_the_window(clinic: World) -> None:
    top_up(clinic, 1_000)
    order = spend(clinic, 1_000)
    configure(clinic, billing__outpatient_refund_route="counter_cash")
    made = ask(clinic, order, Bill.objects.get(order_id=order.pk)).json()
    done = act(clinic, "admin1", made, "execute").json()
    assert [r["route"] for r in done["refunds"]] == ["original"]
    forward()
    assert (state(made["id"]), held(clinic)) == ("done", 1_000)


def test_every_step_is_in_the_operation_log_with_who_took_it(clinic: World) -> None:
    bill, order = clinic_fee(clinic)
    made = ask(clinic, order, bill).json()
    act(clinic, "doctor_a", made, "approve", {"reason": "同意"})
    reprint(clinic, bill)
    act(clinic, "clerk", made, "execute")
    lines = AuditEvent.objects.filter(object_type="billing.refundrequest", object_id=made["id"]).order_by(
        "id"
    )
    assert [(line.action, (line.after or {}).get("state")) for line in lines] == [
        ("insert", "requested"), ("update", "approved"), ("update", "executing"), ("update", "done"),
    ]  # fmt: skip
    users = [clinic.staff[name].user_id for name in ("clerk", "doctor_a", "clerk")]
    assert [line.user_id for line in lines][:3] == users


def test_lists_make_no_more_queries_with_more_rows(clinic: World) -> None:
    counts = []
    for _ in range(2):
        for _ in range(3):
            bill, order = clinic_fee(clinic)
            ask(clinic, order, bill)
        url = f"{ADMIN}/refund-requests"
        mini = "/api/miniprogram/v1/refund-requests"
        counts.append(
            [
                queries(clinic, "clerk", url),
                queries(clinic, "doctor_a", url),
                queries(clinic, "patient_a", mini),
            ]
        )
    assert counts[0] == counts[1]
    assert all(count <= 6 for count in counts[1]), counts


def test_amounts_of_odd_items_add_up(clinic: World) -> None:
    bill = issue(clinic, ItemSpec("葡萄糖", Decimal("0.333"), 1_001), ItemSpec("注射", Decimal(1), 1))
    made = ask(clinic, buy(clinic, bill), bill).json()
    assert made["amount_fen"] == bill.amount_fen
    assert act(clinic, "admin1", made, "execute").json()["amount_fen"] == bill.amount_fen


def test_what_the_window_was_asked_for_does_not_go_back_in_the_app(clinic: World) -> None:
    bill = issue(clinic)
    order = buy(clinic, bill)
    made = ask(clinic, order, bill).json()
    mine = f"payment-orders/{order.pk}/refund"
    for _ in ("requested", "approved"):
        answer = in_app(clinic, "patient_a", mine, {"reason": "不需要了"})
        assert code(answer) == (409, "refund_requested") and answer.json()["request_ids"] == [made["id"]]
        assert code(ask(clinic, order, bill)) == (409, "refund_requested")
        act(clinic, "doctor_a", made, "approve")
    assert not Refund.objects.exists()
