"""Two who decide at once are one decision and a refusal; what follows happens once."""

from collections.abc import Callable, Iterator
from typing import Any

import pytest

from apps.worklist import errors
from apps.worklist.models import Approval, ApprovalStep, WorkItem
from apps.worklist.services import approval_decisions as decisions
from apps.worklist.services.approvals import expire_due, withdraw
from kernel import clock
from kernel.errors import DomainError
from tests.scheduling.support import at_once
from tests.support.world import World
from tests.worklist.approval_kinds import LADDER, SINGLE, ask, decider
from tests.worklist.test_items import NOW

pytestmark = [pytest.mark.requirement("ORG-04"), pytest.mark.django_db(transaction=True)]


@pytest.fixture
def office(world: World) -> Iterator[World]:
    for name in ("books", "books2"):
        world.add_staff(name, "finance", world.h1, [])
    with clock.frozen(NOW):
        yield world


def job(world: World, who: str, approval: Approval, accept: bool = True) -> Callable[[], Any]:
    """A decision of a person who read the approval as it is now."""
    version, person = Approval.objects.get(pk=approval.pk).version, decider(world, who)

    def run() -> Any:
        with clock.frozen(NOW):
            decide = decisions.approve if accept else decisions.reject
            return decide(approval, by=person, version=version, reason="x")

    return run


def outcomes(results: list[Any]) -> list[Approval]:
    """What came about; everything else was refused, and nothing went wrong."""
    assert all(isinstance(each, (Approval, DomainError)) for each in results), results
    return [each for each in results if isinstance(each, Approval)]


def test_of_many_who_decide_at_once_one_decides(office: World) -> None:
    approval = ask(office)
    who = ["doctor_a", "head", "admin1", "boss"]
    results = at_once([job(office, name, approval, accept=n % 2 == 0) for n, name in enumerate(who * 2)], 8)
    assert len(outcomes(results)) == 1
    approval.refresh_from_db()
    [step] = ApprovalStep.objects.all()
    assert (step.state, step.decided_by) == (approval.state, approval.decided_by)
    assert SINGLE.followed_for(approval) == [approval.state]
    assert WorkItem.objects.get().state == "done"


def test_nobody_s_click_counts_for_a_step_that_was_not_seen(office: World) -> None:
    approval = ask(office, LADDER, amount_fen=100_000)
    results = at_once(
        [job(office, name, approval) for name in ("doctor_a", "admin1", "head", "admin1") * 2], 8
    )
    assert len(outcomes(results)) == 1
    assert list(approval.steps.order_by("number").values_list("state", flat=True)) == [
        "approved",
        "open",
        "waiting",
    ]


def test_one_person_twice_at_once_decides_one_step(office: World) -> None:
    approval = ask(office, LADDER, amount_fen=10_000)
    outcomes(at_once([job(office, "doctor_a", approval)] * 6, 6))
    results = at_once([job(office, name, approval) for name in ("books", "books2") * 3], 6)
    assert len(outcomes(results)) == 1
    assert LADDER.followed_for(approval) == ["approved"]


def test_a_subject_asked_for_by_many_at_once_is_asked_for_once(office: World) -> None:
    def request() -> Any:
        with clock.frozen(NOW):
            return ask(office)

    results = at_once([request] * 8, 8)
    assert sum(isinstance(each, Approval) for each in results) == 1
    assert sum(isinstance(each, errors.ApprovalOpen) for each in results) == 7
    assert (Approval.objects.count(), WorkItem.objects.count()) == (1, 1)


def test_withdrawn_expired_or_decided_it_is_one_of_them(office: World) -> None:
    approval = ask(office, LADDER)
    clerk = decider(office, "clerk")

    def take_back() -> Any:
        with clock.frozen(NOW):
            return withdraw(approval, by=clerk)

    def expire() -> Any:
        with clock.frozen(approval.expires_at):
            expire_due(limit=10)
            return errors.ApprovalOpen()

    decide = [
        job(office, name, approval, accept) for name in ("doctor_a", "head") for accept in (True, False)
    ]
    outcomes(at_once([take_back, expire, *decide] * 2, 12))
    approval.refresh_from_db()
    assert approval.state != "requested"
    assert LADDER.followed_for(approval) == [approval.state]
    assert not WorkItem.objects.filter(state="open").exists()
    assert not approval.steps.filter(state__in=("open", "waiting")).exists()
