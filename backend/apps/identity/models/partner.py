from typing import Any

from django.db import models
from oauth2_provider.models import AbstractApplication

from apps.audit.triggers import audited
from apps.identity.models.organisation import Hospital
from kernel import clock, ids


class PartnerApplication(AbstractApplication):
    """第三方应用: a partner's client (OAuth2 client credentials) of one hospital, with the scopes it may ask for."""

    id = models.UUIDField(primary_key=True, default=ids.uuid7, editable=False)
    hospital = models.ForeignKey(Hospital, on_delete=models.PROTECT, related_name="partner_applications")
    allowed_scopes = models.JSONField(default=list)
    rate_per_minute = models.PositiveIntegerField(default=600)
    is_active = models.BooleanField(default=True)
    version = models.PositiveIntegerField(default=1, editable=False)
    updated_at = models.DateTimeField(default=clock.now, editable=False)

    class Meta:
        triggers = [audited(exclude=("client_secret",))]

    def is_usable(self, request: Any) -> bool:
        """Asked by the OAuth server before it gives a token to this client."""
        return self.is_active and self.hospital.is_active
