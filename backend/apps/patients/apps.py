from django.apps import AppConfig


class PatientsConfig(AppConfig):
    """Patient archive, medical cards and their bindings, care team, timeline."""

    name = "apps.patients"
    label = "patients"

    def ready(self) -> None:
        """Files that hang on rows of ours; what is imported."""
        import apps.patients.files
        import apps.patients.services.import_kind  # noqa: F401
