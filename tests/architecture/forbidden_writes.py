"""Every way to write rows of another app that test_writers has to see; never called."""

from collections.abc import Iterable
from uuid import UUID

from django.db.models import QuerySet

from apps.billing.models import Bill
from apps.patients.models import Patient
from apps.payments.models import PaymentOrder, PaymentOrderLine
from apps.payments.states import ORDERS, OrderState
from kernel.locks import lock_one, lock_rows, save_version


def by_manager(key: UUID) -> None:
    PaymentOrder.objects.filter(pk=key).exclude(state="closed").update(state="closed")


def by_bulk(orders: list[PaymentOrder]) -> None:
    PaymentOrder.objects.bulk_update(orders, ["state"])


def by_row(order: PaymentOrder) -> None:
    order.save(update_fields=["state"])


def by_loop(orders: Iterable[PaymentOrder]) -> None:
    for each in orders:
        each.delete()


def by_related_manager(order: PaymentOrder) -> None:
    order.lines.update(is_live=False)


def by_foreign_key(line: PaymentOrderLine) -> None:
    line.order.patient.save()


def by_lock(key: UUID) -> None:
    order = lock_one(PaymentOrder.objects, pk=key)
    order.save()


def by_locked_rows(key: UUID) -> None:
    for bill in lock_rows(Bill.objects.filter(pk=key)):
        bill.delete()


def _lines(key: UUID) -> QuerySet[PaymentOrderLine]:
    return PaymentOrderLine.objects.filter(subject_id=key)


def by_helper(key: UUID) -> None:
    _lines(key).filter(is_live=True).update(is_live=False)


def by_version(patient: Patient) -> None:
    save_version(patient, ["name"], version=1)


def by_state(order: PaymentOrder | None) -> None:
    if order is not None:
        ORDERS.move(order, OrderState.CLOSED)


def by_unknown(model: object, key: UUID) -> None:
    model.objects.filter(pk=key).update(state="closed")  # type: ignore[attr-defined]
