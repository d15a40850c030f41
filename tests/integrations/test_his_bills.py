"""Bills of HIS are read strictly: a bill that does not add up is not shown, and the list then counts as incomplete."""

import datetime as dt
from decimal import Decimal
from typing import Any

import pytest

from apps.integrations.adapters.his_bills import MAX_BILLS, read_bills

ITEM = {
    "category": "western_medicine",
    "code": "X01",
    "name": "阿莫西林胶囊",
    "spec": "0.25g×24",
    "unit": "盒",
    "quantity": "1.5",
    "unit_price_fen": 1000,
    "amount_fen": 1500,
}
BILL = {
    "external_id": "HB1",
    "kind": "prescription",
    "title": "门诊\n处方",
    "amount_fen": 1500,
    "is_mandatory": True,
    "registration_bill_no": "ZD1",
    "department_code": "cardiology",
    "employee_no": "D1",
    "due_at": "2026-11-27T00:00:00+08:00",
    "state": "open",
    "paid_at": "",
    "items": [ITEM],
}


def item(**changes: Any) -> dict[str, Any]:
    return {**BILL, "items": [{**ITEM, **changes}]}


def test_a_bill_is_read_with_everything_it_says() -> None:
    found = read_bills([BILL])
    (bill,) = found.bills
    assert found.is_complete
    assert (bill.external_id, bill.kind, bill.title, bill.is_mandatory) == (
        "HB1",
        "prescription",
        "门诊 处方",
        True,
    )
    assert (bill.registration_bill_no, bill.department_code, bill.employee_no) == ("ZD1", "cardiology", "D1")
    assert (bill.due_at, bill.expires_at, bill.paid_at) == (
        dt.datetime(2026, 11, 26, 16, tzinfo=dt.UTC),
        None,
        None,
    )
    (only,) = bill.items
    assert (only.quantity, only.total_fen, only.category) == (Decimal("1.5"), 1500, "western_medicine")


def test_an_empty_list_is_complete_and_a_full_one_may_not_be() -> None:
    assert read_bills([]).is_complete
    rows = [{**BILL, "external_id": f"HB{n}"} for n in range(MAX_BILLS)]
    assert read_bills(rows[:-1]).is_complete
    found = read_bills(rows)
    assert (len(found.bills), found.is_complete) == (MAX_BILLS, False)


def test_a_key_that_is_there_twice_spoils_the_list() -> None:
    found = read_bills([BILL, {**BILL, "title": "另一张"}])
    assert (found.bills, found.is_complete) == ((), False)


@pytest.mark.requirement("PAY-04", "INT-01")
def test_what_nobody_sees_in_texts_of_his_is_taken_out() -> None:
    row = {**ITEM, "name": "血\u202e常规\u200b", "spec": "1\n次\x07"}
    (bill,) = read_bills([{**BILL, "title": "检\u200b验\x00费 ", "items": [row]}]).bills
    assert (bill.title, bill.items[0].name, bill.items[0].spec) == ("检验费", "血常规", "1 次")


def test_long_texts_are_cut_and_unknown_categories_are_other() -> None:
    (bill,) = read_bills([item(name="长" * 500, unit="盒" * 50, category="新类别", spec="a\x00\tb")]).bills
    (only,) = bill.items
    assert (len(only.name), len(only.unit), only.category, only.spec) == (120, 16, "other", "a b")


@pytest.mark.parametrize(
    "row",
    [
        None,
        [],
        "HB1",
        {},
        {**BILL, "external_id": ""},
        {**BILL, "external_id": "a/b"},
        {**BILL, "external_id": "x" * 65},
        {**BILL, "external_id": 7},
        {**BILL, "kind": "inpatient_deposit"},
        {**BILL, "kind": ["test"]},
        {**BILL, "amount_fen": 1501},
        {**BILL, "amount_fen": True},
        {**BILL, "amount_fen": "1500"},
        {**BILL, "items": []},
        {**BILL, "items": [ITEM] * 501, "amount_fen": 1500 * 501},
        {**BILL, "items": {"0": ITEM}},
        {**BILL, "items": [None]},
        {**BILL, "state": "refunded"},
        {**BILL, "state": "paid"},
        {**BILL, "state": "paid", "paid_at": "yesterday"},
        {**BILL, "state": "paid", "paid_at": "2026-11-26T09:00:00"},
        {**BILL, "due_at": 1767225600},
        item(quantity=1.5),
        item(quantity="-1.5"),
        item(quantity="0"),
        item(quantity="1e9"),
        item(quantity="NaN"),
        item(quantity="９"),
        item(quantity="1.5000"),
        item(unit_price_fen=-1000),
        item(unit_price_fen=10.5),
        item(amount_fen=-1500),
        item(name=" "),
        item(name=None),
    ],
)
def test_a_bill_that_does_not_add_up_is_left_out_and_said_to_be(row: Any) -> None:
    found = read_bills([row, {**BILL, "external_id": "HB2"}])
    assert [bill.external_id for bill in found.bills] == ["HB2"]
    assert not found.is_complete
