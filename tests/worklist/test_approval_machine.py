"""Approvals under any order of decisions, withdrawals and passing time: never decided by who must not."""

import datetime as dt
from collections.abc import Iterator
from typing import ClassVar

import pytest
from django.db import transaction
from hypothesis import HealthCheck, settings, strategies as st
from hypothesis.stateful import RuleBasedStateMachine, invariant, rule, run_state_machine_as_test

from apps.worklist import errors
from apps.worklist.models import Approval, WorkItem
from apps.worklist.services import approval_decisions as decisions
from apps.worklist.services.approvals import expire_due, withdraw
from kernel import clock
from kernel.errors import DomainError
from tests.support.effort import examples
from tests.support.world import World
from tests.worklist.approval_kinds import LADDER, ask
from tests.worklist.test_items import NOW

pytestmark = [pytest.mark.requirement("ORG-04"), pytest.mark.thorough]
PEOPLE = ("doctor_a", "doctor_b", "head", "clerk", "books", "admin1", "admin3", "boss", "admin2")
WHO = st.sampled_from(PEOPLE)


class Desk(RuleBasedStateMachine):
    """Requests about one subject; a refusal is a fine answer."""

    world: ClassVar[World]

    def __init__(self) -> None:
        super().__init__()
        self.moment = NOW
        self.mark = transaction.savepoint()
        self.before = len(LADDER.followed)

    def teardown(self) -> None:
        transaction.savepoint_rollback(self.mark)

    def attempt(self, run: object) -> None:
        with clock.frozen(self.moment):
            try:
                with transaction.atomic():
                    run()  # type: ignore[operator]
            except DomainError:
                pass

    def latest(self) -> Approval:
        found = Approval.objects.filter(kind=LADDER.code).order_by("-id").first()
        if found is None:
            raise errors.NobodyDecides
        return found

    @rule(who=WHO, fen=st.sampled_from([0, 10_000, 100_000]))
    def ask(self, who: str, fen: int) -> None:
        self.attempt(lambda: ask(self.world, LADDER, requester=who, amount_fen=fen))

    @rule(who=WHO, old=st.booleans())
    def approve(self, who: str, old: bool) -> None:
        def run() -> None:
            found = self.latest()
            decisions.approve(found, by=self.world.staff[who], version=found.version - old)

        self.attempt(run)

    @rule(who=WHO, reason=st.sampled_from(["", "x"]))
    def reject(self, who: str, reason: str) -> None:
        def run() -> None:
            found = self.latest()
            decisions.reject(found, by=self.world.staff[who], version=found.version, reason=reason)

        self.attempt(run)

    @rule(who=WHO)
    def take_back(self, who: str) -> None:
        self.attempt(lambda: withdraw(self.latest(), by=self.world.staff[who]))

    @rule(hours=st.integers(1, 30))
    def time_passes(self, hours: int) -> None:
        self.moment += dt.timedelta(hours=hours)

    @rule()
    def sweep(self) -> None:
        self.attempt(lambda: expire_due(limit=10))

    @invariant()
    def nobody_decides_on_the_own_request_nor_twice(self) -> None:
        for approval in Approval.objects.filter(kind=LADDER.code):
            deciders = [s.decided_by_id for s in approval.steps.all() if s.decided_by_id is not None]
            assert approval.requester_id not in deciders
            assert len(set(deciders)) == len(deciders)

    @invariant()
    def the_steps_say_what_the_approval_says(self) -> None:
        open_ones = 0
        for approval in Approval.objects.filter(kind=LADDER.code):
            states = list(approval.steps.order_by("number").values_list("state", flat=True))
            waits = WorkItem.objects.filter(subject_id=approval.pk, state="open").count()
            if approval.state == "requested":
                open_ones += 1
                assert states.count("open") == waits == 1, states
                place = states.index("open")
                assert set(states[:place]) <= {"approved"} and set(states[place + 1 :]) <= {"waiting"}
            else:
                assert waits == 0 and not {"open", "waiting"} & set(states), states
                assert (approval.state == "approved") == (set(states) == {"approved"})
                assert (approval.state == "rejected") == ("rejected" in states)
        assert open_ones <= 1

    @invariant()
    def what_follows_happens_once(self) -> None:
        ended = (
            Approval.objects.filter(kind=LADDER.code).exclude(state="requested").order_by("ended_at", "id")
        )
        followed = [what for what, _ in LADDER.followed[self.before :]]
        assert sorted(followed) == sorted(ended.values_list("state", flat=True))


@pytest.fixture
def desk(world: World) -> Iterator[World]:
    for name, role in (("books", "finance"), ("admin3", "hospital_administrator")):
        world.add_staff(name, role, world.h1, [])
    yield world


def test_approvals_keep_their_rules_in_any_order(desk: World) -> None:
    Desk.world = desk
    run_state_machine_as_test(
        Desk,
        settings=settings(
            max_examples=examples(15), stateful_step_count=25, deadline=None,
            suppress_health_check=[HealthCheck.too_slow],
        ),
    )  # fmt: skip
