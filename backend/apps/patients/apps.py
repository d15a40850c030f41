from django.apps import AppConfig


class PatientsConfig(AppConfig):
    """Patient archive, medical cards and their bindings, care team, timeline."""

    name = "apps.patients"
    label = "patients"
