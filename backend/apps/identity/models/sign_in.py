from django.db import models

from apps.identity.models.user import User
from kernel import clock
from kernel.models import BaseModel


class KnownDevice(BaseModel):
    """A device from which the user signed in before: strangers' failures do not lock the user out of it.

    Only the digest of its token is stored. It has failures of its own; too many, and it is forgotten.
    """

    user = models.ForeignKey(User, on_delete=models.CASCADE, related_name="known_devices")
    digest = models.CharField(max_length=64, unique=True)
    failures = models.PositiveSmallIntegerField(default=0)
    last_used_at = models.DateTimeField(default=clock.now)

    class Meta:
        indexes = [models.Index(fields=["last_used_at"], name="known_device_by_use")]


class UnknownName(models.Model):
    """Failures of a user name that nobody has: it locks like any other, so that names can't be told apart."""

    digest = models.CharField(primary_key=True, max_length=64)
    failed_sign_ins = models.PositiveSmallIntegerField(default=0)
    locked_until = models.DateTimeField(null=True)
    at = models.DateTimeField(default=clock.now)

    class Meta:
        indexes = [models.Index(fields=["at"], name="unknown_name_by_time")]
