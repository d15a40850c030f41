from django.apps import AppConfig


class WorkflowsConfig(AppConfig):
    """Processes over several apps, and the sample hospital."""

    name = "workflows"
    label = "workflows"
