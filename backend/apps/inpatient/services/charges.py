"""住院计费: all rows of a request or none, each once by its key."""

import datetime as dt
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from django.db import transaction

from apps.audit.services import record
from apps.billing.services.items import ItemSpec, check_item
from apps.billing.types import BillSource
from apps.identity.models import StaffMember
from apps.inpatient import errors
from apps.inpatient.models import Admission, InpatientCharge
from apps.inpatient.services.admissions import CLOCKS_DIFFER, EARLIEST
from apps.inpatient.services.settled import check_late, lock_stays
from kernel import clock
from kernel.errors import Expectation, InvalidValue
from kernel.expectations import EACH_ONCE, PLAUSIBLE_MOMENT

MAX_ROWS = 500
ROWS = Expectation("charge_rows", f"一次 1 至 {MAX_ROWS} 行", f"1 to {MAX_ROWS} rows at once.")
#: What makes a row another one.
CONTENT = (
    "admission_id", "day", "category", "code", "name", "spec", "unit", "quantity", "unit_price_fen", "amount_fen",
    "reverses_id",
)  # fmt: skip
WITHIN_STAY = Expectation("within_stay", "须在住院期间之内", "It has to lie within the stay.")


@dataclass(frozen=True, slots=True, kw_only=True)
class ChargeSpec:
    """One row to be written. `external_id` blank: it has no key, and a repetition is another row."""

    admission: Admission
    day: dt.date
    item: ItemSpec
    external_id: str = ""


@dataclass(frozen=True, slots=True)
class Written:
    """`created` rows are new, `known` ones were there with the same content."""

    created: int
    known: int


@transaction.atomic
def charge(
    *, source: BillSource, specs: Sequence[ChargeSpec], staff: StaffMember | None = None
) -> tuple[list[InpatientCharge], Written]:
    """Write charges of one hospital; the rows as they are stored, in the order of `specs`.

    InvalidValue names the field; AdmissionOfHis; ChargeDiffers for a key that was used with another content.
    """
    if not 0 < len(specs) <= MAX_ROWS:
        raise InvalidValue(field="charges", expected=ROWS)
    if len({spec.admission.hospital_id for spec in specs}) > 1:
        raise ValueError("charges of one hospital at a time")
    for number, spec in enumerate(specs):
        _check(spec, source, f"charges.{number}")
    return store([_row(spec, source, staff) for spec in specs], "charges")


def store(rows: Sequence[InpatientCharge], field: str) -> tuple[list[InpatientCharge], Written]:
    """Insert what is new of `rows` (one hospital, one source) in the caller's transaction, and read it all back.

    A key twice in `field` is InvalidValue; StaySettled for what is new to a settled stay. Sorted by key, so that two
    requests with the same keys wait for each other in one direction.
    """
    keyed: dict[str, InpatientCharge] = {}
    for number, row in enumerate(rows):
        if row.external_id and keyed.setdefault(row.external_id, row) is not row:
            raise InvalidValue(field=f"{field}.{number}.external_id", expected=EACH_ONCE)
    lock_stays(row.admission_id for row in rows)
    InpatientCharge.objects.bulk_create(
        sorted(rows, key=lambda row: row.external_id), ignore_conflicts=bool(keyed)
    )
    stored = known_rows(rows[0].hospital_id, rows[0].source, keyed) if keyed else {}
    found = [stored.get(row.external_id, row) for row in rows]
    differing = [a.external_id for a, b in zip(rows, found, strict=True) if content_of(a) != content_of(b)]
    if differing:
        raise errors.ChargeDiffers(external_ids=differing)
    created = [row for row, there in zip(rows, found, strict=True) if row.pk == there.pk]
    if created:
        check_late(created)
        _log(created)
    return found, Written(len(created), len(rows) - len(created))


def known_rows(hospital_id: Any, source: str, keys: Any) -> dict[str, InpatientCharge]:
    """Rows of these keys, by key."""
    rows = InpatientCharge.objects.filter(hospital_id=hospital_id, source=source, external_id__in=list(keys))
    return {row.external_id: row for row in rows}


def content_of(row: InpatientCharge) -> tuple[Any, ...]:
    """For comparing a repetition with what is stored."""
    return tuple(getattr(row, name) for name in CONTENT)


def check_day(day: dt.date, field: str) -> None:
    """InvalidValue for a day that no hospital charges."""
    if not EARLIEST.date() <= day <= (clock.now() + CLOCKS_DIFFER).astimezone(clock.LOCAL).date():
        raise InvalidValue(field=field, expected=PLAUSIBLE_MOMENT)


def _check(spec: ChargeSpec, source: BillSource, where: str) -> None:
    check_item(spec.item, where)
    check_day(spec.day, f"{where}.day")
    stay = spec.admission
    if stay.source != source:
        raise errors.AdmissionOfHis
    if source == BillSource.OWN and not _within(stay, spec.day):
        raise InvalidValue(field=f"{where}.day", expected=WITHIN_STAY)


def _within(stay: Admission, day: dt.date) -> bool:
    """Own charges are of days that the patient was there; they may be written later. HIS knows better than we."""
    first = stay.admitted_at.astimezone(clock.LOCAL).date()
    last = stay.discharged_at.astimezone(clock.LOCAL).date() if stay.discharged_at else clock.today()
    return first <= day <= last


def _row(spec: ChargeSpec, source: BillSource, staff: StaffMember | None) -> InpatientCharge:
    item = spec.item
    return InpatientCharge(
        hospital_id=spec.admission.hospital_id,
        admission=spec.admission,
        day=spec.day,
        category=item.category,
        code=item.code,
        name=item.name,
        spec=item.spec,
        unit=item.unit,
        quantity=item.quantity,
        unit_price_fen=item.unit_price_fen,
        amount_fen=item.total_fen,
        source=source,
        external_id=spec.external_id,
        charged_by=staff,
    )


def _log(rows: Sequence[InpatientCharge]) -> None:
    """One line of the operation log for the request: who, from where, how much. The rows themselves never change."""
    record(
        action="charge",
        object_type="inpatient.charge",
        object_id=rows[0].admission_id if len({row.admission_id for row in rows}) == 1 else "",
        hospital_id=rows[0].hospital_id,
        detail={"rows": len(rows), "amount_fen": sum(row.amount_fen for row in rows)},
    )
