"""What the edge does for every client alike."""

import pytest

from tests.support.world import World

URL = "/api/admin/v1/departments"


@pytest.mark.requirement("INT-04")
@pytest.mark.parametrize("value", ["1", "yes", "36", "None"])
def test_a_boolean_filter_takes_true_and_false_and_never_lists_everything_instead(
    world: World, value: str
) -> None:
    answer = world.client("admin1").get(URL, {"is_active": value})
    assert (answer.status_code, answer.json()["errors"][0]["field"]) == (400, "is_active")
    assert world.client("admin1").get(URL, {"is_active": "false"}).json()["count"] == 0
    assert world.client("admin1").get(URL, {"is_active": "true"}).json()["count"] == 2


@pytest.mark.requirement("INT-04")
def test_a_post_that_says_so_is_a_patch_and_nothing_else(world: World) -> None:
    department = world.departments["surgery"]
    url, body = f"{URL}/{department.pk}", {"name": "普外科", "version": department.version}
    client = world.client("admin1")
    assert client.post(url, body, format="json").status_code == 405
    refused = client.post(url, body, format="json", HTTP_X_HTTP_METHOD_OVERRIDE="DELETE")
    assert refused.status_code == 405
    assert client.post(url, body, format="json", HTTP_X_HTTP_METHOD_OVERRIDE="PATCH").status_code == 200
    department.refresh_from_db()
    assert department.name == "普外科"


@pytest.mark.requirement("INT-04")
def test_a_search_in_another_encoding_is_refused_not_taken_for_nobody(world: World) -> None:
    answer = world.client("admin1").get("/api/admin/v1/patients?search=%D5%C5")  # 张 in GBK
    assert (answer.status_code, answer.json()["code"]) == (400, "validation_error")
    assert "UTF-8" in answer.json()["detail"]


@pytest.mark.requirement("PAT-01")
@pytest.mark.parametrize(
    ("written", "code", "said"),
    [
        ("20240229", "iso_day", "YYYY-MM-DD"), ("2024-W09-4", "iso_day", "YYYY-MM-DD"),
        ("2024/02/29", "iso_day", "YYYY-MM-DD"), ("2023-02-29", "no_such_day", "没有这一天"),
        ("2024-13-01", "no_such_day", "没有这一天"),
    ],
)  # fmt: skip
def test_a_day_that_is_not_is_told_from_one_that_is_written_otherwise(
    world: World, written: str, code: str, said: str
) -> None:
    body = {
        "hospital_id": str(world.h1.pk), "name": "某人", "id_kind": "none", "gender": "unknown", "birth_date": written,
    }  # fmt: skip
    answer = world.client("clerk").post("/api/admin/v1/patients", body, format="json")
    found = {error["field"]: (error["code"], error["message"]) for error in answer.json()["errors"]}
    assert found["birth_date"][0] == code and said in found["birth_date"][1]
