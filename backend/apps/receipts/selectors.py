"""Receipts as their readers see them."""

from base64 import b64encode

from django.db.models import QuerySet

from apps.identity.models import WeChatAccount
from apps.patients.errors import CardRequired
from apps.patients.selectors import bound_patients
from apps.receipts.models import EReceipt
from kernel.codes import qr
from kernel.money import fen_to_yuan


def own_receipts(account: WeChatAccount) -> QuerySet[EReceipt]:
    """Receipts that were issued for the patients who are bound to the account now; CardRequired when there is none.

    Not what is on its way, nor what failed: that is the hospital's to mend.
    """
    patients = bound_patients(account)
    if not patients:
        raise CardRequired
    return EReceipt.objects.filter(patient_id__in=patients, state__in=("issued", "reversed"))


def qr_text(receipt: EReceipt) -> str:
    """What its QR code says: where the platform shows it, else what it is checked by; "" before it is issued."""
    if not receipt.e_number:
        return ""
    checked_by = (receipt.e_code, receipt.e_number, receipt.e_check_code, fen_to_yuan(receipt.amount_fen))
    return receipt.picture_url or ",".join(checked_by)


def qr_picture(receipt: EReceipt) -> str:
    """The QR code as the data: address of a PNG; "" before it is issued."""
    text = qr_text(receipt)
    return f"data:image/png;base64,{b64encode(qr(text).png(dots=5)).decode()}" if text else ""
