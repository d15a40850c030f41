import json
from pathlib import Path
from typing import Any

from django.core.management.base import BaseCommand, CommandParser

from config.contract import manifest


class Command(BaseCommand):
    help = "Writes the manifest that the admin app builds against: frontend-contract/admin/manifest.json."
    requires_system_checks: list[str] = []

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("--file", type=Path, help="instead of standard output")

    def handle(self, *args: Any, **options: Any) -> None:
        text = json.dumps(manifest(), ensure_ascii=False, indent=2) + "\n"
        if options["file"]:
            options["file"].write_text(text)
        else:
            self.stdout.write(text, ending="")
