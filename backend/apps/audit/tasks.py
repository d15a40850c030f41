"""Periodic work on the operation log."""

import dramatiq
import structlog
from dramatiq_crontab import cron

from apps.audit.services.partitions import TABLES, ensure_months
from apps.audit.services.seals import seal
from apps.audit.services.verify import verify

log = structlog.get_logger(__name__)
HOURS = 3_600_000


@cron("* * * * *")
@dramatiq.actor(queue_name="default", max_retries=0)
def seal_audit_log() -> None:
    """Every minute."""
    seal()


@cron("41 1 * * *")
@dramatiq.actor(queue_name="default", max_retries=0)
def make_partitions() -> None:
    """Every night: the coming months."""
    for table in TABLES:
        ensure_months(table)


@cron("13 2 * * *")
@dramatiq.actor(queue_name="bulk", max_retries=0, time_limit=6 * HOURS)
def verify_audit_log() -> None:
    """Every night."""
    report = verify()
    if not report.ok:
        log.error("audit_log_altered", findings=len(report.findings), head=report.head)
