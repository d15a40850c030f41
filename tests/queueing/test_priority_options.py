"""优先组 is chosen, never typed: the product's groups and the hospital's own."""

import pytest

from apps.queueing.models import QueuePriority
from tests.scheduling.support import ADMIN
from tests.support.world import World

pytestmark = pytest.mark.requirement("QUE-01")
URL = f"{ADMIN}/queue-priorities/options"


def test_groups_in_force_of_the_hospital_are_offered_by_their_codes(world: World) -> None:
    QueuePriority.objects.create(hospital=world.h1, code="teacher", name="教师", minutes=20)
    QueuePriority.objects.create(hospital=world.h1, code="military", name="军人", minutes=60, is_active=False)
    QueuePriority.objects.create(hospital=world.h2, code="pilot", name="飞行员", minutes=20)
    clerk = world.client("clerk")
    found = {row["id"]: row["label"] for row in clerk.get(URL).json()}
    assert found["teacher"] == "教师" and found["pregnant"] == "孕妇"
    assert not {"military", "pilot"} & found.keys()
    assert [row["id"] for row in clerk.get(URL, {"search": "教"}).json()] == ["teacher"]
    assert [row["label"] for row in clerk.get(URL, {"ids": "teacher,elderly"}).json()] == ["教师", "老年人"]


def test_groups_of_another_hospital_are_for_who_reaches_it(world: World) -> None:
    QueuePriority.objects.create(hospital=world.h2, code="pilot", name="飞行员", minutes=20)
    asked = {"hospital_id": str(world.h2.pk), "search": "飞行"}
    assert [row["id"] for row in world.client("boss").get(URL, asked).json()] == ["pilot"]
    assert world.client("clerk").get(URL, asked).status_code in (400, 404)
    assert world.client("patient_a").get(URL).status_code == 403
