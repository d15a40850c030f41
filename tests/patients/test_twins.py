"""The same document filed twice in one hospital by hand: the desk is told, and goes on only for a reason."""

import threading
from typing import Any

import pytest
from django.db import connections

from apps.access.models import Permission, Role, ScopeKind, StaffRole
from apps.audit.models import AuditEvent
from apps.patients.models import Patient
from tests.support.world import World

pytestmark = pytest.mark.requirement("PAT-01", "PAT-02")
URL = "/api/admin/v1/patients"
NUMBER = "110101199003070134"  # patient_a's


def file(world: World, who: str = "clerk", **more: Any) -> Any:
    body = {
        "hospital_id": str(world.h1.pk),
        "name": "张三丰",
        "id_kind": "resident_id",
        "national_id": NUMBER,
        **more,
    }
    return world.client(who).post(URL, body, format="json")


def codes(world: World, who: str, scope: str, *names: str) -> None:
    role = Role.objects.create(hospital=world.h1, code=f"{who}{scope}", name="r", default_scope=scope)
    role.permissions.set(Permission.objects.filter(code__in=names))
    StaffRole.objects.create(staff=world.staff[who], role=role)


@pytest.mark.parametrize(
    "typed", [NUMBER, "110101 19900307 0134", "110101-19900307-0134", "１１０１０１199003070134"]
)
def test_the_desk_is_told_with_the_archive_it_may_see(world: World, typed: str) -> None:
    answer = file(world, national_id=typed)
    assert answer.status_code == 409
    body = answer.json()
    assert (body["code"], body["errors"][0]["field"]) == ("patient_duplicate", "national_id")
    assert body["existing"] == {"id": str(world.patients["patient_a"].pk), "name": "张*"}
    assert Patient.objects.filter(hospital=world.h1).count() == 2


def test_whoever_may_not_see_the_archive_learns_no_more_than_that_there_is_one(world: World) -> None:
    codes(world, "doctor_c", ScopeKind.HOSPITAL, "patients.patient.add")
    StaffRole.objects.filter(staff=world.staff["doctor_c"], role__code="doctor").delete()
    codes(world, "doctor_c", ScopeKind.OWN, "patients.patient.list")
    body = file(world, "doctor_c").json()
    assert (body["code"], body["existing"]) == ("patient_duplicate", None)


def test_going_on_needs_a_reason_and_the_code_for_it(world: World) -> None:
    assert file(world, duplicate_reason="  ").status_code == 409
    refused = file(world, duplicate_reason="双胞胎证件录错")
    assert (refused.status_code, refused.json()["code"]) == (403, "permission_denied")
    assert Patient.objects.filter(hospital=world.h1).count() == 2
    made = file(world, "admin1", duplicate_reason="双胞胎证件录错")
    assert made.status_code == 201, made.content
    assert "duplicate_reason" not in made.json()
    line = AuditEvent.objects.get(action="file_duplicate")
    assert (line.object_id, line.after) == (
        made.json()["id"], {"other": str(world.patients["patient_a"].pk), "reason": "双胞胎证件录错"},
    )  # fmt: skip


def test_another_hospital_another_kind_and_no_document_are_no_duplicates(world: World) -> None:
    assert file(world, "admin2", hospital_id=str(world.h2.pk)).status_code == 201
    assert file(world, id_kind="none", national_id="").status_code == 201
    assert file(world, id_kind="none", national_id="").status_code == 201


def test_an_edit_to_anothers_document_is_told_too_and_ones_own_is_not(world: World) -> None:
    patient = world.patients["patient_b"]
    url, body = f"{URL}/{patient.pk}", {"version": 1, "reason": "录错"}
    same = {**body, "national_id": "110101198512240029", "id_kind": "resident_id"}
    assert world.client("clerk").patch(url, same, format="json").status_code == 200
    patient.refresh_from_db()
    other = {**body, "version": patient.version, "national_id": NUMBER}
    answer = world.client("clerk").patch(url, other, format="json")
    assert (answer.status_code, answer.json()["code"]) == (409, "patient_duplicate")
    assert Patient.objects.get(pk=patient.pk).national_id == "110101198512240029"


@pytest.mark.django_db(transaction=True)
def test_two_desks_at_once_file_one_archive(world: World) -> None:
    barrier, statuses = threading.Barrier(2), list[int]()
    world.client("clerk"), world.client("admin1")

    def job(who: str) -> None:
        try:
            barrier.wait()
            statuses.append(file(world, who, national_id="31010119800101115X").status_code)
        finally:
            connections.close_all()

    threads = [threading.Thread(target=job, args=(who,)) for who in ("clerk", "admin1")]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert sorted(statuses) == [201, 409]
