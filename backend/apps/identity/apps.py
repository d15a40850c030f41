from django.apps import AppConfig


class IdentityConfig(AppConfig):
    """Who there is: organisation, staff, users and their sessions, WeChat accounts, partner applications."""

    name = "apps.identity"
    label = "identity"
