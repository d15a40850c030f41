"""Patients as a kind of import: tables, Outlook contacts and contact cards."""

import datetime as dt
from collections.abc import Iterable, Iterator
from typing import Any

from apps.access.actor import Actor
from apps.imports.kinds import Finding, ImportKind, Template, register
from apps.imports.models import ImportJob, RowOutcome
from apps.patients.columns import SAMPLE, TABLE, TITLES, WORDS, notes
from apps.patients.contacts import OUTLOOK, VCARD
from apps.patients.files import IMPORT_FILE, IMPORT_RESULT
from apps.patients.models import ImportRow
from apps.patients.services import import_reach, import_staging
from apps.patients.services.archive import MRN
from apps.patients.services.import_rows import RowReader, sealed
from kernel import clock
from kernel.sheets import Heading, Line


class _Patients(ImportKind):
    code, zh, en = "patient", "患者", "Patients"
    owner, result_owner = IMPORT_FILE, IMPORT_RESULT
    forms = (TABLE, VCARD, OUTLOOK)
    staged = ImportRow
    template = Template(list(TITLES.values()), [SAMPLE], notes)
    words = WORDS
    accepts_cards = True

    def rows(self, job: ImportJob, heading: Heading, lines: Iterable[Line]) -> Iterator[dict[str, Any]]:
        reader = RowReader(job.hospital_id, may_tag=bool(job.options.get("may_tag")))
        for line in lines:
            yield sealed(reader.read(heading, line), job.pk, line.number)

    def mark_on_file(self, job: ImportJob) -> Finding | None:
        found = import_reach.veil(job, import_staging.mark_duplicates_on_file(job))
        if import_reach.sees_all(import_reach.importer_of(job), job):
            import_staging.mark_namesakes_on_file(job)  # else it would tell of people out of reach
        return found

    def shown_to(self, actor: Actor | None, job: ImportJob, problems: list[Finding]) -> list[Finding | None]:
        return import_reach.shown_to(actor, job, problems)

    def mark_in_file(self, job: ImportJob) -> None:
        import_staging.mark_duplicates_in_file(job)

    def reserve(self, job: ImportJob, count: int) -> dict[str, Any]:
        """Record numbers: the day and the first of them."""
        day = clock.today()
        return {"day": day.isoformat(), "first": MRN.reserve(job.hospital_id, day, count)}

    def insert(self, job: ImportJob) -> int:
        if not job.reserved:
            return 0
        prefix = f"{MRN.prefix}{dt.date.fromisoformat(job.reserved['day']):%y%m%d}"
        done = import_staging.insert_patients(job, prefix=prefix, digits=MRN.digits)
        import_staging.insert_cards(job)
        return done

    def forget_secrets(self, job: ImportJob) -> None:
        rows = ImportRow.objects.filter(job=job, outcome=RowOutcome.GOOD)
        indexes = dict.fromkeys(("national_id_index", "phone_index", "card_number_index"))
        rows.update(**dict.fromkeys(ImportRow.sealed_columns, b""), **indexes)


PATIENTS = _Patients()
register(PATIENTS)
