"""OAuth2 for partners: client credentials only, scopes limited per application."""

import datetime as dt
from collections.abc import Callable
from typing import Any

from oauth2_provider.oauth2_validators import OAuth2Validator
from oauth2_provider.scopes import BaseScopes

from kernel import clock

#: The whole hospital's money, other applications' too.
BOOKS = "reconciliation:read"
#: What happens at the whole hospital, by ids.
EVENTS = "events:read"
WEBHOOKS = "webhooks"
SCOPES: dict[str, str] = {
    "directory:read": "Read hospitals, departments and doctors",
    "bills:write": "Push bills of the hospital's information system",
    "payments:write": "Take payments for bills and cards, give them back and read the own records",
    BOOKS: "Read the hospital's own bill of a day, all applications together",
    "reconciliation:write": "Hand in the bill of the hospital's information system",
    "inpatient:write": "Push admissions and inpatient charges of the hospital's information system",
    EVENTS: "Be told of the hospital's appointments, visits, stays and bills, by ids",
    WEBHOOKS: "Manage the application's own webhook endpoints and read their deliveries",
}


class PartnerScopes(BaseScopes):
    """The scopes there are, and those an application may ask for."""

    def get_all_scopes(self) -> dict[str, str]:
        return SCOPES

    def get_available_scopes(
        self, application: Any = None, request: Any = None, *args: Any, **kwargs: Any
    ) -> list[str]:
        return [s for s in (application.allowed_scopes if application else ()) if s in SCOPES]

    def get_default_scopes(
        self, application: Any = None, request: Any = None, *args: Any, **kwargs: Any
    ) -> list[str]:
        return self.get_available_scopes(application=application)


class PartnerValidator(OAuth2Validator):
    """Tokens end by our clock. Which application may have one at all, `PartnerApplication.is_usable` decides."""

    def _authenticate_basic_auth(self, request: Any) -> bool:
        return self._with_either_secret(request, super()._authenticate_basic_auth)

    def _authenticate_request_body(self, request: Any) -> bool:
        return self._with_either_secret(request, super()._authenticate_request_body)

    def _with_either_secret(self, request: Any, authenticate: Callable[[Any], bool]) -> bool:
        """The present secret, or the one before while it counts. A validator serves one request (`OAuthView.ask`)."""
        self._caller = request
        return bool(authenticate(request))

    def _check_secret(self, provided_secret: str, stored_secret: str) -> bool:
        application = self._caller.client
        return bool(
            super()._check_secret(provided_secret, stored_secret)
            or application.is_previous_secret(provided_secret)
        )

    def _create_access_token(
        self, expires: Any, request: Any, token: Any, source_refresh_token: Any = None
    ) -> Any:
        expires = clock.now() + dt.timedelta(seconds=token["expires_in"])
        return super()._create_access_token(expires, request, token, source_refresh_token)
