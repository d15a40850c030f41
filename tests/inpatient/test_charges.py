"""住院计费: each once by its key, for ever, and taken back only by rows that name what they reverse."""

import datetime as dt
from decimal import Decimal
from typing import Any

import pytest
from django.db import IntegrityError, transaction
from django.db.utils import InternalError

from apps.audit.models import AuditEvent
from apps.billing.services.items import ItemSpec
from apps.inpatient.models import InpatientCharge
from apps.inpatient.selectors.statement import statement_of
from apps.inpatient.services.admissions import discharge
from tests.inpatient.support import NOW, TODAY, admit, at_desk, charge, code, get, his_stay
from tests.support.world import World

pytestmark = pytest.mark.requirement("INP-02")


def row(**facts: Any) -> dict[str, Any]:
    values = {
        "day": TODAY.isoformat(), "category": "western_medicine", "code": "Y101", "name": "注射用头孢呋辛钠",
        "spec": "0.75g", "unit": "支", "quantity": "3", "unit_price_fen": 1_850,
    }  # fmt: skip
    return values | facts


def write(world: World, stay: Any, *rows: dict[str, Any], who: str = "clerk", **more: Any) -> Any:
    return at_desk(world, who, f"admissions/{stay.pk}/charges", {"charges": list(rows)}, **more)


def reverse(world: World, found: InpatientCharge | str, who: str = "clerk", **body: Any) -> Any:
    pk = found if isinstance(found, str) else found.pk
    return at_desk(world, who, f"inpatient-charges/{pk}/reverse", {"reason": "开错", **body})


def field(answer: Any) -> tuple[int, str]:
    return answer.status_code, answer.json()["errors"][0]["field"]


def test_charges_come_to_quantity_times_price_and_name_who_wrote_them(ward: World) -> None:
    stay = admit(ward)
    made = write(ward, stay, row(), row(quantity="0.333", unit_price_fen=1_000, name="氧气", unit="时"))
    assert (made.status_code, made.json()["created"], made.json()["known"]) == (201, 2, 0)
    assert [line["amount_fen"] for line in made.json()["charges"]] == [5_550, 333]
    shown = get(ward, "doctor_a", f"admissions/{stay.pk}/charges").json()["results"]
    assert [(line["name"], line["quantity"], line["charged_by_name"]) for line in shown] == [
        ("氧气", "0.333", "clerk"), ("注射用头孢呋辛钠", "3.000", "clerk"),
    ]  # fmt: skip
    logged = AuditEvent.objects.get(action="charge")
    assert (logged.object_id, logged.after) == (str(stay.pk), {"rows": 2, "amount_fen": 5_883})


def test_a_repetition_is_known_by_its_key_and_another_content_refused(ward: World) -> None:
    stay = admit(ward)
    first = write(ward, stay, row(external_id="K1"), row(external_id="K2", quantity="1")).json()
    again = write(ward, stay, row(external_id="K3"), row(external_id="K1", quantity="3.000")).json()
    assert (again["created"], again["known"]) == (1, 1)
    assert again["charges"][1]["id"] == first["charges"][0]["id"]
    refused = write(ward, stay, row(external_id="K4"), row(external_id="K2", quantity="2"))
    assert code(refused) == (409, "charge_differs")
    assert refused.json()["external_ids"] == ["K2"]
    twice = write(ward, stay, row(external_id="K5"), row(external_id="K5"))
    assert field(twice) == (400, "charges.1.external_id")
    assert InpatientCharge.objects.count() == 3, "all rows of a request or none"
    assert statement_of(stay).charged_fen == 5_550 + 1_850 + 5_550


def test_without_a_key_the_same_again_is_another_charge(ward: World) -> None:
    stay = admit(ward)
    write(ward, stay, row())
    write(ward, stay, row())
    assert InpatientCharge.objects.count() == 2


def test_a_request_writes_up_to_five_hundred_rows_in_few_statements(
    ward: World, django_assert_max_num_queries: Any
) -> None:
    stay = admit(ward)
    write(ward, stay, row())
    rows = [row(external_id=f"K{n}") for n in range(500)]
    with django_assert_max_num_queries(16):
        assert write(ward, stay, *rows).json()["created"] == 500
    assert write(ward, stay, *rows, row(external_id="K500")).status_code == 400
    assert write(ward, stay).status_code == 400


@pytest.mark.parametrize(
    "facts",
    [
        {"quantity": "0"}, {"quantity": "-1"}, {"quantity": "1.0001"}, {"quantity": 1}, {"quantity": "1e3"},
        {"quantity": "1000000"}, {"unit_price_fen": -1}, {"unit_price_fen": 10**12}, {"unit_price_fen": 1.5},
        {"name": " "}, {"name": "x" * 121}, {"category": "x"}, {"day": "2026-02-30"}, {"day": None},
        {"external_id": "a b"}, {"external_id": "x" * 65}, {"colour": 1},
    ],
)  # fmt: skip
def test_what_cannot_be_charged_is_named_and_nothing_is_written(ward: World, facts: dict[str, Any]) -> None:
    answer = write(ward, admit(ward), row(), row(**facts))
    assert (answer.status_code, answer.json()["errors"][0]["field"].startswith("charges.1")) == (400, True)
    assert not InpatientCharge.objects.exists()


def test_more_than_the_largest_amount_is_refused(ward: World) -> None:
    answer = write(ward, admit(ward), row(quantity="999999", unit_price_fen=10_000_000_000))
    assert field(answer) == (400, "charges.0.amount_fen")


def test_own_charges_are_of_days_that_the_patient_was_there(ward: World) -> None:
    stay = admit(ward)
    for day in (TODAY - dt.timedelta(days=4), TODAY + dt.timedelta(days=1), dt.date.min, dt.date.max):
        assert field(write(ward, stay, row(day=day.isoformat()))) == (400, "charges.0.day"), day
    discharge(stay, discharged_at=NOW - dt.timedelta(days=1))
    assert field(write(ward, stay, row())) == (400, "charges.0.day")
    late = write(ward, stay, row(day=(TODAY - dt.timedelta(days=1)).isoformat()))
    assert late.status_code == 201, "written down later, of a day before"


def test_what_his_keeps_only_his_charges(ward: World) -> None:
    stay = his_stay(ward)
    assert code(write(ward, stay, row())) == (409, "admission_of_his")
    (bed,) = charge(stay, ItemSpec("床位费", Decimal(1), 4_000, "bed"), external_id="C1")
    assert code(reverse(ward, bed)) == (409, "admission_of_his")


def test_a_reversal_is_a_negative_row_that_names_its_original(ward: World) -> None:
    stay = admit(ward)
    drug = charge(stay)[1]
    made = reverse(ward, drug).json()
    assert (made["quantity"], made["amount_fen"], made["reverses_id"]) == ("-3.000", -5_550, str(drug.pk))
    assert (made["name"], made["note"], made["charged_by_name"]) == ("注射用头孢呋辛钠", "开错", "clerk")
    assert statement_of(stay).charged_fen == 6_000
    refused = reverse(ward, drug)
    assert code(refused) == (409, "reversal_exceeds_charge")
    assert (refused.json()["left_quantity"], refused.json()["left_fen"]) == ("0.000", 0)
    assert code(reverse(ward, made["id"])) == (409, "reversal_of_reversal")
    assert reverse(ward, drug, reason="").status_code == 400


def test_a_part_goes_back_in_proportion_and_the_rest_to_the_last_fen(ward: World) -> None:
    stay = admit(ward)
    (item,) = charge(stay, ItemSpec("药", Decimal(3), 333, "other", amount_fen=1_000))
    parts = [reverse(ward, item, quantity=quantity).json()["amount_fen"] for quantity in ("1", "1")]
    assert parts == [-333, -333]
    assert code(reverse(ward, item, quantity="1.001")) == (409, "reversal_exceeds_charge")
    assert reverse(ward, item).json()["amount_fen"] == -334
    assert statement_of(stay).charged_fen == 0


def test_foreign_charges_do_not_exist(ward: World) -> None:
    (item, *_) = charge(admit(ward))
    assert reverse(ward, item, "admin2").status_code == 404
    assert reverse(ward, item, "doctor_c").status_code == 404
    assert InpatientCharge.objects.count() == 3


def test_the_rows_of_a_stay_are_filtered_by_day_and_category(ward: World) -> None:
    stay, other = admit(ward), admit(ward, "patient_b")
    charge(stay)
    charge(stay, day=TODAY - dt.timedelta(days=1))
    charge(other)
    path = f"admissions/{stay.pk}/charges"
    assert get(ward, "clerk", path).json()["count"] == 6
    found = get(ward, "clerk", path, day=TODAY.isoformat(), category="bed").json()["results"]
    assert [(line["name"], line["day"]) for line in found] == [("床位费", TODAY.isoformat())]
    for wrong in ({"day": "x"}, {"category": "x"}, {"colour": "red"}):
        assert get(ward, "clerk", path, **wrong).status_code == 400, wrong


def refused_by_postgresql(job: Any) -> bool:
    try:
        with transaction.atomic():
            job()
    except (IntegrityError, InternalError):
        return True
    return False


def test_postgresql_refuses_to_change_or_delete_what_was_charged(ward: World) -> None:
    charge(admit(ward))
    rows = InpatientCharge.objects.all()
    assert refused_by_postgresql(lambda: rows.update(amount_fen=1))
    assert refused_by_postgresql(lambda: rows.update(note="x"))
    assert refused_by_postgresql(rows.delete)
    assert InpatientCharge.objects.count() == 3


def test_postgresql_keeps_reversals_within_their_original(ward: World) -> None:
    stay, other = admit(ward), admit(ward, "patient_b")
    (item, *_) = charge(stay)
    reversal = charge(stay)[0]

    def insert(**facts: Any) -> Any:
        values = {
            "hospital": ward.h1, "admission": stay, "day": TODAY, "category": "bed", "name": "床位费",
            "unit_price_fen": 4_000, "quantity": Decimal(-1), "amount_fen": -4_000, "reverses": item,
        }  # fmt: skip
        return lambda: InpatientCharge.objects.create(**values | facts)

    for wrong in (
        {"quantity": Decimal("-1.001")}, {"amount_fen": -4_001}, {"admission": other}, {"reverses": None},
        {"quantity": Decimal(1), "amount_fen": 4_000}, {"quantity": Decimal(0)},
    ):  # fmt: skip
        assert refused_by_postgresql(insert(**wrong)), wrong
    insert(quantity=Decimal("-0.5"), amount_fen=-2_000)()
    assert refused_by_postgresql(insert())
    insert(quantity=Decimal("-0.5"), amount_fen=-2_000)()
    back = insert(reverses=reversal)()
    assert refused_by_postgresql(insert(reverses=back)), "a reversal is not reversed"
