"""Kinds of approval of the tests: one step, a ladder by amount, one that ends by itself, a broken one."""

import datetime as dt
from typing import Any, ClassVar
from uuid import UUID

from apps.identity.models import StaffMember
from apps.worklist.approvals import ApprovalKind, Step, register
from apps.worklist.contents import ContentField, ContentType
from apps.worklist.kinds import WorkKind, define_kind
from apps.worklist.models import Approval
from apps.worklist.services.approvals import request_approval
from tests.support.world import World

DECIDES = (
    "billing.refund_request.approve"  # doctors for their own, heads for their department, administrators
)
WORK = define_kind(
    WorkKind(
        "test.approval", "审批", "A decision", 4,
        "department_head", "hospital_administrator", "group_administrator", by_hand=False,
    )
)  # fmt: skip


class Recorded(ApprovalKind):
    """Remembers what followed."""

    subject_type: ClassVar[str] = "test.subject"
    work: ClassVar[WorkKind] = WORK
    zh: ClassVar[str] = "测试审批"
    en: ClassVar[str] = "A test"

    def __init__(self) -> None:
        self.followed: list[tuple[str, UUID]] = []

    def on_approved(self, approval: Approval) -> None:
        self.followed.append(("approved", approval.subject_id))

    def on_rejected(self, approval: Approval) -> None:
        self.followed.append(("rejected", approval.subject_id))

    def on_ended(self, approval: Approval) -> None:
        self.followed.append((approval.state, approval.subject_id))

    def followed_for(self, approval: Approval) -> list[str]:
        """What followed for that subject, in order."""
        return [what for what, subject in self.followed if subject == approval.subject_id]


class Single(Recorded):
    """One step, whose approver may complete the content."""

    code: ClassVar[str] = "test.single"
    ladder: ClassVar[tuple[Step, ...]] = (Step("doctor", "医生", "The doctor", permission=DECIDES),)
    fields: ClassVar[tuple[ContentField, ...]] = (
        ContentField("guidance", "指导意见", "Guidance", max_length=20),
        ContentField("contacts", "联系次数", "Contacts", ContentType.NUMBER),
        ContentField("attention", "关注", "Attention", ContentType.BOOLEAN),
        ContentField("at", "执行时间", "When", ContentType.MOMENT),
    )


class Ladder(Recorded):
    """Who holds the permission, from 100 yuan on finance, from 1,000 yuan on an administrator; for two days."""

    code: ClassVar[str] = "test.ladder"
    ladder: ClassVar[tuple[Step, ...]] = (
        Step("first", "初审", "First", permission=DECIDES),
        Step("money", "财务", "Finance", role="finance", from_fen=10_000),
        Step("last", "院长", "The director", role="hospital_administrator", from_fen=100_000),
    )
    expires_after: ClassVar[dt.timedelta | None] = dt.timedelta(days=2)


class ByDuty(Recorded):
    """Decided by the role that the hospital names for the work."""

    code: ClassVar[str] = "test.by_duty"
    ladder: ClassVar[tuple[Step, ...]] = (Step("only", "审批", "Decision", local=True),)


class Broken(Recorded):
    """What should follow cannot."""

    code: ClassVar[str] = "test.broken"
    ladder: ClassVar[tuple[Step, ...]] = (Step("doctor", "医生", "The doctor", permission=DECIDES),)

    def on_approved(self, approval: Approval) -> None:
        raise ZeroDivisionError


SINGLE, LADDER, BY_DUTY, BROKEN = Single(), Ladder(), ByDuty(), Broken()
for _kind in (SINGLE, LADDER, BY_DUTY, BROKEN):
    register(_kind)


def ask(
    world: World, kind: ApprovalKind = SINGLE, *, requester: str = "clerk", subject: Any = None, **more: Any
) -> Approval:
    """Somebody of hospital 1 asks: for cardiology, and doctor_a's own."""
    values = {
        "department_id": world.departments["cardiology"].pk, "owner": world.staff["doctor_a"], "title": "减免 100 元",
    }  # fmt: skip
    return request_approval(
        kind, subject=subject or world.staff["doctor_b"], requester=world.staff[requester], **(values | more)
    )


def decider(world: World, name: str) -> StaffMember:
    """A person, as a process that has just come to it reads it."""
    return StaffMember.objects.select_related("user").get(pk=world.staff[name].pk)
