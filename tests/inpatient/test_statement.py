"""住院费清单 (INP-02): running total, balance or arrears, one day item by item; the sums are those of the charges."""

import datetime as dt
from decimal import ROUND_HALF_UP, Decimal
from typing import Any

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from hypothesis import HealthCheck, given, settings as hypothesis_settings, strategies as st

from apps.audit.models import AuditEvent
from apps.billing.models import BillSource, ItemCategory
from apps.billing.services.items import ItemSpec
from apps.inpatient.models import Admission, InpatientCharge
from apps.inpatient.selectors.statement import day_of, days_of, statement_of
from apps.inpatient.services.charges import ChargeSpec, charge as write
from apps.inpatient.services.reversals import ReversalSpec, reverse
from kernel.money import fen_to_yuan
from tests.inpatient.support import (
    BLOOD,
    NOW,
    TODAY,
    admit,
    charge,
    code,
    deposit_of,
    export,
    get,
    his_stay,
    paid,
)  # fmt: skip
from tests.support.effort import examples
from tests.support.world import World

pytestmark = pytest.mark.requirement("INP-02")
YESTERDAY = TODAY - dt.timedelta(days=1)


def detail(world: World, stay: Admission, who: str = "patient_a", **query: Any) -> dict[str, Any]:
    found: dict[str, Any] = get(world, who, f"admissions/{stay.pk}/daily-charges", **query).json()
    return found


def test_a_patient_sees_charges_deposit_and_what_is_left_or_missing(ward: World) -> None:
    stay = admit(ward)
    empty = get(ward, "patient_a", f"admissions/{stay.pk}").json()["statement"]
    assert (empty["charged_fen"], empty["deposit_fen"], empty["balance_fen"], empty["arrears_fen"]) == (
        0,
        0,
        0,
        0,
    )
    assert (empty["last_charged_on"], empty["categories"]) == (None, [])
    paid(ward, stay, 15_000)
    charge(stay)
    shown = get(ward, "patient_a", f"admissions/{stay.pk}").json()
    total = shown["statement"]
    assert (total["charged_fen"], total["deposit_fen"]) == (11_550, 15_000)
    assert (total["balance_fen"], total["arrears_fen"]) == (3_450, 0)
    assert dt.datetime.fromisoformat(total["as_of"]) == NOW
    assert total["last_charged_on"] == TODAY.isoformat()
    assert [(row["category"], row["amount_fen"]) for row in total["categories"]] == [
        ("test", 2_000), ("western_medicine", 5_550), ("bed", 4_000),
    ]  # fmt: skip
    assert (shown["ward"], shown["bed"], shown["department_name"]) == ("心内一病区", "12", "心内科")
    assert {"mrn", "source", "external_id", "version"}.isdisjoint(shown)
    charge(stay, day=YESTERDAY)
    total = get(ward, "clerk", f"admissions/{stay.pk}/statement").json()
    assert (total["charged_fen"], total["balance_fen"], total["arrears_fen"]) == (23_100, 0, 8_100)
    assert deposit_of(stay) == 15_000, "nothing is netted in the ledger"


def test_a_day_shows_every_item_with_quantity_and_price_by_category(ward: World) -> None:
    stay = admit(ward)
    charge(stay)
    charge(stay, BLOOD, day=YESTERDAY)
    found = detail(ward, stay)
    assert found["detail"] is None
    assert found["days"] == [
        {"day": TODAY.isoformat(), "amount_fen": 11_550, "item_count": 3},
        {"day": YESTERDAY.isoformat(), "amount_fen": 2_000, "item_count": 1},
    ]
    day = detail(ward, stay, day=TODAY.isoformat())["detail"]
    assert (day["day"], day["amount_fen"], day["item_count"]) == (TODAY.isoformat(), 11_550, 3)
    assert [(row["category"], row["amount_fen"]) for row in day["categories"]] == [
        ("test", 2_000), ("western_medicine", 5_550), ("bed", 4_000),
    ]  # fmt: skip
    (item,) = day["categories"][1]["items"]
    assert {name: item[name] for name in ("name", "spec", "unit", "quantity", "unit_price_fen", "amount_fen")} == {
        "name": "注射用头孢呋辛钠", "spec": "0.75g", "unit": "支", "quantity": "3.000", "unit_price_fen": 1_850,
        "amount_fen": 5_550,
    }  # fmt: skip
    assert detail(ward, stay, "doctor_a", day=TODAY.isoformat())["detail"] == day
    empty = detail(ward, stay, day="2020-01-01")["detail"]
    assert (empty["amount_fen"], empty["item_count"], empty["categories"]) == (0, 0, [])


@pytest.mark.parametrize("query", [{"day": "x"}, {"day": "2026-02-30"}, {"colour": "red"}, {"page": "1"}])
def test_bad_questions_are_clear_errors(ward: World, query: dict[str, str]) -> None:
    stay = admit(ward)
    for who in ("patient_a", "clerk"):
        answer = get(ward, who, f"admissions/{stay.pk}/daily-charges", **query)
        assert code(answer) == (400, "validation_error")
    for day in ("0001-01-01", "9999-12-31"):
        assert get(ward, "patient_a", f"admissions/{stay.pk}/daily-charges", day=day).status_code == 200


def test_a_reversal_stands_on_the_day_on_which_it_was_made(ward: World) -> None:
    stay = admit(ward)
    (blood,) = charge(stay, BLOOD, day=YESTERDAY)
    reverse(source=BillSource.OWN, specs=[ReversalSpec(charge_id=blood.pk, day=TODAY, note="未做")])
    assert [(row["day"], row["amount_fen"]) for row in days_of(stay.pk)] == [
        (TODAY, -2_000),
        (YESTERDAY, 2_000),
    ]
    (item,) = day_of(stay.pk, TODAY)["categories"][0]["items"]
    assert (item["quantity"], item["amount_fen"], item["reverses_id"], item["note"]) == (
        "-1.000", -2_000, blood.pk, "未做",
    )  # fmt: skip
    assert statement_of(stay).charged_fen == 0


QUANTITIES = st.decimals("0.001", "20", places=3)
ITEMS = st.tuples(QUANTITIES, st.integers(0, 90_000), st.sampled_from(list(ItemCategory)), st.integers(0, 3))
REVERSALS = st.tuples(st.integers(0, 30), st.none() | QUANTITIES)


@given(items=st.lists(ITEMS, min_size=1, max_size=12), reversals=st.lists(REVERSALS, max_size=12))
@hypothesis_settings(
    max_examples=examples(40),
    deadline=None,
    suppress_health_check=list(HealthCheck),
)
def test_the_statement_is_the_sum_of_the_charges_less_what_was_reversed(
    ward: World, items: list[Any], reversals: list[Any]
) -> None:
    """Against a plain model of its own: lists of amounts in the order of writing."""
    Admission.objects.filter(status="admitted").update(status="discharged", discharged_at=NOW)
    stay = admit(ward)
    specs = [
        ChargeSpec(
            admission=stay, day=TODAY - dt.timedelta(days=ago), item=ItemSpec("项", n, price, category)
        )
        for n, price, category, ago in items
    ]
    rows, _ = write(source=BillSource.OWN, specs=specs)
    left = [[n, int((n * price).quantize(Decimal(1), ROUND_HALF_UP))] for n, price, _, _ in items]
    whole = [(n, amount) for n, amount in left]
    for index, quantity in reversals:
        place = index % len(rows)
        wanted = left[place][0] if quantity is None else quantity
        if not 0 < wanted <= left[place][0]:
            continue
        reverse(
            source=BillSource.OWN,
            specs=[ReversalSpec(charge_id=rows[place].pk, day=TODAY, quantity=quantity)],
        )
        n, amount = whole[place]
        share = int((amount * wanted / n).quantize(Decimal(1), ROUND_HALF_UP))
        back = left[place][1] if wanted == left[place][0] else min(share, left[place][1])
        left[place] = [left[place][0] - wanted, left[place][1] - back]
    total = statement_of(stay)
    assert total.charged_fen == sum(amount for _, amount in left)
    assert sum(row["amount_fen"] for row in total.categories) == total.charged_fen
    days = days_of(stay.pk)
    assert sum(row["amount_fen"] for row in days) == total.charged_fen
    assert sum(row["item_count"] for row in days) == InpatientCharge.objects.filter(admission=stay).count()
    for row in days:
        day = day_of(stay.pk, row["day"])
        assert (day["amount_fen"], day["item_count"]) == (row["amount_fen"], row["item_count"])
        assert sum(part["amount_fen"] for part in day["categories"]) == day["amount_fen"]


def test_the_export_has_every_row_and_the_totals_and_runs_nothing(ward: World) -> None:
    stay = admit(ward)
    charge(stay, day=YESTERDAY)
    (evil,) = charge(stay, ItemSpec("=HYPERLINK(1)", Decimal("1.5"), 1_000, "other", "@x", "-1+1", "+u"))
    reverse(source=BillSource.OWN, specs=[ReversalSpec(charge_id=evil.pk, day=TODAY, note="=1+1")])
    header, *rows, last = export(ward, stay)
    assert header[0] == "日期"
    assert rows[0] == [
        YESTERDAY.isoformat(), "床位费", "C001", "床位费", "", "日", "40.00", "1", "40.00", "", "", "",
    ]  # fmt: skip
    assert rows[-1] == [
        TODAY.isoformat(), "其他费用", "'@x", "'=HYPERLINK(1)", "'-1+1", "'+u", "10.00", "", "", "1.5", "15.00",
        "'=1+1",
    ]  # fmt: skip
    assert len(rows) == 5
    assert (last[0], last[8], last[10]) == ("合计", fen_to_yuan(11_550 + 1_500), "15.00")
    logged = AuditEvent.objects.get(action="export")
    assert (logged.object_id, logged.hospital_id) == (str(stay.pk), stay.hospital_id)


def test_a_long_stay_is_exported_whole_and_in_order(ward: World) -> None:
    stay = admit(ward)
    fill(stay, 2_500)
    _, *rows, last = export(ward, stay)
    assert len(rows) == 2_500
    assert [row[0] for row in rows] == sorted(row[0] for row in rows)
    assert last[8] == fen_to_yuan(2_500 * 1_000)


def queries(world: World, who: str, path: str) -> list[str]:
    get(world, who, path)
    with CaptureQueriesContext(connection) as captured:
        assert get(world, who, path).status_code == 200
    return [query["sql"] for query in captured.captured_queries]


READS = (
    ("patient_a", "admissions", 4),
    ("patient_a", "admissions/{}", 8),
    ("patient_a", "admissions/{}/daily-charges", 4),
    ("patient_a", f"admissions/{{}}/daily-charges?day={TODAY}", 5),
    ("clerk", "admissions", 4),
    ("clerk", "admissions/{}", 4),
    ("clerk", "admissions/{}/charges", 5),
    ("clerk", "admissions/{}/statement", 6),
    ("clerk", "admissions/{}/daily-charges", 4),
)


def test_nothing_is_asked_more_often_with_ten_thousand_rows(ward: World) -> None:
    stay = admit(ward)
    counts = []
    for rows in (30, 9_970):
        fill(stay, rows)
        counts.append([len(queries(ward, who, path.format(stay.pk))) for who, path, _ in READS])
    assert all(many <= few for few, many in zip(*counts, strict=True)), (
        counts
    )  # a long list is counted less often
    assert all(n <= most for n, (_, _, most) in zip(counts[1], READS, strict=True)), counts[1]
    assert statement_of(stay).charged_fen == 10_000 * 1_000
    assert [row["item_count"] for row in days_of(stay.pk)] == [2_500] * 4


def fill(stay: Admission, count: int) -> None:
    """So many more rows of ten yuan over four days, straight into the table."""
    there = InpatientCharge.objects.filter(admission=stay).count()
    categories = list(ItemCategory)
    InpatientCharge.objects.bulk_create(
        (
            InpatientCharge(
                hospital_id=stay.hospital_id, admission=stay, day=TODAY - dt.timedelta(days=n % 4),
                category=categories[n % len(categories)], name=f"项目{n}", quantity=1, unit_price_fen=1_000,
                amount_fen=1_000,
            )
            for n in range(there, there + count)
        ),
        batch_size=2_000,
    )  # fmt: skip


def test_totals_are_read_from_the_index_of_the_stay(ward: World) -> None:
    stay = admit(ward)
    fill(stay, 3_000)
    with connection.cursor() as cursor:
        cursor.execute("ANALYZE inpatient_inpatientcharge")
    for path in ("admissions/{}/statement", "admissions/{}/daily-charges"):
        sums = [
            sql for sql in queries(ward, "clerk", path.format(stay.pk)) if "inpatient_inpatientcharge" in sql
        ]
        assert len(sums) == 1, sums
        with connection.cursor() as cursor:
            cursor.execute("SET LOCAL enable_seqscan = off")
            cursor.execute("SET LOCAL enable_bitmapscan = off")
            cursor.execute("EXPLAIN " + sums[0])
            plan = "\n".join(row[0] for row in cursor.fetchall())
        assert "Index Only Scan" in plan and "inpatient_charge_of_stay" in plan, plan


def test_a_stay_of_his_shows_the_same(ward: World) -> None:
    stay = his_stay(ward)
    charge(stay, BLOOD, external_id="C1")
    shown = get(ward, "patient_a", f"admissions/{stay.pk}").json()
    assert (shown["admission_no"], shown["statement"]["charged_fen"]) == ("0012345", 2_000)


def test_own_stays_are_listed_the_newest_first_and_filtered(ward: World) -> None:
    first = admit(ward)
    Admission.objects.filter(pk=first.pk).update(status="discharged", discharged_at=NOW)
    second = admit(ward)
    rows = get(ward, "patient_a", "admissions").json()["results"]
    assert [row["id"] for row in rows] == [str(second.pk), str(first.pk)]
    rows = get(ward, "patient_a", "admissions", status="discharged").json()["results"]
    assert [row["id"] for row in rows] == [str(first.pk)]
    assert get(ward, "patient_a", "admissions", colour="red").status_code == 400
