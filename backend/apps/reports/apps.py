from django.apps import AppConfig
from django.utils.module_loading import autodiscover_modules


class ReportsConfig(AppConfig):
    """报表: the reports of all apps, run by workers, kept for a while and delivered."""

    name = "apps.reports"
    label = "reports"

    def ready(self) -> None:
        """Collect what the apps declare in their `reports.py`."""
        from apps.reports import owner  # noqa: F401 - whose files they are is declared

        autodiscover_modules("reports")
