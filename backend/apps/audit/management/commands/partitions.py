from typing import Any

from django.core.management.base import BaseCommand

from apps.audit.services.partitions import MONTHS_AHEAD, TABLES, ensure_months


class Command(BaseCommand):
    """Make the coming months' partitions of the append-only tables; workers do it every day."""

    help = __doc__

    def add_arguments(self, parser: Any) -> None:
        parser.add_argument("--ahead", type=int, default=MONTHS_AHEAD, help="months after the current one")

    def handle(self, *args: Any, ahead: int, **options: Any) -> None:
        for table in TABLES:
            made = ensure_months(table, ahead=ahead)
            self.stdout.write(f"{table}: {', '.join(made) or 'complete'}")
