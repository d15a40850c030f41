"""Menus and modules as administrators arrange them. They are part of everybody's access document."""

from collections.abc import Iterable
from typing import Any

from django.db import IntegrityError, transaction
from django.db.models import ProtectedError

from apps.access.errors import MenuCycle
from apps.access.models import MenuItem, Module, Permission
from apps.identity.services.access_version import bump_all_staff
from kernel.errors import DuplicateValue, Expectation, InvalidValue
from kernel.locks import lock_rows, save_version
from kernel.rows import in_use

_PARENT_KINDS: dict[str, set[str | None]] = {
    MenuItem.Kind.DIRECTORY: {None, MenuItem.Kind.DIRECTORY},
    MenuItem.Kind.PAGE: {None, MenuItem.Kind.DIRECTORY},
    MenuItem.Kind.BUTTON: {MenuItem.Kind.PAGE},
}
MENU_PARENT = Expectation(
    "menu_parent",
    "目录下可有目录和页面,页面下只有按钮",
    "A directory holds directories and pages, a page buttons.",
)


@transaction.atomic
def create_menu(*, permissions: Iterable[Permission] = (), **fields: Any) -> MenuItem:
    """A new entry; DuplicateValue for its code, InvalidValue for a parent that can't hold it."""
    item = MenuItem(**fields)
    _check_parent(item)
    try:
        with transaction.atomic():
            item.save(force_insert=True)
    except IntegrityError as error:
        raise DuplicateValue(field="code") from error
    item.permissions.set(permissions)
    bump_all_staff()
    return item


@transaction.atomic
def update_menu(item: MenuItem, *, version: int, **changes: Any) -> MenuItem:
    """Change an entry read at `version`; StaleVersion, DuplicateValue, MenuCycle, InvalidValue."""
    lock_rows(MenuItem.objects.all())  # two moves at once must not close a circle between them
    permissions = changes.pop("permissions", None)
    for name, value in changes.items():
        setattr(item, name, value)
    _check_parent(item)
    try:
        with transaction.atomic():
            save_version(item, changes, version=version)
    except IntegrityError as error:
        raise DuplicateValue(field="code") from error
    if permissions is not None:
        item.permissions.set(permissions)
    bump_all_staff()
    return item


@transaction.atomic
def delete_menu(item: MenuItem) -> None:
    """Delete an entry without entries below it; InUse."""
    try:
        with transaction.atomic():
            item.delete()
    except (ProtectedError, IntegrityError) as error:
        raise in_use(MenuItem) from error
    bump_all_staff()


@transaction.atomic
def update_module(module: Module, *, version: int, **changes: Any) -> Module:
    """Rename, reorder, or hide the menus of a module; StaleVersion."""
    for name, value in changes.items():
        setattr(module, name, value)
    save_version(module, changes, version=version)
    bump_all_staff()
    return module


def _check_parent(item: MenuItem) -> None:
    """A directory holds directories and pages, a page buttons; nothing stands below itself."""
    parent = item.parent
    if (parent.kind if parent else None) not in _PARENT_KINDS[item.kind]:
        raise InvalidValue(field="parent_id", expected=MENU_PARENT)
    kinds = {child.kind for child in MenuItem.objects.filter(parent_id=item.pk)}
    if any(item.kind not in _PARENT_KINDS[kind] for kind in kinds):
        raise InvalidValue(field="kind", expected=MENU_PARENT)
    parents = dict(MenuItem.objects.values_list("pk", "parent_id"))
    above = item.parent_id
    while above is not None:
        if above == item.pk:
            raise MenuCycle
        above = parents.get(above)
