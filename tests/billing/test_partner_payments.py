"""Third-party applications take payments within what they were granted, and read their own records alone."""

import datetime as dt
from concurrent.futures import ThreadPoolExecutor
from decimal import Decimal
from typing import Any
from uuid import uuid4

import pytest
from django.db import connections

from apps.audit.models import AuditEvent
from apps.billing.selectors.card_balance import balance_of
from apps.billing.services.items import ItemSpec
from apps.identity.models import PartnerApplication
from apps.identity.services import partners
from apps.payments.models import PartnerChannel, PaymentAttempt, PaymentOrder, Refund
from apps.payments.services.verify_ledger import verify_ledger
from tests.billing.support import PARTNER, code, fresh, issue
from tests.identity.test_sign_in import bearer
from tests.payments.conftest import till
from tests.payments.support import Till

__all__ = ["till"]
pytestmark = pytest.mark.requirement("PAY-02")
ALL = ["pay", "top_up", "refund"]


def grant(till: Till, *operations: str, **limits: int) -> PartnerChannel:
    """Through Alipay, which gives codes to scan."""
    till.offer("alipay")
    return PartnerChannel.objects.create(
        hospital=till.world.h1, application=till.world.partner_application, channel="alipay",
        operations=list(operations or ALL), **limits,
    )  # fmt: skip


def payer(till: Till, who: str = "patient_a") -> dict[str, str]:
    return {"card_number": till.world.cards[who].card_number, "name": till.world.patients[who].name}


def send(till: Till, path: str, body: Any = None, key: str | None = None, client: Any = None) -> Any:
    return (client or till.world.client("partner")).post(
        f"{PARTNER}/{path}", body or {}, format="json", HTTP_IDEMPOTENCY_KEY=key or uuid4().hex
    )


def read(till: Till, path: str, client: Any = None, **query: Any) -> Any:
    return (client or till.world.client("partner")).get(f"{PARTNER}/{path}", query)


def bill_of(till: Till, yuan: int, who: str = "patient_a") -> Any:
    return issue(
        till.world, ItemSpec("血常规", Decimal(1), yuan * 100, "test", "J001", unit="次"), patient=who
    )


def open_order(till: Till, yuan: int = 50, who: str = "patient_a") -> dict[str, Any]:
    bill = bill_of(till, yuan, who)
    answer = send(till, "payment-orders", {**payer(till, who), "bill_ids": [str(bill.pk)]})
    assert answer.status_code == 201, answer.content
    made: dict[str, Any] = answer.json()
    return made


def start(till: Till, order: dict[str, Any], **body: Any) -> Any:
    return send(till, f"payment-orders/{order['id']}/pay", {"channel": "alipay", "method": "qr_code", **body})


def settle(till: Till, started: Any) -> None:
    assert started.status_code == 201, started.content
    till.confirm(PaymentAttempt.objects.get(pk=started.json()["id"]))
    assert till.deliver() == [200]
    till.work()


def other_client(till: Till) -> tuple[PartnerApplication, Any]:
    """Another application of the same hospital."""
    made, secret = partners.create_application(
        hospital=till.world.h1, name="自助机", allowed_scopes=["payments:write"]
    )
    form = f"grant_type=client_credentials&client_id={made.client_id}&client_secret={secret}"
    answer = till.world.client(None).post(
        f"{PARTNER}/oauth/token", form, content_type="application/x-www-form-urlencoded"
    )
    return made, bearer(answer.json()["access_token"])


def test_an_application_finds_the_bills_of_a_card_pays_them_and_reads_that_they_are_posted(
    till: Till,
) -> None:
    grant(till)
    bill = bill_of(till, 50)
    listed = send(till, "payable-bills", payer(till)).json()
    assert listed["patient_name"] == "张**" or listed["patient_name"].startswith("张*")
    assert [(row["id"], row["amount_fen"], row["items"][0]["name"]) for row in listed["bills"]] == [
        (str(bill.pk), 5_000, "血常规")
    ]
    made = send(till, "payment-orders", {**payer(till), "bill_ids": [str(bill.pk)]}).json()
    assert (made["state"], made["amount_fen"]) == ("pending", 5_000)
    started = start(till, made)
    assert started.json()["client"]["qr_code"]
    settle(till, started)
    assert read(till, f"payment-orders/{made['id']}").json()["state"] == "posted"
    assert fresh(bill).status == "paid"
    order = PaymentOrder.objects.get(pk=made["id"])
    application = till.world.partner_application
    assert (order.partner, order.application, order.origin) == (application, application.client_id, "online")
    assert [row["id"] for row in read(till, "payment-orders", state="posted").json()["results"]] == [
        made["id"]
    ]
    assert read(till, "payment-orders", created_to="2020-01-01").json()["results"] == []


@pytest.mark.requirement("PAY-03")
def test_an_application_tops_up_a_card_and_gives_back_no_more_than_it_took(till: Till) -> None:
    till.world.h1.settings |= {"billing.card_top_up_enabled": True}
    till.world.h1.save()
    grant(till)
    card = till.world.cards["patient_a"]
    made = send(till, "card-top-ups", {**payer(till), "amount_fen": 10_000}).json()
    assert made["scene"] == "card_top_up"
    settle(till, start(till, made))
    assert balance_of(card) == 10_000
    beyond = send(till, "card-refunds", {**payer(till), "amount_fen": 10_001})
    assert code(beyond)[0] == 409
    other, client = other_client(till)
    PartnerChannel.objects.create(hospital=till.world.h1, application=other, channel="alipay", operations=ALL)
    assert code(send(till, "card-refunds", {**payer(till), "amount_fen": 100}, client=client)) == (
        409, "refund_exceeds_online_total",
    )  # fmt: skip
    back = send(till, "card-refunds", {**payer(till), "amount_fen": 4_000, "reason": "不用了"})
    assert (back.status_code, back.json()["amount_fen"]) == (201, 4_000), back.content
    till.work()
    till.later(minutes=1)
    till.work()
    (row,) = read(till, "refunds").json()["results"]
    assert (row["amount_fen"], row["state"], row["order_no"]) == (4_000, "succeeded", made["order_no"])
    assert balance_of(card) == 6_000
    assert read(till, "refunds", client=client).json()["results"] == []
    assert verify_ledger().ok


def test_a_refund_of_an_order_goes_back_once_however_often_it_is_asked_for(till: Till) -> None:
    grant(till)
    made = open_order(till)
    settle(till, start(till, made))
    key = uuid4().hex
    first, again = (
        send(till, f"payment-orders/{made['id']}/refund", {"reason": "重复缴费"}, key) for _ in "ab"
    )
    assert (first.status_code, first.json()["amount_fen"]) == (201, 5_000), first.content
    assert [row["id"] for row in again.json()["refunds"]] == [row["id"] for row in first.json()["refunds"]]
    assert code(send(till, f"payment-orders/{made['id']}/refund")) == (409, "nothing_refundable")
    assert Refund.objects.count() == 1


def top_up(till: Till, fen: int, channel: str = "alipay") -> dict[str, Any]:
    made: dict[str, Any] = send(till, "card-top-ups", {**payer(till), "amount_fen": fen}).json()
    settle(till, start(till, made, channel=channel))
    return made


@pytest.fixture
def topped(till: Till) -> Till:
    """Top-ups are on."""
    till.world.h1.settings |= {"billing.card_top_up_enabled": True}
    till.world.h1.save()
    return till


def test_money_goes_back_only_through_channels_whose_refund_was_granted_and_within_each_limit(
    topped: Till,
) -> None:
    till = topped
    alipay = grant(till, "top_up")
    till.offer("unionpay")
    unionpay = PartnerChannel.objects.create(
        hospital=till.world.h1, application=till.world.partner_application, channel="unionpay",
        operations=["refund"],
    )  # fmt: skip
    top_up(till, 10_000)
    body = {**payer(till), "amount_fen": 5_000}
    assert code(send(till, "card-refunds", body)) == (409, "refund_exceeds_online_total")
    unionpay.delete()
    assert code(send(till, "card-refunds", body)) == (403, "partner_may_not")
    alipay.operations, alipay.refund_day_limit_fen = ["refund", "top_up"], 4_999
    alipay.save()
    refused = send(till, "card-refunds", body)
    assert (code(refused), refused.json()["which"]) == ((409, "partner_limit"), "refund_day_limit")
    assert not Refund.objects.exists() and balance_of(till.world.cards["patient_a"]) == 10_000
    assert send(till, "card-refunds", {**body, "amount_fen": 4_999}).status_code == 201


def test_the_sum_that_two_applications_topped_up_goes_back_through_neither(topped: Till) -> None:
    till = topped
    grant(till)
    top_up(till, 3_000)
    other, client = other_client(till)
    PartnerChannel.objects.create(hospital=till.world.h1, application=other, channel="alipay", operations=ALL)
    made = send(till, "card-top-ups", {**payer(till), "amount_fen": 2_000}, client=client).json()
    path, body = f"payment-orders/{made['id']}/pay", {"channel": "alipay", "method": "qr_code"}
    settle(till, send(till, path, body, client=client))
    assert balance_of(till.world.cards["patient_a"]) == 5_000
    for amount, who in ((3_001, None), (2_001, client)):
        refused = send(till, "card-refunds", {**payer(till), "amount_fen": amount}, client=who)
        assert code(refused) == (409, "refund_exceeds_online_total"), amount
    assert send(till, "card-refunds", {**payer(till), "amount_fen": 3_000}).status_code == 201


def test_bills_that_another_application_or_the_patient_is_paying_stay_theirs(till: Till) -> None:
    grant(till)
    bill = bill_of(till, 50)
    asked = {**payer(till), "bill_ids": [str(bill.pk)]}
    made = send(till, "payment-orders", asked).json()
    expires_at = PaymentOrder.objects.get().expires_at
    till.later(minutes=5)
    _, client = other_client(till)
    assert code(send(till, "payment-orders", asked, client=client)) == (409, "being_paid")
    assert code(till.post("patient_a", "payment-orders", {"bill_ids": [str(bill.pk)]})) == (409, "being_paid")
    pay = till.post("patient_a", f"payment-orders/{made['id']}/pay", {"channel": "wechat_pay"})
    assert code(pay) == (409, "being_paid")
    order = PaymentOrder.objects.get()
    assert (order.expires_at, order.attempts.count()) == (expires_at, 0)
    own = bill_of(till, 30)
    assert till.post("patient_a", "payment-orders", {"bill_ids": [str(own.pk)]}).status_code == 201
    key = uuid4().hex
    for _ in range(2):
        taken = send(till, "payment-orders", {**payer(till), "bill_ids": [str(own.pk)]}, key)
        assert code(taken) == (409, "being_paid"), "and the key is not spent"


def test_an_order_kept_open_for_days_counts_on_the_day_it_is_paid(till: Till) -> None:
    grant(till, day_limit_fen=9_999)
    bills = [bill_of(till, 50) for _ in range(2)]
    orders = []
    for bill in bills:
        asked = {**payer(till), "bill_ids": [str(bill.pk)]}
        orders.append(send(till, "payment-orders", asked).json())
    for row in PaymentOrder.objects.all():
        PaymentOrder.objects.filter(pk=row.pk).update(created_at=row.created_at - dt.timedelta(days=3))
    settle(till, start(till, orders[0]))
    assert code(start(till, orders[1])) == (409, "partner_limit")


def test_a_repeated_request_gives_no_code_after_the_grant_is_gone(till: Till) -> None:
    row, made, key = grant(till), open_order(till), uuid4().hex
    path, body = f"payment-orders/{made['id']}/pay", {"channel": "alipay", "method": "qr_code"}
    first, again = (send(till, path, body, key) for _ in "ab")
    assert first.json()["client"] == again.json()["client"]
    row.delete()
    assert code(send(till, path, body, key)) == (403, "partner_may_not")


def test_what_was_not_granted_is_refused_and_nothing_is_begun(till: Till) -> None:
    made = open_order(till)
    assert code(start(till, made)) == (403, "partner_may_not")
    row = grant(till, "top_up")
    refused = start(till, made)
    assert (code(refused), refused.json()["operation"]) == ((403, "partner_may_not"), "pay")
    assert not PaymentAttempt.objects.exists()
    row.operations = ["pay"]
    row.save()
    settle(till, start(till, made))
    assert code(send(till, f"payment-orders/{made['id']}/refund")) == (403, "partner_may_not")
    assert not Refund.objects.exists()


@pytest.mark.parametrize(
    ("limits", "which"),
    [
        ({"order_limit_fen": 4_999}, "order_limit"),
        ({"day_limit_fen": 9_999}, "day_limit"),
        ({"card_day_limit_fen": 9_999}, "card_day_limit"),
    ],
)
def test_limits_of_an_order_a_day_and_a_card_are_kept(till: Till, limits: dict[str, int], which: str) -> None:
    grant(till, **limits)
    if which != "order_limit":
        settle(till, start(till, open_order(till, 50)))
    refused = start(till, open_order(till, 50))
    assert (code(refused), refused.json()["which"], refused.json()["limit_fen"]) == (
        (409, "partner_limit"), which, next(iter(limits.values())),
    )  # fmt: skip
    if which == "card_day_limit":
        settle(till, start(till, open_order(till, 50, "patient_b")))
    till.later(days=1)
    till.world._clients.pop("partner")  # the token has run out
    if which != "order_limit":
        settle(till, start(till, open_order(till, 50)))


def test_the_limit_of_a_days_refunds_is_kept(till: Till) -> None:
    grant(till, refund_day_limit_fen=7_000)
    orders = [open_order(till) for _ in range(2)]
    for made in orders:
        settle(till, start(till, made))
    assert send(till, f"payment-orders/{orders[0]['id']}/refund").status_code == 201
    refused = send(till, f"payment-orders/{orders[1]['id']}/refund")
    assert (code(refused), refused.json()["which"]) == ((409, "partner_limit"), "refund_day_limit")
    assert Refund.objects.count() == 1


@pytest.mark.django_db(transaction=True)
def test_payments_begun_at_once_stay_within_the_limit_of_the_day(till: Till) -> None:
    grant(till, day_limit_fen=10_000)
    orders = [open_order(till, 50) for _ in range(5)]
    client = till.world.client("partner")

    def pay(made: dict[str, Any]) -> int:
        try:
            path = f"payment-orders/{made['id']}/pay"
            return int(
                send(till, path, {"channel": "alipay", "method": "qr_code"}, client=client).status_code
            )
        finally:
            connections.close_all()

    with ThreadPoolExecutor(5) as pool:
        assert sorted(pool.map(pay, orders)) == [201, 201, 409, 409, 409]


def test_an_application_sees_and_moves_only_its_own(till: Till) -> None:
    grant(till)
    made = open_order(till)
    settle(till, start(till, made))
    _, client = other_client(till)
    assert read(till, "payment-orders", client=client).json()["results"] == []
    for path in ("pay", "cancel", "refund"):
        body = {"channel": "alipay", "method": "qr_code"} if path == "pay" else {}
        assert code(send(till, f"payment-orders/{made['id']}/{path}", body, client=client)) == (
            404,
            "not_found",
        )
    assert read(till, f"payment-orders/{made['id']}", client=client).status_code == 404
    assert not Refund.objects.exists()


WRONG = [{"name": "李四光"}, {"card_number": "0000"}]


@pytest.mark.parametrize("wrong", WRONG)
def test_a_card_and_a_name_that_do_not_fit_tell_nothing_and_lock_out_who_guesses(
    till: Till, wrong: dict[str, str]
) -> None:
    body = {**payer(till), "payer": "visitor-7", **wrong}
    answers = [send(till, "payable-bills", body) for _ in range(5)]
    assert {code(answer) for answer in answers} == {(409, "card_mismatch")}
    assert len({answer.json()["title"] for answer in answers}) == 1
    assert send(till, "payable-bills", body).status_code == 429
    looks = AuditEvent.objects.filter(object_type="patients.patient", action="search")
    assert [(each.object_id, each.after["found"]) for each in looks] == [("", False)] * 5
    assert wrong.get("name", "0000") not in str(list(looks.values_list("after", flat=True)))


def test_a_stranger_slows_an_owner_and_locks_nobody_out(till: Till) -> None:
    for _ in range(6):
        send(till, "payable-bills", {**payer(till), "payer": "visitor-7", "name": "李四光"})
    owner = {**payer(till), "payer": "owner-1"}
    assert send(till, "payable-bills", owner).status_code == 200
    slowed = send(till, "payable-bills", owner)
    assert slowed.status_code == 429 and int(slowed["Retry-After"]) <= 10
    till.later(seconds=int(slowed["Retry-After"]))
    assert send(till, "payable-bills", owner).status_code == 200
    assert send(till, "payable-bills", payer(till, "patient_b")).status_code == 200


def test_blank_names_and_numbers_are_refused_by_their_field(till: Till) -> None:
    for name in ("name", "card_number"):
        refused = send(till, "payable-bills", {**payer(till), name: "  "})
        assert (refused.status_code, refused.json()["errors"][0]["field"]) == (400, name)


def test_what_people_type_around_a_name_and_a_number_is_no_mismatch(till: Till) -> None:
    body = payer(till)
    typed = {
        "card_number": f" {body['card_number'].lower()}\u200b",
        "name": f"{body['name'][0]} {body['name'][1:]}",
    }
    assert send(till, "payable-bills", typed).status_code == 200


def test_bills_of_somebody_else_are_not_there(till: Till) -> None:
    foreign = bill_of(till, 10, "patient_b")
    refused = send(till, "payment-orders", {**payer(till), "bill_ids": [str(foreign.pk)]})
    assert code(refused) == (404, "not_found")
    assert not PaymentOrder.objects.exists()


def test_requests_that_move_money_have_a_limit_of_their_own(till: Till) -> None:
    answers = [send(till, f"payment-orders/{uuid4()}/cancel").status_code for _ in range(121)]
    assert answers == [404] * 120 + [429]
    assert read(till, "payment-orders").status_code == 200


def test_the_channels_of_an_application_are_those_it_was_granted(till: Till) -> None:
    assert read(till, "granted-channels").json() == []
    grant(till, "pay", "refund")
    (row,) = read(till, "granted-channels").json()
    assert (row["channel"], row["operations"]) == ("alipay", ["pay", "refund"])
    assert "mini_program" not in row["methods"]


def test_what_is_given_up_is_closed_and_cannot_be_paid(till: Till) -> None:
    grant(till)
    made = open_order(till)
    assert send(till, f"payment-orders/{made['id']}/cancel").json()["state"] == "closed"
    assert code(start(till, made)) == (409, "state_conflict")
