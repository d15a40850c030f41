import enum
import importlib
from pathlib import Path

from django.apps import AppConfig
from django.conf import settings
from django.db.migrations.serializer import BaseSerializer
from django.db.migrations.writer import MigrationWriter
from django.utils.module_loading import autodiscover_modules

from kernel import clock


class _EnumByValue(BaseSerializer):
    """A migration keeps what an enum's member was worth, and imports no enum that may be renamed later."""

    def serialize(self) -> tuple[str, set[str]]:
        return repr(self.value.value), set()


class KernelConfig(AppConfig):
    """Technical foundation; knows no domain word and imports no app."""

    name = "kernel"
    default_auto_field = "django.db.models.BigAutoField"

    def ready(self) -> None:
        importlib.import_module("kernel.http.words")
        autodiscover_modules("words", "pages")
        MigrationWriter.register_serializer(enum.Enum, _EnumByValue)
        if getattr(settings, "CLOCK_FILE", ""):
            clock.set_source(clock.FileOffsetClock(Path(settings.CLOCK_FILE)))
