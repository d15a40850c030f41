"""A kind of approval that no app registers any more is shown and ends, but is not decided on."""

import datetime as dt
from typing import Any

import pytest

from apps.worklist.approvals import APPROVALS
from apps.worklist.models import Approval
from apps.worklist.services.approvals import expire_due
from kernel import clock
from tests.scheduling.support import ADMIN, code
from tests.support.world import World
from tests.worklist.approval_kinds import LADDER, SINGLE, ask
from tests.worklist.test_approvals import act, item_of, listed, office, state, states
from tests.worklist.test_items import NOW

__all__ = ["office"]
pytestmark = pytest.mark.requirement("ORG-04")


@pytest.fixture
def given_up(office: World, monkeypatch: pytest.MonkeyPatch) -> Approval:
    """An approval of a kind that no app registers any more, as after a release without it."""
    approval = ask(office, amount_fen=5_000)
    monkeypatch.delitem(APPROVALS, SINGLE.code)
    return approval


@pytest.mark.parametrize(
    ("action", "body"),
    [("approve", {}), ("complete", {"content": {"guidance": "x"}}), ("reject", {"reason": "x"})],
)
def test_a_kind_that_is_given_up_is_not_decided_on_any_more(
    office: World, given_up: Approval, action: str, body: dict[str, Any]
) -> None:
    assert code(act(office, "doctor_a", given_up, action, **body)) == (409, "approval_kind_gone")
    assert (state(given_up), states(given_up), item_of(given_up).state) == ("requested", ["open"], "open")


def test_a_kind_that_is_given_up_is_shown_withdrawn_and_expires_like_any_other(
    office: World, given_up: Approval, monkeypatch: pytest.MonkeyPatch
) -> None:
    assert listed(office, "doctor_a") == listed(office, "admin1") == [str(given_up.pk)]
    shown = office.client("doctor_a").get(f"{ADMIN}/approvals/{given_up.pk}").json()
    assert (shown["kind_name"], shown["fields_to_complete"]) == (SINGLE.code, [])
    assert [step["name"] for step in shown["steps"]] == ["doctor"]
    assert act(office, "clerk", given_up, "withdraw").status_code == 200
    assert (state(given_up), states(given_up), item_of(given_up).state) == (
        "withdrawn",
        ["skipped"],
        "withdrawn",
    )
    other = ask(office, LADDER, amount_fen=5_000)
    monkeypatch.delitem(APPROVALS, LADDER.code)
    with clock.frozen(NOW + dt.timedelta(days=3)):
        assert expire_due(limit=10) == 1
    assert (state(other), item_of(other).state) == ("expired", "withdrawn")
