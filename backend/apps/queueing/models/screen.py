from django.contrib.postgres.fields import ArrayField
from django.db import models

from apps.audit.triggers import audited
from apps.identity.models import Department, Hospital
from kernel.models import BaseModel


class QueueScreen(BaseModel):
    """候诊大屏: a public screen that shows a department's queues, or some of them, with masked names.

    Only the digest of its token is kept.
    """

    hospital = models.ForeignKey(Hospital, on_delete=models.PROTECT, related_name="+", db_index=False)
    department = models.ForeignKey(Department, on_delete=models.PROTECT, related_name="+", db_index=False)
    name = models.CharField(max_length=80)
    queue_ids = ArrayField(
        models.UUIDField(), default=list, blank=True, size=100, help_text="empty: all of the department"
    )
    digest = models.CharField(max_length=64, unique=True, editable=False)
    revoked_at = models.DateTimeField(null=True, editable=False)

    class Meta:
        indexes = [
            models.Index(fields=["hospital", "-id"], name="screen_of_hospital"),
            models.Index(fields=["department", "-id"], name="screen_of_department"),
        ]
        triggers = [audited(exclude=("digest",))]
