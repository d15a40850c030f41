"""执行退费 as work for the window: from when a request may be executed to when it is, or is refused."""

from apps.billing.models import RefundRequest
from apps.billing.work import REFUND_EXECUTION
from apps.identity.models import StaffMember
from apps.identity.selectors import records_of_persons
from apps.worklist.services.items import close_item, open_item
from kernel.money import fen_to_yuan


def title_of(request: RefundRequest) -> str:
    """What its approval and its work are called."""
    number = request.order.order_no if request.order else ""
    return f"退费申请 {number} {fen_to_yuan(request.amount_fen)}元"


def open_execution(request: RefundRequest) -> None:
    """Somebody at the window has to execute it: not who asked, where nobody else looks at it before."""
    asker = request.requested_by_id
    barred = records_of_persons([asker]) if asker and not request.needs_approval else ()
    open_item(
        REFUND_EXECUTION, hospital=request.hospital, subject_type="billing.refund_request", subject_id=request.pk,
        title=title_of(request), barred=barred,
    )  # fmt: skip


def close_execution(
    request: RefundRequest, *, staff: StaffMember | None = None, withdrawn: bool = False
) -> None:
    """It was executed, or never will be."""
    close_item(REFUND_EXECUTION, subject_id=request.pk, staff=staff, withdrawn=withdrawn)
