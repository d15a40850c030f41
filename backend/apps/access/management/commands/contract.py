import json
from pathlib import Path
from typing import Any

from django.core.management.base import BaseCommand, CommandParser

from config.contract import manifest
from config.word_lists import AUDIENCES, word_list


class Command(BaseCommand):
    help = "Writes what front ends build against beside the documents: the manifest and the words."
    requires_system_checks: list[str] = []

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("folder", type=Path, help="with a folder for each audience")

    def handle(self, *args: Any, **options: Any) -> None:
        folder: Path = options["folder"]
        _write(folder / "admin" / "manifest.json", manifest())
        for audience in AUDIENCES:
            _write(folder / audience / "words.json", word_list(audience))


def _write(path: Path, content: dict[str, Any]) -> None:
    path.write_text(json.dumps(content, ensure_ascii=False, indent=2) + "\n")
