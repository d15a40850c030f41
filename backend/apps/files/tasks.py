"""Periodic cleaning."""

import dramatiq
from dramatiq_crontab import cron

from apps.files.services.clean import drop_staged, purge_deleted, sweep_folder
from kernel import clock


@cron("17 * * * *")
@dramatiq.actor(queue_name="bulk", max_retries=0)
def clean_files() -> None:
    """Every hour: uploads nobody took, bytes of deleted files, and one more of the 256 folders (all in eleven days)."""
    drop_staged()
    purge_deleted()
    sweep_folder(int(clock.now().timestamp()) // 3600)
