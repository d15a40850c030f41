from django.apps import AppConfig
from django.utils.module_loading import autodiscover_modules


class AccessConfig(AppConfig):
    """Who may do what: roles, menus, permission codes, data scopes, object grants."""

    name = "apps.access"
    label = "access"

    def ready(self) -> None:
        autodiscover_modules(
            "settings",
            "errors",
            "permissions",
            "menus",
            "policies",
            "events",
            "work",
            "scenes",
            "timeline",
            "subscribers",
        )
