"""What a booking can be made of: slots with a number left, the next first."""

import datetime as dt
from typing import Any

import pytest

from apps.scheduling.api.admin import slots
from apps.scheduling.models import SlotNumber
from kernel import clock
from kernel.money import yuan_shown
from tests.permissions.objects import estate_of
from tests.support.world import World

pytestmark = pytest.mark.requirement("INT-04")
URL = "/api/admin/v1/slots/options"


def offered(world: World, who: str = "clerk", language: str = "zh-CN", **query: Any) -> Any:
    answer = world.client(who).get(URL, query, headers={"Accept-Language": language})
    assert answer.status_code == 200, answer.content
    return answer.json()


def test_a_slot_says_when_with_whom_and_how_many_are_left(world: World) -> None:
    slot = estate_of(world).get("session").slots.get()
    begin = slot.starts_at.astimezone(clock.LOCAL)
    (row,) = offered(world)
    assert row == {
        "id": str(slot.pk),
        "label": f"{begin:%m-%d %H:%M} doctor_a {yuan_shown(slot.session.registration_fee_fen)}",
        "hint": f"{world.departments['cardiology'].name} · 余 5",
    }
    assert offered(world, language="en")[0]["hint"].endswith(" · 5 left")


def test_a_full_or_past_slot_or_one_of_a_stopped_session_is_not_offered_but_still_named(world: World) -> None:
    session = estate_of(world).get("session")
    slot = session.slots.get()
    SlotNumber.objects.filter(slot=slot).update(state="stopped")
    assert offered(world) == []
    assert [row["hint"][-1] for row in offered(world, ids=str(slot.pk))] == ["0"]
    SlotNumber.objects.filter(slot=slot).update(state="free")
    past = clock.now() - dt.timedelta(minutes=1)
    type(slot).objects.filter(pk=slot.pk).update(starts_at=past)
    assert len(offered(world)) == 1, "it has begun and can be booked"
    type(slot).objects.filter(pk=slot.pk).update(ends_at=past)
    assert offered(world) == []
    type(slot).objects.filter(pk=slot.pk).update(ends_at=slot.ends_at)
    assert len(offered(world)) == 1
    type(session).objects.filter(pk=session.pk).update(state="stopped")
    assert offered(world) == []


def test_beyond_the_next_sessions_slots_are_offered_for_a_doctor_a_session_or_a_day(
    world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    session = estate_of(world).get("session")
    monkeypatch.setattr(slots, "NEXT_SESSIONS", 0)
    assert offered(world) == []
    for query in (
        {"practitioner_id": str(session.practitioner_id)},
        {"session_id": str(session.pk)},
        {"date": str(session.date)},
        {"search": "doctor_a"},
    ):
        assert len(offered(world, **query)) == 1, query
    assert offered(world, search="nobody") == []


def test_numbers_kept_for_another_source_are_not_the_windows(world: World) -> None:
    slot = estate_of(world).get("session").slots.get()
    later = clock.now() + dt.timedelta(hours=1)
    numbers = SlotNumber.objects.filter(slot=slot).order_by("number")
    SlotNumber.objects.filter(pk__in=[n.pk for n in numbers[:3]]).update(channel="web", reserved_until=later)
    assert offered(world)[0]["hint"].endswith("余 2")
    SlotNumber.objects.filter(slot=slot).update(channel="web", reserved_until=later)
    assert offered(world) == []
    SlotNumber.objects.filter(slot=slot).update(reserved_until=clock.now())
    assert offered(world)[0]["hint"].endswith("余 5")


@pytest.mark.parametrize(
    "query", [{"ordering": "label"}, {"hospital_id": " "}, {"search": " "}, {"date": "x"}]
)
def test_a_query_that_says_nothing_or_nonsense_is_no_server_error(
    world: World, query: dict[str, str]
) -> None:
    answer = world.client("clerk").get(URL, query)
    assert answer.status_code == (200 if query.keys() & {"hospital_id", "search"} else 400), answer.content


def test_slots_are_offered_within_reach(world: World) -> None:
    estate_of(world).get("session")
    slot = estate_of(world).get("session").slots.get()
    assert offered(world, who="admin2") == offered(world, who="admin2", ids=str(slot.pk)) == []
    assert len(offered(world, who="doctor_a")) == 1
    assert world.client("patient_a").get(URL).status_code == 403


def test_a_slot_is_found_by_its_day_its_department_or_its_doctor(world: World) -> None:
    slot = estate_of(world).get("session").slots.get()
    day = slot.session.date
    other = day + dt.timedelta(days=3)
    for text, is_found in (
        (f"{day:%Y-%m-%d}", True), (f"{day:%m-%d}", True), (f"{other:%m-%d}", False),
        (world.departments["cardiology"].name, True), (world.departments["surgery"].name, False),
        ("doctor_a", True), ("没有这个人", False),
    ):  # fmt: skip
        assert [row["id"] for row in offered(world, search=text)] == ([str(slot.pk)] if is_found else []), (
            text
        )
