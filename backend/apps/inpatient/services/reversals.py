"""冲销: what was charged by mistake or brought back, as negative rows that name their original."""

import datetime as dt
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from decimal import ROUND_HALF_UP, Decimal
from uuid import UUID

from django.db import transaction
from django.db.models import Sum

from apps.billing.services.items import MAX_QUANTITY, THOUSANDTH
from apps.billing.types import BillSource
from apps.identity.models import StaffMember
from apps.inpatient import errors
from apps.inpatient.models import InpatientCharge
from apps.inpatient.services.charges import MAX_ROWS, ROWS, Written, check_day, known_rows, store
from apps.inpatient.services.settled import lock_stays
from kernel import clock
from kernel.errors import InvalidValue
from kernel.expectations import AMOUNT, QUANTITY
from kernel.locks import lock_rows
from kernel.money import MAX_FEN


@dataclass(frozen=True, slots=True, kw_only=True)
class ReversalSpec:
    """How much of `charge` goes back, in positive figures.

    `quantity` None: all that is left. `amount_fen` None: in proportion, half a fen rounded up.
    """

    charge_id: UUID
    day: dt.date
    quantity: Decimal | None = None
    amount_fen: int | None = None
    note: str = ""
    external_id: str = ""


@dataclass(slots=True)
class _Left:
    """What of a charge is not reversed."""

    quantity: Decimal
    fen: int


def reverse_charge(
    charge: InpatientCharge, *, quantity: Decimal | None, note: str, staff: StaffMember
) -> InpatientCharge:
    """Reverse an own charge, today. AdmissionOfHis, ReversalOfReversal, ReversalExceedsCharge, InvalidValue."""
    if charge.source == BillSource.HIS:
        raise errors.AdmissionOfHis
    spec = ReversalSpec(charge_id=charge.pk, day=clock.today(), quantity=quantity, note=note)
    rows, _ = reverse(source=BillSource.OWN, specs=[spec], staff=staff)
    return rows[0]


@transaction.atomic
def reverse(
    *, source: BillSource, specs: Sequence[ReversalSpec], staff: StaffMember | None = None
) -> tuple[list[InpatientCharge], Written]:
    """Write reversals of charges of one hospital and source, under the locks of the originals; as `charge`.

    InvalidValue names the field; ReversalOfReversal; ReversalExceedsCharge; ChargeDiffers for a key that was used
    otherwise.
    """
    if not 0 < len(specs) <= MAX_ROWS:
        raise InvalidValue(field="reversals", expected=ROWS)
    for number, spec in enumerate(specs):
        _check(spec, f"reversals.{number}")
    wanted = InpatientCharge.objects.filter(pk__in={spec.charge_id for spec in specs})
    lock_stays(wanted.values_list("admission_id", flat=True))
    originals = {row.pk: row for row in lock_rows(wanted)}
    if any(row.reverses_id is not None for row in originals.values()):
        raise errors.ReversalOfReversal
    hospital_id = next(iter(originals.values())).hospital_id
    known = known_rows(hospital_id, source, [spec.external_id for spec in specs if spec.external_id])
    lefts = _lefts(originals)
    rows = []
    for spec in specs:
        there = known.get(spec.external_id)
        if there is None:
            there = _row(spec, originals[spec.charge_id], lefts[spec.charge_id], source, staff)
        elif not _same(spec, there):
            raise errors.ChargeDiffers(external_ids=[spec.external_id])
        rows.append(there)
    new = [row for row in rows if row._state.adding]
    if not new:
        return rows, Written(0, len(rows))
    stored, written = store(new, "reversals")
    by_key = {row.pk: found for row, found in zip(new, stored, strict=True)}
    return [by_key.get(row.pk, row) for row in rows], Written(written.created, len(rows) - written.created)


def _check(spec: ReversalSpec, where: str) -> None:
    check_day(spec.day, f"{where}.day")
    quantity = spec.quantity
    if quantity is not None and not (0 < quantity < MAX_QUANTITY and not quantity % THOUSANDTH):
        raise InvalidValue(field=f"{where}.quantity", expected=QUANTITY)
    if spec.amount_fen is not None and not 0 <= spec.amount_fen <= MAX_FEN:
        raise InvalidValue(field=f"{where}.amount_fen", expected=AMOUNT)


def _lefts(originals: Mapping[UUID, InpatientCharge]) -> dict[UUID, _Left]:
    lefts = {pk: _Left(row.quantity, row.amount_fen) for pk, row in originals.items()}
    reversals = InpatientCharge.objects.filter(reverses__in=list(originals)).order_by()
    sums = reversals.values_list("reverses_id").annotate(Sum("quantity"), Sum("amount_fen"))
    for pk, quantity, fen in sums:
        lefts[pk].quantity += quantity
        lefts[pk].fen += fen
    return lefts


def _same(spec: ReversalSpec, there: InpatientCharge) -> bool:
    """Whether a repeated reversal asks for what was written."""
    return (
        there.reverses_id == spec.charge_id
        and there.day == spec.day
        and spec.quantity in (None, -there.quantity)
        and spec.amount_fen in (None, -there.amount_fen)
    )


def _row(
    spec: ReversalSpec,
    original: InpatientCharge,
    left: _Left,
    source: BillSource,
    staff: StaffMember | None,
) -> InpatientCharge:
    """The reversal to be written; `left` is less by it then."""
    quantity = left.quantity if spec.quantity is None else spec.quantity
    amount = _amount(spec, original, left, quantity)
    if not 0 < quantity <= left.quantity or amount > left.fen:
        raise errors.ReversalExceedsCharge(
            charge=str(original.pk), left_quantity=str(left.quantity), left_fen=left.fen
        )
    left.quantity -= quantity
    left.fen -= amount
    return InpatientCharge(
        hospital_id=original.hospital_id,
        admission_id=original.admission_id,
        day=spec.day,
        category=original.category,
        code=original.code,
        name=original.name,
        spec=original.spec,
        unit=original.unit,
        quantity=-quantity,
        unit_price_fen=original.unit_price_fen,
        amount_fen=-amount,
        reverses=original,
        note=spec.note,
        source=source,
        external_id=spec.external_id,
        charged_by=staff,
    )


def _amount(spec: ReversalSpec, original: InpatientCharge, left: _Left, quantity: Decimal) -> int:
    if spec.amount_fen is not None:
        return spec.amount_fen
    if quantity == left.quantity:
        return left.fen
    share = (original.amount_fen * quantity / original.quantity).quantize(Decimal(1), ROUND_HALF_UP)
    return min(int(share), left.fen)
