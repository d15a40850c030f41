from typing import Any

from django.core.management.base import BaseCommand

from apps.identity.services.staff import refresh_staff_keys
from apps.patients.services.search_keys import refresh, refresh_contacts, refresh_staged


class Command(BaseCommand):
    """Bring search keys of staff, archives, contacts and open imports up to date after an upgrade that changed them."""

    help = __doc__

    def add_arguments(self, parser: Any) -> None:
        parser.add_argument("--after", help="begin behind this id, as a run that was stopped printed it")

    def handle(self, *args: Any, after: str | None = None, **options: Any) -> None:
        self.stdout.write(f"staff: {refresh_staff_keys()} changed")
        self.stdout.write(f"open imports: {refresh_staged()} changed")
        self.stdout.write(f"contacts: {refresh_contacts()} changed")
        changed = 0
        for last, count in refresh(after=after):
            changed += count
            self.stdout.write(f"{last}: {changed} changed")
