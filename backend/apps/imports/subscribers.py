"""Files are checked and applied in a worker."""

from apps.imports.events import ImportUploaded, ImportWanted
from apps.imports.services import jobs
from kernel.outbox.events import subscribe


@subscribe(ImportUploaded, name="imports.check", queue="bulk", long=True)
def check_import(event: ImportUploaded) -> None:
    """The dry run of a file."""
    jobs.check(event.import_id)


@subscribe(ImportWanted, name="imports.apply", queue="bulk")
def apply_import(event: ImportWanted) -> None:
    """Let the checked rows be records."""
    jobs.apply(event.import_id)
