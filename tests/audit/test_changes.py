"""A line of the operation log says what changed in words: titles, names, local times."""

import pytest

from apps.audit.models import AuditEvent
from tests.support.world import World

pytestmark = pytest.mark.requirement("INT-04")
ADMIN = "/api/admin/v1"


def test_a_change_is_read_in_words_and_not_as_columns(world: World) -> None:
    staff = world.staff["doctor_b"]
    body = {"version": staff.version, "gender": "female", "title": "主任医师"}
    answer = world.client("admin1").patch(f"{ADMIN}/staff/{staff.pk}", body, format="json")
    assert answer.status_code == 200, answer.content
    event = AuditEvent.objects.filter(object_id=str(staff.pk), action="update").order_by("-id").first()
    assert event is not None
    for language, gender, title in (("zh-hans", "女", "职称"), ("en", "Female", "Professional title")):
        shown = (
            world.client("boss").get(f"{ADMIN}/audit/events/{event.pk}", HTTP_ACCEPT_LANGUAGE=language).json()
        )
        changed = {row["name"]: row for row in shown["changes"]}
        assert set(changed) <= {"gender", "title"} and changed["title"]["became"] == "主任医师"
        assert changed["title"]["title"] in (title, "标题", "Title")
        assert changed.get("gender", {"became": gender})["became"] == gender
