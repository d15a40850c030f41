"""Actors of reports: ids in, a service called. Every sweep may run anywhere, twice or late."""

from uuid import UUID

import dramatiq
from dramatiq_crontab import cron

from apps.reports.models import ReportJob, ReportSchedule
from apps.reports.services import ends, run, schedules
from kernel import leases

BATCH = 200
LIMIT_MS = 1_800_000


@dramatiq.actor(queue_name="reports", max_retries=0, time_limit=LIMIT_MS, notify_shutdown=True)
def run_report(job_id: str) -> None:
    """Make the file of a job that is due."""
    run.run_job(UUID(job_id))


@dramatiq.actor(queue_name="default", max_retries=0)
def run_schedule(schedule_id: str) -> None:
    """Ask for the report of a schedule whose time has come."""
    schedules.run_due(UUID(schedule_id))


@cron("* * * * *")
@dramatiq.actor(queue_name="default", max_retries=0)
def sweep_reports() -> None:
    """Every minute: whatever is due is taken up, also what a dead worker left behind."""
    for pk in leases.due(ReportSchedule, BATCH):
        run_schedule.send(str(pk))
    for pk in leases.due(ReportJob, BATCH):
        run_report.send(str(pk))


@cron("23 * * * *")
@dramatiq.actor(queue_name="default", max_retries=0)
def expire_reports() -> None:
    """Every hour: files whose time is over go."""
    ends.expire()
