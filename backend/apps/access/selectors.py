"""What a staff member may see of the admin app, as one document."""

from typing import Any

from django.utils.translation import get_language

from apps.access.actor import Actor, Scope
from apps.access.models import MenuItem
from apps.identity.models import StaffMember, User


def access_document(user: User, actor: Actor) -> dict[str, Any]:
    """Who I am, my menus, my permission codes, my data scopes per module."""
    return {
        "me": _me(user),
        "menus": _Menus(actor).tree(),
        "permissions": sorted(actor.scopes),
        "data_scopes": _data_scopes(actor),
    }


def access_tag(user: User, actor: Actor) -> str:
    """Changes whenever the document may: rights, menus and the organisation raise the version."""
    staff = user.staff
    return f'W/"{user.pk.hex}-{user.access_version}-{staff.version}-{user.must_change_password:d}-{get_language()}"'


def _me(user: User) -> dict[str, Any]:
    staff = StaffMember.objects.select_related("hospital").get(user=user)
    departments = staff.departments.order_by("sort", "code")
    return {
        "user_id": user.pk,
        "username": user.username,
        "must_change_password": user.must_change_password,
        "staff_id": staff.pk,
        "name": staff.name,
        "hospital": {"id": staff.hospital_id, "name": staff.hospital.name},
        "departments": [{"id": row.pk, "name": row.name} for row in departments],
    }


def _data_scopes(actor: Actor) -> list[dict[str, Any]]:
    by_module: dict[str, Scope] = {}
    for code, scope in actor.scopes.items():
        module = code.split(".", 1)[0]
        by_module[module] = by_module.get(module, Scope()) | scope
    return [
        {
            "module": module,
            "everything": scope.everything,
            "hospital_ids": sorted(scope.hospitals),
            "department_ids": sorted(scope.departments),
        }
        for module, scope in sorted(by_module.items())
    ]


class _Menus:
    """The entries open to the actor, in the shape that Vue admin templates expect."""

    def __init__(self, actor: Actor) -> None:
        self.actor, self.first = actor, list(dict.fromkeys(actor.first_pages))
        self.children: dict[Any, list[MenuItem]] = {}
        active = MenuItem.objects.filter(is_active=True, module__is_active=True).prefetch_related(
            "permissions"
        )
        for item in active.order_by("sort", "code"):
            self.children.setdefault(item.parent_id, []).append(item)
        self.english = (get_language() or "").startswith("en")

    def tree(self, parent: Any = None) -> list[dict[str, Any]]:
        nodes = (
            self.node(item) for item in self.children.get(parent, ()) if item.kind != MenuItem.Kind.BUTTON
        )
        return sorted((node for node in nodes if node is not None), key=self.place)

    def place(self, node: dict[str, Any]) -> int:
        """How early a node stands: where the person's roles begin with it or with a page in it; else as arranged."""
        last = len(self.first)
        own = self.first.index(node["name"]) if node["name"] in self.first else last
        return min([own, *map(self.place, node["children"])])

    def node(self, item: MenuItem) -> dict[str, Any] | None:
        """None for an entry that is not open: a page by its codes, a directory by what it holds."""
        children = self.tree(item.pk)
        if item.kind == MenuItem.Kind.DIRECTORY:
            if not children:
                return None
        elif not self.opens(item):
            return None
        return {
            "path": item.path,
            "name": item.code,
            "component": item.component,
            "meta": {
                "title": item.title_en if self.english and item.title_en else item.title,
                "icon": item.icon,
                "hidden": item.is_hidden,
                "permissions": sorted(self.held(item)),
            },
            "children": children,
        }

    def opens(self, item: MenuItem) -> bool:
        codes = item.permissions.all()
        return not codes or any(self.actor.has(permission.code) for permission in codes)

    def held(self, item: MenuItem) -> set[str]:
        """The codes of the page and its buttons that the actor holds."""
        buttons = [b for b in self.children.get(item.pk, ()) if b.kind == MenuItem.Kind.BUTTON]
        codes = {p.code for entry in (item, *buttons) for p in entry.permissions.all()}
        return codes & self.actor.scopes.keys()
