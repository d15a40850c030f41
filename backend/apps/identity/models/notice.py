from django.db import models

from apps.identity.models.organisation import Hospital
from apps.identity.models.staff import StaffMember
from kernel.models import BaseModel


class StaffNotice(BaseModel):
    """员工通知: something a member of staff has to know. `kind` names the words, `data` fills them; no secrets."""

    hospital = models.ForeignKey(Hospital, on_delete=models.PROTECT, related_name="+")
    recipient = models.ForeignKey(StaffMember, on_delete=models.CASCADE, related_name="notices")
    kind = models.CharField(max_length=40)
    data = models.JSONField(default=dict)
    read_at = models.DateTimeField(null=True)

    class Meta:
        indexes = [models.Index(fields=["recipient", "-id"], name="staff_notice_newest")]
