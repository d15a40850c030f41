"""The rules of the house that no linter knows."""

import ast
import importlib
import re
import subprocess
import tomllib
from pathlib import Path

import pytest
from django.apps import apps as django_apps

from apps.access.policies.base import POLICIES

ROOT = Path(__file__).resolve().parents[2]
BACKEND = ROOT / "backend"
SOURCES = sorted(p for p in BACKEND.rglob("*.py") if "migrations" not in p.parts)


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


def test_every_package_is_held_by_the_import_contracts() -> None:
    """A new app has a layer before it has a file; a new root package is known to the linter."""
    rules = tomllib.loads((ROOT / "pyproject.toml").read_text())["tool"]["importlinter"]
    packages = {path.parent.name for path in BACKEND.glob("*/__init__.py")}
    assert packages == set(rules["root_packages"])
    (layers,) = (each["layers"] for each in rules["contracts"] if each["type"] == "layers")
    known = set(re.findall(r"apps\.(\w+)", " ".join(layers)))
    assert {path.parent.name for path in (BACKEND / "apps").glob("*/apps.py")} <= known


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


def test_what_takes_effect_once_per_key_is_a_command() -> None:
    """Elsewhere what an operation declares, does and repeats would be said apart."""
    users = [
        str(p.relative_to(ROOT))
        for p in SOURCES
        if p != BACKEND / "kernel" / "http" / "commands.py"
        if any(
            isinstance(n, ast.ImportFrom)
            and n.module in ("kernel.http", "kernel.http.idempotency")
            and {each.name for each in n.names} & {"idempotent", "idempotency"}
            for n in ast.walk(ast.parse(p.read_text()))
        )
    ]
    assert not users, f"@command(idempotent=True, …) instead of @idempotent: {users}"


def test_every_command_that_is_not_atomic_knows_how_a_repetition_is_answered() -> None:
    """By the view's `replay` or `as_now`, which is no command itself."""
    views = [
        getattr(importlib.import_module(".".join(p.relative_to(BACKEND).with_suffix("").parts)), node.name)
        for p in SOURCES
        if "atomic=False" in p.read_text()
        for node in ast.walk(ast.parse(p.read_text()))
        if isinstance(node, ast.ClassDef) and "atomic=False" in ast.unparse(node)
    ]
    assert len(views) > 10
    answers = {view: getattr(view, "replay", None) or getattr(view, "as_now", None) for view in views}
    assert not [view for view, again in answers.items() if again is None or hasattr(again, "raises")]


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


@pytest.mark.parametrize("name", ["README.md", "README.zh-CN.md"])
def test_the_map_of_the_readme_names_every_app_from_low_to_high(name: str) -> None:
    block = (ROOT / name).read_text().split("  apps/  ", 1)[1].split("  workflows/  ", 1)[0]
    shown = [line.split()[0] for line in block.splitlines()[1:] if line.startswith("    ")]
    assert shown == [c.label for c in django_apps.get_app_configs() if c.name.startswith("apps.")]
