"""Who an archive is about, and whether it is open: codes of their own, a reason, bindings that come back."""

from typing import Any

import pytest

from apps.access.models import Permission, Role, ScopeKind, StaffRole
from apps.audit.models import AuditEvent
from apps.patients.models import CardBinding, Patient, Relationship
from apps.patients.services.bindings import attach
from tests.support.world import World

pytestmark = pytest.mark.requirement("PAT-01", "ACC-02")
URL = "/api/admin/v1/patients"


def edit(world: World, who: str, **changes: Any) -> Any:
    patient = Patient.objects.get(pk=world.patients["patient_a"].pk)
    body = {"version": patient.version, **changes}
    return world.client(who).patch(f"{URL}/{patient.pk}", body, format="json")


def problem(answer: Any) -> tuple[int, str]:
    return answer.status_code, answer.json().get("code", "")


IDENTITY = [
    {"name": "王五"}, {"phone": "13900000009"}, {"phone": ""}, {"national_id": "110101198512240029"},
    {"id_kind": "passport", "national_id": "E12345678"}, {"id_kind": "none", "national_id": ""},
]  # fmt: skip


@pytest.mark.parametrize("changes", [*IDENTITY, {"is_active": False}])
def test_an_ordinary_doctor_neither_closes_an_archive_nor_rewrites_who_it_is(
    world: World, changes: dict[str, Any]
) -> None:
    before = Patient.objects.filter(pk=world.patients["patient_a"].pk).values().get()
    answer = edit(world, "doctor_a", **changes, reason="我想改")
    assert problem(answer) == (403, "permission_denied")
    assert Patient.objects.filter(pk=world.patients["patient_a"].pk).values().get() == before
    assert world.bindings["patient_a"].pk in CardBinding.objects.filter(unbound_at=None).values_list(
        "pk", flat=True
    )
    assert not AuditEvent.objects.filter(action__in=["identify", "close"]).exists()


def test_what_a_doctor_writes_otherwise_stays_his_and_unchanged_identity_does_no_harm(world: World) -> None:
    same = {"name": " 张三丰 ", "phone": "+86 138-0013-8001", "is_active": True, "allergies": "青霉素"}
    assert edit(world, "doctor_a", **same).status_code == 200


@pytest.mark.parametrize("changes", [{"phone": "13900000009"}, {"name": "张三"}])
def test_the_window_changes_an_identity_for_a_reason_that_is_kept(
    world: World, changes: dict[str, Any]
) -> None:
    assert problem(edit(world, "clerk", **changes)) == (400, "reason_required")
    assert problem(edit(world, "clerk", **changes, reason="  ")) == (400, "reason_required")
    assert not AuditEvent.objects.filter(action="identify").exists()
    assert edit(world, "clerk", **changes, reason="身份证已核对").status_code == 200
    line = AuditEvent.objects.get(action="identify")
    assert line.after == {"fields": list(changes), "reason": "身份证已核对"}
    assert (line.object_id, line.actor) == (str(world.patients["patient_a"].pk), "clerk")


def test_a_provisional_archive_is_nobodys_yet(world: World) -> None:
    patient = world.patients["patient_a"]
    Patient.objects.filter(pk=patient.pk).update(is_provisional=True)
    assert edit(world, "doctor_a", phone="13900000009").status_code == 200


def test_closing_needs_its_code_and_a_reason_and_reopening_restores_the_bindings(world: World) -> None:
    assert problem(edit(world, "clerk", is_active=False, reason="重复")) == (403, "permission_denied")
    assert problem(edit(world, "admin1", is_active=False)) == (400, "reason_required")
    binding = world.bindings["patient_a"]
    assert edit(world, "admin1", is_active=False, reason="家属要求").status_code == 200
    binding.refresh_from_db()
    assert (binding.unbound_at is None, binding.ended_by_close) == (False, True)
    assert edit(world, "admin1", is_active=True, reason="误操作").status_code == 200
    binding.refresh_from_db()
    assert (binding.unbound_at, binding.is_default, binding.ended_by_close) == (None, True, False)
    lines = AuditEvent.objects.filter(action__in=["close", "reopen"]).order_by("id")
    assert [(line.action, (line.after or {})["reason"]) for line in lines] == [
        ("close", "家属要求"), ("reopen", "误操作"),
    ]  # fmt: skip


def test_a_binding_that_the_account_ended_or_has_no_room_for_stays_ended(world: World) -> None:
    assert edit(world, "admin1", is_active=False, reason="家属要求").status_code == 200
    world.add_patient("third", name="王五", national_id="110101199001010015", phone="13800138003")
    attach(
        account=world.accounts["patient_a"], card_id=world.cards["third"].pk,
        relationship=Relationship.SELF, address="",
    )  # fmt: skip
    assert edit(world, "admin1", is_active=True, reason="误操作").status_code == 200
    live = CardBinding.objects.filter(account=world.accounts["patient_a"], unbound_at=None)
    assert [row.patient_id for row in live] == [world.patients["third"].pk]  # one own card per account
    world.bindings["patient_a"].refresh_from_db()
    assert not world.bindings["patient_a"].ended_by_close


def test_the_code_alone_does_not_reach_further_than_its_scope(world: World) -> None:
    role = Role.objects.create(hospital=world.h1, code="r", name="r", default_scope=ScopeKind.DEPARTMENT)
    role.permissions.set(Permission.objects.filter(code="patients.patient.close"))
    StaffRole.objects.create(staff=world.staff["doctor_c"], role=role)  # surgery: not this patient's
    assert edit(world, "doctor_c", is_active=False, reason="x").status_code == 404
