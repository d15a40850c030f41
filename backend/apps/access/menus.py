"""The menu tree that the product ships, declared by each app in its `permissions.py` (after its codes).

`manage.py sync_access` adds what is new to the database; what an administrator changed there stays changed.
"""

from dataclasses import dataclass, field
from typing import Any

from apps.access.codes import MODULES
from kernel.words import ValueWords, Words


@dataclass(frozen=True, slots=True)
class MenuSpec:
    """One node: directory, page or button. `permissions` open it: any of them."""

    code: str
    kind: str
    module: str
    title: str
    title_en: str
    parent: str = ""
    path: str = ""
    component: str = ""
    icon: str = ""
    sort: int = 0
    hidden: bool = False
    permissions: tuple[str, ...] = field(default=())


MENUS: dict[str, MenuSpec] = {}
_BUTTONS_EN = {
    "add": "Add", "change": "Edit", "delete": "Delete", "export": "Export", "approve": "Approve",
    "sensitive": "Show sensitive data",
}  # fmt: skip


def directory(
    code: str, *, module: str, zh: str, en: str, path: str, icon: str = "", sort: int = 0, parent: str = ""
) -> None:
    """A folder of the menu; shown while it holds a page that is shown."""
    _add(MenuSpec(code, "directory", module, zh, en, parent, path, "Layout", icon, sort))


def page(
    code: str, *, resource: str, zh: str, en: str, path: str, component: str, parent: str, icon: str = "",
    sort: int = 0, hidden: bool = False, parts: tuple[str, ...] = (),
) -> None:  # fmt: skip
    """A page on `resource` (`<module>.<name>`): its `list` code opens it, its other codes become buttons.

    `parts`: codes that only allow a part of another action's form, which is no button of its own.
    """
    module = resource.partition(".")[0]
    codes = {c: name for c, name in MODULES[module].codes.items() if c.rpartition(".")[0] == resource}
    opens = tuple(c for c in codes if c.endswith(".list")) or tuple(codes)
    if not opens:
        raise ValueError(f"no permission code of {resource} is declared yet")
    _add(MenuSpec(code, "page", module, zh, en, parent, path, component, icon, sort, hidden, opens))
    for number, (permission, name) in enumerate(codes.items()):
        action = permission.rpartition(".")[2]
        if permission not in opens and action not in parts:
            title = _BUTTONS_EN.get(action, MODULES[module].english[permission])
            key = f"{code}.{action}"
            _add(MenuSpec(key, "button", module, name, title, code, sort=number, permissions=(permission,)))


def _add(spec: MenuSpec) -> None:
    if spec.code in MENUS:
        raise ValueError(f"menu {spec.code} is declared twice")
    MENUS[spec.code] = spec


def page_words() -> dict[str, ValueWords]:
    """Every declared page by its code, under its module."""
    pages = (spec for spec in MENUS.values() if spec.kind == "page")
    ordered = sorted(pages, key=lambda spec: (MODULES[spec.module].sort, spec.sort, spec.code))
    return {
        spec.code: ValueWords(
            spec.title, spec.title_en, group=Words(MODULES[spec.module].zh, MODULES[spec.module].en)
        )
        for spec in ordered
    }


def menu_tree(parent: str = "") -> list[dict[str, Any]]:
    """The declared tree in order, as `me/access` answers one's own; buttons are among the children of their page."""
    specs = sorted((s for s in MENUS.values() if s.parent == parent), key=lambda s: (s.sort, s.code))
    return [
        {
            "path": spec.path, "name": spec.code, "component": spec.component,
            "meta": {
                "title": spec.title, "title_en": spec.title_en, "icon": spec.icon, "hidden": spec.hidden,
                "permissions": list(spec.permissions), "kind": spec.kind, "module": spec.module,
            },
            "children": menu_tree(spec.code),
        }
        for spec in specs
    ]  # fmt: skip
