from django.apps import AppConfig


class WorkflowsConfig(AppConfig):
    """Processes over several apps."""

    name = "workflows"
    label = "workflows"

    def ready(self) -> None:
        """Registrations can be paid, and scheduling knows what of that was cash."""
        from apps.payments import payables
        from apps.scheduling.ports import use_fees
        from workflows.registration_fee.payable import Registrations
        from workflows.registration_fee.refund import FeesOfBills

        payables.register(Registrations())
        use_fees(FeesOfBills())
