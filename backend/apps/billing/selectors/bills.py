"""Bills as the front ends show them."""

from collections.abc import Callable, Iterable
from decimal import Decimal
from typing import Any
from uuid import UUID

from django.db.models import Exists, OuterRef, QuerySet

from apps.billing.models import Bill, ChargeItem, Invoice
from apps.billing.states import BillStatus
from apps.identity.models import WeChatAccount
from apps.patients.errors import CardRequired
from apps.patients.selectors import bound_patients
from kernel import clock
from kernel.errors import NotFound

OWN = (
    "id", "bill_no", "kind", "title", "status", "is_mandatory", "registration_bill_id", "replaces_id", "payer_type",
    "source", "external_id", "amount_fen", "refunded_fen", "issued_at", "due_at", "expires_at", "paid_at", "order_id",
    "channel", "application", "voucher_no", "cancelled_at", "cancel_cause", "cancel_reason", "hospital_id",
    "department_id", "practitioner_id", "patient_id",
)  # fmt: skip
RELATED = {
    "hospital_name": "hospital__name",
    "department_name": "department__name",
    "practitioner_name": "practitioner__name",
    "patient_name": "patient__name",
    "mrn": "patient__mrn",
}
PLACE = {
    "building": "department__location__building",
    "floor": "department__location__floor",
    "room": "department__location__room",
}
ITEM = (
    "id", "position", "category", "code", "name", "spec", "unit", "quantity", "unit_price_fen", "amount_fen",
    "performed_at",
)  # fmt: skip


def rows_of(queryset: QuerySet[Bill]) -> QuerySet[Any, dict[str, Any]]:
    """Plain rows in one query; pass each through `shown`."""
    valid = Invoice.objects.filter(bill=OuterRef("pk"), reversed_at=None)
    rows: QuerySet[Any, dict[str, Any]] = queryset.values(
        *OWN, *RELATED.values(), *PLACE.values(), has_invoice=Exists(valid)
    )
    return rows


def shown(row: dict[str, Any]) -> dict[str, Any]:
    """A row of `rows_of` as the front ends get it."""
    names = {name: row[path] or "" for name, path in RELATED.items()}
    place = " ".join(row[path] for path in PLACE.values() if row[path])
    open_still = row["status"] == BillStatus.ISSUED and not _is_over(row)
    said = {"location": place, "is_payable": open_still, "has_invoice": row["has_invoice"]}
    return {name: row[name] for name in OWN} | names | said


#: What only staff see.
_FOR_STAFF = ("mrn", "source", "external_id", "replaces_id", "application", "cancel_reason", "has_invoice")


def shown_to_patient(row: dict[str, Any]) -> dict[str, Any]:
    """A row of `rows_of` as the mini-program gets it."""
    found = shown(row)
    return {name: found[name] for name in found if name not in _FOR_STAFF}


def _is_over(row: dict[str, Any]) -> bool:
    return row["expires_at"] is not None and row["expires_at"] <= clock.now()


def one(
    queryset: QuerySet[Bill], bill_id: UUID, show: Callable[[dict[str, Any]], dict[str, Any]] = shown
) -> dict[str, Any]:
    """One bill as shown, with its items; NotFound."""
    row = rows_of(queryset.filter(pk=bill_id)).first()
    if row is None:
        raise NotFound
    return show(row) | {"items": items_of(bill_id)}


def items_of_all(bill_ids: Iterable[UUID]) -> dict[UUID, list[dict[str, Any]]]:
    """费用明细 of many bills in one query, by bill and position."""
    found: dict[UUID, list[dict[str, Any]]] = {bill_id: [] for bill_id in bill_ids}
    rows = ChargeItem.objects.filter(bill_id__in=found).order_by("bill_id", "position")
    for row in rows.values("bill_id", *ITEM):
        found[row["bill_id"]].append(row)
    return found


def items_of(bill_id: UUID) -> list[dict[str, Any]]:
    """费用明细 in their order, with who performed or dispensed them."""
    rows = ChargeItem.objects.filter(bill_id=bill_id).order_by("position")
    return [
        {name: row[name] for name in ITEM}
        | {"quantity": plain(row["quantity"]), "performed_by_name": row["performed_by__name"] or ""}
        for row in rows.values(*ITEM, "performed_by__name")
    ]


def plain(quantity: Decimal) -> str:
    """2.000 → `2`, 0.500 → `0.5`."""
    return f"{quantity.normalize():f}"


def bills_of(account: WeChatAccount) -> QuerySet[Bill]:
    """Bills of the patients that are bound to the account now; CardRequired when there is none."""
    patients = bound_patients(account)
    if not patients:
        raise CardRequired
    return Bill.objects.filter(patient_id__in=patients)
