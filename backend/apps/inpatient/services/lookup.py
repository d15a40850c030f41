"""Finding an admission by number and name, for whoever pays its deposit; locked out after failures like a binding."""

import datetime as dt
import hashlib
import unicodedata
from typing import Any

from django.db import connection, transaction

from apps.identity.models import Hospital, WeChatAccount
from apps.inpatient.errors import AdmissionMismatch, LookupLocked
from apps.inpatient.models import Admission, AdmissionLookup
from apps.inpatient.services.deposits import check_enabled
from apps.inpatient.settings import LOOKUP_FAILURES, LOOKUP_LOCK_MINUTES
from kernel import clock

KEEP = dt.timedelta(days=2)
#: Folding may make a number longer than any that is known.
LONGEST = 32


def find_admission(*, account: WeChatAccount, hospital: Hospital, admission_no: str, name: str) -> Admission:
    """The stay of that number and patient; the account may pay a deposit for it for a while.

    AdmissionMismatch never tells what differs; LookupLocked after too many; DepositDisabled.
    """
    check_enabled(hospital)
    number = "".join(unicodedata.normalize("NFKC", admission_no).split())[:LONGEST]
    attempt = _begin(account, hospital, number)
    stays = Admission.objects.select_related("hospital", "patient", "department")
    found = stays.filter(
        hospital=hospital,
        admission_no__in={number, number.upper()},
        patient__name=" ".join(name.split()),
        patient__is_active=True,
    ).first()
    if found is None:
        raise AdmissionMismatch
    AdmissionLookup.objects.filter(pk=attempt).update(admission=found)
    return found


@transaction.atomic
def _begin(account: WeChatAccount, hospital: Hospital, number: str) -> int:
    """Count an attempt as failed until it succeeds, so that parallel guesses count too. LookupLocked."""
    WeChatAccount.objects.select_for_update(no_key=True).get(pk=account.pk)
    number = number.upper()[:LONGEST]
    digest = hashlib.sha256(f"{hospital.pk}:{number}".encode()).digest()
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_advisory_xact_lock(%s)", [int.from_bytes(digest[:8], "big", signed=True)])
    _refuse_if_locked(hospital, account=account)
    _refuse_if_locked(hospital, hospital=hospital, admission_no=number)
    made = AdmissionLookup.objects.create(account=account, hospital=hospital, admission_no=number)
    return made.pk


def _refuse_if_locked(at: Hospital, **lookup: Any) -> None:
    """Locked: the last failures, as many as allowed, lie within one window, and the newest is younger than it."""
    window = dt.timedelta(minutes=LOOKUP_LOCK_MINUTES.of(at))
    most = LOOKUP_FAILURES.of(at)
    failures = AdmissionLookup.objects.filter(admission=None, **lookup).order_by("-at")
    times = list(failures.values_list("at", flat=True)[:most])
    if len(times) < most or times[0] - times[-1] > window:
        return
    left = times[0] + window - clock.now()
    if left > dt.timedelta():
        raise LookupLocked(retry_after=int(left.total_seconds()) + 1)


def purge_lookups() -> int:
    """Remove attempts that neither lock nor allow anything any more; returns how many."""
    deleted, _ = AdmissionLookup.objects.filter(at__lt=clock.now() - KEEP).delete()
    return deleted
