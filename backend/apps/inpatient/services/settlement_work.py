"""出院结算 as work for the window: from the discharge on, due three working days later (PAY-15)."""

from django.db import transaction
from django.db.models import Exists, OuterRef

from apps.billing.types import BillSource
from apps.identity.models import StaffMember
from apps.identity.services.working_time import working_time
from apps.inpatient.models import Admission, DischargeSettlement
from apps.inpatient.selectors.deposits import deposit_of
from apps.inpatient.states import STANDING, AdmissionStatus
from apps.inpatient.work import SETTLEMENT
from apps.payments.types import AccountKind
from apps.prepaid.selectors import holds_something
from apps.worklist.models import WorkItem
from apps.worklist.services.items import close_item, open_item
from apps.worklist.states import WorkState
from kernel import clock

WORKING_DAYS = 3


def open_work(stay: Admission) -> None:
    """Somebody has to settle it; of a stay that HIS keeps, once we hold money for it."""
    if stay.source == BillSource.HIS and not deposit_of(stay):
        return
    left = stay.discharged_at or clock.now()
    open_item(
        SETTLEMENT,
        hospital=stay.hospital,
        subject_type="inpatient.admission",
        subject_id=stay.pk,
        title=f"出院结算 {stay.admission_no}",
        due_at=working_time(stay.hospital, left).after_days(left, WORKING_DAYS),
    )


def open_missing(*, limit: int = 1_000) -> int:
    """Stays that were over before discharges were settled here, and whose deposit is here still; how many."""
    standing = DischargeSettlement.objects.filter(admission=OuterRef("pk"), state__in=STANDING)
    waiting = WorkItem.objects.filter(subject_id=OuterRef("pk"), kind=SETTLEMENT.code, state=WorkState.OPEN)
    stays = Admission.objects.filter(
        ~Exists(standing), ~Exists(waiting), holds_something(AccountKind.INPATIENT_DEPOSIT),
        status=AdmissionStatus.DISCHARGED,
    ).select_related("hospital")  # fmt: skip
    found = list(stays.order_by("pk")[:limit])
    for stay in found:
        with transaction.atomic():
            open_work(stay)
    return len(found)


def close_work(stay: Admission, *, staff: StaffMember | None = None, withdrawn: bool = False) -> None:
    """It is settled, or the patient has not left after all."""
    close_item(SETTLEMENT, subject_id=stay.pk, staff=staff, withdrawn=withdrawn)
