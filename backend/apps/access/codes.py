"""Permission codes, declared by each app in its `permissions.py`."""

from collections.abc import Iterable
from dataclasses import dataclass, field

from kernel.words import ValueWords, Words


@dataclass(slots=True)
class ModuleSpec:
    """A module with its names in both languages and its codes (`resource.action` → Chinese, and English, name)."""

    code: str
    zh: str
    en: str
    sort: int
    codes: dict[str, str] = field(default_factory=dict)
    english: dict[str, str] = field(default_factory=dict)


MODULES: dict[str, ModuleSpec] = {}
ACTIONS = {
    "list": "查看", "add": "新增", "change": "修改", "delete": "删除", "export": "导出", "approve": "审批",
    "sensitive": "查看敏感信息",
}  # fmt: skip
IN_ENGLISH = {
    "list": "Read", "add": "Add", "change": "Change", "delete": "Delete", "export": "Export", "approve": "Approve",
    "sensitive": "Read sensitive data of",
}  # fmt: skip


def module(code: str, zh: str, en: str, sort: int) -> ModuleSpec:
    """Declare a module."""
    return MODULES.setdefault(code, ModuleSpec(code, zh, en, sort))


def resource(module_code: str, name: str, zh: str, actions: Iterable[str], **named: tuple[str, str]) -> None:
    """Declare `<module>.<name>.<action>` for each standard action, and for each `named` action with its own names."""
    spec = MODULES[module_code]
    for action in actions:
        code = f"{module_code}.{name}.{action}"
        spec.codes[code] = f"{ACTIONS[action]}{zh}"
        spec.english[code] = f"{IN_ENGLISH[action]} {name.replace('_', ' ')}"
    for action, (title, title_en) in named.items():
        code = f"{module_code}.{name}.{action}"
        spec.codes[code], spec.english[code] = title, title_en


def all_codes() -> dict[str, str]:
    """Every declared code with its Chinese name."""
    return {code: name for spec in MODULES.values() for code, name in spec.codes.items()}


def module_words() -> dict[str, ValueWords]:
    """Every module by its code."""
    ordered = sorted(MODULES.values(), key=lambda spec: (spec.sort, spec.code))
    return {spec.code: ValueWords(spec.zh, spec.en) for spec in ordered}


def code_words() -> dict[str, ValueWords]:
    """Every declared code in both languages, under its module."""
    return {
        code: ValueWords(name, spec.english[code], group=Words(spec.zh, spec.en))
        for spec in sorted(MODULES.values(), key=lambda spec: (spec.sort, spec.code))
        for code, name in spec.codes.items()
    }


@dataclass(slots=True)
class RoleSpec:
    """A role the product ships; administrators may copy it and change the copy.

    `first_pages`: codes of the pages that its menu begins with, whichever app brings them. `includes`: a role whose
    codes it has, too.
    """

    code: str
    zh: str
    en: str
    default_scope: str
    is_administrator: bool = False
    codes: set[str] = field(default_factory=set)
    scopes: dict[str, str] = field(default_factory=dict)
    first_pages: list[str] = field(default_factory=list)
    includes: str = ""


SYSTEM_ROLES: dict[str, RoleSpec] = {
    spec.code: spec
    for spec in (
        RoleSpec("group_administrator", "集团管理员", "Group administrator", "all", is_administrator=True),
        RoleSpec(
            "hospital_administrator",
            "医院管理员",
            "Hospital administrator",
            "hospital",
            is_administrator=True,
        ),
        RoleSpec(
            "department_head",
            "科室主任",
            "Head of department",
            "department_and_below",
            first_pages=["my_work", "approvals", "clinic_overview", "queue"],
        ),
        RoleSpec("doctor", "医生", "Doctor", "own", first_pages=["queue", "appointments", "patient_archive"]),
        RoleSpec(
            "clerk",
            "窗口人员",
            "Clerk at the window",
            "hospital",
            first_pages=["appointments", "queue", "bills", "patient_archive"],
        ),
        RoleSpec(
            "finance",
            "财务",
            "Finance",
            "hospital",
            first_pages=["payment_orders", "payment_refunds", "approvals"],
        ),
        RoleSpec(
            "finance_head",
            "财务主管",
            "Head of finance",
            "hospital",
            includes="finance",
            first_pages=["my_work", "approvals", "reconciliation_differences"],
        ),
    )
}


def give(role_code: str, *codes: str) -> None:
    """Give a system role some codes; called by the `permissions.py` of the app that declares them."""
    unknown = set(codes) - all_codes().keys()
    if unknown:
        raise ValueError(f"undeclared permission codes: {sorted(unknown)}")
    for spec in SYSTEM_ROLES.values():
        if role_code in (spec.code, spec.includes):
            spec.codes.update(codes)


def reach(role_code: str, module_code: str, scope: str) -> None:
    """Let a system role reach further (or less far) in one module than its default scope."""
    SYSTEM_ROLES[role_code].scopes[module_code] = scope
