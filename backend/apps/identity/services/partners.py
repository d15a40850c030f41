"""第三方应用: partners' OAuth2 clients. A secret is shown once and stored as a digest."""

from collections.abc import Iterable
from typing import Any

from django.db import transaction
from oauth2_provider.generators import generate_client_secret
from oauth2_provider.models import AccessToken, Grant, IDToken, RefreshToken

from apps.identity.models import PartnerApplication
from apps.identity.oauth import SCOPES
from kernel import clock
from kernel.errors import InvalidValue
from kernel.locks import save_version
from kernel.rows import delete_row, update_row


@transaction.atomic
def create_application(
    *, allowed_scopes: Iterable[str] = (), **fields: Any
) -> tuple[PartnerApplication, str]:
    """A new client and its secret, which is told once."""
    secret: str = generate_client_secret()
    application = PartnerApplication(
        **fields,
        allowed_scopes=_checked(allowed_scopes),
        client_type=PartnerApplication.CLIENT_CONFIDENTIAL,
        authorization_grant_type=PartnerApplication.GRANT_CLIENT_CREDENTIALS,
        client_secret=secret,
    )
    application.save(force_insert=True)
    return application, secret


@transaction.atomic
def update_application(
    application: PartnerApplication, *, version: int, **changes: Any
) -> PartnerApplication:
    """Change a client read at `version`; switched off, its tokens end at once. StaleVersion."""
    if "allowed_scopes" in changes:
        changes["allowed_scopes"] = _checked(changes["allowed_scopes"])
    update_row(application, version=version, **changes)
    if not application.is_active:
        _end_tokens(application)
    return application


@transaction.atomic
def rotate_secret(application: PartnerApplication, *, version: int) -> str:
    """A new secret, told once; the old one and every token end at once. StaleVersion."""
    secret: str = generate_client_secret()
    application.client_secret = secret
    PartnerApplication._meta.get_field("client_secret").pre_save(application, add=False)  # hashes it
    save_version(application, {"client_secret"}, version=version)
    _end_tokens(application)
    return secret


def delete_application(application: PartnerApplication) -> None:
    """Delete a client with its tokens; InUse once other records refer to it (switch it off instead)."""
    delete_row(application, parts=(AccessToken, RefreshToken, Grant, IDToken))


def forget_expired_tokens() -> int:
    """Delete tokens that have run out; returns how many."""
    deleted, _ = AccessToken.objects.filter(expires__lte=clock.now()).delete()
    return int(deleted)


def _end_tokens(application: PartnerApplication) -> None:
    AccessToken.objects.filter(application=application).delete()


def _checked(scopes: Iterable[str]) -> list[str]:
    wanted = sorted(set(scopes))
    if any(scope not in SCOPES for scope in wanted):
        raise InvalidValue(field="allowed_scopes", choices=sorted(SCOPES))
    return wanted
