from django.apps import AppConfig


class WorkflowsConfig(AppConfig):
    """Processes over several apps."""

    name = "workflows"
    label = "workflows"

    def ready(self) -> None:
        """Registrations can be paid."""
        from apps.payments import payables
        from workflows.registration_fee.payable import Registrations

        payables.register(Registrations())
