from django.apps import AppConfig


class PatientsConfig(AppConfig):
    """Patient archive, medical cards and their bindings, care team, timeline."""

    name = "apps.patients"
    label = "patients"

    def ready(self) -> None:
        """Files that hang on rows of ours."""
        import apps.patients.files  # noqa: F401
