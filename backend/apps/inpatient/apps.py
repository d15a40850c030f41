from django.apps import AppConfig


class InpatientConfig(AppConfig):
    """住院: admissions, their charges day by day, and the deposits paid for them."""

    name = "apps.inpatient"
    label = "inpatient"
