"""Staff ↔ roles: given and taken within one's own reach; a group administrator always remains."""

import threading
from typing import Any

import pytest
from django.db import connections

from apps.access.actor import actor_of
from apps.access.models import Role, StaffRole
from apps.access.services.staff_roles import set_staff_roles
from apps.identity.errors import LastAdministrator
from apps.identity.models import StaffMember, User
from tests.support.world import World

pytestmark = pytest.mark.requirement("ACC-02")


def put(world: World, who: str, whom: str, *codes: str) -> Any:
    roles = [str(Role.objects.get(code=code, hospital=None).pk) for code in codes]
    url = f"/api/admin/v1/staff/{world.staff[whom].pk}/roles"
    return world.client(who).put(url, {"role_ids": roles}, format="json")


def held(world: World, whom: str) -> set[str]:
    return set(StaffRole.objects.filter(staff=world.staff[whom]).values_list("role__code", flat=True))


def test_roles_are_given_and_taken_and_gone_on_the_next_request(world: World) -> None:
    doctor, url = world.client("doctor_a"), "/api/admin/v1/departments"
    assert doctor.get(url).status_code == 200
    assert put(world, "admin1", "doctor_a").json() == []
    assert doctor.get(url).status_code == 403
    answer = put(world, "admin1", "doctor_a", "doctor", "clerk")
    assert [row["code"] for row in answer.json()] == ["clerk", "doctor"]
    assert doctor.get(url).status_code == 200


def test_an_administrator_of_a_hospital_makes_nobody_an_administrator_of_the_group(world: World) -> None:
    for whom in ("doctor_a", "admin1"):
        before = held(world, whom)
        answer = put(world, "admin1", whom, "group_administrator")
        assert (answer.status_code, answer.json()["code"]) == (403, "grant_too_wide")
        assert held(world, whom) == before


def test_an_administrator_of_a_hospital_takes_nothing_from_one_of_the_group(world: World) -> None:
    assert put(world, "admin1", "boss").status_code == 403
    assert held(world, "boss") == {"group_administrator"}


def test_an_administrator_may_make_another_of_the_same_hospital(world: World) -> None:
    assert put(world, "admin1", "doctor_a", "hospital_administrator").status_code == 200
    assert put(world, "boss", "doctor_a", "group_administrator").status_code == 200


def test_staff_of_another_hospital_do_not_exist(world: World) -> None:
    assert put(world, "admin1", "doctor_h2", "clerk").status_code == 404
    assert held(world, "doctor_h2") == {"doctor"}


def test_a_role_of_another_hospital_cannot_be_held(world: World) -> None:
    other = Role.objects.create(hospital=world.h2, code="x", name="x")
    url = f"/api/admin/v1/staff/{world.staff['doctor_a'].pk}/roles"
    assert world.client("admin1").put(url, {"role_ids": [str(other.pk)]}, format="json").status_code == 400
    assert world.client("boss").put(url, {"role_ids": [str(other.pk)]}, format="json").status_code == 400
    assert held(world, "doctor_a") == {"doctor"}


@pytest.mark.parametrize(
    "body", [{}, {"role_ids": "x"}, {"role_ids": ["x"]}, {"role_ids": [None]}, {"role": []}, []]
)
def test_what_is_not_a_list_of_roles_is_refused(world: World, body: Any) -> None:
    url = f"/api/admin/v1/staff/{world.staff['doctor_a'].pk}/roles"
    assert world.client("admin1").put(url, body, format="json").status_code == 400
    assert held(world, "doctor_a") == {"doctor"}


def test_who_may_only_read_gives_nothing(world: World) -> None:
    assert put(world, "doctor_a", "doctor_b", "clerk").status_code == 403
    assert held(world, "doctor_b") == {"doctor"}


def test_the_last_group_administrator_remains(world: World) -> None:
    answer = put(world, "boss", "boss", "doctor")
    assert (answer.status_code, answer.json()["code"]) == (409, "last_administrator")
    assert held(world, "boss") == {"group_administrator"}
    assert put(world, "boss", "doctor_a", "group_administrator").status_code == 200
    assert put(world, "boss", "boss", "doctor").status_code == 200


def test_one_who_cannot_sign_in_does_not_count_as_the_last(world: World) -> None:
    assert put(world, "boss", "doctor_a", "group_administrator").status_code == 200
    User.objects.filter(username="doctor_a").update(is_active=False)
    assert put(world, "boss", "boss", "doctor").status_code == 409


@pytest.mark.parametrize("way", ["suspend", "leave"])
def test_the_last_group_administrator_neither_leaves_nor_is_suspended(world: World, way: str) -> None:
    url = f"/api/admin/v1/staff/{world.staff['boss'].pk}/{way}"
    answer = world.client("boss").post(url, {}, format="json")
    assert (answer.status_code, answer.json()["code"]) == (409, "last_administrator")
    boss = StaffMember.objects.get(pk=world.staff["boss"].pk)
    assert (boss.status, User.objects.get(username="boss").is_active) == ("active", True)
    assert world.client("boss").get("/api/admin/v1/departments").status_code == 200
    assert put(world, "boss", "doctor_a", "group_administrator").status_code == 200
    assert world.client("boss").post(url, {}, format="json").status_code == 200


@pytest.mark.django_db(transaction=True)
def test_two_administrators_cannot_remove_each_other_at_once(world: World) -> None:
    second = world.add_staff("second", "group_administrator", world.h1, [])
    pair = [world.staff["boss"], second]
    barrier, refused = threading.Barrier(2), []

    def remove(actor: StaffMember, target: StaffMember) -> None:
        try:
            acting = actor_of(actor.user)
            assert acting is not None
            barrier.wait()
            set_staff_roles(acting, target, [])
        except LastAdministrator:
            refused.append(target.pk)
        finally:
            connections.close_all()

    threads = [threading.Thread(target=remove, args=args) for args in (pair, pair[::-1])]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert len(refused) == 1
    assert StaffRole.objects.filter(role__code="group_administrator").count() == 1


def test_whoever_stands_below_changes_no_administrator(world: World) -> None:
    from apps.access.policies import policy_of

    admin, boss = actor_of(world.staff["admin1"].user), world.staff["boss"]
    assert admin is not None
    policy = policy_of(StaffMember)
    for code in ("identity.staff.change", "identity.staff.account"):
        assert not policy.allows(admin, code, boss, "change")
        assert policy.allows(admin, code, world.staff["doctor_a"], "change")
        assert policy.allows(admin, code, world.staff["admin1"], "change")
    assert policy.allows(admin, "identity.staff.list", boss)
