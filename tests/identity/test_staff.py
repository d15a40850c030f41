"""员工档案: hired, changed, suspended, gone. Whoever stops working is signed out everywhere at once."""

from concurrent.futures import ThreadPoolExecutor
from typing import Any

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.db import connection, connections

from apps.access.actor import actor_of
from apps.access.models import Role, StaffRole
from apps.audit.models import AuditEvent
from apps.identity.models import AuthSession, Position, StaffDepartment, StaffMember, User
from apps.identity.services.staff import refresh_staff_keys
from apps.identity.services.staff_status import leave_staff
from kernel import clock
from tests.identity.test_organisation import PNG
from tests.identity.test_sign_in import bearer, sign_in
from tests.support.pictures import picture
from tests.support.world import World

URL = "/api/admin/v1/staff"


def file(world: World, **more: Any) -> dict[str, Any]:
    return {
        "hospital_id": str(world.h1.pk), "employee_no": "E100", "name": "王小明", "gender": "male",
        "title": "主治医师", "tier": "expert", "licence_no": "LIC-100", "phone": "+86 138-1234-8000",
        "skills": ["冠脉造影"], "languages": ["zh", "en"], "employed_on": "2020-03-01", "speciality": "冠心病",
        "org_unit_id": str(world.departments["cardiology"].org_unit_id),
        "memberships": [
            {"department_id": str(world.departments["cardiology"].pk), "is_head": True},
            {"department_id": str(world.departments["surgery"].pk), "is_primary": True},
        ],
        **more,
    }  # fmt: skip


def hire(world: World, **more: Any) -> Any:
    return world.client("admin1").post(URL, file(world, **more), format="json")


@pytest.mark.requirement("ORG-02")
def test_a_full_file_is_stored_with_an_account_whose_password_is_told_once(world: World) -> None:
    position = Position.objects.create(hospital=world.h1, code="director", name="主任")
    answer = hire(world, username="wang.xm", position_id=str(position.pk))
    assert answer.status_code == 201, answer.content
    body = answer.json()
    assert (body["phone"], body["status"], body["title"]) == ("138****8000", "active", "主治医师")
    assert [(m["department_name"], m["is_primary"], m["is_head"]) for m in body["memberships"]] == [
        ("外科", True, False), ("心内科", False, True),
    ] or {m["department_name"] for m in body["memberships"]} == {"外科", "心内科"}  # fmt: skip
    signed_in = sign_in("wang.xm", body["initial_password"])
    assert signed_in.json()["user"]["must_change_password"] is True
    shown = world.client("admin1").get(f"{URL}/{body['id']}").json()
    assert "initial_password" not in shown
    assert (shown["username"], shown["employed_on"], shown["skills"]) == (
        "wang.xm",
        "2020-03-01",
        ["冠脉造影"],
    )


@pytest.mark.requirement("ORG-02", "ACC-05")
def test_the_phone_is_encrypted_masked_and_its_reading_recorded(world: World) -> None:
    made = hire(world).json()
    with connection.cursor() as cursor:
        cursor.execute("SELECT phone FROM identity_staffmember WHERE employee_no = 'E100'")
        assert b"13812348000" not in bytes(cursor.fetchone()[0])
    url = f"{URL}/{made['id']}/sensitive"
    refused = world.client("doctor_a").get(url)
    assert refused.status_code == 403
    assert not AuditEvent.objects.filter(action="read_sensitive").exists()
    assert world.client("admin1").get(url).json() == {"phone": "13812348000"}
    line = AuditEvent.objects.get(action="read_sensitive")
    assert (line.object_id, line.actor, line.after) == (made["id"], "admin1", {"fields": ["phone"]})
    assert world.client("admin2").get(url).status_code == 404


@pytest.mark.requirement("ORG-02")
@pytest.mark.parametrize(
    "phone", ["12345678901", "1381234800", "138****8000", "+852 5123 4567", "138123480001"]
)
def test_a_number_that_is_no_mainland_mobile_is_refused(world: World, phone: str) -> None:
    answer = hire(world, phone=phone)
    assert (answer.status_code, answer.json()["errors"][0]["field"]) == (400, "phone")
    assert not StaffMember.objects.filter(employee_no="E100").exists()


@pytest.mark.requirement("ORG-02")
def test_a_changed_phone_is_found_by_its_new_index(world: World) -> None:
    from kernel.crypto import blind_index

    made = hire(world).json()
    change = {"phone": "13900000009", "version": 1}
    assert (
        world.client("admin1").patch(f"{URL}/{made['id']}", change, format="json").json()["phone"]
        == "139****0009"
    )
    found = StaffMember.objects.get(phone_index=blind_index("13900000009", "phone"))
    assert str(found.pk) == made["id"]


@pytest.mark.requirement("ORG-02")
@pytest.mark.parametrize(
    ("more", "field"),
    [
        ({"licence_no": "LIC-200"}, "employee_no"),
        ({"employee_no": "E200"}, "licence_no"),
        ({"employee_no": "E200", "licence_no": "LIC-200", "username": "doctor_a"}, "username"),
    ],
)
def test_numbers_and_names_are_unique_and_a_refusal_leaves_nothing(
    world: World, more: dict[str, Any], field: str
) -> None:
    assert hire(world).status_code == 201
    before = (StaffMember.objects.count(), User.objects.count(), StaffDepartment.objects.count())
    answer = hire(world, **more)
    assert (answer.status_code, answer.json()["code"]) == (409, "duplicate")
    assert answer.json()["errors"][0]["field"] == field
    assert (StaffMember.objects.count(), User.objects.count(), StaffDepartment.objects.count()) == before


@pytest.mark.requirement("ORG-02")
def test_two_people_without_a_licence_do_not_collide(world: World) -> None:
    assert hire(world, licence_no="").status_code == 201
    assert hire(world, licence_no="", employee_no="E101").status_code == 201
    other = file(world, hospital_id=str(world.h2.pk), memberships=[], org_unit_id=None)
    assert (
        world.client("boss").post(URL, other, format="json").status_code == 201
    )  # another hospital, same numbers


@pytest.mark.requirement("ORG-02")
@pytest.mark.parametrize("case", ["foreign", "twice", "two primaries", "unknown"])
def test_departments_are_the_hospitals_own_and_named_once(world: World, case: str) -> None:
    own = str(world.departments["cardiology"].pk)
    rows: Any = {
        "foreign": [{"department_id": str(world.departments["dental"].pk)}],
        "twice": [{"department_id": own}, {"department_id": own}],
        "two primaries": [
            {"department_id": own, "is_primary": True},
            {"department_id": str(world.departments["surgery"].pk), "is_primary": True},
        ],
        "unknown": [{"department_id": str(world.h1.pk)}],
    }[case]
    answer = world.client("boss").post(URL, file(world, memberships=rows), format="json")
    assert answer.status_code == 400, answer.content
    assert not StaffMember.objects.filter(employee_no="E100").exists()


@pytest.mark.requirement("ORG-02", "ACC-03")
def test_a_change_of_departments_changes_the_reach_at_once(world: World) -> None:
    def departments() -> set[Any]:
        actor = actor_of(User.objects.select_related("staff").get(username="head"))
        assert actor is not None
        scope = actor.scope("patients.patient.list")
        assert scope is not None
        return set(scope.departments)

    surgery = world.departments["surgery"].pk
    assert surgery not in departments()
    url = f"{URL}/{world.staff['head'].pk}"
    change = {"memberships": [{"department_id": str(surgery)}], "org_unit_id": None, "version": 1}
    assert world.client("admin1").patch(url, change, format="json").status_code == 200
    assert departments() == {surgery}
    change = {"memberships": [], "version": 1}
    stale = world.client("admin1").patch(url, change, format="json")
    assert (stale.status_code, departments()) == (409, {surgery})


@pytest.mark.requirement("ORG-02")
@pytest.mark.parametrize("how", ["leave", "suspend"])
def test_leaving_or_suspension_ends_every_session_at_once(world: World, how: str) -> None:
    devices = [bearer(sign_in("doctor_a").json()["token"]) for _ in range(2)]
    assert {d.get("/api/admin/v1/auth/me").status_code for d in devices} == {200}
    staff = world.staff["doctor_a"]
    answer = world.client("admin1").post(f"{URL}/{staff.pk}/{how}", {}, format="json")
    assert answer.status_code == 200, answer.content
    assert {d.get("/api/admin/v1/auth/me").status_code for d in devices} == {401}
    assert not AuthSession.objects.filter(user=staff.user).exists()
    assert sign_in("doctor_a").json()["code"] == "invalid_credentials"
    staff.refresh_from_db()
    expected = ("left", clock.today()) if how == "leave" else ("suspended", None)
    assert (staff.status, staff.left_on) == expected
    again = world.client("admin1").post(f"{URL}/{staff.pk}/{how}", {}, format="json")
    assert (again.status_code, again.json()["code"]) == (409, "state_conflict")
    back = world.client("admin1").post(f"{URL}/{staff.pk}/reactivate")
    assert (back.json()["status"], back.json()["left_on"]) == ("active", None)
    assert sign_in("doctor_a").status_code == 200


@pytest.mark.requirement("ORG-02")
@pytest.mark.django_db(transaction=True)
def test_a_sign_in_at_the_moment_of_leaving_is_too_late_or_ended(world: World) -> None:
    staff = world.staff["doctor_a"]

    def go(number: int) -> None:
        try:
            if number == 4:
                leave_staff(StaffMember.objects.get(pk=staff.pk))
            else:
                sign_in("doctor_a")
        finally:
            connections.close_all()

    with ThreadPoolExecutor(8) as pool:
        list(pool.map(go, range(8)))
    assert not AuthSession.objects.filter(user=staff.user).exists()


@pytest.mark.requirement("ORG-02")
def test_nobody_leaves_in_the_future_or_before_coming(world: World) -> None:
    made = hire(world).json()
    for day in ("2999-01-01", "2019-01-01", "gestern"):
        answer = world.client("admin1").post(f"{URL}/{made['id']}/leave", {"left_on": day}, format="json")
        assert answer.status_code == 400
    assert StaffMember.objects.get(pk=made["id"]).status == "active"
    assert world.client("doctor_a").post(f"{URL}/{made['id']}/leave", {}, format="json").status_code == 403
    assert world.client("admin2").post(f"{URL}/{made['id']}/leave", {}, format="json").status_code == 404
    assert StaffMember.objects.get(pk=made["id"]).status == "active"


@pytest.mark.requirement("ORG-02", "ACC-01")
def test_a_reset_password_unlocks_and_signs_out(world: World) -> None:
    for _ in range(5):
        sign_in("doctor_a", "wrong wrong")
    assert sign_in("doctor_a").status_code == 429
    old = world.client("doctor_a")
    answer = world.client("admin1").post(f"{URL}/{world.staff['doctor_a'].pk}/reset-password")
    assert answer.status_code == 200
    assert old.get("/api/admin/v1/auth/me").status_code == 401
    signed_in = sign_in("doctor_a", answer.json()["initial_password"])
    assert signed_in.json()["user"]["must_change_password"] is True


@pytest.mark.requirement("ORG-02", "ACC-04")
@pytest.mark.parametrize("action", ["reset-password", "suspend", "leave"])
def test_a_hospital_administrator_has_no_way_to_the_groups_account(world: World, action: str) -> None:
    boss = world.staff["boss"]
    before = boss.user.password
    answer = world.client("admin1").post(f"{URL}/{boss.pk}/{action}", {}, format="json")
    assert answer.status_code == 403
    boss.refresh_from_db()
    assert (boss.status, User.objects.get(username="boss").password) == ("active", before)


@pytest.mark.requirement("ORG-02")
def test_an_account_is_opened_once_and_named_properly(world: World) -> None:
    made = hire(world).json()
    url = f"{URL}/{made['id']}/account"
    bad = world.client("admin1").post(url, {"username": "a b"}, format="json")
    assert bad.status_code == 400
    opened = world.client("admin1").post(url, {"username": "wang"}, format="json")
    assert opened.status_code == 201
    assert sign_in("wang", opened.json()["initial_password"]).status_code == 200
    again = world.client("admin1").post(url, {"username": "wang2"}, format="json")
    assert (again.status_code, again.json()["code"]) == (409, "staff_has_account")
    assert not User.objects.filter(username="wang2").exists()
    clerk = StaffMember.objects.create(hospital=world.h1, employee_no="N", name="无", gender="unknown")
    none = world.client("admin1").post(f"{URL}/{clerk.pk}/reset-password")
    assert (none.status_code, none.json()["code"]) == (409, "staff_has_no_account")


@pytest.mark.requirement("ORG-02")
def test_a_file_in_use_is_kept_one_made_by_mistake_goes_with_its_account(world: World) -> None:
    made = hire(world, username="wang").json()
    staff = StaffMember.objects.get(pk=made["id"])
    StaffRole.objects.create(staff=staff, role=Role.objects.get(hospital=None, code="doctor"))
    answer = world.client("admin1").delete(f"{URL}/{made['id']}")
    assert (answer.status_code, answer.json()["used_by"]) == (409, "staffrole")
    assert StaffDepartment.objects.filter(staff=staff).count() == 2
    StaffRole.objects.filter(staff=staff).delete()
    assert world.client("admin1").delete(f"{URL}/{made['id']}").status_code == 204
    assert not User.objects.filter(username="wang").exists()


@pytest.mark.requirement("ORG-02")
@pytest.mark.parametrize(
    ("query", "found"),
    [
        ({"search": "wxm"}, True),
        ({"search": "小明"}, True),
        ({"search": "E10"}, True),
        ({"search": "zzz"}, False),
        ({"status": "active", "tier": "expert", "title": "主治医师"}, True),
        ({"tier": "normal", "search": "E100"}, False),
        ({"status": "left"}, False),
    ],
)
def test_staff_are_found_by_what_people_know(world: World, query: dict[str, str], found: bool) -> None:
    made = hire(world).json()
    answer = world.client("admin1").get(URL, query)
    assert answer.status_code == 200, answer.content
    assert (made["id"] in [row["id"] for row in answer.json()["results"]]) is found
    for department in ("surgery", "cardiology"):
        by = world.client("admin1").get(
            URL, {"department_id": str(world.departments[department].pk), "search": "E100"}
        )
        assert by.json()["count"] == 1


@pytest.mark.requirement("ORG-02")
@pytest.mark.parametrize(
    "query", [{"status": "x"}, {"hospital_id": "1"}, {"nonsense": "1"}, {"search": "x" * 65}]
)
def test_a_wrong_filter_is_an_error_not_everything(world: World, query: dict[str, str]) -> None:
    assert world.client("admin1").get(URL, query).status_code == 400


@pytest.mark.requirement("ORG-02")
def test_the_list_costs_the_same_for_many_as_for_few(
    world: World, django_assert_max_num_queries: Any
) -> None:
    client = world.client("admin1")
    client.get(URL)
    with django_assert_max_num_queries(6):
        client.get(URL)
    for number in range(15):
        hire(world, employee_no=f"N{number}", licence_no=f"L{number}")
    with django_assert_max_num_queries(6):
        assert client.get(URL, {"page_size": 100}).json()["count"] > 15


@pytest.mark.requirement("ORG-02")
def test_a_portrait_replaces_the_one_before(
    world: World, settings: Any, tmp_path: Any, django_capture_on_commit_callbacks: Any
) -> None:
    settings.MEDIA_ROOT = str(tmp_path)
    url = f"{URL}/{world.staff['doctor_a'].pk}"
    for content in (PNG, picture("JPEG")):
        with django_capture_on_commit_callbacks(execute=True):
            sent = world.client("admin1").post(f"{url}/portrait", {"file": SimpleUploadedFile("p", content)})
        assert sent.status_code == 200, sent.content
    assert [p.suffix for p in tmp_path.rglob("*.*")] == [".jpg"]
    assert world.client("admin1").get(url).json()["portrait_url"] == sent.json()["url"]


@pytest.mark.requirement("ORG-02")
def test_user_names_that_differ_in_case_alone_are_one_and_codes_in_width(world: World) -> None:
    first = hire(world, employee_no="Ｅ－９００１", username="Wang.XM")
    assert first.status_code == 201
    assert first.data["employee_no"] == "E-9001"
    assert StaffMember.objects.get(pk=first.data["id"]).user.username == "wang.xm"
    taken = hire(world, employee_no="E-9002", licence_no="LIC-2", username="wang.xm")
    assert (taken.status_code, taken.data["errors"][0]["field"]) == (409, "username")
    twice = hire(world, employee_no="E-9001", licence_no="LIC-3")
    assert (twice.status_code, twice.data["errors"][0]["field"]) == (409, "employee_no")


@pytest.mark.requirement("INT-04")
def test_the_form_of_a_text_is_told_in_words(world: World) -> None:
    refused = hire(world, username="a b")
    assert refused.status_code == 400
    assert refused.data["errors"][0]["code"] == "user_name"
    assert refused.data["errors"][0]["message"].startswith("用户名为 3 至 64 位")


@pytest.mark.requirement("ORG-02")
@pytest.mark.parametrize(
    ("name", "typed"),
    [
        ("单田芳", "shan"), ("单田芳", "dantianfang"), ("曾小红", "ceng"), ("張學友", "张学友"), ("张学友", "張學"),
        ("古丽米热·艾比布力", "古丽米热•艾"), ("王小明", "王\u200b小 明"), ("王小明", "ｅ１００"),
    ],
)  # fmt: skip
def test_staff_are_found_by_every_reading_and_spelling(world: World, name: str, typed: str) -> None:
    made = hire(world, name=name).json()
    for path in (URL, f"{URL}/options"):
        found = world.client("admin1").get(path, {"search": typed}).json()
        rows = found["results"] if isinstance(found, dict) else found
        assert made["id"] in [row["id"] for row in rows], path


@pytest.mark.requirement("ORG-02", "ACC-05")
def test_the_mask_of_a_phone_that_is_sent_back_changes_nothing_and_another_is_refused(world: World) -> None:
    made = hire(world).json()
    kept = world.client("admin1").patch(
        f"{URL}/{made['id']}", {"phone": made["phone"], "version": made["version"]}, format="json"
    )
    assert kept.status_code == 200, kept.content
    body = {"phone": "1****9", "version": kept.json()["version"]}
    refused = world.client("admin1").patch(f"{URL}/{made['id']}", body, format="json")
    assert (refused.status_code, refused.json()["errors"][0]["code"]) == (400, "masked_value")
    assert StaffMember.objects.get(pk=made["id"]).phone == "13812348000"


@pytest.mark.requirement("ORG-02")
def test_keys_of_staff_from_before_are_derived_anew(world: World) -> None:
    made = hire(world, name="单田芳").json()
    StaffMember.objects.filter(pk=made["id"]).update(pinyin="dtf dantianfang")
    assert refresh_staff_keys() >= 1
    assert refresh_staff_keys() == 0
    found = world.client("admin1").get(URL, {"search": "shan"}).json()["results"]
    assert [row["id"] for row in found] == [made["id"]]


@pytest.mark.parametrize("entry", [{}, {"is_head": True}], ids=str)
def test_a_department_of_a_change_is_named_as_in_a_new_file(world: World, entry: dict[str, Any]) -> None:
    made = hire(world).json()
    change = {"memberships": [entry], "version": made["version"]}
    answer = world.client("admin1").patch(f"{URL}/{made['id']}", change, format="json")
    assert answer.status_code == 400
    assert [(each["field"], each["code"]) for each in answer.json()["errors"]] == [
        ("memberships.0.department_id", "required")
    ]
    assert StaffDepartment.objects.filter(staff=made["id"]).count() == 2
