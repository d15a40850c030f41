from pathlib import Path
from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser

from apps.patients.models import Patient
from apps.scheduling.models import Appointment, ClinicSession
from apps.scheduling.states import SessionState
from sample.accounts import Document, write_accounts
from sample.load import Size, load_huge, load_small
from sample.organisation import House, load_houses
from sample.staff import system_roles

HUGE_DAYS, HUGE_PER_SESSION = 3 * 365, 40


class Command(BaseCommand):
    help = """Load the sample hospitals: after migrate and sync_access. Safe to repeat: a hospital that is there only
    gets sessions for the coming days, and passwords where those in the accounts file no longer hold."""

    requires_system_checks = []

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("--accounts-file", type=Path, help="JSON with accounts to sign in with")
        parser.add_argument("--patients", type=int, help="2,000; huge: 1,000,000")
        parser.add_argument("--appointments", type=int, help="of the past: 3,000; huge: 5,000,000")
        huge = parser.add_argument_group("measuring", "into an empty throw-away database, without triggers")
        huge.add_argument("--huge", action="store_true")
        huge.add_argument("--staff", type=int, default=2000)
        huge.add_argument("--workers", type=int, default=2)

    def handle(self, *args: Any, **options: Any) -> None:
        roles = system_roles()
        if not roles:
            raise CommandError("There are no roles yet: run manage.py sync_access first.")
        houses = self._load_huge(options) if options["huge"] else self._load_small(options)
        document = write_accounts(houses, options["accounts_file"])
        self._tell(houses, document, told=options["accounts_file"] is None)

    def _load_small(self, options: dict[str, Any]) -> list[House]:
        return load_small(Size(self._patients(options, 2_000), options["appointments"] or 3_000))

    def _load_huge(self, options: dict[str, Any]) -> list[House]:
        if load_houses():
            raise CommandError("The sample is loaded already; --huge wants an empty database.")
        size = Size(
            self._patients(options, 1_000_000),
            options["appointments"] or 5_000_000,
            max(4, options["staff"] // 30),
            HUGE_DAYS,
            HUGE_PER_SESSION,
        )
        return load_huge(size, options["workers"], self.stdout.write)

    def _patients(self, options: dict[str, Any], default: int) -> int:
        patients = options["patients"] or default
        if patients < 200:
            raise CommandError("--patients: at least 200, so that every doctor has some")
        return patients

    def _tell(self, houses: list[House], document: Document, *, told: bool) -> None:
        for house in houses:
            own = {"hospital": house.hospital}
            open_sessions = ClinicSession.objects.filter(**own, state=SessionState.PUBLISHED).count()
            self.stdout.write(
                f"{house.plan.code}  {house.plan.name}: {len(house.departments)} departments, "
                f"{house.hospital.staff.count()} staff, {Patient.objects.filter(**own).count()} patients, "
                f"{Appointment.objects.filter(**own).count()} appointments, {open_sessions} open sessions"
            )
        if told:
            for row in document["accounts"]:
                self.stdout.write(f"  {row['role']:24} {row['username']:10} {row['password']}")
