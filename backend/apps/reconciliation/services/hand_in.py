"""对方账单 that is handed in, by a person or by the counterparty's program: taken in at once, checked by a worker."""

import datetime as dt
import hashlib
from dataclasses import dataclass
from typing import Any
from uuid import UUID

import structlog
from django.core.files.base import File as Content
from django.db import IntegrityError, transaction

from apps.files.content import open_file
from apps.files.models import File
from apps.files.services.attach import attach, discard
from apps.files.services.store import store_file
from apps.identity.models import PartnerApplication, StaffMember
from apps.payments.channels.base import ChannelError
from apps.reconciliation.counterparties.base import Account, BadBill, Counterparty
from apps.reconciliation.counterparties.registry import COUNTERPARTIES
from apps.reconciliation.files import BILL
from apps.reconciliation.models import BillSource, ReconciliationRun, SuppliedBill
from apps.reconciliation.services import corrections, runs, staging
from apps.reconciliation.services.match import NoResult, match
from apps.reconciliation.services.staging import Bill
from apps.reconciliation.states import BILLS, RESULTS, RUNS, BillState, RunState
from apps.reconciliation.work import BILL_MISSING
from apps.worklist.services.items import close_item
from kernel import clock, leases
from kernel.errors import StateConflict
from kernel.faults import fault_point

log = structlog.get_logger(__name__)
#: A worker may read for so long before another takes the bill up.
READING = dt.timedelta(minutes=30)
MAX_TRIES = 3


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

    InvalidValue for a day that no bill is kept of; what `store_file` refuses. Outside transactions.
    """
    run = runs.run_of(kind, account, day)
    digest = _digest(upload)
    known = SuppliedBill.objects.filter(
        hospital_id=account.hospital_id, counterparty=kind.code, account_id=account.account_id, business_date=day,
        sha256=digest,
    )  # fmt: skip
    if found := known.first():
        return _once_more(found, run), False
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


@transaction.atomic
def _opened(bill: SuppliedBill, file: File, bringer: Bringer) -> SuppliedBill:
    bill.save(force_insert=True)
    attach(BILL, file_id=file.pk, owner_id=bill.pk, hospital_id=bill.hospital_id, uploader_id=bringer.user_id)
    leases.wake(SuppliedBill, bill.pk)
    return bill


@transaction.atomic
def _once_more(bill: SuppliedBill, run: ReconciliationRun) -> SuppliedBill:
    """What counts already stays; one that was refused, or that another one has superseded, is checked again."""
    counts = bill.state == BillState.TAKEN and bill.content_sha256 == run.content_sha256
    if counts or bill.state == BillState.CHECKING:
        return bill
    try:
        BILLS.move(bill, BillState.CHECKING, findings=[], due_at=clock.now(), tries=0)
    except StateConflict:  # somebody else handed it in at the same moment
        bill.refresh_from_db()
        return bill
    leases.wake(SuppliedBill, bill.pk)
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
    bill = SuppliedBill.objects.select_related("hospital", "merchant", "file").get(pk=bill_id)
    if bill.state != BillState.CHECKING:
        leases.set_due(SuppliedBill, bill_id, None)
        return
    SuppliedBill.objects.filter(pk=bill_id).update(due_at=clock.now() + READING, tries=bill.tries + 1)
    try:
        run, digest = _taken(bill)
    except BadBill as bad:
        _refuse(bill, bad.findings)
    except NoResult as no:
        _refuse(bill, [{"code": no.code, "shown": no.detail}])
    except (ChannelError, FileNotFoundError) as error:
        log.error("bill_not_read", bill_id=str(bill_id), reason=str(error)[:200])
        _refuse(bill, [{"code": "unreadable"}])
    else:
        BILLS.move(
            bill,
            BillState.TAKEN,
            run=run,
            content_sha256=digest,
            checked_at=clock.now(),
            due_at=None,
            findings=[],
        )


def _refuse(bill: SuppliedBill, findings: list[dict[str, Any]]) -> None:
    BILLS.move(bill, BillState.REFUSED, findings=findings, checked_at=clock.now(), due_at=None)


def _taken(bill: SuppliedBill) -> tuple[ReconciliationRun, str]:
    """The run that counts now, matched with the bill, and the digest of its lines."""
    kind = COUNTERPARTIES[bill.counterparty]
    account = Account(
        bill.hospital_id, bill.account_id, bill.account_name, bill.merchant.channel if bill.merchant else "",
        bill.merchant,
    )  # fmt: skip
    run = runs.run_of(kind, account, bill.business_date)
    with open_file(bill.file) as file:
        read = staging.read_bill(kind.read(run, file))
    try:
        fault_point("reconciliation.bill_read")
        return _matched(run, read), read.sha256
    finally:
        read.close()


def _matched(run: ReconciliationRun, read: Bill) -> ReconciliationRun:
    """Twice is once: what matched already is left as it is."""
    if run.state in RESULTS:
        return run if run.content_sha256 == read.sha256 else corrections.supersede(run, read)
    with transaction.atomic():
        if run.state == RunState.FAILED:
            RUNS.move(run, RunState.WAITING_BILL, tries=0, due_at=None)
        matched = match(run, read)
        close_item(BILL_MISSING, subject_id=run.pk, outcome="对账单已到")
    return matched
