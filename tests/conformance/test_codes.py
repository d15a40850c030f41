"""A code is one word, of whatever resource: with a blank within nobody finds it again, and no file keeps it."""

from typing import Any

import pytest

from kernel.http.serializers import OWN_CODES
from tests.support.world import World

pytestmark = pytest.mark.requirement("INT-04")
ADMIN = "/api/admin/v1"


@pytest.mark.parametrize(
    ("path", "body"),
    [
        ("departments", {"name": "测试"}),
        ("org-units", {"name": "测试"}),
        ("positions", {"name": "测试"}),
        ("cash-drawers", {"name": "测试"}),
        ("wards", {"name": "测试"}),
    ],
)
@pytest.mark.parametrize("code", ["测试 科", "A\u30001", "A\tB"])
def test_a_code_with_a_blank_within_is_refused_and_named(
    world: World, path: str, body: dict[str, Any], code: str
) -> None:
    given = {**body, "hospital_id": str(world.h1.pk), "code": code}
    answer = world.client("admin1").post(f"{ADMIN}/{path}", given, format="json")
    assert answer.status_code == 400, answer.content
    errors = {error["field"]: error["code"] for error in answer.json()["errors"]}
    assert errors.get("code") == "unbroken", errors


def test_blanks_around_a_code_are_nothing(world: World) -> None:
    given = {"hospital_id": str(world.h1.pk), "code": " CS-1 ", "name": "测试科"}
    answer = world.client("admin1").post(f"{ADMIN}/departments", given, format="json")
    assert (answer.status_code, answer.json()["code"]) == (201, "CS-1")
    assert "key" in OWN_CODES, "fields of a stage are told apart by it"
