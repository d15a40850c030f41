"""Clinical departments (科室); what every plain row does is proven in tests/conformance."""

import pytest

from tests.support.world import World

URL = "/api/admin/v1/departments"


@pytest.mark.requirement("ACC-03")
def test_an_administrator_sees_only_departments_of_the_own_hospital(world: World) -> None:
    listed = world.client("admin2").get(URL).json()["results"]
    assert [row["code"] for row in listed] == ["dental"]
    assert world.client("admin2").get(f"{URL}/{world.departments['surgery'].pk}").status_code == 404
    assert world.client("boss").get(URL).json()["count"] == 3
