from django.apps import AppConfig


class SchedulingConfig(AppConfig):
    """Doctors' sessions, numbered slots, appointments and the waiting list."""

    name = "apps.scheduling"
    label = "scheduling"

    def ready(self) -> None:
        """Have a say when two patients become one, and when a doctor's relation to a patient ends; appeals are
        decided on."""
        from apps.patients.ports import use_merge_rule, use_upholder
        from apps.scheduling.services.appeal import KIND as APPEAL
        from apps.scheduling.services.patient_merge import OneNumberPerSession
        from apps.scheduling.services.visits import Visits
        from apps.worklist import approvals

        use_merge_rule(OneNumberPerSession())
        use_upholder(Visits())
        approvals.register(APPEAL)
