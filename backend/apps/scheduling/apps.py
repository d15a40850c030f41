from django.apps import AppConfig


class SchedulingConfig(AppConfig):
    """Doctors' sessions, numbered slots, appointments and the queue in front of the consulting room."""

    name = "apps.scheduling"
    label = "scheduling"
