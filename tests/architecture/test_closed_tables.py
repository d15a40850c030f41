"""Money's tables are closed: others get rows from selectors and services, and build no query of their own."""

import ast
from collections.abc import Iterator

import pytest

from tests.architecture.typed_code import BACKEND

#: App → the module from which others have its rows and words.
CLOSED = {"payments": "apps.payments.types", "billing": "apps.billing.types", "prepaid": "apps.prepaid.types"}
MANAGERS = {"objects", "_default_manager", "_base_manager"}
SKIPPED = {"migrations", "sandbox"}


def queries(source: str, public: str) -> Iterator[str]:
    """Where a module asks the manager of a row that it has from `public`."""
    tree = ast.parse(source)
    rows = {
        alias.asname or alias.name
        for node in ast.walk(tree)
        if isinstance(node, ast.ImportFrom) and node.module == public
        for alias in node.names
    }
    for node in ast.walk(tree):
        if not isinstance(node, ast.Attribute) or node.attr not in MANAGERS:
            continue
        if isinstance(node.value, ast.Name) and node.value.id in rows:
            yield f"{node.lineno} {ast.unparse(node)}"


def test_every_way_to_a_manager_is_seen() -> None:
    source = (
        "from apps.payments.types import Order, Refund as R\nOrder.objects.all()\nR._base_manager.get()\n"
    )
    assert list(queries(source, "apps.payments.types")) == ["2 Order.objects", "3 R._base_manager"]


@pytest.mark.parametrize("app", CLOSED)
def test_nobody_else_queries_the_tables_of_money(app: str) -> None:
    others = [
        path
        for path in sorted(BACKEND.rglob("*.py"))
        if not SKIPPED & set(path.relative_to(BACKEND).parts)
        and not path.is_relative_to(BACKEND / "apps" / app)
    ]
    found = [
        f"{path.relative_to(BACKEND)}:{where}"
        for path in others
        for where in queries(path.read_text(), CLOSED[app])
    ]
    assert not found
