"""The money's reports: every figure adds up to the fen, and its rows add up to it."""

import datetime as dt
import random
from dataclasses import replace
from typing import Any

import pytest

from apps.billing.models import BillKind
from apps.billing.reports import GROUPS
from apps.billing.services.card_top_up import open_top_up
from apps.billing.services.checkout import open_payment
from apps.payments.channels.base import TradeResult, TradeState
from apps.payments.models import AccountKind, PaymentAttempt, RefundCause, RefundRoute
from apps.payments.services import ledger
from apps.payments.services.advance_refund import hand_out
from apps.payments.services.ledger import Account, Movement
from apps.payments.services.record_payment import record_paid
from apps.payments.services.refunds import RefundPart, create_refund
from kernel import clock
from tests.billing.refund_support import ANY_AMOUNT, TOP_UPS_ON, configure, pay_online, spend, top_up
from tests.billing.support import BLOOD, issue
from tests.cashier.support import Desk, later
from tests.inpatient import support as inpatient
from tests.reports.support import BY_DAY, DAYS, DEFINITIONS, NOW, TODAY, looked_at, made, sheet
from tests.support.effort import examples
from tests.support.world import World

pytestmark = [pytest.mark.requirement("RPT-02"), pytest.mark.django_db]
WEEK = {"date_from": str(TODAY), "date_to": str(TODAY + dt.timedelta(days=13))}


def fen(text: str) -> int:
    return round(float(text or 0) * 100)


def figures(shown: Any, *names: str) -> list[tuple[int, ...]]:
    """Those columns of a preview, in fen."""
    places = [[column["name"] for column in shown["columns"]].index(name) for name in names]
    return [tuple(fen(row[place]) for place in places) for row in shown["rows"]]


def rows_of(world: World, who: str, report: str, parameters: dict[str, str]) -> int:
    """What the rows behind a figure add up to."""
    shown = looked_at(world, who, report, parameters)
    assert shown["row_count"] == len(shown["rows"]) <= 200
    return sum(amount for (amount,) in figures(shown, "amount_fen"))


def busy(desk: Desk, seed: int) -> tuple[int, int]:
    """Some days of payments and refunds by chance; what came in and went back."""
    chance, came, went = random.Random(seed), 0, 0
    for number in range(6):
        later(NOW + dt.timedelta(days=chance.randrange(12), hours=chance.randrange(10), minutes=number))
        amount = chance.randrange(101, 99_999)
        if chance.random() < 0.5:
            order = desk.take(amount, chance.choice(["clerk", "clerk2"]))
            came += amount
            if chance.random() < 0.6:
                back = chance.randrange(1, amount + 1)
                assert desk.give_back(order, back).state == "succeeded"
                went += back
        else:
            pay_online(desk.order(amount))
            came += amount
    later(NOW + dt.timedelta(days=14))
    return came, went


@pytest.mark.requirement("PAY-12")
@pytest.mark.parametrize("seed", range(examples(2)))
def test_every_way_of_grouping_has_the_same_sums_and_rows_that_add_up(desk: Desk, seed: int) -> None:
    came, went = busy(desk, seed)
    for group in GROUPS:
        asked = {**WEEK, "group_by": group}
        shown = looked_at(desk.world, "books", "billing.income", asked)
        named = figures(shown, "income_fen", "refunded_fen", "net_fen")
        assert [sum(column) for column in zip(*named, strict=True)] == [came, went, came - went], group
        assert [fen(shown["totals"][place]) for place in (2, 4, 5)] == [came, went, came - went], group
        for key, (_, _, net) in zip(shown["keys"], named, strict=True):
            assert rows_of(desk.world, "books", "billing.income_rows", {**asked, "key": key}) == net, (
                group,
                key,
            )
        assert rows_of(desk.world, "books", "billing.income_rows", asked) == came - went


@pytest.mark.requirement("CLN-08", "PAY-12")
def test_what_several_tenders_paid_adds_up_by_every_way_of_grouping(desk: Desk) -> None:
    bills = [
        issue(desk.world),
        issue(desk.world, *(replace(BLOOD, category=name) for name in ("test", "other"))),
    ]
    order = open_payment(
        hospital=desk.world.h1, patient_id=bills[0].patient_id, bill_ids=[bill.pk for bill in bills],
        application="window",
    )  # fmt: skip
    for number, part in enumerate((1_001, 2_333)):
        taken = {"channel": "pos", "reference": f"S{number}", "amount_fen": part}
        assert desk.settle(order, **taken).json()["state"] == "pending"
    assert desk.settle(order).json()["state"] == "posted"
    order.refresh_from_db()
    whole = order.amount_fen
    for group in GROUPS:
        shown = looked_at(desk.world, "books", "billing.income", {**DAYS, "group_by": group})
        named = figures(shown, "income_fen", "net_fen")
        assert [sum(column) for column in zip(*named, strict=True)] == [whole, whole], group
        for key, (_, net) in zip(shown["keys"], named, strict=True):
            asked = {**DAYS, "group_by": group, "key": key}
            assert rows_of(desk.world, "books", "billing.income_rows", asked) == net, (group, key)
    by_channel = looked_at(desk.world, "books", "billing.income", {**DAYS, "group_by": "channel"})
    assert dict(zip(by_channel["keys"], figures(by_channel, "income_fen"), strict=True)) == {
        "pos": (3_334,), "cash": (whole - 3_334,),
    }  # fmt: skip


def test_a_category_has_its_share_of_a_partial_refund_to_the_fen(desk: Desk) -> None:
    bill = issue(desk.world)  # 25.00 of medicine and 20.00 of a test
    order = open_payment(
        hospital=desk.world.h1, patient_id=bill.patient_id, bill_ids=[bill.pk], application="window"
    )
    assert desk.settle(order).status_code == 200
    order.refresh_from_db()
    desk.give_back(order, 1_001)
    shown = looked_at(desk.world, "books", "billing.income", {**DAYS, "group_by": "category"})
    found = {row[0]: row for row in shown["rows"]}
    assert {name: (row[2], row[4]) for name, row in found.items()} == {
        "检验费": ("20.00", "4.45"), "西药费": ("25.00", "5.56"),
    }, found  # fmt: skip


@pytest.mark.requirement("PAY-12")
def test_refunds_in_parts_come_to_nothing_in_every_category(desk: Desk) -> None:
    bill = issue(desk.world, *(replace(BLOOD, category=name) for name in ("test", "treatment", "other")))
    order = open_payment(
        hospital=desk.world.h1, patient_id=bill.patient_id, bill_ids=[bill.pk], application="window"
    )
    assert desk.settle(order).status_code == 200
    asked, back = {**DAYS, "group_by": "category"}, 0
    for part in (1, 1, 1, 998, 3_333, 1_666):
        order.refresh_from_db()
        later(clock.now() + dt.timedelta(seconds=1))
        desk.give_back(order, part)
        back += part
        shown = looked_at(desk.world, "books", "billing.income", asked)
        assert sum(fen(row[4]) for row in shown["rows"]) == back
        assert rows_of(desk.world, "books", "billing.income_rows", asked) == 6_000 - back
    assert figures(shown, "income_fen", "refunded_fen", "net_fen") == [(2_000, 2_000, 0)] * 3
    for key in shown["keys"]:
        assert rows_of(desk.world, "books", "billing.income_rows", {**asked, "key": key}) == 0


def income(desk: Desk, **parameters: str) -> tuple[int, int]:
    """What came in and went back by the report, and by its rows."""
    asked = {**BY_DAY, **parameters}
    shown = looked_at(desk.world, "books", "billing.income", asked)
    came, went = (
        sum(column) for column in zip((0, 0), *figures(shown, "income_fen", "refunded_fen"), strict=True)
    )
    assert rows_of(desk.world, "books", "billing.income_rows", asked) == came - went
    return came, went


@pytest.mark.requirement("PAY-12")
def test_money_on_a_card_is_income_once_it_is_spent_and_only_once(desk: Desk) -> None:
    made = top_up(desk.world, 10_000)
    assert made.order is not None and income(desk) == (0, 0)
    order = spend(desk.world, 6_000)
    assert (income(desk), income(desk, channel="card_balance")) == ((6_000, 0), (6_000, 0))
    assert income(desk, channel="wechat_pay") == (0, 0)
    back = create_refund(
        order=made.order, parts=[RefundPart(made.order.lines.get().pk, 4_000)], cause=RefundCause.WINDOW, reason="退卡",
        route=RefundRoute.COUNTER_CASH, staff=desk.world.staff["clerk"],
    )  # fmt: skip
    hand_out(back.pk)
    back.refresh_from_db()
    assert (back.state, income(desk)) == ("succeeded", (6_000, 0))
    assert desk.give_back(order, 500).state == "succeeded"
    assert income(desk) == (6_000, 500)
    assert desk.held(AccountKind.REVENUE) == 5_500


@pytest.mark.requirement("PAY-12")
def test_deposits_are_no_income_nor_are_they_before_they_are_posted(desk: Desk) -> None:
    inpatient.configure(desk.world, **inpatient.ON)
    stay = inpatient.admit(desk.world)
    assert inpatient.paid(desk.world, stay).state == "credited"
    bill = issue(
        desk.world, kind=BillKind.INPATIENT_DEPOSIT, subject_id=stay.pk, subject_type="inpatient.admission"
    )
    order = open_payment(
        hospital=desk.world.h1, patient_id=bill.patient_id, bill_ids=[bill.pk], application="window"
    )
    assert desk.settle(order).status_code == 200
    configure(desk.world, **TOP_UPS_ON, **ANY_AMOUNT)
    waits = open_top_up(card=desk.world.cards["patient_a"], amount_fen=700, application="miniprogram")
    assert waits.order is not None
    attempt = PaymentAttempt.objects.create(
        hospital_id=desk.world.h1.pk, order=waits.order, channel="wechat_pay", method="mini_program",
        out_trade_no="w700", amount_fen=700, started_at=clock.now(), expires_at=waits.order.expires_at,
    )  # fmt: skip
    trade = TradeResult(TradeState.PAID, "w700", amount_fen=700, transaction_id="t700", paid_at=clock.now())
    record_paid(attempt.pk, trade)
    waits.order.refresh_from_db()
    assert (waits.order.state, income(desk)) == ("paid_unposted", (0, 0))


@pytest.mark.requirement("PAY-12")
def test_a_slip_that_was_voided_went_back_by_its_machine_and_not_in_cash(desk: Desk) -> None:
    order = desk.order(2_000)
    assert desk.settle(order, channel="pos", reference="P1").status_code == 200
    order.refresh_from_db()
    back = create_refund(
        order=order, parts=[RefundPart(order.lines.get().pk, 2_000)], cause=RefundCause.REVERSED, reason="冲正",
        route=RefundRoute.COUNTER_CASH, staff=desk.world.staff["clerk"],
    )  # fmt: skip
    hand_out(back.pk)
    back.refresh_from_db()
    assert back.state == "succeeded"
    assert (income(desk, channel="pos"), income(desk, channel="cash")) == ((2_000, 2_000), (0, 0))
    other = desk.order(300)
    assert desk.settle(other, channel="pos", reference="P2").status_code == 200
    other.refresh_from_db()
    assert desk.give_back(other, 300).state == "succeeded"
    assert (income(desk, channel="pos"), income(desk, channel="cash")) == ((2_300, 2_000), (0, 300))


def test_days_weeks_and_months_are_those_of_shanghai(desk: Desk) -> None:
    moments = {
        (2026, 12, 31, 23, 59): ("2026-12-31", "2026-W53", "2026-12"),
        (2027, 1, 1, 0, 0): ("2027-01-01", "2026-W53", "2027-01"),
        (2027, 1, 3, 23, 59): ("2027-01-03", "2026-W53", "2027-01"),
        (2027, 1, 4, 0, 1): ("2027-01-04", "2027-W01", "2027-01"),
    }
    for number, moment in enumerate(moments, start=1):
        later(dt.datetime(*moment, tzinfo=clock.LOCAL))
        desk.take(100 * number)
    days = {"date_from": "2026-12-31", "date_to": "2027-01-04"}
    for place, group in enumerate(("day", "week", "month")):
        shown = looked_at(desk.world, "books", "billing.income", {**days, "group_by": group})
        wanted: dict[str, int] = {}
        for number, names in enumerate(moments.values(), start=1):
            wanted[names[place]] = wanted.get(names[place], 0) + 100 * number
        assert (
            dict(zip([row[0] for row in shown["rows"]], [fen(row[2]) for row in shown["rows"]], strict=True))
            == wanted
        )
    last_day = {"date_from": "2026-12-31", "date_to": "2026-12-31", "group_by": "day"}
    assert looked_at(desk.world, "books", "billing.income", last_day)["totals"][2] == "1.00"


def test_a_doctor_sees_own_figures_and_finance_all_of_the_hospital(desk: Desk) -> None:
    desk.take(5_000)  # a bill of doctor_a's
    for who, sees in (
        ("books", 5_000),
        ("cfo", 5_000),
        ("doctor_a", 5_000),
        ("doctor_b", 0),
        ("head", 5_000),
    ):
        shown = looked_at(desk.world, who, "billing.income", BY_DAY)
        assert sum(amount for (amount,) in figures(shown, "income_fen")) == sees, who
        assert rows_of(desk.world, who, "billing.income_rows", BY_DAY) == sees, who


def test_a_report_of_another_hospital_is_not_there(desk: Desk) -> None:
    for who, hospital, status in (("admin2", "h1", 400), ("books", "h2", 400), ("boss", "h2", 200)):
        answer = desk.world.client(who).post(
            f"{DEFINITIONS}/billing.income/preview",
            {"hospital_id": str(getattr(desk.world, hospital).pk), "parameters": BY_DAY}, "json",
        )  # fmt: skip
        assert answer.status_code == status, (who, answer.content)


@pytest.mark.parametrize(
    ("parameters", "field", "code"),
    [
        ({}, "date_from", "required"), ({**DAYS}, "group_by", "required"),
        ({**BY_DAY, "date_from": "2026-02-30"}, "date_from", "no_such_day"),
        ({**BY_DAY, "date_to": "23.11.2026"}, "date_to", "iso_day"),
        ({**BY_DAY, "date_from": "2026-11-24"}, "date_to", "within_366_days"),
        ({**BY_DAY, "date_from": "2025-11-22"}, "date_to", "within_366_days"),
        ({**BY_DAY, "group_by": "moon"}, "group_by", "invalid"), ({**BY_DAY, "x": "1"}, "x", "unknown_field"),
        ({**BY_DAY, "department_id": "no"}, "department_id", "unknown"),
        ({**BY_DAY, "doctor_id": "0199c3a5-d1f2-7c3e-9a4b-8e21f0a7d6c5"}, "doctor_id", "unknown"),
    ],
)  # fmt: skip
def test_what_cannot_be_asked_is_named(desk: Desk, parameters: dict[str, str], field: str, code: str) -> None:
    asked = {"hospital_id": str(desk.world.h1.pk), "parameters": parameters}
    answer = desk.world.client("books").post(f"{DEFINITIONS}/billing.income/preview", asked, "json")
    error = answer.json()["errors"][0]
    assert (answer.status_code, error["field"], error["code"]) == (400, f"parameters.{field}", code), error


def test_what_one_may_ask_for_is_listed_with_how(desk: Desk) -> None:
    def codes(who: str) -> set[str]:
        found = desk.world.client(who).get(DEFINITIONS).json()
        return {each["code"] for each in found if not each["code"].startswith("tests.")}

    assert codes("doctor_a") == {"billing.income", "billing.income_rows"}
    assert codes("clerk") == {"cashier.shifts", "cashier.shift_entries"}
    assert codes("books") >= {"payments.clearing", "payments.prepaid", "billing.income", "cashier.shifts"}
    income = next(
        x for x in desk.world.client("books").get(DEFINITIONS).json() if x["code"] == "billing.income"
    )
    days, group = income["parameters"][:2]
    assert (days["kind"], days["names"], days["max_days"]) == ("day_range", ["date_from", "date_to"], 366)
    assert (group["kind"], {"value": "day", "label": "日期"} in group["choices"]) == ("choice", True)
    assert income["detail"] == "billing.income_rows"
    refused = {"hospital_id": str(desk.world.h1.pk), "parameters": BY_DAY}
    answer = desk.world.client("clerk").post(f"{DEFINITIONS}/billing.income/preview", refused, "json")
    assert (answer.status_code, answer.json()["code"]) == (404, "no_such_report")


def test_a_clerk_sees_own_shifts_and_none_before_it_is_counted(desk: Desk) -> None:
    mine, other = desk.open("clerk"), desk.open("clerk2", drawer=1)
    desk.take(7_000, "clerk")
    desk.take(1_500, "clerk2")
    assert looked_at(desk.world, "books", "cashier.shifts", DAYS)["rows"] == []
    later(NOW + dt.timedelta(hours=17))  # past midnight
    paid = desk.take(300, "clerk")
    desk.give_back(paid, 100, "clerk")
    desk.count(mine, 20_000 + 7_200)
    desk.count(other, 20_000 + 1_400, "clerk2")
    two = {"date_from": str(TODAY), "date_to": str(TODAY + dt.timedelta(days=1))}
    shown = looked_at(desk.world, "clerk", "cashier.shifts", two)
    assert figures(shown, "cash_in_fen", "cash_refund_fen", "net_fen", "difference_fen") == [
        (7_000, 0, 7_000, 0), (300, 100, 200, 0),
    ]  # fmt: skip
    every = looked_at(desk.world, "books", "cashier.shifts", two)
    assert sum(net for (net,) in figures(every, "net_fen")) == 7_200 + 1_500
    assert sum(d for (d,) in figures(every, "difference_fen")) == -100
    for key, (net,) in zip(every["keys"], figures(every, "net_fen"), strict=True):
        assert rows_of(desk.world, "books", "cashier.shift_entries", {**two, "key": key}) == net


@pytest.mark.requirement("PAY-12")
def test_a_shift_without_any_cash_keeps_its_difference(desk: Desk) -> None:
    shift = desk.open("clerk")
    later(NOW + dt.timedelta(hours=1))
    desk.count(shift, 20_000 - 500)
    for moved, wanted in ((0, [(0, 0, -500)]), (1, []), (-1, [])):
        day = str(TODAY + dt.timedelta(days=moved))
        shown = looked_at(desk.world, "books", "cashier.shifts", {"date_from": day, "date_to": day})
        assert figures(shown, "cash_in_fen", "net_fen", "difference_fen") == wanted, day
    one = looked_at(desk.world, "books", "cashier.shifts", DAYS)
    assert rows_of(desk.world, "books", "cashier.shift_entries", {**DAYS, "key": one["keys"][0]}) == 0


def test_prepaid_balances_open_move_and_close(desk: Desk) -> None:
    card, cash = Account(AccountKind.CARD_BALANCE, "card"), Account(AccountKind.CLEARING, "cash")

    def move(day: int, amount: int) -> None:
        later(NOW + dt.timedelta(days=day))
        movements = [Movement(cash, amount), Movement(card, -amount)]
        ledger.post(hospital_id=desk.world.h1.pk, key=f"t{day}", kind="posted", movements=movements)

    for day, amount in ((0, 10_000), (1, 500), (2, -3_000), (3, -700)):
        move(day, amount)
    days = {"date_from": str(TODAY + dt.timedelta(days=1)), "date_to": str(TODAY + dt.timedelta(days=2))}
    shown = looked_at(desk.world, "books", "payments.prepaid", days)
    named = figures(shown, "opening_fen", "in_fen", "out_fen", "closing_fen")
    assert named == [(10_000, 500, 3_000, 7_500)] and shown["rows"][0][0] == "就诊卡余额"
    assert rows_of(desk.world, "books", "payments.prepaid_rows", {**days, "key": "card_balance"}) == -2_500


def test_clearing_is_as_old_as_what_is_not_settled(desk: Desk) -> None:
    wechat, bank = Account(AccountKind.CLEARING, "wechat_pay"), Account(AccountKind.BANK, "基本户")
    revenue = Account(AccountKind.REVENUE)

    def post(day: int, *movements: Movement) -> None:
        later(NOW + dt.timedelta(days=day))
        ledger.post(hospital_id=desk.world.h1.pk, key=f"c{day}", kind="paid", movements=list(movements))

    for day, amount in ((0, 1_000), (5, 2_000), (8, 3_000), (10, 4_000)):
        post(day, Movement(wechat, amount), Movement(revenue, -amount))
    post(11, Movement(bank, 1_500), Movement(wechat, -1_500))
    later(NOW + dt.timedelta(days=11))
    shown = looked_at(desk.world, "books", "payments.clearing", {})
    named = figures(shown, "held_fen", "to_1_fen", "to_3_fen", "to_7_fen", "older_fen")
    assert named == [(8_500, 4_000, 3_000, 1_500, 0)]
    assert rows_of(desk.world, "books", "payments.clearing_rows", {"key": "wechat_pay"}) == 8_500


@pytest.mark.django_db(transaction=True)
def test_the_answer_and_every_file_have_the_same_sums(desk: Desk) -> None:
    desk.give_back(desk.take(12_345), 45)
    shown = looked_at(desk.world, "books", "billing.income", BY_DAY)
    cells = sheet(made(desk.world, "books", "billing.income", BY_DAY))
    assert cells[0] == ["日期", "收款笔数", "收款金额(元)", "退款笔数", "退款金额(元)", "净额(元)"]
    assert cells[1] == [str(TODAY), 1, 123.45, 1, 0.45, 123]
    assert cells[2][5] == 123 and shown["totals"][5] == "123.00"
    text = made(desk.world, "books", "billing.income", BY_DAY, "csv").decode("utf-8-sig")
    assert f"{TODAY},1,123.45,1,0.45,123.00" in text
