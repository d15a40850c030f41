"""Runs from the day that is over to their result."""

import datetime as dt
from uuid import UUID

import structlog
from django.db import IntegrityError, transaction

from apps.payments.channels.base import (
    BillNotReady,
    ChannelError,
    PermanentChannelError,
    TemporaryChannelError,
)
from apps.reconciliation.counterparties.base import Account, Counterparty
from apps.reconciliation.counterparties.registry import all_kinds, counterparty_of
from apps.reconciliation.errors import BILL_DAY, UNFORESEEN, NotReconciled
from apps.reconciliation.models import BillSource, ReconciliationRun, SuppliedBill
from apps.reconciliation.services import staging
from apps.reconciliation.services.corrections import count_bill
from apps.reconciliation.services.match import NoResult
from apps.reconciliation.states import RESULTS, RUNS, RunState
from apps.reconciliation.work import BILL_MISSING
from apps.worklist.services.items import close_item, open_item
from kernel import clock, leases
from kernel.errors import InvalidValue
from kernel.locks import lock_one

KEPT_DAYS = 90
#: Providers make the bill of a day in the morning after it; asked again until then.
_NOT_READY = dt.timedelta(minutes=30)
#: A worker may read for so long before another asks anew; bills come page by page.
READING = dt.timedelta(minutes=30)
#: When bills are asked for, on the morning after their day.
MORNING = dt.time(10, 15)
MAX_TRIES = 12
log = structlog.get_logger(__name__)


def start_daily(day: dt.date) -> int:
    """A run for every account of every counterparty that has none of that day; returns how many. Safe to repeat."""
    return sum(_open(kind, account, day) is not None for kind in all_kinds() for account in kind.accounts())


def _open(
    kind: Counterparty, account: Account, day: dt.date, due_at: dt.datetime | None = None
) -> ReconciliationRun | None:
    """The first run of a day, due at once unless said otherwise; None if it has one."""
    try:
        with transaction.atomic():
            run = ReconciliationRun.objects.create(
                hospital_id=account.hospital_id, counterparty=kind.code, account_id=account.account_id,
                account_name=account.name, merchant=account.merchant, channel=account.channel, business_date=day,
                due_at=(due_at or clock.now()) if kind.is_waited_for else None,
            )  # fmt: skip
            if due_at is None and kind.is_waited_for:
                leases.wake(ReconciliationRun, run.pk)
            return run
    except IntegrityError:
        return None


def start_run(kind: Counterparty, account: Account, day: dt.date) -> ReconciliationRun:
    """Reconcile a day by hand, or once more: the same bill again is the same run, another one counts instead.

    A worker asks for the bill. InvalidValue, NotReconciled.
    """
    check_wanted(kind, account, day)
    run = counting_run(kind, account, day)
    if not kind.is_asked(run):
        return run
    if run.state == RunState.FAILED:
        _again(run)
    elif run.state in RESULTS or _waits_for_the_provider(run):
        leases.set_due(ReconciliationRun, run.pk, clock.now())
        leases.wake(ReconciliationRun, run.pk)
        run.refresh_from_db(fields=["due_at"])
    return run


def check_wanted(kind: Counterparty, account: Account, day: dt.date) -> None:
    """InvalidValue for a day that no bill is kept of, NotReconciled for an account that has none."""
    if not clock.today() - dt.timedelta(days=KEPT_DAYS) <= day < clock.today():
        raise InvalidValue(field="business_date", expected=BILL_DAY)
    if not kind.has_bills(account):
        raise NotReconciled


def counting_run(
    kind: Counterparty, account: Account, day: dt.date, *, is_asked_now: bool = True
) -> ReconciliationRun:
    """The run of a day that counts, made if there is none. Unless asked now, the counterparty is in the morning."""
    due_at = None if is_asked_now else _asked_at(day)
    rows = ReconciliationRun.objects.exclude(state=RunState.SUPERSEDED)
    return _open(kind, account, day, due_at) or rows.select_related("hospital", "merchant").get(
        hospital_id=account.hospital_id,
        counterparty=kind.code,
        account_id=account.account_id,
        business_date=day,
    )


def _asked_at(day: dt.date) -> dt.datetime:
    """When the counterparty itself is asked for a bill that somebody has handed in."""
    return max(clock.local(day + dt.timedelta(days=1), MORNING), clock.now() + READING)


def ask_later(run: ReconciliationRun) -> None:
    """What a person has handed in is compared with what the counterparty gives, where it is asked."""
    if counterparty_of(run).is_asked(run):
        leases.set_due(ReconciliationRun, run.pk, _asked_at(run.business_date), due_at=None)


def bill_has_come(run: ReconciliationRun) -> None:
    """Nobody has to see to it any more, whichever run of the day they were told of."""
    rows = ReconciliationRun.objects.filter(
        hospital_id=run.hospital_id, counterparty=run.counterparty, account_id=run.account_id,
        business_date=run.business_date,
    )  # fmt: skip
    for pk in rows.values_list("pk", flat=True):
        close_item(BILL_MISSING, subject_id=pk, outcome="对账单已到")


def tell_of_refused(run: ReconciliationRun) -> None:
    """The counterparty's program has sent what is no bill: somebody has to see to it."""
    _tell(run, f"{run.business_date} 对账单有误")


def _waits_for_the_provider(run: ReconciliationRun) -> bool:
    return bool(run.error and run.due_at and run.due_at > clock.now() + leases.LEASE)


@transaction.atomic
def _again(run: ReconciliationRun) -> None:
    RUNS.move(run, RunState.WAITING_BILL, tries=0, due_at=clock.now())
    leases.wake(ReconciliationRun, run.pk)


def _newer(run: ReconciliationRun) -> None:
    """Ask for the bill of a day that has a result: if it is another one than before, it counts from now on.

    Of a bill that is of no use the run says why, and stays as it is.
    """
    try:
        bill_has_come(_count(run))
    except TemporaryChannelError as error:
        if _is_one_persons(run):
            _ask_on(run, error.code)
        else:
            _keep(run, error.code, error.detail)
    except (ChannelError, NoResult) as error:
        log.warning("corrected_bill_not_usable", run_id=str(run.pk), code=error.code)
        _keep(run, error.code, error.detail)
    except Exception as error:
        log.exception("corrected_bill_not_usable", run_id=str(run.pk))
        _keep(run, UNFORESEEN, type(error).__name__)
    else:
        _keep(run)


def _is_one_persons(run: ReconciliationRun) -> bool:
    """Whether it rests on a file that one person handed in, with which nobody has agreed."""
    bills = SuppliedBill.objects.filter(run=run, source=BillSource.UPLOAD, approval=None)
    return bills.filter(content_sha256=run.content_sha256).exists()


def _ask_on(run: ReconciliationRun, code: str) -> None:
    """What one person handed in is not enough: the counterparty is asked until it gives its own bill."""
    tries = min(run.tries + 1, 30_000)
    rows = ReconciliationRun.objects.filter(pk=run.pk)
    rows.update(error=code[:64], error_detail="", tries=tries, due_at=clock.now() + _NOT_READY)
    if tries >= MAX_TRIES:
        _tell(run, f"{run.business_date} 对账单未取到,现用人工上传的账单")


def _keep(run: ReconciliationRun, code: str = "", detail: str = "") -> None:
    ReconciliationRun.objects.filter(pk=run.pk).update(
        error=code[:64], error_detail=detail[:200], due_at=None
    )


def advance_run(run_id: UUID) -> None:
    """Fetch and match the bill of a run that is due. Called by a worker, outside transactions."""
    if leases.take(ReconciliationRun, run_id) is None:
        return
    run = ReconciliationRun.objects.select_related("hospital", "merchant").get(pk=run_id)
    leases.set_due(ReconciliationRun, run_id, clock.now() + READING)
    if run.state in RESULTS:
        _newer(run)
        return
    if run.state != RunState.WAITING_BILL:
        leases.set_due(ReconciliationRun, run_id, None)
        return
    _begin(run)
    try:
        bill_has_come(_count(run))
    except BillNotReady as error:
        _wait(run, error.code, clock.now() + _NOT_READY)
    except PermanentChannelError as error:
        _fail(run, error.code, error.detail)
    except ChannelError as error:
        _wait(run, error.code, clock.now() + _NOT_READY if run.tries > 1 else leases.later(0))
    except NoResult as error:
        log.error("reconciliation_without_result", run_id=str(run_id), code=error.code, detail=error.detail)
        _fail(run, error.code, error.detail)
    except Exception:  # a bill may be wrong in ways that nobody thought of
        log.exception("reconciliation_without_result", run_id=str(run_id))
        _wait(run, UNFORESEEN, clock.now() + _NOT_READY)


def _count(run: ReconciliationRun) -> ReconciliationRun:
    """What the counterparty itself gives counts, whatever was handed in meanwhile."""
    bill = staging.read_bill(counterparty_of(run).fetch(run))
    try:
        return count_bill(run, bill) or run
    finally:
        bill.close()


def _begin(run: ReconciliationRun) -> None:
    """A try counts from its beginning: its worker may be killed."""
    run.tries = min(run.tries + 1, 30_000)
    rows = ReconciliationRun.objects.filter(pk=run.pk, state=RunState.WAITING_BILL)
    rows.update(tries=run.tries, error="", error_detail="")
    if run.tries > MAX_TRIES:
        _tell_waiting(run)


def _wait(run: ReconciliationRun, code: str, until: dt.datetime) -> None:
    """Ask again then; after so many times somebody has to see to it."""
    rows = ReconciliationRun.objects.filter(pk=run.pk, state=RunState.WAITING_BILL)
    rows.update(error=code[:64], due_at=until)
    if run.tries >= MAX_TRIES:
        _tell_waiting(run)


@transaction.atomic
def _tell_waiting(run: ReconciliationRun) -> None:
    """Not of one whose bill has come meanwhile."""
    if lock_one(ReconciliationRun.objects, pk=run.pk).state == RunState.WAITING_BILL:
        _tell(run, f"{run.business_date} 对账单未取到")


def _tell(run: ReconciliationRun, title: str) -> None:
    open_item(
        BILL_MISSING, hospital=run.hospital, subject_type="reconciliation.run", subject_id=run.pk,
        title=f"{title} {run.account_name}",
    )  # fmt: skip


@transaction.atomic
def _fail(run: ReconciliationRun, code: str, detail: str) -> None:
    current = lock_one(ReconciliationRun.objects, pk=run.pk)
    if current.state == RunState.WAITING_BILL:
        RUNS.move(current, RunState.FAILED, error=code[:64], error_detail=detail[:200], due_at=None)
        _tell(run, f"{run.business_date} 对账失败")
