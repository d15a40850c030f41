"""OAuth2 for partners: client credentials only, scopes limited per application."""

import datetime as dt
from typing import Any

from oauth2_provider.oauth2_validators import OAuth2Validator
from oauth2_provider.scopes import BaseScopes

from kernel import clock

SCOPES: dict[str, str] = {
    "directory:read": "Read hospitals, departments and doctors",
    "bills:write": "Push bills of the hospital's information system",
    "inpatient:write": "Push admissions and inpatient charges of the hospital's information system",
    "webhooks": "Manage the application's own webhook endpoints and read their deliveries",
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

    def _create_access_token(
        self, expires: Any, request: Any, token: Any, source_refresh_token: Any = None
    ) -> Any:
        expires = clock.now() + dt.timedelta(seconds=token["expires_in"])
        return super()._create_access_token(expires, request, token, source_refresh_token)
