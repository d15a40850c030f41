from typing import Any

from django.core.management.base import BaseCommand, CommandError

from apps.identity.models import Hospital
from apps.payments.services.verify_ledger import verify_ledger


class Command(BaseCommand):
    """Prove the ledger from its entries; exit code 1 and one line per finding if something is wrong."""

    help = __doc__

    def add_arguments(self, parser: Any) -> None:
        parser.add_argument("--hospital", default="", metavar="CODE", help="only this hospital")
        parser.add_argument("--jobs", type=int, default=1, help="connections that work at once")

    def handle(self, *args: Any, hospital: str, jobs: int, **options: Any) -> None:
        found = Hospital.objects.filter(code=hospital).first()
        if hospital and found is None:
            raise CommandError(f"no hospital has the code {hospital}")
        if jobs < 1:
            raise CommandError("--jobs is at least 1")
        report = verify_ledger(hospital_id=found.pk if found else None, jobs=jobs)
        for finding in report.findings:
            self.stderr.write(f"{finding.kind}: {finding.id} {finding.detail}".rstrip())
        figures = (
            f"{report.transactions} transactions, {report.entries} entries, {report.accounts} accounts "
            f"in {report.seconds:.1f} s"
        )
        if not report.ok:
            raise CommandError(f"the ledger is not sound: {report.wrong} findings in {figures}")
        self.stdout.write(f"the ledger is sound: {figures}")
