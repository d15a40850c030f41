"""Open payment accounts from a file, for one hospital or for all: how a new installation gets its merchants."""

import json
from pathlib import Path
from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser

from apps.identity.models import Hospital
from apps.payments.channels.registry import CHANNELS
from apps.payments.models import MerchantAccount
from apps.payments.services.merchants import open_merchant
from kernel.errors import DomainError


class Command(BaseCommand):
    help = __doc__

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("--file", type=Path, required=True, help="JSON: {channel: {field: value}}")
        parser.add_argument("--hospital", help="code; without it every hospital")

    def handle(self, *args: Any, **options: Any) -> None:
        """An account whose configuration is the same already stays; any other replaces the active one."""
        try:
            wanted = json.loads(options["file"].read_text(encoding="utf-8"))
        except (OSError, ValueError) as error:
            raise CommandError(f"{options['file']}: {error}") from error
        hospitals = Hospital.objects.order_by("code")
        if options["hospital"]:
            hospitals = hospitals.filter(code=options["hospital"])
        if not hospitals:
            raise CommandError("no such hospital")
        for hospital in hospitals:
            for channel, config in wanted.items():
                self._open(hospital, channel, config)

    def _open(self, hospital: Hospital, channel: str, config: dict[str, str]) -> None:
        active = MerchantAccount.objects.filter(hospital=hospital, channel=channel, is_active=True).first()
        if active is not None and json.loads(active.config) == config:
            return
        try:
            open_merchant(hospital=hospital, channel=channel, name=CHANNELS[channel].zh, config=config)
        except (DomainError, KeyError) as error:
            field = getattr(error, "field", None)
            raise CommandError(f"{hospital.code} {channel}: {error} {field or ''}") from error
        self.stdout.write(f"{hospital.code}: {channel}")
