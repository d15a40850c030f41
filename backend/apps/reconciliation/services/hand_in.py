"""对方账单 that is handed in, by a person or by the counterparty's program: taken in at once, checked by a worker."""

import datetime as dt
import hashlib
from dataclasses import dataclass
from typing import Any
from uuid import UUID

import structlog
from django.core.files.base import File as Content
from django.db import IntegrityError, transaction
from django.db.models import QuerySet

from apps.files.content import open_file
from apps.files.models import File
from apps.files.services.attach import attach, discard
from apps.files.services.store import store_file
from apps.identity.models import PartnerApplication, StaffMember
from apps.payments.channels.base import ChannelError, PermanentChannelError
from apps.reconciliation.counterparties.base import Account, BadBill, Counterparty
from apps.reconciliation.counterparties.merchant import bad_bill
from apps.reconciliation.counterparties.registry import COUNTERPARTIES
from apps.reconciliation.errors import TooManyBills
from apps.reconciliation.files import BILL
from apps.reconciliation.models import BillSource, ReconciliationRun, SuppliedBill
from apps.reconciliation.services import hold_bill, runs, staging
from apps.reconciliation.services.corrections import count_bill
from apps.reconciliation.services.match import NoResult
from apps.reconciliation.states import BILLS, BillState
from kernel import clock, leases
from kernel.errors import StateConflict
from kernel.faults import fault_point

log = structlog.get_logger(__name__)
#: A worker may read for so long before another takes the bill up.
READING = dt.timedelta(minutes=30)
MAX_TRIES = 3
#: Files of one account that wait for a worker, and different files of one of its days.
MAX_CHECKING, MAX_OF_A_DAY = 3, 20
UNREADABLE = [{"code": "not_processed"}]


@dataclass(frozen=True, slots=True)
class Bringer:
    """Who hands a bill in: a person with the account, or an application."""

    staff: StaffMember | None = None
    user_id: UUID | None = None
    partner: PartnerApplication | None = None


def hand_in(
    kind: Counterparty, account: Account, day: dt.date, *, upload: "Content[Any]", bringer: Bringer
) -> tuple[SuppliedBill, bool]:
    """Take a file in; the same file of that day again is the same bill (False), and nothing new.

    InvalidValue for a day that no bill is kept of, NotReconciled, TooManyBills; what `store_file` refuses. Outside
    transactions.
    """
    runs.check_wanted(kind, account, day)
    digest = _digest(upload)
    bills = SuppliedBill.objects.filter(
        hospital_id=account.hospital_id, counterparty=kind.code, account_id=account.account_id
    )
    known = bills.filter(business_date=day, sha256=digest)
    if found := known.first():
        return _once_more(found, bringer), False
    _require_room(bills, day)
    file = store_file(BILL, upload=upload, name=upload.name or "bill", uploader_id=bringer.user_id)
    bill = SuppliedBill(
        hospital_id=account.hospital_id, counterparty=kind.code, account_id=account.account_id,
        account_name=account.name, merchant=account.merchant, business_date=day, sha256=digest, file=file,
        source=BillSource.PARTNER if bringer.partner else BillSource.UPLOAD, by=bringer.staff, partner=bringer.partner,
        due_at=clock.now(),
    )  # fmt: skip
    try:
        return _opened(bill, file, bringer), True
    except IntegrityError:  # the same file came in twice at once
        discard(file)
        return known.get(), False


def _require_room(bills: QuerySet[SuppliedBill], day: dt.date) -> None:
    """Large files are neither piled up nor read one after the other for ever. TooManyBills."""
    waiting = bills.filter(state=BillState.CHECKING).count()
    if waiting >= MAX_CHECKING or bills.filter(business_date=day).count() >= MAX_OF_A_DAY:
        raise TooManyBills


@transaction.atomic
def _opened(bill: SuppliedBill, file: File, bringer: Bringer) -> SuppliedBill:
    bill.save(force_insert=True)
    attach(BILL, file_id=file.pk, owner_id=bill.pk, hospital_id=bill.hospital_id, uploader_id=bringer.user_id)
    leases.wake(SuppliedBill, bill.pk)
    return bill


@transaction.atomic
def _once_more(bill: SuppliedBill, bringer: Bringer) -> SuppliedBill:
    """One that was refused is checked again; what was taken is as it is, and so is what waits.

    What people have handed in becomes the counterparty's own when its program sends it.
    """
    if bringer.partner is not None and bill.run_id is None:
        hold_bill.drop(bill)
    if bringer.partner is not None and bill.partner_id is None:
        SuppliedBill.objects.filter(pk=bill.pk).update(partner=bringer.partner)
    if bill.state != BillState.REFUSED:
        return bill
    source = BillSource.PARTNER if bringer.partner else BillSource.UPLOAD
    try:
        BILLS.move(
            bill, BillState.CHECKING, findings=[], due_at=clock.now(), tries=0, approval=None, source=source,
            by=bringer.staff or bill.by,
        )  # fmt: skip
        leases.wake(SuppliedBill, bill.pk)
    except StateConflict:  # somebody else handed it in at the same moment
        bill.refresh_from_db()
    return bill


def _digest(upload: "Content[Any]") -> str:
    digest = hashlib.sha256()
    upload.seek(0)
    for block in upload.chunks():
        digest.update(block)
    upload.seek(0)
    return digest.hexdigest()


def check_bill(bill_id: UUID) -> None:
    """Read a bill that was handed in, and match its day with it. Called by a worker, outside transactions."""
    if leases.take(SuppliedBill, bill_id) is None:
        return
    rows = SuppliedBill.objects.select_related("hospital", "merchant", "file", "by", "approval")
    bill = rows.get(pk=bill_id)
    if bill.state != BillState.CHECKING:
        leases.set_due(SuppliedBill, bill_id, None)
        return
    if bill.tries >= MAX_TRIES:  # whoever began with it did not come to an end
        _refuse(bill, UNREADABLE)
        return
    SuppliedBill.objects.filter(pk=bill_id).update(due_at=clock.now() + READING, tries=bill.tries + 1)
    try:
        _check(bill)
    except StateConflict:  # another worker has come to an end with it
        log.info("bill_checked_elsewhere", bill_id=str(bill_id))
    except Exception:  # a file may be wrong in ways that nobody thought of
        log.exception("bill_not_read", bill_id=str(bill_id))
        if bill.tries + 1 >= MAX_TRIES:
            _refuse(bill, UNREADABLE)
        else:
            leases.set_due(SuppliedBill, bill_id, leases.later(bill.tries + 5), state=BillState.CHECKING)


def _check(bill: SuppliedBill) -> None:
    try:
        run, digest = _counted(bill)
    except BadBill as bad:
        _refuse(bill, bad.findings)
    except NoResult as no:
        _refuse(bill, [{"code": no.code, "shown": no.detail}])
    except PermanentChannelError as error:
        _refuse(bill, bad_bill(error).findings)
    except (ChannelError, FileNotFoundError) as error:
        log.error("bill_not_read", bill_id=str(bill.pk), reason=str(error)[:200])
        _refuse(bill, UNREADABLE)
    else:
        if run is None:
            hold_bill.hold(bill)
        else:
            _take(bill, run, digest)


def _take(bill: SuppliedBill, run: ReconciliationRun, digest: str) -> None:
    BILLS.move(
        bill,
        BillState.TAKEN,
        run=run,
        content_sha256=digest,
        checked_at=clock.now(),
        due_at=None,
        findings=[],
    )
    runs.bill_has_come(run)
    if bill.source == BillSource.UPLOAD and bill.approval is None:
        runs.ask_later(run)


@transaction.atomic
def _refuse(bill: SuppliedBill, findings: list[dict[str, Any]]) -> None:
    try:
        BILLS.move(bill, BillState.REFUSED, findings=findings, checked_at=clock.now(), due_at=None)
    except StateConflict:  # another worker has come to an end with it
        return
    if bill.source == BillSource.PARTNER:  # a program reads no findings
        runs.tell_of_refused(_run(bill))


def _run(bill: SuppliedBill) -> ReconciliationRun:
    kind = COUNTERPARTIES[bill.counterparty]
    return runs.counting_run(kind, Account.of(bill), bill.business_date, is_asked_now=False)


def _counted(bill: SuppliedBill) -> tuple[ReconciliationRun | None, str]:
    """The run that counts now, matched with the bill, and the digest of its lines; no run: people have to agree."""
    run = _run(bill)
    with open_file(bill.file) as file:
        read = staging.read_bill(COUNTERPARTIES[bill.counterparty].read(run, file))
    try:
        fault_point("reconciliation.bill_read")
        return count_bill(run, read, over_a_result=hold_bill.may_replace(bill)), read.sha256
    finally:
        read.close()
