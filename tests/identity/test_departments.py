"""Clinical departments (科室): created, changed, deactivated; one in use can't be deleted."""

import pytest

from apps.identity.models import Department
from tests.support.world import World

URL = "/api/admin/v1/departments"


@pytest.mark.requirement("ORG-01")
def test_a_department_in_use_is_not_deleted_and_nothing_is_lost(world: World) -> None:
    department = world.departments["cardiology"]
    answer = world.client("admin1").delete(f"{URL}/{department.pk}")
    assert (answer.status_code, answer.json()["code"]) == (409, "in_use")
    assert Department.objects.filter(pk=department.pk).exists()
    assert department.memberships.count() == 3


@pytest.mark.requirement("ACC-03")
def test_an_administrator_sees_only_departments_of_the_own_hospital(world: World) -> None:
    listed = world.client("admin2").get(URL).json()["results"]
    assert [row["code"] for row in listed] == ["dental"]
    assert world.client("admin2").get(f"{URL}/{world.departments['surgery'].pk}").status_code == 404
    assert world.client("boss").get(URL).json()["count"] == 3


@pytest.mark.requirement("ORG-01")
def test_a_stale_version_is_refused(world: World) -> None:
    url = f"{URL}/{world.departments['surgery'].pk}"
    client = world.client("admin1")
    assert client.patch(url, {"name": "普外科", "version": 1}, format="json").status_code == 200
    answer = client.patch(url, {"name": "骨科", "version": 1}, format="json")
    assert (answer.status_code, answer.json()["code"]) == (409, "stale_version")
    assert client.get(url).json()["name"] == "普外科"
