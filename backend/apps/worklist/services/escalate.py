"""催办: overdue work climbs to the manager, and one working day later to the supervisor."""

from django.db import transaction
from django.db.models import F

from apps.identity.services.working_time import working_time
from apps.worklist.events import WorkItemEscalated
from apps.worklist.models import WorkItem
from apps.worklist.states import Level, WorkState
from kernel import clock
from kernel.outbox.events import publish


@transaction.atomic
def escalate_overdue(*, limit: int) -> int:
    """Move up to `limit` items whose time has come one step up; returns how many."""
    now = clock.now()
    due = WorkItem.objects.filter(escalates_at__lte=now, state=WorkState.OPEN)
    locked = due.select_for_update(of=("self",), skip_locked=True, no_key=True).select_related("hospital")
    items = list(locked.order_by("escalates_at")[:limit])
    hospitals = {item.hospital_id: item.hospital for item in items}
    times = {pk: working_time(hospital, now) for pk, hospital in hospitals.items()}
    for item in items:
        level = Level(item.level + 1)
        last = level == Level.SUPERVISOR
        next_at = None if last else times[item.hospital_id].after_days(now, 1)
        WorkItem.objects.filter(pk=item.pk).update(
            level=level, escalates_at=next_at, version=F("version") + 1, updated_at=now
        )
        publish(WorkItemEscalated(hospital_id=item.hospital_id, item_id=item.pk, level=level))
    return len(items)
