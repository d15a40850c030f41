"""Which reports somebody may ask for, and how far into them they see."""

from collections.abc import Mapping
from uuid import UUID

from apps.access.actor import Actor, actor_of
from apps.reports.errors import NoSuchReport
from apps.reports.models import ReportJob
from kernel.reports import REPORTS, Reach, Report


def given(parameters: Mapping[str, str]) -> dict[str, str]:
    """Parameters without those that were left empty; an empty `key` is a key."""
    return {name: text for name, text in parameters.items() if text or name == "key"}


def reports_of(actor: Actor) -> list[Report]:
    """Those that the actor may ask for, by their code."""
    return [REPORTS[code] for code in sorted(REPORTS) if actor.has(REPORTS[code].permission)]


def report_of(actor: Actor, code: str, hospital_id: UUID) -> tuple[Report, Reach]:
    """A report and how much of it the actor sees; NoSuchReport."""
    report = REPORTS.get(code)
    reach = report.reach(actor, hospital_id) if report and actor.has(report.permission) else None
    if report is None or reach is None:
        raise NoSuchReport
    return report, reach


def may_still_see(actor: Actor | None, job: ReportJob) -> bool:
    """Whether what the job shows is within what that person may see now."""
    if actor is None:
        return False
    try:
        _, reach = report_of(actor, job.report, job.hospital_id)
    except NoSuchReport:
        return False
    return reach.covers(Reach.of(job.reach))


def owner_may_still_see(job: ReportJob) -> bool:
    """The same of who asked for it; False for who has left."""
    user = job.owner.user
    return user is not None and may_still_see(actor_of(user), job)
