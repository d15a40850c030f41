from django.apps import AppConfig


class PrepaidConfig(AppConfig):
    """Prepaid accounts of all kinds: what is in them, and where it came from."""

    name = "apps.prepaid"
    label = "prepaid"

    def ready(self) -> None:
        """Lots follow the ledger, and are proven with it."""
        from apps.payments.services.ledger import AFTER_POSTING
        from apps.payments.services.verify_ledger import CHECKS
        from apps.prepaid.services.following import follow
        from apps.prepaid.services.proof import LOTS

        AFTER_POSTING.append(follow)
        CHECKS["lots"] = LOTS
