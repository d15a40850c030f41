"""How far an actor sees into the reports of a hospital."""

from uuid import UUID

from apps.access.actor import Actor
from kernel.reports import Reach


def report_reach(actor: Actor, code: str, hospital_id: UUID) -> Reach | None:
    """By the scope of a code: the whole hospital, own departments, one's own; None: nothing of it."""
    scope = actor.scope(code)
    if scope is None:
        return None
    if scope.everything or hospital_id in scope.hospitals:
        return Reach()
    return Reach.within(scope.departments, actor.staff_id) if actor.hospital_id == hospital_id else None


def own_reach(actor: Actor, code: str, hospital_id: UUID, *, whole: str) -> Reach | None:
    """The same for rows of persons: one's own, unless the actor holds `whole`, too."""
    reach = report_reach(actor, code, hospital_id)
    if reach is None or actor.has(whole):
        return reach
    return Reach.within((), actor.staff_id) if actor.hospital_id == hospital_id else None
