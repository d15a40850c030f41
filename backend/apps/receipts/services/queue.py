"""A bill and its receipt: which one stands, and a new one where one is due."""

from uuid import UUID

from django.db import IntegrityError, transaction

from apps.billing.selectors.invoices import has_e_receipt_of_his
from apps.billing.selectors.lookup import bills_of_keys
from apps.billing.types import Bill
from apps.identity.models import Hospital
from apps.receipts.models import EReceipt, ReceiptAccount
from apps.receipts.numbers import RECEIPTS as NUMBERS
from apps.receipts.services.content import KINDS, left_fen
from kernel import clock, leases


def active_account(hospital_id: UUID) -> ReceiptAccount | None:
    """Where the hospital issues its receipts now; None: it issues none."""
    return ReceiptAccount.objects.filter(hospital_id=hospital_id, is_active=True).first()


@transaction.atomic
def follow_bill(bill_id: UUID, *, is_new: bool = False) -> EReceipt | None:
    """Bring the receipt of a bill in line with what is left of it; the worker does so after the commit.

    `is_new`: it has just been paid. A bill that never had a receipt gets none when it changes later.
    """
    standing = EReceipt.objects.select_for_update(of=("self",)).filter(bill_id=bill_id, ended_at=None).first()
    if standing is not None:
        leases.set_due(EReceipt, standing.pk, clock.now())
        leases.wake(EReceipt, standing.pk)
        return standing
    bill = bills_of_keys([bill_id]).get()
    before = EReceipt.objects.filter(bill_id=bill_id).order_by("-pk").first()
    account = active_account(bill.hospital_id)
    if account is None or not left_fen(bill) or not (before or (is_new and _wants_one(bill))):
        return None
    return queue_receipt(bill, account)


def _wants_one(bill: Bill) -> bool:
    """Not what HIS's own window took, nor what HIS has made a receipt of already."""
    return bill.kind in KINDS and bill.order_id is not None and not has_e_receipt_of_his(bill.pk)


def _number(hospital: Hospital) -> str:
    """Of all hospitals: at a platform several of them may be one client."""
    return hospital.code + NUMBERS.next(hospital.pk, clock.today())


def queue_receipt(bill: Bill, account: ReceiptAccount, *, replaces: EReceipt | None = None) -> EReceipt:
    """A receipt of what is left of the bill, to be issued after the commit; the standing one where another was first.

    Within the caller's transaction.
    """
    made = EReceipt(
        hospital_id=bill.hospital_id, department_id=bill.department_id, patient_id=bill.patient_id, bill_id=bill.pk,
        account=account, replaces=replaces, receipt_no=_number(bill.hospital),
        kind=KINDS[bill.kind], payer_name=bill.patient.name, amount_fen=left_fen(bill), due_at=clock.now(),
    )  # fmt: skip
    try:
        with transaction.atomic():
            made.save(force_insert=True)
    except IntegrityError as error:
        if "e_receipt_one_stands" not in str(error):
            raise
        made = EReceipt.objects.get(bill_id=bill.pk, ended_at=None)
    leases.wake(EReceipt, made.pk)
    return made
