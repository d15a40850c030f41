from django.apps import AppConfig


class PrepaidConfig(AppConfig):
    """Prepaid accounts of all kinds: what is in them, and where it came from."""

    name = "apps.prepaid"
    label = "prepaid"

    def ready(self) -> None:
        """Lots follow the ledger."""
        from apps.payments.services.ledger import AFTER_POSTING
        from apps.prepaid.services.following import follow

        AFTER_POSTING.append(follow)
