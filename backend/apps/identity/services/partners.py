"""第三方应用: partners' OAuth2 clients. A secret is shown once and stored as a digest."""

import datetime as dt
import ipaddress
import secrets
from collections.abc import Iterable, Sequence
from typing import Any

from django.db import transaction
from oauth2_provider.generators import generate_client_secret
from oauth2_provider.models import AccessToken, Grant, IDToken, RefreshToken

from apps.identity.models import PartnerApplication
from apps.identity.oauth import SCOPES
from kernel import clock
from kernel.errors import Expectation, InvalidValue
from kernel.locks import save_version
from kernel.rows import delete_row, update_row

#: Hours that a replaced secret may go on.
MAX_OVERLAP_HOURS = 168
SIGNING_PREFIX = "yhsk_"
_MAPPED = 96  # bits before the IPv4 address that an IPv6 one stands for
NETWORK = Expectation(
    "network",
    "须为 IP 地址或网段,如 203.0.113.8 或 203.0.113.0/24",
    "An address or a network, such as 203.0.113.8 or 203.0.113.0/24.",
)


@transaction.atomic
def create_application(
    *, allowed_scopes: Iterable[str] = (), **fields: Any
) -> tuple[PartnerApplication, str]:
    """A new client and its secret, which is told once; with a signing secret, too, where it has to sign."""
    secret: str = generate_client_secret()
    fields["allowed_addresses"] = _networks(fields.get("allowed_addresses", ()))
    application = PartnerApplication(
        **fields,
        allowed_scopes=_checked(allowed_scopes),
        client_type=PartnerApplication.CLIENT_CONFIDENTIAL,
        authorization_grant_type=PartnerApplication.GRANT_CLIENT_CREDENTIALS,
        client_secret=secret,
    )
    if application.requires_signature:
        application.signing_secret, application.signing_since = new_signing_secret(), clock.now()
    application.save(force_insert=True)
    return application, secret


@transaction.atomic
def update_application(
    application: PartnerApplication, *, version: int, **changes: Any
) -> PartnerApplication:
    """Change a client read at `version`; switched off, its tokens end at once. StaleVersion."""
    if "allowed_scopes" in changes:
        changes["allowed_scopes"] = _checked(changes["allowed_scopes"])
    if "allowed_addresses" in changes:
        changes["allowed_addresses"] = _networks(changes["allowed_addresses"])
    update_row(application, version=version, **changes)
    if not application.is_active:
        _end_tokens(application)
    return application


@transaction.atomic
def rotate_secret(application: PartnerApplication, *, version: int, overlap_hours: int = 0) -> str:
    """A new secret, told once. StaleVersion.

    The old one goes on for `overlap_hours`; without them it and every token end at once, as where it was lost.
    """
    secret: str = generate_client_secret()
    until = clock.now() + dt.timedelta(hours=overlap_hours) if overlap_hours else None
    application.previous_secret = application.client_secret if until else ""
    application.previous_secret_until, application.client_secret = until, secret
    PartnerApplication._meta.get_field("client_secret").pre_save(application, add=False)  # hashes it
    written = {"client_secret", "previous_secret", "previous_secret_until"}
    save_version(application, written, version=version)
    if until is None:
        _end_tokens(application)
    return secret


@transaction.atomic
def rotate_signing_secret(application: PartnerApplication, *, version: int, overlap_hours: int = 0) -> str:
    """A secret to sign requests with, the first or a new one, told once; the one before goes on for `overlap_hours`.

    StaleVersion.
    """
    now = clock.now()
    until = now + dt.timedelta(hours=overlap_hours) if overlap_hours and application.signing_secret else None
    application.previous_signing_secret = application.signing_secret if until else ""
    application.previous_signing_until, application.signing_since = until, now
    application.signing_secret = secret = new_signing_secret()
    written = {"signing_secret", "signing_since", "previous_signing_secret", "previous_signing_until"}
    save_version(application, written, version=version)
    return secret


def new_signing_secret() -> str:
    """A text; its bytes as they stand are the key of the signatures."""
    return SIGNING_PREFIX + secrets.token_urlsafe(32)


def delete_application(application: PartnerApplication) -> None:
    """Delete a client with its tokens; InUse once other records refer to it (switch it off instead)."""
    delete_row(application, parts=(AccessToken, RefreshToken, Grant, IDToken))


def forget_expired_tokens() -> int:
    """Delete tokens that have run out; returns how many."""
    deleted, _ = AccessToken.objects.filter(expires__lte=clock.now()).delete()
    return int(deleted)


def _end_tokens(application: PartnerApplication) -> None:
    AccessToken.objects.filter(application=application).delete()


def _networks(texts: Sequence[str]) -> list[str]:
    """As they are compared; InvalidValue names the one that is none."""
    found = []
    for number, text in enumerate(texts):
        try:
            network: Any = ipaddress.ip_network(text.strip(), strict=False)
            inner = getattr(network.network_address, "ipv4_mapped", None)
            if inner and network.prefixlen >= _MAPPED:
                network = ipaddress.ip_network(f"{inner}/{network.prefixlen - _MAPPED}", strict=False)
            found.append(str(network))
        except ValueError as error:
            raise InvalidValue(field=f"allowed_addresses.{number}", expected=NETWORK) from error
    return sorted(set(found))


def _checked(scopes: Iterable[str]) -> list[str]:
    wanted = sorted(set(scopes))
    if any(scope not in SCOPES for scope in wanted):
        raise InvalidValue(field="allowed_scopes", choices=sorted(SCOPES))
    return wanted
