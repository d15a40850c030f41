from django.apps import AppConfig


class WorkflowsConfig(AppConfig):
    """Processes over several apps, and the sample hospital."""

    name = "workflows"
    label = "workflows"

    def ready(self) -> None:
        """Give payments the business that they are for, and billing who knows of registrations."""
        from apps.billing.services.refund_rules import use_subject
        from apps.payments.ports import use_business
        from workflows.booking_checkout import APPOINTMENT, Registrations
        from workflows.payment_to_business import HospitalBusiness

        use_business(HospitalBusiness())
        use_subject(APPOINTMENT, Registrations())
