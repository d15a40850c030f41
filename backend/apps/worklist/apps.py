from django.apps import AppConfig


class WorklistConfig(AppConfig):
    """Work that has an owner and a due time."""

    name = "apps.worklist"
    label = "worklist"

    def ready(self) -> None:
        """Work of somebody whose account is closed falls back to the role."""
        from apps.identity.services.staff_status import AFTER_CLOSING
        from apps.worklist.services.hand_over import release_work

        AFTER_CLOSING.append(release_work)
