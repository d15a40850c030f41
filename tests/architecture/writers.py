"""Who writes which table: every place of the backend that changes rows through Django."""

import ast
import re
import types
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from django.db import models

from kernel.locks import save_version
from kernel.states import StateTable
from tests.architecture.typed_code import BACKEND, ROW, ROWS, Scope, Value, module_of

OF_ROWS = {
    "create", "acreate", "bulk_create", "get_or_create", "update_or_create", "update", "bulk_update", "delete",
    "_raw_delete",
}  # fmt: skip
OF_RELATIONS = {"add", "set", "remove", "clear"}
OF_ROW = {"save", "delete"}
MANAGED = re.compile(r"\b(objects|_default_manager|_base_manager)\b")
UNKNOWN = Value(ROWS, models.Model)
Function = ast.FunctionDef | ast.AsyncFunctionDef


@dataclass(frozen=True)
class Write:
    """`model` is Model itself where the code does not say which; `parameter`: the one of `function` that says it.

    `through`: the module of the function that is called to write whatever it is given.
    """

    path: Path
    line: int
    function: str
    model: type[models.Model]
    call: str
    parameter: str = ""
    through: str = ""

    @property
    def where(self) -> str:
        return f"{self.path.relative_to(BACKEND)}:{self.line} {self.call}"


def functions_of(tree: ast.Module, module: Any) -> Iterator[tuple[Function, type | None]]:
    """Functions and methods, with the class of the latter."""
    for node in tree.body:
        if isinstance(node, Function):
            yield node, None
        elif isinstance(node, ast.ClassDef):
            yield from (
                (each, getattr(module, node.name)) for each in node.body if isinstance(each, Function)
            )


class Writes:
    """All writes of some files. A function that writes whatever model it is given writes what its callers give it."""

    def __init__(self, paths: list[Path]) -> None:
        self.generic: dict[Any, str] = {save_version: "instance"}
        self._parsed = [(path, ast.parse(path.read_text()), module_of(path)) for path in paths]
        self.found: set[Write] = set()
        while True:
            known = len(self.generic)
            self.found = {write for parsed in self._parsed for write in self._of_file(*parsed)}
            if len(self.generic) == known:
                return

    def _of_file(self, path: Path, tree: ast.Module, module: Any) -> Iterator[Write]:
        for function, owner in functions_of(tree, module):
            scope = Scope(module)
            scope.learn(function, owner)
            for node in ast.walk(function):
                written = self._written(scope, node) if isinstance(node, ast.Call) else None
                if written is None:
                    continue
                if written.of is models.Model and written.parameter and owner is None:
                    self.generic[getattr(module, function.name)] = written.parameter
                call = ast.unparse(node.func)[:80]  # type: ignore[attr-defined]
                through = getattr(scope.resolve(node.func), "__module__", None) or ""
                yield Write(
                    path, node.lineno, function.name, written.of, call, written.parameter, f"{through}."
                )

    def _written(self, scope: Scope, call: ast.Call) -> Value | None:
        function = scope.resolve(call.func)
        parameter = self.generic.get(function) if isinstance(function, types.FunctionType) else None
        if parameter:
            return _model(scope.infer(_argument(call, function, parameter))) or UNKNOWN
        if not isinstance(call.func, ast.Attribute):
            return None
        source, name = call.func.value, call.func.attr
        base = scope.infer(source)
        if name == "move" and base and base.of is StateTable:
            return _model(scope.infer(call.args[0])) or UNKNOWN
        if base is None and name in OF_ROWS and MANAGED.search(ast.unparse(source)):
            return UNKNOWN
        if base is None or not base.is_model or not _is_write(base, name, source):
            return None
        return _through(scope, source) if name in OF_RELATIONS else base


def _through(scope: Scope, relation: ast.AST) -> Value:
    """Of `row.tags` in `row.tags.add(…)` the table that is written: the one between, or that of the other side."""
    assert isinstance(relation, ast.Attribute)
    owner, rows = scope.infer(relation.value), scope.infer(relation)
    assert owner and rows
    link = getattr(getattr(owner.of, relation.attr, None), "through", None)
    return Value(ROWS, link) if link else rows


def _is_write(base: Value, name: str, source: ast.AST) -> bool:
    if base.shape == ROWS:
        return name in OF_ROWS or (name in OF_RELATIONS and isinstance(source, ast.Attribute))
    return base.shape == ROW and name in OF_ROW


def _model(value: Value | None) -> Value | None:
    return value if value and value.is_model else None


def _argument(call: ast.Call, function: Any, parameter: str) -> ast.AST | None:
    for keyword in call.keywords:
        if keyword.arg == parameter:
            return keyword.value
    names = function.__code__.co_varnames
    place = names.index(parameter) if parameter in names else -1
    return call.args[place] if 0 <= place < len(call.args) else None
