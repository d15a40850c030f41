"""Open a hospital's receipt account from a file: how a new installation begins to issue e-receipts."""

import json
from pathlib import Path
from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser

from apps.identity.models import Hospital
from apps.receipts.models import ReceiptAccount
from apps.receipts.services.accounts import open_account
from kernel.errors import DomainError


class Command(BaseCommand):
    help = __doc__

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument(
            "--file", type=Path, required=True, help="JSON: {platform, name, connection, charge_codes}"
        )
        parser.add_argument("--hospital", required=True, help="code")

    def handle(self, *args: Any, **options: Any) -> None:
        """An account whose connection is the same already stays; any other replaces the active one."""
        try:
            wanted = json.loads(options["file"].read_text(encoding="utf-8"))
        except (OSError, ValueError) as error:
            raise CommandError(f"{options['file']}: {error}") from error
        hospital = Hospital.objects.filter(code=options["hospital"]).first()
        if hospital is None:
            raise CommandError("no such hospital")
        active = ReceiptAccount.objects.filter(hospital=hospital, is_active=True).first()
        if active is not None and json.loads(active.config) == wanted["connection"]:
            return
        try:
            open_account(hospital=hospital, **wanted)
        except (DomainError, TypeError) as error:
            raise CommandError(f"{hospital.code}: {error} {getattr(error, 'field', None) or ''}") from error
        self.stdout.write(f"{hospital.code}: {wanted['platform']}")
