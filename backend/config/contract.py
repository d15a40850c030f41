"""The manifest that the admin app builds against, made from the code: nothing in it is written twice."""

import importlib
from collections.abc import Iterator
from pkgutil import iter_modules
from typing import Any

from django.apps import apps

from apps.access.codes import MODULES, SYSTEM_ROLES, code_words
from apps.access.menus import menu_tree
from apps.access.models import ScopeKind
from apps.identity.settings import SETTINGS
from config.page_models import PageModels
from kernel.errors import CATALOGUE, EXPECTATIONS
from kernel.http.docs import document as admin_document
from kernel.http.problems import FRAMEWORK_CODES
from kernel.words import words_of_values

METHODS = ("get", "post", "put", "patch", "delete")
#: `errors[].code` of single fields, beside those of the catalogue.
FIELD_CODES: dict[str, tuple[str, str]] = {
    "blank": ("不能为空", "May not be blank."),
    "null": ("不能为空值", "May not be null."),
    "empty": ("不能为空列表", "May not be empty."),
    "invalid_choice": ("不是可选的值", "Not one of the choices."),
    "not_a_list": ("应为列表", "A list is expected."),
    "does_not_exist": ("对象不存在", "The object does not exist."),
    "incorrect_type": ("类型不正确", "Wrong type."),
    "max_length": ("过长", "Too long."),
    "min_length": ("过短", "Too short."),
    "max_value": ("过大", "Too large."),
    "min_value": ("过小", "Too small."),
    "max_string_length": ("数字过长", "Too many digits."),
    "date": ("应为日期", "A date is expected."),
    "unique": ("已存在", "Already exists."),
    "unknown_parameter": ("未知的查询参数", "Unknown query parameter."),
}
SCOPE_NAMES: dict[str, tuple[str, str]] = {
    ScopeKind.ALL: ("全部", "Everything"),
    ScopeKind.HOSPITAL: ("本院", "Own hospital"),
    ScopeKind.DEPARTMENT_AND_BELOW: ("本科室及下级", "Own departments and below"),
    ScopeKind.DEPARTMENT: ("本科室", "Own departments"),
    ScopeKind.CHOSEN: ("指定科室", "Chosen departments"),
    ScopeKind.OWN: ("本人", "Own"),
}


def manifest() -> dict[str, Any]:
    """Everything of `frontend-contract/admin/manifest.json`."""
    import_declarations()
    document = admin_document("config.urls.admin")
    models = PageModels(document)
    operations = sorted(_operations(document), key=lambda row: row["operation_id"])
    menus = menu_tree()
    return {
        "version": document["info"]["version"],
        "modules": [
            {"code": m.code, "title": m.zh, "title_en": m.en, "sort": m.sort}
            for m in sorted(MODULES.values(), key=lambda m: (m.sort, m.code))
        ],
        "permission_codes": {
            code: {"title": said.zh, "title_en": said.en} for code, said in sorted(code_words().items())
        },
        "data_scopes": [{"code": kind.value, "zh": zh, "en": en} for kind, (zh, en) in _scopes()],
        "roles": [
            {
                "code": role.code,
                "title": role.zh,
                "title_en": role.en,
                "default_scope": str(role.default_scope),
                "first_pages": role.first_pages,
            }
            for role in SYSTEM_ROLES.values()
        ],
        "menus": menus,
        "routes": list(_routes(menus)),
        "pages": _pages(menus, models),
        "account": {"title": "我的账户", "title_en": "My account", **models.of_everybody(["sign-in"])},
        "operations": operations,
        "dictionaries": _dictionaries(document),
        "errors": _errors(),
        "field_errors": [{"code": code, "zh": zh, "en": en} for code, (zh, en) in field_errors()],
        "settings": [_setting(SETTINGS[key]) for key in sorted(SETTINGS)],
    }


def import_declarations() -> None:
    """Errors, settings and permission codes register themselves when their modules are imported."""
    for app in apps.get_app_configs():
        if not app.name.startswith("apps."):
            continue
        for found in iter_modules([app.path]):
            if found.name in {"errors", "settings", "permissions"}:
                importlib.import_module(f"{app.name}.{found.name}")


def _operations(document: dict[str, Any]) -> Iterator[dict[str, Any]]:
    for path, item in document["paths"].items():
        for method in filter(item.__contains__, METHODS):
            operation = item[method]
            yield {
                "operation_id": operation["operationId"],
                "method": method.upper(),
                "path": path,
                "summary": operation["summary"],
                "summary_en": operation["x-summary-en"],
                "permission_code": operation.get("x-permission-code"),
            }


def _scopes() -> Iterator[tuple[ScopeKind, tuple[str, str]]]:
    return ((kind, SCOPE_NAMES[kind]) for kind in ScopeKind)


def _walk(menus: list[dict[str, Any]]) -> Iterator[dict[str, Any]]:
    for menu in menus:
        yield menu
        yield from _walk(menu["children"])


def _routes(menus: list[dict[str, Any]], above: str = "") -> Iterator[dict[str, Any]]:
    """The pages as a flat list with their whole paths, as a router wants them."""
    for menu in menus:
        path = f"{above}/{menu['path'].strip('/')}"
        if menu["meta"]["kind"] == "page":
            yield {**{key: menu[key] for key in ("name", "component", "meta")}, "path": path}
        yield from _routes(menu["children"], path) if menu["meta"]["kind"] != "button" else ()


def _pages(menus: list[dict[str, Any]], models: PageModels) -> dict[str, dict[str, Any]]:
    """Page → how it is drawn, from the operations of the resources whose codes open it or its buttons."""
    found = {}
    for menu in _walk(menus):
        if menu["meta"]["kind"] == "page":
            codes = {code for node in _walk([menu]) for code in node["meta"]["permissions"]}
            found[menu["name"]] = models.of(code.rpartition(".")[0] for code in codes)
    return found


def _dictionaries(document: dict[str, Any]) -> dict[str, list[dict[str, Any]]]:
    """Values that the product itself knows, with words and colour; the hospital's own come from the API."""
    schemas = document["components"]["schemas"]
    return {name: schema["x-enum"] for name, schema in sorted(schemas.items()) if "x-enum" in schema}


def field_errors() -> list[tuple[str, tuple[str, str]]]:
    """What single fields are refused with: code, Chinese, English."""
    return sorted((FIELD_CODES | {e.code: (e.zh, e.en) for e in EXPECTATIONS.values()}).items())


def _errors() -> list[dict[str, Any]]:
    rows = {code: (error.status, error.zh, error.en) for code, error in CATALOGUE.items()} | FRAMEWORK_CODES
    return [
        {"code": code, "status": status, "zh": zh, "en": en}
        for code, (status, zh, en) in sorted(rows.items())
    ]


def _setting(setting: Any) -> dict[str, Any]:
    limits = {name: getattr(setting, name) for name in ("minimum", "maximum")}
    return {
        "key": setting.key,
        "type": setting.kind,
        "default": setting.default,
        "zh": setting.zh,
        "en": setting.en,
        "group": setting.section.zh,
        "group_en": setting.section.en,
        **{name: value for name, value in limits.items() if value is not None},
        **({"choices": _choices(setting.choices)} if setting.choices else {}),
    }


def _choices(values: tuple[str, ...]) -> list[dict[str, str]]:
    said = words_of_values(values)
    return [{"value": value, "zh": said[value].zh, "en": said[value].en} for value in values]
