"""交接: everything that somebody has to do, manage or supervise goes to another person, or back to the role."""

from django.db import transaction
from django.db.models import F

from apps.audit.services import record
from apps.identity.models import StaffMember
from apps.identity.states import StaffState
from apps.worklist.models import WorkItem
from apps.worklist.states import WorkState
from kernel import clock
from kernel.errors import InvalidValue
from kernel.expectations import ANOTHER, COLLEAGUE

PLACES = ("executor", "manager", "supervisor")


@transaction.atomic
def hand_over(*, source: StaffMember, target: StaffMember, reason: str) -> dict[str, int]:
    """All open work of `source` is `target`'s from now on, or the role's where `target` must not do it: how many items
    by place. InvalidValue."""
    if target.pk == source.pk:
        raise InvalidValue(field="target_id", expected=ANOTHER)
    if target.hospital_id != source.hospital_id or target.status != StaffState.ACTIVE:
        raise InvalidValue(field="target_id", expected=COLLEAGUE)
    moved = {place: _move(source, target, place) for place in PLACES}
    record(
        action="hand_over", object_type="identity.staffmember", object_id=source.pk,
        hospital_id=source.hospital_id, detail={"target_id": str(target.pk), "reason": reason, **moved},
    )  # fmt: skip
    return moved


def release_work(staff: StaffMember) -> None:
    """Within the transaction that closes an account: what is still the person's falls back to the role."""
    for place in PLACES:
        _move(staff, None, place)


def _move(source: StaffMember, target: StaffMember | None, place: str) -> int:
    rows = WorkItem.objects.filter(**{place: source}, state=WorkState.OPEN)
    changes = {"version": F("version") + 1, "updated_at": clock.now()}
    barred = 0
    if target is not None and place == "executor":
        barred = rows.filter(barred__contains=[target.pk]).update(executor=None, **changes)
    return barred + rows.update(**{place: target}, **changes)
