from typing import ClassVar

from django.db import models
from django.db.models import Q

from apps.audit.triggers import audited
from apps.files.models import File
from apps.identity.models import Hospital, StaffMember
from apps.reports.models.formats import ReportFormat
from apps.reports.models.schedule import ReportSchedule
from apps.reports.states import JOBS, OPEN, ReportStage, ReportState
from kernel.models import BaseModel


class ReportJob(BaseModel):
    """报表任务: one report, asked for once. The row is the truth: workers look at it, and write only what it allows.

    `reach`: what its owner might see when it was asked for. `digest`: of all that makes two requests the same.
    `stage`, `done_rows`, `total_rows` (null: not known yet): how far it is, never backwards in a try. `tries`: how many
    workers have begun it; each writes only while it is the last one. `put_back`: how many stopped in good order. `pid`,
    `backend_started_at`, `transaction_started_at`: whose statement runs in PostgreSQL. `due_at`: when a worker is to
    look at it. `period`: of its schedule, that has one job for each.
    """

    worker: ClassVar[str] = "apps.reports.tasks.run_report"

    hospital = models.ForeignKey(Hospital, on_delete=models.PROTECT, related_name="+", db_index=False)
    owner = models.ForeignKey(StaffMember, on_delete=models.PROTECT, related_name="+", db_index=False)
    report = models.CharField(max_length=64)
    parameters = models.JSONField(default=dict)
    reach = models.JSONField()
    file_format = models.CharField(max_length=4, choices=ReportFormat.choices)
    language = models.CharField(max_length=8)
    digest = models.CharField(max_length=64)
    schedule = models.ForeignKey(
        ReportSchedule, on_delete=models.SET_NULL, null=True, related_name="+", db_index=False
    )
    period = models.CharField(max_length=16, blank=True, default="")
    state = models.CharField(max_length=12, choices=JOBS.choices, default=ReportState.QUEUED.value)
    stage = models.CharField(
        max_length=8, choices=[(s.value, s.value) for s in ReportStage], default=ReportStage.WAITING.value
    )
    done_rows = models.PositiveIntegerField(default=0)
    total_rows = models.PositiveIntegerField(null=True)
    row_count = models.PositiveIntegerField(null=True)
    tries = models.PositiveSmallIntegerField(default=0)
    put_back = models.PositiveSmallIntegerField(default=0)
    failure = models.CharField(max_length=32, blank=True, default="")
    detail = models.CharField(
        max_length=200, blank=True, default="", help_text="what was wrong, for the operator"
    )
    pid = models.IntegerField(null=True)
    backend_started_at = models.DateTimeField(null=True)
    transaction_started_at = models.DateTimeField(null=True)
    data_at = models.DateTimeField(null=True, help_text="the moment that its rows are of")
    started_at = models.DateTimeField(null=True)
    finished_at = models.DateTimeField(null=True)
    expires_at = models.DateTimeField(null=True)
    file = models.ForeignKey(File, on_delete=models.PROTECT, null=True, related_name="+", db_index=False)
    due_at = models.DateTimeField(null=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["schedule", "period"],
                condition=Q(schedule__isnull=False),
                name="report_job_period_once",
            ),
            models.CheckConstraint(
                condition=~Q(state="succeeded") | Q(file__isnull=False, expires_at__isnull=False),
                name="report_job_has_file",
            ),
            models.CheckConstraint(
                condition=~Q(state__in=[state.value for state in OPEN]) | Q(due_at__isnull=False),
                name="report_job_open_is_due",
            ),
        ]
        indexes = [
            models.Index(fields=["hospital", "-id"], name="report_job_of_hospital"),
            models.Index(fields=["owner", "-id"], name="report_job_of_owner"),
            models.Index(
                fields=["owner"], condition=Q(state__in=[state.value for state in OPEN]), name="report_job_open"
            ),
            models.Index(fields=["due_at"], condition=Q(due_at__isnull=False), name="report_job_due"),
            models.Index(fields=["expires_at"], condition=Q(state="succeeded"), name="report_job_expires"),
            models.Index(fields=["file"], condition=Q(file__isnull=False), name="report_job_file"),
        ]  # fmt: skip
        triggers = [
            audited(
                exclude=(
                    "due_at", "stage", "done_rows", "total_rows", "pid", "backend_started_at", "transaction_started_at"
                )
            )
        ]  # fmt: skip
