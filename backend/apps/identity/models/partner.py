from typing import Any

from django.contrib.auth.hashers import check_password
from django.contrib.postgres.fields import ArrayField
from django.db import models
from oauth2_provider.models import AbstractApplication

from apps.audit.triggers import audited
from apps.identity.models.organisation import Hospital
from kernel import clock, ids
from kernel.crypto import EncryptedTextField
from kernel.errors import Expectation, InvalidValue

NO_SIGNING_SECRET = Expectation(
    "no_signing_secret", "请先为该应用生成签名密钥", "Give the application a signing secret first."
)


class PartnerApplication(AbstractApplication):
    """第三方应用: a partner's client (OAuth2 client credentials) of one hospital, with the scopes it may ask for.

    `allowed_addresses`: networks (CIDR) that its requests come from; none: any. The secret before the present one goes
    on until `previous_secret_until`, so that a partner changes over without a break. `money_per_minute`: requests that
    move money, or look for who pays. `signing_secret`, encrypted, signs requests (docs/request-signing.md), which all
    of them must be where it `requires_signature`; of it, too, the one before goes on for a while.
    """

    id = models.UUIDField(primary_key=True, default=ids.uuid7, editable=False)
    hospital = models.ForeignKey(Hospital, on_delete=models.PROTECT, related_name="partner_applications")
    allowed_scopes = models.JSONField(default=list)
    allowed_addresses = ArrayField(models.CharField(max_length=49), default=list, blank=True)
    previous_secret = models.CharField(max_length=255, blank=True, default="", editable=False)
    previous_secret_until = models.DateTimeField(null=True, editable=False)
    requires_signature = models.BooleanField(default=False)
    signing_secret = EncryptedTextField(editable=False)
    signing_since = models.DateTimeField(null=True, editable=False)
    previous_signing_secret = EncryptedTextField(editable=False)
    previous_signing_until = models.DateTimeField(null=True, editable=False)
    rate_per_minute = models.PositiveIntegerField(default=600)
    money_per_minute = models.PositiveIntegerField(default=120)
    is_active = models.BooleanField(default=True)
    version = models.PositiveIntegerField(default=1, editable=False)
    updated_at = models.DateTimeField(default=clock.now, editable=False)

    class Meta:
        triggers = [audited(exclude=("client_secret", "previous_secret"))]

    def is_usable(self, request: Any) -> bool:
        """Asked by the OAuth server before it gives a token to this client."""
        return self.is_active and self.hospital.is_active

    def is_previous_secret(self, secret: str) -> bool:
        """Whether this is the secret before, and still counts."""
        until = self.previous_secret_until
        return bool(until and until > clock.now() and check_password(secret, self.previous_secret))

    def signing_secrets(self) -> list[str]:
        """What its requests may be signed with now: the present secret first."""
        until = self.previous_signing_until
        before = self.previous_signing_secret if until and until > clock.now() else ""
        return [secret for secret in (self.signing_secret, before) if secret]

    def check_values(self) -> None:
        """Nobody is held to sign who has nothing to sign with."""
        if self.requires_signature and not self.signing_secret:
            raise InvalidValue(field="requires_signature", expected=NO_SIGNING_SECRET)
