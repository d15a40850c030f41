"""What follows: overdue work is told to whom it has reached, the end of an approval to who asked for it; what the
product itself cannot do becomes work."""

from apps.identity.models import Hospital
from apps.identity.notices import declare
from apps.identity.services.notices import tell
from apps.worklist.events import ApprovalEnded, WorkItemEscalated
from apps.worklist.kinds import DEAD_LETTER
from apps.worklist.models import Approval
from apps.worklist.selectors.items import item_rows, people_of
from apps.worklist.services.items import close_item, open_item
from apps.worklist.states import ApprovalState, Level, WorkState
from kernel.outbox.events import EventDied, EventRevived, subscribe

WORK_OVERDUE = declare(
    "work_overdue", "待办“{title}”已逾期,请处理或督促({level})", "“{title}” is overdue; see to it ({level})."
)
APPROVAL_ENDED = {
    ApprovalState.APPROVED: declare(
        "approval_approved", "“{title}”已审批通过{reason}", "“{title}” was approved{reason}."
    ),
    ApprovalState.REJECTED: declare(
        "approval_rejected", "“{title}”未通过审批{reason}", "“{title}” was rejected{reason}."
    ),
    ApprovalState.EXPIRED: declare(
        "approval_expired",
        "“{title}”逾期未审批,已失效{reason}",
        "Nobody decided on “{title}” in time{reason}.",
    ),
}


@subscribe(WorkItemEscalated, name="worklist.tell_of_overdue")
def tell_of_overdue(event: WorkItemEscalated) -> None:
    item = item_rows().get(pk=event.item_id)
    if item.state != WorkState.OPEN:
        return
    level = Level(event.level)
    tell(people_of(item, level), WORK_OVERDUE, title=item.title, level=str(level.label))


@subscribe(ApprovalEnded, name="worklist.tell_of_approval_end")
def tell_of_approval_end(event: ApprovalEnded) -> None:
    """Who has withdrawn it knows."""
    kind = APPROVAL_ENDED.get(ApprovalState(event.state))
    approval = Approval.objects.select_related("requester").get(pk=event.approval_id)
    if kind is not None and approval.requester is not None:
        reason = f" ({approval.reason})" if approval.reason else ""
        tell([approval.requester], kind, title=approval.title, reason=reason)


@subscribe(EventDied, name="worklist.open_dead_letter")
def open_dead_letter(event: EventDied) -> None:
    """Somebody of the event's hospital looks at it; one that belongs to none is in the list of dead letters alone."""
    if event.hospital_id is not None:
        open_item(
            DEAD_LETTER,
            hospital=Hospital.objects.get(pk=event.hospital_id),
            subject_type="kernel.dead_letter",
            subject_id=event.letter_id,
            title=f"{event.handler} ({event.of_topic})",
        )


@subscribe(EventRevived, name="worklist.close_dead_letter")
def close_dead_letter(event: EventRevived) -> None:
    close_item(DEAD_LETTER, subject_id=event.letter_id)
