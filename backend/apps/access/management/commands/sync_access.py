from typing import Any

from django.core.management.base import BaseCommand

from apps.access.services.sync import sync_access


class Command(BaseCommand):
    """Write the declared modules, permission codes and system roles to the database; run after `migrate`."""

    help = __doc__

    def handle(self, *args: Any, **options: Any) -> None:
        sync_access()
