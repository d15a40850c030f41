"""Somebody asks for a report: a job, or the one that was asked for the same a moment ago."""

import datetime as dt
import hashlib
from collections.abc import Mapping
from uuid import UUID

import orjson
from django.db import transaction
from django.utils.translation import get_language

from apps.access.actor import Actor
from apps.identity.models import StaffMember
from apps.reports.errors import TooManyReports
from apps.reports.models import ReportFormat, ReportJob, ReportSchedule
from apps.reports.selectors import given as given_of, report_of
from apps.reports.states import OPEN, ReportState
from kernel import clock, leases
from kernel.reports import Reach

#: Asked for the same so soon after, it is the same job.
SAME_WITHIN = dt.timedelta(minutes=5)
#: Open jobs of one person; two of them run at once.
MAX_OPEN = 20
_NO_USE = (ReportState.FAILED, ReportState.CANCELLING, ReportState.CANCELLED, ReportState.EXPIRED)


@transaction.atomic
def ask(
    actor: Actor, *, hospital_id: UUID, report: str, parameters: Mapping[str, str], file_format: ReportFormat
) -> ReportJob:
    """A queued job with the rights of now; NoSuchReport, InvalidValue (`parameters.…`), TooManyReports."""
    found, reach = report_of(actor, report, hospital_id)
    given = given_of(parameters)
    found.bind(given, hospital_id)
    # Whoever asks twice at once is counted one by one.
    StaffMember.objects.select_for_update(no_key=True).get(pk=actor.staff_id)
    language = get_language() or "zh-hans"
    digest = digest_of(hospital_id, report, given, file_format, language, reach)
    mine = ReportJob.objects.filter(owner_id=actor.staff_id)
    same = mine.filter(digest=digest, created_at__gt=clock.now() - SAME_WITHIN).exclude(state__in=_NO_USE)
    if job := same.order_by("-id").first():
        return job
    if mine.filter(state__in=OPEN).count() >= MAX_OPEN:
        raise TooManyReports(limit=MAX_OPEN)
    return queue(
        hospital_id=hospital_id, owner_id=actor.staff_id, report=report, parameters=given, reach=reach,
        file_format=file_format, language=language, digest=digest,
    )  # fmt: skip


def queue(
    *,
    hospital_id: UUID,
    owner_id: UUID,
    report: str,
    parameters: Mapping[str, str],
    reach: Reach,
    file_format: ReportFormat,
    language: str,
    digest: str,
    schedule: ReportSchedule | None = None,
    period: str = "",
) -> ReportJob:
    """Write the job and wake a worker after the commit."""
    job = ReportJob.objects.create(
        hospital_id=hospital_id, owner_id=owner_id, report=report, parameters=dict(parameters), reach=reach.stored(),
        file_format=file_format, language=language, digest=digest, schedule=schedule, period=period,
        due_at=clock.now(),
    )  # fmt: skip
    leases.wake(ReportJob, job.pk)
    return job


def digest_of(
    hospital_id: UUID, report: str, given: Mapping[str, str], file_format: str, language: str, reach: Reach
) -> str:
    """SHA-256 of all that makes two requests the same."""
    parts = [str(hospital_id), report, dict(given), str(file_format), language, reach.stored()]
    return hashlib.sha256(orjson.dumps(parts, option=orjson.OPT_SORT_KEYS)).hexdigest()
