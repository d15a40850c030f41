"""Bearer tokens of signed-in devices: one query, revocable at once."""

from typing import Any

from django.utils.translation import gettext_lazy
from drf_spectacular.extensions import OpenApiAuthenticationExtension
from knox.auth import TokenAuthentication
from knox.crypto import hash_token
from knox.settings import CONSTANTS
from rest_framework.exceptions import AuthenticationFailed

from apps.audit.middleware import describe
from apps.identity.selectors import signed_in
from apps.identity.services.sessions import touch
from kernel import clock


class SessionTokenAuthentication(TokenAuthentication):
    """Knox's tokens with the user, staff member and WeChat account fetched in the same query."""

    def authenticate_credentials(self, token: bytes) -> tuple[Any, Any]:
        failed = AuthenticationFailed(gettext_lazy("Invalid token."))
        try:
            text = token.decode("ascii")
            digest = hash_token(text)
        except (UnicodeDecodeError, ValueError, TypeError) as error:
            raise failed from error
        found = signed_in(text[: CONSTANTS.TOKEN_KEY_LENGTH], digest)
        if found is None or not found.user.is_active or (found.expiry and found.expiry <= clock.now()):
            raise failed
        touch(found)
        describe(user_id=found.user_id, actor=found.user.username)
        return found.user, found


class SessionTokenScheme(OpenApiAuthenticationExtension):
    """How the documents describe the token."""

    target_class = SessionTokenAuthentication
    name = "sessionToken"

    def get_security_definition(self, auto_schema: Any) -> dict[str, str]:
        return {"type": "http", "scheme": "bearer", "description": "Token of a signed-in device."}
