"""The rules of the house that no linter knows."""

import ast
import subprocess
from pathlib import Path

import pytest
from django.apps import apps as django_apps

from apps.access.policies.base import POLICIES

ROOT = Path(__file__).resolve().parents[2]
BACKEND = ROOT / "backend"
OURS = ("apps.", "kernel", "workflows")
SOURCES = sorted(p for p in BACKEND.rglob("*.py") if "migrations" not in p.parts)
WRITERS = {
    "create",
    "bulk_create",
    "get_or_create",
    "update_or_create",
    "update",
    "bulk_update",
    "delete",
    "save",
}
#: Files of an app that may write its tables, beside services/.
MAY_WRITE = {"tasks.py"}


def test_every_model_has_a_policy() -> None:
    models = [m for m in django_apps.get_models() if m.__module__.startswith("apps.")]
    assert models
    missing = [m._meta.label for m in models if m not in POLICIES]
    assert not missing, f"visible to nobody by accident: {missing}"


def test_no_file_is_longer_than_the_cap() -> None:
    long = {str(p.relative_to(ROOT)): n for p in SOURCES if (n := len(p.read_text().splitlines())) > 300}
    assert not long


def test_no_function_is_longer_than_forty_lines() -> None:
    long = []
    for path in SOURCES:
        for node in ast.walk(ast.parse(path.read_text())):
            if isinstance(node, (ast.FunctionDef, ast.AsyncFunctionDef)):
                lines = (node.end_lineno or 0) - node.lineno + 1
                if lines > 40:
                    long.append(f"{path.relative_to(ROOT)}:{node.lineno} {node.name} {lines}")
    assert not long


def _models_of_other_apps(tree: ast.Module, app: str) -> dict[str, str]:
    """Imported model name → app it belongs to, for models of apps other than `app`."""
    names = {}
    for node in ast.walk(tree):
        module = getattr(node, "module", None) or ""
        if isinstance(node, ast.ImportFrom) and module.startswith("apps.") and ".models" in module:
            owner = module.split(".")[1]
            names |= {alias.asname or alias.name: owner for alias in node.names if owner != app}
    return names


def _manager_writes(tree: ast.Module) -> list[tuple[str, ast.Call]]:
    """(model name, call) of every `Model.objects.….<write>(…)` in a module."""
    found = []
    for node in ast.walk(tree):
        if isinstance(node, ast.Call) and isinstance(node.func, ast.Attribute) and node.func.attr in WRITERS:
            text = ast.unparse(node.func)
            if ".objects." in text:
                found.append((text.split(".objects.", 1)[0], node))
    return found


def test_only_an_apps_own_services_write_its_tables() -> None:
    offenders = []
    for path in sorted((BACKEND / "apps").rglob("*.py")):
        app, *rest = path.relative_to(BACKEND / "apps").parts
        if "migrations" in rest or not rest:
            continue
        tree = ast.parse(path.read_text())
        foreign = _models_of_other_apps(tree, app)
        is_service = rest[0] in {"services", "services.py", "management"} or rest[-1] in MAY_WRITE
        for model, call in _manager_writes(tree):
            if model in foreign or not is_service:
                offenders.append(f"{path.relative_to(ROOT)}:{call.lineno} {ast.unparse(call.func)}")
    assert not offenders


def test_guardians_raw_shortcuts_are_not_used() -> None:
    """Grants go through access.services.grants: one writer, one index, an end date."""
    users = [
        str(p.relative_to(ROOT))
        for p in SOURCES
        if any(
            isinstance(n, ast.ImportFrom) and (n.module or "").startswith("guardian.shortcuts")
            for n in ast.walk(ast.parse(p.read_text()))
        )
    ]
    assert not users


def test_string_foreign_keys_point_downward_only() -> None:
    order = [c.label for c in django_apps.get_app_configs() if c.name.startswith("apps.")]
    wrong = [
        f"{model._meta.label}.{field.name} → {field.related_model._meta.label}"
        for model in django_apps.get_models()
        if model._meta.app_label in order
        for field in model._meta.get_fields()
        if field.is_relation
        and field.concrete
        and field.related_model is not None
        and field.related_model._meta.app_label in order
        and order.index(field.related_model._meta.app_label) > order.index(model._meta.app_label)
    ]
    assert not wrong


@pytest.mark.parametrize("app", sorted(p.parent.name for p in (BACKEND / "apps").glob("*/apps.py")))
def test_every_app_says_what_it_owns(app: str) -> None:
    readme = BACKEND / "apps" / app / "README.md"
    assert readme.exists(), f"{app} has no README.md"
    assert len(readme.read_text().splitlines()) <= 30


def test_the_product_speaks_of_the_product_alone() -> None:
    """No machine paths and no registry addresses in what is committed."""
    words = ("/wo" + "rk/", "/ro" + "ot/", "registry.npm" + "js", "pypi." + "org/simple")
    listed = subprocess.run(
        ["git", "ls-files", "-z"], cwd=ROOT, capture_output=True, check=True
    ).stdout.decode()
    files = [ROOT / name for name in listed.split("\0") if name]
    found = [
        f"{path.relative_to(ROOT)}: {word}"
        for path in files
        if path.is_file()
        for word in words
        if word in path.read_text(errors="ignore")
    ]
    assert not found
