"""Every variable that the code reads is named where an operator looks, and read the same way everywhere."""

import ast
import re
from collections.abc import Iterator
from pathlib import Path

import pytest
import yaml
from django.core.exceptions import ImproperlyConfigured

from kernel.environment import Environment

ROOT = Path(__file__).resolve().parents[2]
BACKEND = ROOT / "backend"
EXAMPLE = dict(re.findall(r"^([A-Z_]+)=(.*)$", (ROOT / ".env.example").read_text(), re.MULTILINE))
STACK = yaml.safe_load((ROOT / "compose.yaml").read_text())
PAGE = (ROOT / "docs" / "operations.md").read_text()
#: Nobody sets these in production: they are for tests and the demo, or refused.
NOT_FOR_PRODUCTION = {"YIHUI_FAULT_FILE", "YIHUI_CLOCK_FILE", "YIHUI_RUN_TOKEN", "DEBUG", "YIHUI_DEBUG"}
#: The image and the stack set these themselves.
SET_BY_US = {
    "DJANGO_SETTINGS_MODULE", "YIHUI_STATIC_ROOT", "YIHUI_MEDIA_ROOT", "PROMETHEUS_MULTIPROC_DIR", "DATABASE_URL",
    "REDIS_URL",
}  # fmt: skip


def read_by(tree: ast.AST) -> Iterator[str]:
    """Names in `env.kind("NAME")`, `os.environ.get("NAME")` and `os.environ["NAME"]`."""
    for node in ast.walk(tree):
        if isinstance(node, ast.Call) and node.args and _is_reader(ast.unparse(node.func)):
            first = node.args[0]
            if isinstance(first, ast.Constant) and isinstance(first.value, str):
                yield first.value
        elif isinstance(node, ast.Subscript) and ast.unparse(node.value) == "os.environ":
            yield from [str(node.slice.value)] if isinstance(node.slice, ast.Constant) else []


def _is_reader(function: str) -> bool:
    return bool(re.fullmatch(r"env\.[a-z_]+|os\.environ\.(get|setdefault)|os\.getenv", function))


def read_by_the_code() -> set[str]:
    found: set[str] = set()
    for path in BACKEND.rglob("*.py"):
        if "sandbox" not in path.relative_to(BACKEND).parts:
            found |= set(read_by(ast.parse(path.read_text())))
    return {name for name in found if name.isupper()} - {"PYTEST_XDIST_WORKER"}


READ = sorted(read_by_the_code())


def test_the_reading_of_the_code_finds_what_is_known() -> None:
    assert {
        "YIHUI_TRUSTED_PROXIES",
        "YIHUI_ALIYUN_SMS_CALLBACK_TOKEN",
        "YIHUI_FAULT_FILE",
        "REDIS_URL",
    } < set(READ)
    assert len(READ) > 40


@pytest.mark.parametrize("name", sorted({*READ, *EXAMPLE}))
def test_a_variable_is_explained_on_the_operators_page(name: str) -> None:
    assert f"`{name}`" in PAGE


@pytest.mark.parametrize("name", [name for name in READ if name not in NOT_FOR_PRODUCTION | SET_BY_US])
def test_a_variable_stands_in_the_example_and_reaches_the_programs(name: str) -> None:
    assert name in EXAMPLE
    reach = {key for service in STACK["services"].values() for key in service.get("environment", {})}
    assert name in reach


@pytest.mark.parametrize("name", sorted(NOT_FOR_PRODUCTION))
def test_what_is_for_tests_alone_is_named_so_and_no_part_of_the_stack(name: str) -> None:
    assert name not in EXAMPLE
    assert name not in (ROOT / "compose.yaml").read_text()
    row = next(line for line in PAGE.splitlines() if f"`{name}`" in line)
    assert "refused" in row


def test_the_stack_overrides_no_default_with_nothing_but_what_counts_as_unset() -> None:
    for name, value in STACK["x-yihui"]["environment"].items():
        if isinstance(value, str) and ":-" in value:
            assert value == f"${{{name}:-}}", f"{name}: its default belongs to the code alone"


def test_an_empty_variable_keeps_the_default(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("YIHUI_ALIYUN_SMS_SIGN_NAME", "")
    monkeypatch.setenv("YIHUI_MESSAGING_LEASE_SECONDS", "")
    env = Environment()
    assert env.str("YIHUI_ALIYUN_SMS_SIGN_NAME", default="医汇") == "医汇"
    assert env.int("YIHUI_MESSAGING_LEASE_SECONDS", default=60) == 60


def test_a_secret_is_read_from_the_file_that_is_named(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    (tmp_path / "secret").write_text("$ecret-with-a-dollar\n")
    monkeypatch.setenv("YIHUI_HIS_SECRET", "")
    monkeypatch.setenv("YIHUI_HIS_SECRET_FILE", str(tmp_path / "secret"))
    assert Environment().str("YIHUI_HIS_SECRET", default="") == "$ecret-with-a-dollar"


@pytest.mark.parametrize("value", ["given too", ""])
def test_a_secret_given_twice_or_by_a_file_that_is_missing_is_refused_by_name(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path, value: str
) -> None:
    monkeypatch.setenv("YIHUI_HIS_SECRET", value)
    monkeypatch.setenv("YIHUI_HIS_SECRET_FILE", str(tmp_path / "missing"))
    with pytest.raises(ImproperlyConfigured, match=r"^YIHUI_HIS_SECRET: "):
        Environment().str("YIHUI_HIS_SECRET", default="")


def test_values_that_are_not_of_their_type_are_refused_by_name(monkeypatch: pytest.MonkeyPatch) -> None:
    env = Environment()
    for read, value in ((env.bool, "treu"), (env.int, "six"), (env.float, "1.5s")):
        monkeypatch.setenv("YIHUI_SAMPLE", value)
        with pytest.raises(ImproperlyConfigured, match=r"^YIHUI_SAMPLE: cannot be read as"):
            read("YIHUI_SAMPLE", default=None)


def test_lists_forgive_blanks(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("YIHUI_SAMPLE", "a.example, b.example ,")
    assert Environment().list("YIHUI_SAMPLE") == ["a.example", "b.example"]
