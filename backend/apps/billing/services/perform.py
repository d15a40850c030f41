"""已执行/已发药: what was performed or dispensed is used up and does not go back."""

from django.db import transaction

from apps.billing import errors
from apps.billing.models import Bill, ChargeItem
from apps.billing.selectors.refundable import refundable_fen
from apps.billing.states import BillStatus
from apps.identity.models import StaffMember
from kernel import clock
from kernel.locks import lock_one


@transaction.atomic
def perform_item(item: ChargeItem, *, staff: StaffMember) -> ChargeItem:
    """Mark an item of a paid bill as performed or dispensed. ItemNotPaid, ItemPerformed, ItemRefunded."""
    bill, item = _locked(item)
    if bill.status == BillStatus.REFUNDED:
        raise errors.ItemRefunded
    if bill.status != BillStatus.PAID:
        raise errors.ItemNotPaid
    if item.performed_at is not None:
        raise errors.ItemPerformed
    if item.amount_fen > refundable_fen(bill):
        raise errors.ItemRefunded  # what is left of the bill is for other items
    item.performed_at, item.performed_by = clock.now(), staff
    item.updated_at = clock.now()
    item.save(update_fields=["performed_at", "performed_by", "updated_at"])
    return item


@transaction.atomic
def undo_item(item: ChargeItem) -> ChargeItem:
    """The mark was a mistake. ItemNotPerformed; ItemRefunded once anything of the bill went back."""
    bill, item = _locked(item)
    if item.performed_at is None:
        raise errors.ItemNotPerformed
    if bill.refunded_fen:
        raise errors.ItemRefunded
    item.performed_at, item.performed_by, item.updated_at = None, None, clock.now()
    item.save(update_fields=["performed_at", "performed_by", "updated_at"])
    return item


def _locked(item: ChargeItem) -> tuple[Bill, ChargeItem]:
    """The bill, which orders marks and refunds, and the item as it is now."""
    bill = lock_one(Bill.objects.all(), pk=item.bill_id)
    return bill, lock_one(ChargeItem.objects.all(), pk=item.pk)
