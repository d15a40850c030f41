from django.apps import AppConfig


class ReconciliationConfig(AppConfig):
    """Every fen agreed with everybody who moves money for us."""

    name = "apps.reconciliation"
    label = "reconciliation"

    def ready(self) -> None:
        """Make the kind of approval known."""
        from apps.reconciliation.services.approval import KIND
        from apps.worklist.approvals import register

        register(KIND)
