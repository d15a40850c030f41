"""Finding an admission by number and name, for whoever pays its deposit; locked out after failures like a binding."""

import datetime as dt
import unicodedata

from apps.identity.models import Hospital, WeChatAccount
from apps.identity.services.guesses import GuessRule, begin_guess
from apps.inpatient.errors import AdmissionMismatch, LookupLocked, LookupSlowed
from apps.inpatient.models import Admission, AdmissionLookup
from apps.inpatient.services.deposits import check_enabled
from apps.inpatient.settings import LOOKUP_FAILURES, LOOKUP_LOCK_MINUTES, LOOKUP_SLOW_SECONDS
from kernel import clock
from kernel.text import clean_line, name_key

KEEP = dt.timedelta(days=2)
#: Folding may make a number longer than any that is known.
MAX_LENGTH = 32


def find_admission(
    *, account: WeChatAccount, hospital: Hospital, admission_no: str, name: str, ip: str | None = None
) -> Admission:
    """The stay of that number and patient; the account may pay a deposit for it for a while.

    AdmissionMismatch never tells what differs; LookupLocked, LookupSlowed after too many; DepositDisabled.
    """
    check_enabled(hospital)
    number = "".join(unicodedata.normalize("NFKC", clean_line(admission_no)).split())[:MAX_LENGTH]
    attempt = _begin(account, hospital, number, ip)
    stays = Admission.objects.select_related("hospital", "patient", "department")
    found = stays.filter(
        hospital=hospital,
        admission_no__in={number, number.upper()},
        patient__name_key=name_key(name),
        patient__is_active=True,
    ).first()
    if found is None:
        raise AdmissionMismatch
    AdmissionLookup.objects.filter(pk=attempt).update(admission=found)
    return found


def _begin(account: WeChatAccount, hospital: Hospital, number: str, ip: str | None) -> int:
    """Count an attempt as failed until it succeeds. LookupLocked, LookupSlowed."""
    rule = GuessRule(
        LOOKUP_FAILURES.of(hospital), LOOKUP_LOCK_MINUTES.of(hospital), LOOKUP_SLOW_SECONDS.of(hospital),
        LookupLocked, LookupSlowed,
    )  # fmt: skip
    made: AdmissionLookup = begin_guess(
        AdmissionLookup.objects.filter(admission=None), account=account, ip=ip, rule=rule,
        hospital_id=hospital.pk, admission_no=number.upper()[:MAX_LENGTH],
    )  # fmt: skip
    return made.pk


def purge_lookups() -> int:
    """Remove attempts that neither lock nor allow anything any more; returns how many."""
    deleted, _ = AdmissionLookup.objects.filter(at__lt=clock.now() - KEEP).delete()
    return deleted
