"""What a refusal shows beside its code is named by the error and typed once, so that the documents can say it."""

import ast
from collections import defaultdict
from pathlib import Path

import pytest

from config.contract import import_declarations
from kernel.errors import CATALOGUE
from kernel.http.problem_members import type_of

pytestmark = pytest.mark.requirement("INT-04")
BACKEND = Path(__file__).resolve().parents[2] / "backend"
#: What every error takes, and is no member of its own.
COMMON = frozenset({"field", "retry_after", "expected", "choices"})


def errors() -> dict[str, frozenset[str]]:
    """The name of an error with a code → the members that it names; two apps may use the same name."""
    import_declarations()
    found = defaultdict[str, frozenset[str]](frozenset)
    for error in CATALOGUE.values():
        found[error.__name__] |= frozenset(error.members)
    return dict(found)


def given() -> dict[str, set[str]]:
    """The name of an error → what the code gives it when it is raised; `**` where that is a whole mapping."""
    known, found = errors(), defaultdict[str, set[str]](set)
    for path in BACKEND.rglob("*.py"):
        for node in ast.walk(ast.parse(path.read_text())):
            if isinstance(node, ast.Call):
                name = ast.unparse(node.func).rpartition(".")[2]
                if name in known:
                    found[name] |= {keyword.arg or "**" for keyword in node.keywords} - COMMON
    return found


def test_every_member_that_is_given_is_named_by_its_error() -> None:
    known = errors()
    unnamed = {name: more for name, members in given().items() if (more := members - {"**"} - known[name])}
    assert unnamed == {}


def test_no_error_names_a_member_that_nothing_gives() -> None:
    found = given()
    idle = {
        name: more
        for name, members in errors().items()
        if "**" not in found[name] and (more := members - found[name])
    }
    assert idle == {}


def test_every_member_has_a_type() -> None:
    for name, members in errors().items():
        for member in members:
            assert type_of(member), f"{name}.{member}"
