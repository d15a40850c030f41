from typing import Any

from django.core.management.base import BaseCommand

from apps.access.services.sync import sync_access
from apps.identity.services.dictionaries import sync_dictionaries


class Command(BaseCommand):
    """Write the declared modules, codes, system roles and dictionaries to the database; run after `migrate`."""

    help = __doc__

    def handle(self, *args: Any, **options: Any) -> None:
        sync_access()
        sync_dictionaries()
