"""操作日志: who did it and to what, as people call them."""

import pytest

from apps.audit.models import AuditEvent
from tests.support.world import World

pytestmark = pytest.mark.requirement("ACC-06")


def test_a_line_names_the_person_and_the_object(world: World) -> None:
    client, made = world.client("admin1"), next(iter(world.departments.values()))
    shown = client.get(f"/api/admin/v1/departments/{made.pk}").json()
    client.patch(
        f"/api/admin/v1/departments/{made.pk}",
        {"introduction": "新", "version": shown["version"]},
        format="json",
    )
    event = AuditEvent.objects.filter(object_id=str(made.pk), action="update").latest("id")
    row = client.get(f"/api/admin/v1/audit/events/{event.pk}").json()
    assert (row["actor_name"], row["object_name"]) == (world.staff["admin1"].name, made.name)
    listed = client.get("/api/admin/v1/audit/events", {"object_id": str(made.pk)}).json()["results"]
    assert {each["object_name"] for each in listed} == {made.name}
