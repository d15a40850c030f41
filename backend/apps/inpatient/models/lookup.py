from django.db import models

from apps.identity.models import Hospital, WeChatAccount
from apps.inpatient.models.admission import Admission
from kernel import clock


class AdmissionLookup(models.Model):
    """Somebody typed an admission number and a name. Without `admission` they did not fit: counted for the lock-out.

    With one, the account may pay a deposit for it for a while, though the patient is not bound to it.
    """

    account = models.ForeignKey(WeChatAccount, on_delete=models.CASCADE, related_name="+", db_index=False)
    hospital = models.ForeignKey(Hospital, on_delete=models.PROTECT, related_name="+", db_index=False)
    admission_no = models.CharField(max_length=32, help_text="as typed, folded")
    admission = models.ForeignKey(
        Admission, on_delete=models.CASCADE, null=True, related_name="+", db_index=False
    )
    ip = models.GenericIPAddressField(null=True)
    slowed = models.BooleanField(default=False, help_text="no failure: a try that has to wait")
    at = models.DateTimeField(default=clock.now)

    class Meta:
        indexes = [
            models.Index(fields=["account", "at"], name="lookup_by_account"),
            models.Index(fields=["hospital", "admission_no", "at"], name="lookup_by_number"),
            models.Index(fields=["at"], name="lookup_by_time"),
        ]
