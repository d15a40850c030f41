from django.apps import AppConfig


class SchedulingConfig(AppConfig):
    """Doctors' sessions, numbered slots, appointments and the queue in front of the consulting room."""

    name = "apps.scheduling"
    label = "scheduling"

    def ready(self) -> None:
        """Have a say when two patients become one."""
        from apps.patients.ports import use_merge_rule
        from apps.scheduling.services.patient_merge import OneNumberPerSession

        use_merge_rule(OneNumberPerSession())
