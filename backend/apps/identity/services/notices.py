"""Telling staff something: one row a recipient, in the caller's transaction."""

from collections.abc import Iterable
from uuid import UUID

from apps.identity.models import StaffMember, StaffNotice
from apps.identity.notices import NoticeKind
from kernel import clock
from kernel.errors import NotFound


def tell(recipients: Iterable[StaffMember], kind: NoticeKind, **data: str) -> None:
    """Each of them, once, finds a notice of that kind. Call it inside the transaction of what happened."""
    people = {person.pk: person for person in recipients}
    StaffNotice.objects.bulk_create(
        StaffNotice(hospital_id=person.hospital_id, recipient=person, kind=kind.code, data=data)
        for _, person in sorted(people.items())
    )


def mark_read(*, recipient: StaffMember, notice_id: UUID) -> StaffNotice:
    """The recipient has read it; the first time counts. NotFound for anybody else's."""
    mine = StaffNotice.objects.filter(recipient=recipient, pk=notice_id)
    notice = mine.first()
    if notice is None:
        raise NotFound
    if mine.filter(read_at=None).update(read_at=clock.now(), updated_at=clock.now()):
        notice.refresh_from_db()
    return notice
