"""What an import tells of people on file: nothing of whom its reader may not see; hits are counted (rules.md 28).

A row that turns out to belong to somebody tells that a guessed number is on file, as an exact search does.
"""

from collections.abc import Iterable
from uuid import UUID

from apps.access.actor import Actor
from apps.access.policies import policy_of
from apps.audit.services import record
from apps.imports.kinds import Finding
from apps.imports.models import ImportJob
from apps.imports.selectors import importer_of, importing_user
from apps.patients.columns import TITLES
from apps.patients.models import Patient
from apps.patients.services.import_staging import tell_nothing
from apps.patients.settings import IMPORT_LOOKUPS_PER_DAY
from kernel.rates import Limit, hit_all

#: Whom somebody may see.
SEE = "patients.patient.list"
#: The remark on a row whose person may be on file already, known by no number.
NAMESAKE = "possible_duplicate"
#: All that is said of a person out of reach.
ON_FILE = {"column": TITLES["name"], "code": "on_file"}
BATCH = 1000
DAY = 86_400


def shown_to(actor: Actor | None, job: ImportJob, problems: list[Finding]) -> list[Finding | None]:
    """The problems for that reader: those that name a record number out of reach say only that somebody is on file.

    None for those that the reader is not told at all.
    """
    seen = _within_reach(actor, job, {problem["mrn"] for problem in problems if "mrn" in problem})
    every = sees_all(actor, job)
    return [
        None if problem.get("code") == NAMESAKE and not every
        else problem if "mrn" not in problem or problem["mrn"] in seen else {**problem, **ON_FILE, "mrn": ""}
        for problem in problems
    ]  # fmt: skip


def sees_all(actor: Actor | None, job: ImportJob) -> bool:
    """Whether the actor may see every patient of the import's hospital: who may not is told nothing of namesakes."""
    scope = actor.scope(SEE) if actor else None
    return scope is not None and (scope.everything or job.hospital_id in scope.hospitals)


def veil(job: ImportJob, marked: list[tuple[UUID, str]]) -> Finding | None:
    """Of the rows just marked (id, the patient's number) let those tell nothing whose patient the importer may not see.

    These are counted for the importer and written down, without values; the finding that stops a check if they are
    more than the day's limit.
    """
    if not marked:
        return None
    seen = _within_reach(importer_of(job), job, {mrn for _, mrn in marked})
    unseen = [row for row, mrn in marked if mrn not in seen]
    if unseen:
        tell_nothing(job, unseen, **ON_FILE)
    limit = IMPORT_LOOKUPS_PER_DAY.of(job.hospital)
    limits = [Limit(f"import_lookup:day:{job.by_id}", limit, DAY)] if unseen and job.by_id else []
    refused = any(not rate.allowed for rate in hit_all(limits, times=len(unseen)))
    _write(job, "search_refused" if refused else "search", found=len(marked), unseen=len(unseen))
    return {"code": "too_many_on_file", "limit": limit} if refused else None


def _within_reach(actor: Actor | None, job: ImportJob, numbers: Iterable[str]) -> set[str]:
    """Those record numbers of the hospital whose patients the actor may see."""
    wanted, seen = sorted(numbers), set[str]()
    scope = actor.scope(SEE) if actor else None
    if actor is None or scope is None:
        return seen
    if scope.everything or job.hospital_id in scope.hospitals:
        return set(wanted)
    for start in range(0, len(wanted), BATCH):
        rows = Patient.objects.filter(hospital_id=job.hospital_id, mrn__in=wanted[start : start + BATCH])
        seen.update(policy_of(Patient).scope(actor, SEE, rows).values_list("mrn", flat=True))
    return seen


def _write(job: ImportJob, action: str, **counts: int) -> None:
    user = importing_user(job)
    record(
        action=action,
        object_type="patients.patient",
        object_id="",
        hospital_id=job.hospital_id,
        user_id=user.pk if user else None,
        actor=user.username if user else None,
        detail={"import_id": job.pk, **counts},
    )
