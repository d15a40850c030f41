"""Group, hospitals, org units, locations, departments, positions: created, changed, deactivated, kept while in use."""

from typing import Any

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile

from apps.access.actor import actor_of
from apps.identity.models import Department, Hospital, Location, OrgUnit, Position, StaffMember, User
from tests.support.pictures import picture
from tests.support.world import World

API = "/api/admin/v1"
PNG = picture()
ROWS = {
    "org-units": {"code": "admin", "name": "行政部"},
    "locations": {"building": "门诊楼", "floor": "3", "room": "301"},
    "departments": {"code": "eye", "name": "眼科"},
    "positions": {"code": "head_nurse", "name": "护士长"},
}
MODELS: dict[str, Any] = {
    "org-units": OrgUnit, "locations": Location, "departments": Department, "positions": Position,
}  # fmt: skip


def unit(world: World, code: str, parent: OrgUnit | None = None) -> OrgUnit:
    body = {
        "hospital_id": str(world.h1.pk),
        "code": code,
        "name": code,
        "parent_id": parent and str(parent.pk),
    }
    answer = world.client("admin1").post(f"{API}/org-units", body, format="json")
    assert answer.status_code == 201, answer.content
    return OrgUnit.objects.get(pk=answer.json()["id"])


@pytest.mark.requirement("ORG-01")
@pytest.mark.parametrize("kind", ROWS)
def test_only_administrators_of_the_hospital_change_it(world: World, kind: str) -> None:
    url, body = f"{API}/{kind}", {**ROWS[kind], "hospital_id": str(world.h1.pk)}
    before = MODELS[kind].objects.count()
    assert world.client("doctor_a").post(url, body, format="json").status_code == 403
    foreign = world.client("admin2").post(url, body, format="json")
    assert (foreign.status_code, foreign.json()["errors"][0]["field"]) == (400, "hospital_id")
    assert MODELS[kind].objects.count() == before
    made = world.client("admin1").post(url, body, format="json").json()
    for method in ("get", "patch", "delete"):
        data = None if method == "get" else {"version": 1}
        answer = getattr(world.client("admin2"), method)(f"{url}/{made['id']}", data, format="json")
        assert answer.status_code == 404
    assert MODELS[kind].objects.filter(pk=made["id"]).exists()


@pytest.mark.requirement("ORG-01")
def test_a_row_never_points_into_another_hospital(world: World) -> None:
    foreign = OrgUnit.objects.get(hospital=world.h2)
    body = {"hospital_id": str(world.h1.pk), "code": "x", "name": "x", "org_unit_id": str(foreign.pk)}
    answer = world.client("boss").post(f"{API}/departments", body, format="json")
    assert (answer.status_code, answer.json()["errors"][0]["field"]) == (400, "org_unit_id")
    department = world.departments["surgery"]
    change = {"hospital_id": str(world.h2.pk), "version": 1}
    moved = world.client("boss").patch(f"{API}/departments/{department.pk}", change, format="json")
    assert (moved.status_code, moved.json()["errors"][0]["field"]) == (400, "hospital_id")
    department.refresh_from_db()
    assert department.hospital_id == world.h1.pk


@pytest.mark.requirement("ORG-01")
def test_what_is_in_use_is_not_deleted_and_the_answer_says_by_what(world: World) -> None:
    client, department = world.client("admin1"), world.departments["surgery"]
    location = Location.objects.create(hospital=world.h1, building="A", floor="1")
    position = Position.objects.create(hospital=world.h1, code="p", name="p")
    StaffMember.objects.filter(employee_no="clerk").update(position=position)
    Department.objects.filter(pk=department.pk).update(location=location)
    for url, used_by in (
        (f"org-units/{department.org_unit_id}", {"department", "staffmember"}),
        (f"departments/{department.pk}", {"staffdepartment"}),
        (f"locations/{location.pk}", {"department"}),
        (f"positions/{position.pk}", {"staffmember"}),
    ):
        answer = client.delete(f"{API}/{url}")
        assert (answer.status_code, answer.json()["code"]) == (409, "in_use"), url
        assert answer.json()["used_by"] in used_by
    answer = world.client("boss").delete(f"{API}/hospitals/{world.h1.pk}")
    assert (answer.status_code, answer.json()["code"]) == (409, "in_use")
    assert Hospital.objects.filter(pk=world.h1.pk).exists()


@pytest.mark.requirement("ORG-01")
def test_rows_that_a_deletion_would_carry_off_count_as_use(world: World) -> None:
    """The links of patients to a department would go with it: they keep it."""
    from apps.patients.models import PatientDepartment

    department = Department.objects.create(hospital=world.h1, code="new", name="新科室")
    patient = world.patients["patient_a"]
    link = PatientDepartment.objects.create(hospital=world.h1, patient=patient, department=department)
    answer = world.client("admin1").delete(f"{API}/departments/{department.pk}")
    assert (answer.status_code, answer.json()["used_by"]) == (409, "patientdepartment")
    assert PatientDepartment.objects.filter(pk=link.pk).exists()


@pytest.mark.requirement("ORG-01")
def test_hospitals_are_opened_by_the_group_only(world: World) -> None:
    body = {
        "group_id": str(world.h1.group_id),
        "code": "H3",
        "name": "第三医院",
        "opening_hours": {"mon": ["08:00-17:00"]},
    }
    refused = world.client("admin1").post(f"{API}/hospitals", body, format="json")
    assert refused.status_code in (400, 403)
    assert Hospital.objects.count() == 2
    made = world.client("boss").post(f"{API}/hospitals", body, format="json")
    assert made.status_code == 201, made.content
    again = world.client("boss").post(f"{API}/hospitals", body, format="json")
    assert (again.status_code, again.json()["errors"][0]["field"]) == (409, "code")
    assert world.client("boss").delete(f"{API}/hospitals/{made.json()['id']}").status_code == 204
    group = f"{API}/groups/{world.h1.group_id}"
    assert world.client("admin1").patch(group, {"name": "x", "version": 1}, format="json").status_code == 403
    assert (
        world.client("boss").patch(group, {"name": "新集团", "version": 1}, format="json").status_code == 200
    )


@pytest.mark.requirement("ORG-01")
def test_a_subtree_moves_with_all_that_is_below_it(world: World) -> None:
    a, b = unit(world, "a"), unit(world, "b")
    child = unit(world, "a1", a)
    grandchild = unit(world, "a11", child)
    assert grandchild.path == f"/{a.pk}/{child.pk}/{grandchild.pk}/"
    client = world.client("admin1")
    moved = client.patch(f"{API}/org-units/{child.pk}", {"parent_id": str(b.pk), "version": 1}, format="json")
    assert moved.json()["path"] == f"/{b.pk}/{child.pk}/"
    grandchild.refresh_from_db()
    assert grandchild.path == f"/{b.pk}/{child.pk}/{grandchild.pk}/"
    below = client.get(f"{API}/org-units", {"below": str(b.pk)}).json()["results"]
    assert {row["code"] for row in below} == {"b", "a1", "a11"}


@pytest.mark.requirement("ORG-01")
def test_a_unit_never_stands_below_itself(world: World) -> None:
    top = unit(world, "top")
    child = unit(world, "child", top)
    for parent in (top, child):
        change = {"parent_id": str(parent.pk), "version": 1}
        answer = world.client("admin1").patch(f"{API}/org-units/{top.pk}", change, format="json")
        assert (answer.status_code, answer.json()["code"]) == (409, "org_unit_cycle")
    foreign = OrgUnit.objects.get(hospital=world.h2)
    change = {"parent_id": str(foreign.pk), "version": 1}
    answer = world.client("boss").patch(f"{API}/org-units/{top.pk}", change, format="json")
    assert answer.status_code == 400
    top.refresh_from_db()
    assert (top.parent_id, top.version, top.path) == (None, 1, f"/{top.pk}/")


@pytest.mark.requirement("ORG-01", "ACC-03")
def test_moving_units_and_departments_changes_what_heads_reach_at_once(world: World) -> None:
    def reached() -> set[str]:
        user = User.objects.select_related("staff").get(username="head")
        actor = actor_of(user)
        assert actor is not None
        scope = actor.scope("patients.patient.list")
        assert scope is not None
        return set(Department.objects.filter(pk__in=scope.departments).values_list("code", flat=True))

    assert reached() == {"cardiology"}
    surgery, cardiology = world.departments["surgery"], world.departments["cardiology"]
    client = world.client("admin1")
    url = f"{API}/org-units/{surgery.org_unit_id}"
    client.patch(url, {"parent_id": str(cardiology.org_unit_id), "version": 1}, format="json")
    assert reached() == {"cardiology", "surgery"}
    body = {
        "hospital_id": str(world.h1.pk), "code": "icu", "name": "监护室", "org_unit_id": str(cardiology.org_unit_id),
    }  # fmt: skip
    made = client.post(f"{API}/departments", body, format="json").json()
    assert reached() == {"cardiology", "surgery", "icu"}
    client.patch(f"{API}/departments/{made['id']}", {"org_unit_id": None, "version": 1}, format="json")
    assert reached() == {"cardiology", "surgery"}
    client.patch(url, {"parent_id": None, "version": 2}, format="json")
    assert reached() == {"cardiology"}


@pytest.mark.requirement("ORG-01")
def test_a_location_shows_its_map_under_a_name_nobody_chose(
    world: World, settings: Any, tmp_path: Any
) -> None:
    settings.MEDIA_ROOT = str(tmp_path)
    location = Location.objects.create(hospital=world.h1, building="A", floor="1")
    Department.objects.filter(pk=world.departments["surgery"].pk).update(location=location)
    url, client = f"{API}/locations/{location.pk}/map-picture", world.client("admin1")
    sent = client.post(url, {"file": SimpleUploadedFile("../../evil.html", PNG, "text/html")})
    assert sent.status_code == 200, sent.content
    address = sent.json()["url"]
    assert "evil" not in address
    (stored,) = tmp_path.rglob("*.*")
    assert "evil" not in str(stored)
    shown = world.client(None).get(address)
    assert (shown.status_code, shown["Content-Type"], b"".join(shown.streaming_content)) == (
        200,
        "image/png",
        PNG,
    )
    assert shown["X-Content-Type-Options"] == "nosniff"
    listed = client.get(f"{API}/departments/{world.departments['surgery'].pk}").json()
    assert (listed["place"]["floor"], listed["place"]["map_picture_url"]) == ("1", address)
    assert client.delete(url).status_code == 204
    location.refresh_from_db()
    assert location.map_picture_id is None
    assert world.client(None).get(address).status_code == 404


@pytest.mark.requirement("ORG-01")
def test_a_place_that_is_deleted_lets_its_map_go_and_one_in_use_keeps_it(
    world: World, settings: Any, tmp_path: Any, django_capture_on_commit_callbacks: Any
) -> None:
    settings.MEDIA_ROOT = str(tmp_path)
    client, addresses = world.client("admin1"), []
    for building in ("A", "B"):
        location = Location.objects.create(hospital=world.h1, building=building, floor="1")
        url = f"{API}/locations/{location.pk}"
        sent = client.post(f"{url}/map-picture", {"file": SimpleUploadedFile("m.png", PNG)})
        addresses.append((location, url, sent.json()["url"]))
    (_, unused, gone), (used, kept_url, kept) = addresses
    Department.objects.filter(pk=world.departments["surgery"].pk).update(location=used)
    with django_capture_on_commit_callbacks(execute=True):
        assert client.delete(kept_url).status_code == 409
        assert client.delete(unused).status_code == 204
    assert [world.client(None).get(address).status_code for address in (gone, kept)] == [404, 200]
    assert len(list(tmp_path.rglob("*.png"))) == 1


@pytest.mark.requirement("ORG-01")
@pytest.mark.parametrize(
    ("content", "status", "code"),
    [
        (b"<svg onload=alert(1)>", 400, "picture_invalid"),
        (b"GIF89a" + b"\0" * 20, 400, "picture_invalid"),
        (PNG + b"\0" * (5 * 1024 * 1024), 413, "picture_too_large"),
        (b"", 400, "validation_error"),
    ],
)
def test_what_is_no_picture_is_refused_whatever_its_name(
    world: World, settings: Any, tmp_path: Any, content: bytes, status: int, code: str
) -> None:
    settings.MEDIA_ROOT = str(tmp_path)
    location = Location.objects.create(hospital=world.h1, building="A", floor="1")
    url = f"{API}/locations/{location.pk}/map-picture"
    answer = world.client("admin1").post(url, {"file": SimpleUploadedFile("map.png", content, "image/png")})
    assert (answer.status_code, answer.json()["code"]) == (status, code)
    assert world.client("admin1").post(url, {"file": "text"}, format="json").status_code == 415
    assert world.client("doctor_a").post(url, {"file": SimpleUploadedFile("m.png", PNG)}).status_code == 403
    location.refresh_from_db()
    assert location.map_picture_id is None
    assert not any(tmp_path.rglob("*.*"))


@pytest.mark.requirement("ORG-01")
@pytest.mark.parametrize(
    "path",
    [
        "locations/../settings.py",
        "portraits/x.png",
        "../../settings.py",
        "019ad5c4-5f0e-7c3e-9a4b-8e21f0a7d6c5",
    ],
)
def test_only_stored_pictures_are_shown(db: None, path: str) -> None:
    from rest_framework.test import APIClient

    assert APIClient().get(f"/api/miniprogram/v1/pictures/{path}").status_code == 404


@pytest.mark.requirement("ORG-01")
def test_the_mini_program_lists_the_open_hospitals_to_choose_from(world: World) -> None:
    Hospital.objects.filter(pk=world.h1.pk).update(address="东长安街1号", phone="010-12345678")
    url = "/api/miniprogram/v1/hospitals"
    rows = world.client("patient_none").get(url).json()["results"]
    assert [(row["id"], row["name"], row["address"], row["phone"]) for row in rows] == [
        (str(world.h1.pk), "第一医院", "东长安街1号", "010-12345678"), (str(world.h2.pk), "第二医院", "", ""),
    ]  # fmt: skip
    Hospital.objects.filter(pk=world.h2.pk).update(is_active=False)
    assert world.client("patient_none").get(url).json()["count"] == 1
    assert [world.client(who).get(url).status_code for who in (None, "doctor_a")] == [401, 403]
