from django.apps import AppConfig


class IdentityConfig(AppConfig):
    """Who there is: organisation, staff, users and their sessions, WeChat accounts, partner applications."""

    name = "apps.identity"
    label = "identity"

    def ready(self) -> None:
        """Pictures are files that hang on rows of ours."""
        import apps.identity.pictures  # noqa: F401
