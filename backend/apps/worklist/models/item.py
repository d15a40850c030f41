from django.contrib.postgres.fields import ArrayField
from django.db import models
from django.db.models import Q

from apps.access.models import Role
from apps.audit.triggers import audited
from apps.identity.models import Department, Hospital, StaffMember
from apps.worklist.states import WORK, Level, WorkState
from kernel.models import VersionedModel


def _person() -> "models.ForeignKey[StaffMember | None, StaffMember | None]":
    return models.ForeignKey(
        StaffMember, on_delete=models.PROTECT, null=True, related_name="+", db_index=False
    )


def _role() -> "models.ForeignKey[Role, Role]":
    return models.ForeignKey(Role, on_delete=models.PROTECT, related_name="+", db_index=False)


class WorkItem(VersionedModel):
    """待办: something to be done by `due_at`. A person, or where that is null whoever holds the role, has it.

    `subject_type`/`subject_id` name what it is about; `level` says who has to see to it now, `escalates_at` when the
    next of the ladder has to. `department`: whose executors; null: the hospital's. `barred`: staff who must not do it,
    such as who asked for what is decided.
    """

    hospital = models.ForeignKey(Hospital, on_delete=models.PROTECT, related_name="+", db_index=False)
    department = models.ForeignKey(
        Department, on_delete=models.PROTECT, null=True, related_name="+", db_index=False
    )
    kind = models.CharField(max_length=60)
    subject_type = models.CharField(max_length=60)
    subject_id = models.UUIDField()
    title = models.CharField(max_length=160)
    state = models.CharField(max_length=12, choices=WORK.choices, default=WorkState.OPEN)
    executor, manager, supervisor = _person(), _person(), _person()
    executor_role, manager_role, supervisor_role = _role(), _role(), _role()
    barred = ArrayField(models.UUIDField(), default=list)
    level = models.PositiveSmallIntegerField(choices=Level.choices, default=Level.EXECUTOR)
    due_at = models.DateTimeField()
    escalates_at = models.DateTimeField(null=True)
    ended_at = models.DateTimeField(null=True)
    ended_by = _person()
    outcome = models.CharField(max_length=300, blank=True, default="", help_text="what was done, or why not")

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["kind", "subject_id"], condition=Q(state="open"), name="work_item_open_once"
            ),
            models.CheckConstraint(
                condition=Q(state="open", ended_at__isnull=True)
                | (~Q(state="open") & Q(ended_at__isnull=False)),
                name="work_item_ended_has_time",
            ),
        ]
        indexes = [
            models.Index(fields=["hospital", "-id"], name="work_item_of_hospital"),
            models.Index(fields=["department", "-id"], name="work_item_of_department"),
            *(
                models.Index(fields=[name, "-id"], condition=Q(state="open"), name=f"work_open_of_{name}")
                for name in (
                    "executor", "manager", "supervisor", "executor_role", "manager_role", "supervisor_role",
                )
            ),
            models.Index(
                fields=["escalates_at"], condition=Q(escalates_at__isnull=False), name="work_item_escalates"
            ),
        ]  # fmt: skip
        triggers = [audited(exclude=("escalates_at",))]
