"""What a relation to a patient stands on, and its end when that is gone. The patient's row is locked throughout.

A booking upholds the doctor's attending relation as long as it may become a visit or was one; higher apps say so by
`ports.Upholder`. A share is upheld by what the sharer holds himself, never by what came back to him from it.
"""

import datetime as dt
from collections.abc import Iterable
from uuid import UUID

from django.db import transaction
from django.db.models import Q

from apps.patients.models import CareRole, CareTeamMember, PatientDepartment
from apps.patients.ports import UPHOLDERS
from apps.patients.services.following import follow, lock_patient
from kernel import clock

FOREVER = dt.datetime.max.replace(tzinfo=dt.UTC)
Ends = dict[UUID, dt.datetime]


@transaction.atomic
def end_unvisited(*, patient_id: UUID, staff_id: UUID, department_id: UUID) -> None:
    """A booking came to nothing: the relation and the department that it brought end, unless others uphold them."""
    lock_patient(patient_id)
    if not any(one.upholds_doctor(patient_id=patient_id, staff_id=staff_id) for one in UPHOLDERS):
        attending = CareTeamMember.objects.filter(
            patient_id=patient_id, staff_id=staff_id, role=CareRole.ATTENDING, by_booking=True, ended_at=None
        )
        if attending.update(ended_at=clock.now(), updated_at=clock.now()):
            follow(patient_id, staff_id)
            settle_shares(patient_id)
    if not any(
        one.upholds_department(patient_id=patient_id, department_id=department_id) for one in UPHOLDERS
    ):
        PatientDepartment.objects.filter(
            patient_id=patient_id, department_id=department_id, by_booking=True
        ).delete()


def settle_shares(patient_id: UUID) -> None:
    """End and shorten the patient's shares so that none outlives or exceeds what its sharer holds; grants follow."""
    live = Q(valid_until=None) | Q(valid_until__gt=clock.now())
    members = list(CareTeamMember.objects.filter(live, patient_id=patient_id, ended_at=None))
    shares = [member for member in members if _hangs(member)]
    if not shares:
        return
    seeing = _ends(members)
    changing = _ends([member for member in members if member.can_change])
    changed = {share.staff_id for share in shares if _fit(share, seeing, changing)}
    for staff_id in sorted(changed):
        follow(patient_id, staff_id)


def held_until(patient_id: UUID, staff_id: UUID) -> tuple[dt.datetime | None, dt.datetime | None]:
    """Until when a person's relations let him see and change the patient; None: they don't. FOREVER: no end."""
    live = Q(valid_until=None) | Q(valid_until__gt=clock.now())
    members = list(CareTeamMember.objects.filter(live, patient_id=patient_id, ended_at=None))
    changing = [member for member in members if member.can_change]
    return _ends(members).get(staff_id), _ends(changing).get(staff_id)


def _hangs(member: CareTeamMember) -> bool:
    """A share that stands on the sharer's relations, not on his role."""
    return member.role == CareRole.SHARED and member.shared_by_id is not None and not member.by_role


def _ends(members: Iterable[CareTeamMember]) -> Ends:
    """Person → latest end of his relations. Grown from what stands by itself, so that no circle upholds itself."""
    ends: Ends = {}
    rows = list(members)
    grew = True
    while grew:
        grew = False
        for member in rows:
            own = member.valid_until or FOREVER
            sharer = member.shared_by_id if _hangs(member) else None
            until = min(own, ends[sharer]) if sharer in ends else None if sharer else own
            if until is not None and until > ends.get(
                member.staff_id, dt.datetime.min.replace(tzinfo=dt.UTC)
            ):
                ends[member.staff_id] = until
                grew = True
    return ends


def _fit(share: CareTeamMember, seeing: Ends, changing: Ends) -> bool:
    """Bring one share within its sharer's; whether anything changed."""
    now, changes = clock.now(), dict[str, object]()
    seen, changed = (
        ends.get(share.shared_by_id) if share.shared_by_id else None for ends in (seeing, changing)
    )
    if seen is None:
        changes["ended_at"] = now
    else:
        if share.can_change and changed is None:
            changes["can_change"] = False
        end = changed if share.can_change and changed else seen
        if end < (share.valid_until or FOREVER):
            changes["valid_until"] = end
    if changes:
        CareTeamMember.objects.filter(pk=share.pk).update(**changes, updated_at=now)
    return bool(changes)
