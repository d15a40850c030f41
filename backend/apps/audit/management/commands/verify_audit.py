from typing import Any

from django.core.management.base import BaseCommand, CommandError

from apps.audit.services.verify import verify


class Command(BaseCommand):
    """Prove that the operation log is as it was written; exit code 1 and one line per finding if it is not."""

    help = __doc__

    def add_arguments(self, parser: Any) -> None:
        parser.add_argument(
            "--anchor", default="", help="<number>:<mac> of a seal noted elsewhere (the logs name each one)"
        )

    def handle(self, *args: Any, anchor: str, **options: Any) -> None:
        number, _, mac = anchor.partition(":")
        if anchor and not (number.isdigit() and mac):
            raise CommandError("--anchor is <number>:<mac>")
        report = verify(anchor=(int(number), mac.lower()) if anchor else None)
        for finding in report.findings:
            text = f"{finding.kind}: seal {finding.seal}"
            if finding.from_txid is not None:
                text += f", transactions {finding.from_txid} to {finding.to_txid}"
            self.stderr.write(f"{text}{', rows ' + ' '.join(finding.rows) if finding.rows else ''}")
        summary = f"{report.seals} seals, {report.rows} sealed rows, {report.unsealed} not sealed yet"
        if not report.ok:
            raise CommandError(f"the operation log was altered: {len(report.findings)} findings in {summary}")
        self.stdout.write(f"the operation log is as it was written: {summary}; head {report.head or 'none'}")
