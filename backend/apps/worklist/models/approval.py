from django.db import models
from django.db.models import F, Q

from apps.access.models import Role
from apps.audit.triggers import audited
from apps.identity.models import Department, Hospital, StaffMember
from apps.worklist.states import APPROVAL, STEPS, ApprovalState, StepState
from kernel.models import BaseModel, VersionedModel
from kernel.money import FenField

DECIDED = ("approved", "rejected")


def _person() -> "models.ForeignKey[StaffMember | None, StaffMember | None]":
    return models.ForeignKey(
        StaffMember, on_delete=models.PROTECT, null=True, related_name="+", db_index=False
    )


def _department() -> "models.ForeignKey[Department | None, Department | None]":
    return models.ForeignKey(
        Department, on_delete=models.PROTECT, null=True, related_name="+", db_index=False
    )


class Approval(VersionedModel):
    """审批: something that others decide on before it takes effect, step by step.

    `subject_type`/`subject_id` name it. `owner`: whose own it is, as the doctor of a bill. `requester` null: a patient
    asked. `decided_by`, `reason`: the decision that ended it. `content`: what the approvers may complete.
    """

    hospital = models.ForeignKey(Hospital, on_delete=models.PROTECT, related_name="+", db_index=False)
    department = _department()
    owner = _person()
    kind = models.CharField(max_length=60)
    subject_type = models.CharField(max_length=60)
    subject_id = models.UUIDField()
    title = models.CharField(max_length=160)
    amount_fen = FenField(null=True)
    requester = _person()
    note = models.CharField(max_length=500, blank=True, default="", help_text="why it is asked for")
    content = models.JSONField(default=dict)
    state = models.CharField(max_length=12, choices=APPROVAL.choices, default=ApprovalState.REQUESTED)
    expires_at = models.DateTimeField(null=True)
    decided_by = _person()
    reason = models.CharField(max_length=200, blank=True, default="", help_text="why it was decided so")
    ended_at = models.DateTimeField(null=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["kind", "subject_id"], condition=Q(state="requested"), name="approval_open_once"
            ),
            models.CheckConstraint(
                condition=Q(decided_by__isnull=True)
                | Q(requester__isnull=True)
                | ~Q(decided_by=F("requester")),
                name="approval_two_people",
            ),
            models.CheckConstraint(
                condition=Q(state__in=DECIDED, decided_by__isnull=False)
                | (~Q(state__in=DECIDED) & Q(decided_by__isnull=True)),
                name="approval_decided_by_somebody",
            ),
            models.CheckConstraint(
                condition=Q(state="requested", ended_at__isnull=True)
                | (~Q(state="requested") & Q(ended_at__isnull=False)),
                name="approval_ended_has_time",
            ),
        ]
        indexes = [
            models.Index(fields=["hospital", "-id"], name="approval_of_hospital"),
            models.Index(fields=["department", "-id"], name="approval_of_department"),
            models.Index(fields=["owner", "-id"], name="approval_of_owner"),
            models.Index(fields=["requester", "-id"], name="approval_of_requester"),
            models.Index(fields=["subject_id"], name="approval_of_subject"),
            models.Index(fields=["expires_at"], condition=Q(state="requested"), name="approval_expires"),
        ]
        triggers = [audited()]


class ApprovalStep(BaseModel):
    """One decision of an approval: by who holds the permission or the role; `content` is what was completed with it.

    Hospital, department and owner say whose holders, as on the approval. What was decided stays (a trigger).
    """

    approval = models.ForeignKey(Approval, on_delete=models.PROTECT, related_name="steps", db_index=False)
    number = models.PositiveSmallIntegerField()
    code = models.CharField(max_length=40)
    hospital = models.ForeignKey(Hospital, on_delete=models.PROTECT, related_name="+", db_index=False)
    department = _department()
    owner = _person()
    permission = models.CharField(max_length=100, blank=True, default="")
    role = models.ForeignKey(Role, on_delete=models.PROTECT, null=True, related_name="+", db_index=False)
    state = models.CharField(max_length=12, choices=STEPS.choices, default=StepState.WAITING)
    decided_by = _person()
    decided_at = models.DateTimeField(null=True)
    reason = models.CharField(max_length=200, blank=True, default="")
    content = models.JSONField(null=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["approval", "number"], name="approval_step_once"),
            models.UniqueConstraint(fields=["approval", "decided_by"], name="approval_step_each_another"),
            models.UniqueConstraint(
                fields=["approval"], condition=Q(state="open"), name="approval_one_step_open"
            ),
            models.CheckConstraint(
                condition=Q(permission="", role__isnull=False) | (~Q(permission="") & Q(role__isnull=True)),
                name="approval_step_permission_or_role",
            ),
            models.CheckConstraint(
                condition=Q(state__in=DECIDED, decided_by__isnull=False, decided_at__isnull=False)
                | (~Q(state__in=DECIDED) & Q(decided_by__isnull=True, decided_at__isnull=True)),
                name="approval_step_decided_by_somebody",
            ),
        ]
        indexes = [
            models.Index(fields=["decided_by", "approval"], name="approval_step_of_decider"),
            models.Index(fields=["permission", "hospital"], name="approval_step_by_permission"),
            models.Index(fields=["role", "hospital"], name="approval_step_by_role"),
        ]
