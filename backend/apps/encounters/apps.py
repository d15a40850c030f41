from django.apps import AppConfig


class EncountersConfig(AppConfig):
    """Contacts of patients with the hospital; what happens at one hangs on it."""

    name = "apps.encounters"
    label = "encounters"

    def ready(self) -> None:
        """Say which relations of a patient rest on an encounter."""
        from apps.encounters.services.attending import Attending
        from apps.patients.ports import use_upholder

        use_upholder(Attending())
