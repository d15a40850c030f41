"""The door of partners: OAuth2 access tokens of client credentials, limited by scopes."""

import hashlib
import ipaddress
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, ClassVar

import structlog
from django.utils.translation import gettext_lazy
from drf_spectacular.extensions import OpenApiAuthenticationExtension
from oauth2_provider.models import AccessToken
from rest_framework.authentication import BaseAuthentication, get_authorization_header
from rest_framework.exceptions import AuthenticationFailed
from rest_framework.permissions import BasePermission

from apps.access.scoped.signatures import ERRORS as SIGNATURE_ERRORS, require_signature
from apps.audit.middleware import describe
from apps.identity.models import PartnerApplication
from apps.identity.oauth import SCOPES
from kernel import clock
from kernel.errors import DomainError
from kernel.http.addresses import client_ip
from kernel.http.throttling import count_partner

log = structlog.get_logger(__name__)


@dataclass(frozen=True, slots=True)
class Partner:
    """Who asks: an application of one hospital, with the scopes of its token that it still may use."""

    application: PartnerApplication
    scopes: frozenset[str]
    pk: ClassVar[None] = None
    is_authenticated: ClassVar[bool] = True
    is_active: ClassVar[bool] = True


class PartnerAuthentication(BaseAuthentication):
    """`Authorization: Bearer <access token>`. Switching an application off or narrowing its scopes counts at once."""

    def authenticate(self, request: Any) -> tuple[Partner, AccessToken] | None:
        parts = get_authorization_header(request).split()
        if not parts or parts[0].lower() != b"bearer":
            return None
        failed = AuthenticationFailed(gettext_lazy("Invalid token."))
        if len(parts) != 2:
            raise failed
        checksum = hashlib.sha256(parts[1]).hexdigest()
        tokens = AccessToken.objects.select_related("application__hospital")
        token = tokens.filter(token_checksum=checksum).exclude(application=None).first()
        if token is None or token.expires <= clock.now() or not token.application.is_usable(request):
            raise failed
        application = token.application
        if not _comes_from(request, application.allowed_addresses):
            raise AuthenticationFailed(gettext_lazy("Invalid token."))
        count_partner(request, application.pk, application.rate_per_minute)
        require_signature(request, application)
        describe(actor=f"partner:{application.client_id}", hospital_id=application.hospital_id)
        return Partner(application, frozenset(token.scope.split()) & set(application.allowed_scopes)), token

    def authenticate_header(self, request: Any) -> str:
        return "Bearer"


def _comes_from(request: Any, networks: Sequence[str]) -> bool:
    """Whether the request comes from one of the networks; none named: from anywhere."""
    if not networks:
        return True
    known = client_ip(request._request)
    if known is None:
        return False
    address = ipaddress.ip_address(known)
    address = getattr(address, "ipv4_mapped", None) or address
    if any(address in ipaddress.ip_network(network) for network in networks):
        return True
    log.warning("partner_from_elsewhere", address=str(address))
    return False


class HasScope(BasePermission):
    """The view's `required_scope` is among the partner's; a view without one answers nobody."""

    def has_permission(self, request: Any, view: Any) -> bool:
        scope = getattr(view, "required_scope", "")
        return isinstance(request.user, Partner) and bool(scope) and scope in request.user.scopes

    def raised_for(self, view: Any) -> tuple[type[DomainError], ...]:
        """What the door itself refuses, for the documents."""
        return SIGNATURE_ERRORS


class MovesMoney(BasePermission):
    """What opens, pays or gives back asks a limit of its own a minute; TooManyRequests."""

    def has_permission(self, request: Any, view: Any) -> bool:
        if request.method == "POST" and isinstance(request.user, Partner):
            application = request.user.application
            count_partner(request, application.pk, application.money_per_minute, kind="partner-money")
        return True


class PartnerScheme(OpenApiAuthenticationExtension):
    """How the document describes the token and which scope an operation asks for."""

    target_class = PartnerAuthentication
    name = "partnerOAuth2"

    def get_security_definition(self, auto_schema: Any) -> dict[str, Any]:
        flow = {"tokenUrl": "/api/partner/v1/oauth/token", "scopes": SCOPES}
        return {"type": "oauth2", "flows": {"clientCredentials": flow}}

    def get_security_requirement(self, auto_schema: Any) -> dict[str, list[str]]:
        scope = getattr(auto_schema.view, "required_scope", "")
        return {self.name: [scope] if scope else []}
