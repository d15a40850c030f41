"""Tests know one moment, that of their run, and wait for conditions."""

import ast
from collections.abc import Iterator
from pathlib import Path

import pytest

TESTS = Path(__file__).resolve().parents[1]
#: Programs that measure: a load is paced by the clock.
MEASURING = TESTS / "bench"
WAITING = TESTS / "support" / "waiting.py"
#: What tells the present moment.
NOW = {
    "now", "today", "utcnow", "local_now", "local_today", "time", "time_ns", "monotonic", "perf_counter", "gmtime",
    "localtime",
}  # fmt: skip
CLOCKS = {
    "clock", "timezone", "datetime", "date", "dt.datetime", "dt.date", "datetime.datetime", "datetime.date", "time",
}  # fmt: skip


def _at_collection(node: ast.AST) -> Iterator[ast.AST]:
    """What runs when a module is imported: everything but bodies of functions, whose decorators and defaults do."""
    yield node
    if isinstance(node, ast.Lambda):
        children: list[ast.AST] = [node.args]
    elif isinstance(node, (ast.FunctionDef, ast.AsyncFunctionDef)):
        children = [*node.decorator_list, node.args]
    else:
        children = list(ast.iter_child_nodes(node))
    for child in children:
        yield from _at_collection(child)


def moments(source: str) -> list[int]:
    """Lines at which a module asks for the present moment while it is imported."""
    return [
        node.lineno
        for node in _at_collection(ast.parse(source))
        if isinstance(node, ast.Call)
        and isinstance(node.func, ast.Attribute)
        and node.func.attr in NOW
        and ast.unparse(node.func.value) in CLOCKS
    ]


def sleeps(source: str) -> list[int]:
    """Lines at which a module waits for time."""
    return [
        node.lineno
        for node in ast.walk(ast.parse(source))
        if isinstance(node, ast.Call) and ast.unparse(node.func) in {"time.sleep", "sleep", "asyncio.sleep"}
    ]


@pytest.mark.parametrize(
    "source",
    [
        "NOW = dt.datetime.now(dt.UTC)",
        "class A:\n  day = clock.today()",
        "@pytest.mark.parametrize('day', [date.today()])\ndef test_a(day): pass",
        "def test_a(day=time.time()): pass",
        "DAYS = [clock.now() + n for n in range(3)]",
    ],
)
def test_the_check_sees_moments_at_collection(source: str) -> None:
    assert moments(source)


@pytest.mark.parametrize(
    "source", ["def test_a():\n  clock.now()", "LATER = lambda: clock.now()", "DAY = dt.date(2026, 1, 1)"]
)
def test_the_check_leaves_moments_of_the_run_alone(source: str) -> None:
    assert not moments(source)


def test_no_test_computes_a_moment_while_it_is_collected() -> None:
    """It would be another one than the test's own: over midnight, or in a long run, they differ."""
    assert not [f"{path.relative_to(TESTS)}:{n}" for path in _files() for n in moments(path.read_text())]


def test_no_test_waits_for_time() -> None:
    """A machine may be slower than any time that was good enough yesterday."""
    assert not [
        f"{path.relative_to(TESTS)}:{n}"
        for path in _files()
        if path != WAITING
        for n in sleeps(path.read_text())
    ]


def _files() -> list[Path]:
    return sorted(path for path in TESTS.rglob("*.py") if MEASURING not in path.parents)
