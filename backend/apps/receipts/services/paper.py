"""换开纸质票据: the platform is told on which form a receipt lies."""

from django.db import transaction
from django.db.models import F

from apps.billing.selectors.invoices import form_of
from apps.billing.settings import PAPER_INVOICES
from apps.identity.models import StaffMember
from apps.receipts import errors
from apps.receipts.models import EReceipt
from apps.receipts.ports import Paper, PlatformRefused, PlatformUnclear
from apps.receipts.services.accounts import platform_of
from apps.receipts.services.content import key_of
from apps.receipts.states import ReceiptState
from kernel import clock
from kernel.errors import ServiceUnavailable, StateConflict
from kernel.locks import lock_one


def turn_to_paper(receipt: EReceipt, *, by: StaffMember) -> EReceipt:
    """The receipt lies on paper from now on. Outside transactions.

    The form is the one that the bill's invoice is printed on where the hospital numbers its forms (PaperNotPrinted),
    else the platform's next. It is written down before the platform hears of it: a repetition names the same.
    StateConflict (not issued, about to be reversed, on paper already), PlatformSaidNo, ServiceUnavailable (nobody
    knows: again).
    """
    _check(receipt)
    try:
        platform = platform_of(receipt.account)
        if receipt.paper_no:  # told before, and nobody knows what became of it
            paper = Paper(receipt.paper_code, receipt.paper_no)
        else:
            paper = _form_of(receipt) or platform.next_paper()
        current = _choose(receipt, paper, by)
        platform.turn_paper(key_of(current), paper, at=clock.now())
    except PlatformRefused as refusal:
        _forget(receipt)
        raise errors.PlatformSaidNo(platform_code=refusal.code, platform_text=refusal.text) from refusal
    except PlatformUnclear as failure:
        raise ServiceUnavailable(retry_after=5) from failure
    _write(receipt, paper_at=clock.now())
    receipt.refresh_from_db()
    return receipt


def _check(receipt: EReceipt) -> None:
    if receipt.state != ReceiptState.ISSUED or receipt.reversal_sent_at or receipt.paper_at:
        raise StateConflict(current=receipt.state)


def _form_of(receipt: EReceipt) -> Paper | None:
    """The numbered form; None where the platform gives the numbers out."""
    if not PAPER_INVOICES.of(receipt.hospital):
        return None
    form = form_of(receipt.bill_id)
    if form is None:
        raise errors.PaperNotPrinted
    return Paper(*form)


@transaction.atomic
def _choose(receipt: EReceipt, paper: Paper, by: StaffMember) -> EReceipt:
    current = lock_one(EReceipt.objects.all(), pk=receipt.pk)
    _check(current)
    _write(current, paper_code=paper.code, paper_no=paper.number, paper_by_id=by.pk)
    return EReceipt.objects.get(pk=receipt.pk)


def _forget(receipt: EReceipt) -> None:
    """The platform would not have that form: the next try takes another."""
    rows = EReceipt.objects.filter(pk=receipt.pk, paper_at=None)
    rows.update(paper_code="", paper_no="", paper_by=None, version=F("version") + 1, updated_at=clock.now())


def _write(receipt: EReceipt, **values: object) -> None:
    EReceipt.objects.filter(pk=receipt.pk).update(**values, version=F("version") + 1, updated_at=clock.now())
