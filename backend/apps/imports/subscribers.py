"""Files are checked and applied in a worker."""

from apps.imports.events import ImportJudged, ImportUploaded, ImportWanted
from apps.imports.services import jobs, results
from kernel.outbox.events import subscribe


@subscribe(ImportUploaded, name="imports.check", queue="bulk", long=True)
def check_import(event: ImportUploaded) -> None:
    """The dry run of a file."""
    jobs.check(event.import_id)


@subscribe(ImportWanted, name="imports.apply", queue="bulk")
def apply_import(event: ImportWanted) -> None:
    """Let the checked rows be records."""
    jobs.apply(event.import_id)


@subscribe(ImportJudged, name="imports.write_result", queue="bulk", long=True)
def write_result(event: ImportJudged) -> None:
    """The sheet of results, while nobody waits in a request."""
    results.write(event.import_id)
