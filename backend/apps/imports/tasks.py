"""Nightly tidying of files and rows that nobody needs any more."""

import dramatiq
from dramatiq_crontab import cron

from apps.imports.services import jobs, results


@cron("50 3 * * *")
@dramatiq.actor(queue_name="bulk", max_retries=3)
def forget_old_imports() -> None:
    """Cancel imports that nobody applied, forget what was wrong with old ones, and have lost results written."""
    jobs.forget_old()
    results.ask_again()
