from typing import Any

from django.core.management.base import BaseCommand

from apps.audit.services.seals import seal


class Command(BaseCommand):
    """Seal the lines of the operation log that have settled; workers do it every minute."""

    help = __doc__

    def handle(self, *args: Any, **options: Any) -> None:
        made = seal()
        self.stdout.write(f"seal {made.number}: {made.rows} rows" if made else "nothing to seal")
