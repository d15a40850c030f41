"""出院结算 as work for the window: from the discharge on, due three working days later (PAY-15)."""

from apps.billing.types import BillSource
from apps.identity.models import StaffMember
from apps.identity.services.working_time import working_time
from apps.inpatient.models import Admission
from apps.inpatient.selectors.deposits import deposit_of
from apps.inpatient.work import SETTLEMENT
from apps.worklist.services.items import close_item, open_item
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


def close_work(stay: Admission, *, staff: StaffMember | None = None, withdrawn: bool = False) -> None:
    """It is settled, or the patient has not left after all."""
    close_item(SETTLEMENT, subject_id=stay.pk, staff=staff, withdrawn=withdrawn)
