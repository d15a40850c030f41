from django.db import models
from django.db.models import Q

from apps.audit.triggers import audited
from apps.identity.models import Hospital, StaffMember
from kernel.models import VersionedModel


class BalanceAnnouncement(VersionedModel):
    """余额公告: patients whose cards hold money are told that it can be used or given back, each once.

    `told_count` patients with `told_fen` on their cards so far; `after_patient_id`: the last of them.
    """

    hospital = models.ForeignKey(Hospital, on_delete=models.PROTECT, related_name="+", db_index=False)
    note = models.CharField(max_length=100, help_text="where and until when")
    made_by = models.ForeignKey(StaffMember, on_delete=models.PROTECT, related_name="+", db_index=False)
    told_count = models.PositiveIntegerField(default=0, editable=False)
    told_fen = models.BigIntegerField(default=0, editable=False)
    after_patient_id = models.UUIDField(null=True, editable=False)
    ended_at = models.DateTimeField(null=True, editable=False)

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["hospital"],
                condition=Q(ended_at__isnull=True),
                name="balance_announcement_one_at_a_time",
            ),
        ]
        indexes = [models.Index(fields=["hospital", "-id"], name="balance_announcement_list")]
        triggers = [audited()]
