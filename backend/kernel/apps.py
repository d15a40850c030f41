from pathlib import Path

from django.apps import AppConfig
from django.conf import settings

from kernel import clock


class KernelConfig(AppConfig):
    """Technical foundation; knows no domain word and imports no app."""

    name = "kernel"
    default_auto_field = "django.db.models.BigAutoField"

    def ready(self) -> None:
        if getattr(settings, "CLOCK_FILE", ""):
            clock.set_source(clock.FileOffsetClock(Path(settings.CLOCK_FILE)))
