from typing import Any

from django.core.management.base import BaseCommand

from apps.patients.services.search_keys import refresh


class Command(BaseCommand):
    """Bring the search keys of all archives up to date, after an upgrade that changed how they are derived."""

    help = __doc__

    def add_arguments(self, parser: Any) -> None:
        parser.add_argument("--after", help="begin behind this id, as a run that was stopped printed it")

    def handle(self, *args: Any, after: str | None = None, **options: Any) -> None:
        changed = 0
        for last, count in refresh(after=after):
            changed += count
            self.stdout.write(f"{last}: {changed} changed")
