"""What follows: overdue work is told to whom it has reached; what the product itself cannot do becomes work."""

from apps.identity.models import Hospital
from apps.identity.notices import declare
from apps.identity.services.notices import tell
from apps.worklist.events import WorkItemEscalated
from apps.worklist.kinds import DEAD_LETTER
from apps.worklist.selectors.items import item_rows, people_of
from apps.worklist.services.items import close_item, open_item
from apps.worklist.states import Level, WorkState
from kernel.outbox.events import EventDied, EventRevived, subscribe

WORK_OVERDUE = declare(
    "work_overdue", "待办“{title}”已逾期,请处理或督促({level})", "“{title}” is overdue; see to it ({level})."
)


@subscribe(WorkItemEscalated, name="worklist.tell_of_overdue")
def tell_of_overdue(event: WorkItemEscalated) -> None:
    item = item_rows().get(pk=event.item_id)
    if item.state != WorkState.OPEN:
        return
    level = Level(event.level)
    tell(people_of(item, level), WORK_OVERDUE, title=item.title, level=str(level.label))


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
