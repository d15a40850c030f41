"""Reactions to our own events, in a worker."""

from apps.patients.events import DuplicateScanWanted, ImportUploaded, ImportWanted, PatientsMerged
from apps.patients.services import imports
from apps.patients.services.duplicates import scan
from apps.patients.services.merge import settle
from kernel.outbox.events import subscribe


@subscribe(PatientsMerged, name="patients.move_late_rows_of_merged", queue="urgent")
def let_late_rows_follow(event: PatientsMerged) -> None:
    """Rows written for the merged archive while it was being merged."""
    settle(event.merge_id)


@subscribe(DuplicateScanWanted, name="patients.scan_for_duplicates", queue="bulk")
def look_for_duplicates(event: DuplicateScanWanted) -> None:
    """Bring the list of pairs up to date."""
    scan(event.hospital_id)


@subscribe(ImportUploaded, name="patients.check_import", queue="bulk", long=True)
def check_import(event: ImportUploaded) -> None:
    """The dry run of a file."""
    imports.check(event.import_id)


@subscribe(ImportWanted, name="patients.apply_import", queue="bulk")
def apply_import(event: ImportWanted) -> None:
    """Let the checked rows be patients."""
    imports.apply(event.import_id)
