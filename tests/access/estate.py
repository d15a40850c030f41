"""Rows of access for the rules that every resource keeps: one of patient_a, doctor_a and hospital 1 each."""

from apps.access.models import MenuItem, Module, Permission, Role
from tests.support.estates import Estate, Values


class AccessEstate(Estate):
    """Of access."""

    def make_role(self) -> Role:
        return Role.objects.create(hospital=self.world.h1, code="matrix", name="matrix")

    def make_module(self) -> Module:
        return Module.objects.get(code="patients")

    def make_menu(self) -> MenuItem:
        return MenuItem.objects.create(module=self.get("module"), kind="page", code="matrix", title="matrix")


#: Path up to the parameter → the value that stands there.
OBJECTS: Values = {
    "admin/v1/menus/": lambda e: e.get("menu").pk,
    "admin/v1/modules/": lambda e: e.get("module").pk,
    "admin/v1/permissions/": lambda e: Permission.objects.get(code="patients.patient.list").pk,
    "admin/v1/roles/": lambda e: e.get("role").pk,
}
