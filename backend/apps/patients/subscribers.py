"""Reactions to our own events, in a worker."""

from apps.patients.events import DuplicateScanWanted, PatientsMerged
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
