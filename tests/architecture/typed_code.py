"""What the names in a module's functions are: models, their rows, querysets and managers, as far as the code says.

A value is (shape, class): annotations, imports, relations of the models and Django's own methods tell it; what nothing
tells is None. Meant for rules about who writes what, so it errs on the side of seeing nothing.
"""

import ast
import collections.abc
import dataclasses
import functools
import importlib
import inspect
import textwrap
import types
import typing
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from django.apps import apps
from django.db import models
from django.db.models.manager import BaseManager

ROOT = Path(__file__).resolve().parents[2]
BACKEND = ROOT / "backend"
ROW, ROWS, CLASS, MANY = "row", "rows", "class", "many"
MANAGERS = {"objects", "_default_manager", "_base_manager"}
#: Of a queryset, one row.
ONE = {"get", "first", "last", "earliest", "latest", "create"}
#: Of a queryset, something that is no row of it.
OTHER = {
    "values",
    "values_list",
    "count",
    "exists",
    "aggregate",
    "explain",
    "dates",
    "update",
    "delete",
    "iterator_of",
}
PASSING = {"list", "sorted", "tuple", "set", "iter", "reversed", "frozenset", "lock_rows", "deepcopy", "copy"}
FIRST = {"next", "min", "max", "lock_one"}


@dataclass(frozen=True)
class Value:
    """`parameter`: the parameter of a function for any model that it came in by."""

    shape: str
    of: type
    parameter: str = ""

    def as_(self, shape: str) -> "Value":
        return dataclasses.replace(self, shape=shape)

    @property
    def is_model(self) -> bool:
        return isinstance(self.of, type) and issubclass(self.of, models.Model)


def module_of(path: Path) -> types.ModuleType:
    """The imported module of a file of the backend, or of a test."""
    parts = path.relative_to(BACKEND if path.is_relative_to(BACKEND) else ROOT).with_suffix("").parts
    return importlib.import_module(".".join(parts[:-1] if parts[-1] == "__init__" else parts))


def value_of_hint(hint: Any, parameter: str = "") -> Value | None:
    """The first class that an annotation names, and the shape of what holds it."""
    if isinstance(hint, typing.TypeVar):
        bound = hint.__bound__ or next(iter(hint.__constraints__), None)
        return value_of_hint(bound, parameter)
    if isinstance(hint, typing.ForwardRef) or hint is None:
        return None
    origin, arguments = typing.get_origin(hint), typing.get_args(hint)
    if origin is None:
        return Value(ROW, hint, parameter if hint is models.Model else "") if isinstance(hint, type) else None
    found = [
        value
        for each in arguments
        if (value := value_of_hint(each, parameter)) and value.of is not type(None)
    ]
    if origin is collections.abc.Callable:
        return None
    if origin is dict or (isinstance(origin, type) and issubclass(origin, collections.abc.Mapping)):
        return found[-1].as_(MANY) if found else None
    inner = next((value for value in found if value.is_model), found[0] if found else None)
    if inner is None or origin in (typing.Union, types.UnionType, typing.Annotated):
        return inner
    if origin is type:
        return inner.as_(CLASS)
    is_queryset = isinstance(origin, type) and issubclass(origin, (models.QuerySet, models.Manager))
    return inner.as_(ROWS if is_queryset else MANY)


@functools.cache
def hints_of(thing: Any) -> dict[str, Any]:
    """Annotations of a function or class by name, from its source: at run time a queryset forgets of what it is."""
    try:
        node = ast.parse(textwrap.dedent(inspect.getsource(thing))).body[0]
        names = vars(inspect.getmodule(thing))
    except (OSError, TypeError, SyntaxError):
        return {}
    if isinstance(node, ast.ClassDef) and isinstance(thing, type):
        found = {
            each.target.id: evaluated(each.annotation, names)
            for each in node.body
            if isinstance(each, ast.AnnAssign) and isinstance(each.target, ast.Name)
        }
        return {**{k: v for base in thing.__bases__ for k, v in hints_of(base).items()}, **found}
    return {"return": evaluated(getattr(node, "returns", None), names)}


def evaluated(annotation: ast.AST | None, names: dict[str, Any]) -> Any:
    """The annotation's object, with what querysets and managers are of; None where a name is unknown."""
    if annotation is None:
        return None
    generic = classmethod(types.GenericAlias)
    kept = [(each, each.__dict__["__class_getitem__"]) for each in (models.QuerySet, BaseManager)]
    for each, _ in kept:
        each.__class_getitem__ = generic
    try:
        text = (
            ast.literal_eval(annotation)
            if isinstance(annotation, ast.Constant) and annotation.value
            else None
        )
        return eval(text or ast.unparse(annotation), dict(names))
    except (NameError, TypeError, SyntaxError, AttributeError):
        return None
    finally:
        for each, own in kept:
            each.__class_getitem__ = own


def related(model: type[models.Model], name: str) -> Value | None:
    """What a relation of a model leads to."""
    if model is models.Model or model._meta.abstract:
        return None
    for each in model._meta.get_fields(include_hidden=True):
        accessor = each.get_accessor_name() if hasattr(each, "get_accessor_name") else each.name
        if accessor == name and each.is_relation and isinstance(each.related_model, type):
            single = each.many_to_one or each.one_to_one
            return Value(ROW if single else ROWS, each.related_model)
    return None


@dataclass
class Scope:
    """The names of one function of a module; `infer` says what an expression is."""

    module: types.ModuleType
    names: dict[str, Value | None] = field(default_factory=dict)

    def infer(self, node: ast.AST | None) -> Value | None:
        method = getattr(self, f"_{type(node).__name__.lower()}", None)
        return method(node) if method else None

    def _name(self, node: ast.Name) -> Value | None:
        if node.id in self.names:
            return self.names[node.id]
        return self._known(getattr(self.module, node.id, None))

    @staticmethod
    def _known(thing: Any) -> Value | None:
        if isinstance(thing, type):
            return Value(CLASS, thing)
        if isinstance(thing, (types.ModuleType, types.FunctionType, str, int, type(None))):
            return None
        if isinstance(thing, (tuple, list)) and thing and isinstance(thing[0], type):
            return Value(CLASS, models.Model)
        return Value(ROW, type(thing))

    def _attribute(self, node: ast.Attribute) -> Value | None:
        base = self.infer(node.value)
        if base is None:
            return self._known(self.resolve(node))
        if base.is_model:
            return self._of_model(base, node.attr)
        if base.shape == ROW:
            return value_of_hint(hints_of(base.of).get(node.attr))
        return None

    @staticmethod
    def _of_model(base: Value, name: str) -> Value | None:
        if name in MANAGERS:
            return base.as_(ROWS)
        found = related(base.of, name) if base.shape == ROW else None
        if found or base.shape != ROW:
            return found
        member = inspect.getattr_static(base.of, name, None)
        getter = getattr(member, "fget", None) or getattr(member, "func", None)
        return value_of_hint(hints_of(getter).get("return")) if getter else None

    def resolve(self, node: ast.AST) -> Any:
        """The object behind a dotted name of the module."""
        if isinstance(node, ast.Name):
            return None if node.id in self.names else getattr(self.module, node.id, None)
        if isinstance(node, ast.Attribute):
            base = self.resolve(node.value)
            if base is not None:
                return getattr(base, node.attr, None)
            owner = self.infer(node.value)
            return getattr(owner.of, node.attr, None) if owner and not owner.is_model else None
        return None

    def _call(self, node: ast.Call) -> Value | None:
        name = node.func.id if isinstance(node.func, ast.Name) else getattr(node.func, "attr", "")
        arguments = [self.infer(argument) for argument in node.args]
        first = arguments[0] if arguments else None
        if isinstance(node.func, ast.Name) and name == "type":
            return first and first.as_(CLASS)
        if isinstance(node.func, ast.Name) and name in PASSING | FIRST and first:
            return first.as_(ROW if name in FIRST else MANY)
        made = self.infer(node.func) if isinstance(node.func, ast.Name) else None
        if made and made.shape == CLASS:
            return made.as_(ROW)
        if isinstance(node.func, ast.Attribute) and (base := self.infer(node.func.value)) and base.is_model:
            return self._of_method(base, name)
        return self._of_function(self.resolve(node.func), arguments)

    def _of_method(self, base: Value, name: str) -> Value | None:
        if base.shape == MANY:
            return base.as_(ROW) if name in {"get", "pop", "setdefault"} else base
        if base.shape == ROWS:
            if name in OTHER:
                return None
            return base.as_(ROW if name in ONE else MANY if name in {"in_bulk", "bulk_create"} else ROWS)
        member = getattr(base.of, name, None)
        return self._of_function(member, [base]) if callable(member) else None

    @staticmethod
    def _of_function(function: Any, arguments: list[Value | None]) -> Value | None:
        if isinstance(function, type):
            return Value(ROW, function)
        hint = hints_of(function).get("return") if callable(function) else None
        found = value_of_hint(hint)
        if found and found.of is models.Model:
            given = next((each for each in arguments if each and each.is_model), None)
            return given and given.as_(found.shape)
        return found

    def _subscript(self, node: ast.Subscript) -> Value | None:
        base = self.infer(node.value)
        if base is None or base.shape not in (ROWS, MANY):
            return None
        return base if isinstance(node.slice, ast.Slice) else base.as_(ROW)

    def _ifexp(self, node: ast.IfExp) -> Value | None:
        return self.infer(node.body) or self.infer(node.orelse)

    def _boolop(self, node: ast.BoolOp) -> Value | None:
        return next((found for each in node.values if (found := self.infer(each))), None)

    def _binop(self, node: ast.BinOp) -> Value | None:
        return self.infer(node.left) or self.infer(node.right)

    def _namedexpr(self, node: ast.NamedExpr) -> Value | None:
        return self.infer(node.value)

    def _starred(self, node: ast.Starred) -> Value | None:
        return self.infer(node.value)

    def _list(self, node: ast.List | ast.Tuple | ast.Set) -> Value | None:
        found = next((value for each in node.elts if (value := self.infer(each))), None)
        return found and found.as_(MANY)

    _tuple = _set = _list

    def _listcomp(self, node: ast.ListComp | ast.SetComp | ast.GeneratorExp) -> Value | None:
        found = self.infer(node.elt)
        return found and found.as_(MANY)

    _setcomp = _generatorexp = _listcomp

    def _dictcomp(self, node: ast.DictComp) -> Value | None:
        found = self.infer(node.value)
        return found and found.as_(MANY)

    def learn(self, function: ast.FunctionDef | ast.AsyncFunctionDef, owner: type | None) -> None:
        """Take in the parameters and, in the order of the text, everything that is assigned."""
        for inner in ast.walk(function):
            if isinstance(inner, (ast.FunctionDef, ast.AsyncFunctionDef)):
                self._take_parameters(inner.args)
        every = function.args.posonlyargs + function.args.args
        if owner and every and every[0].arg in ("self", "cls"):
            self.names[every[0].arg] = Value(ROW if every[0].arg == "self" else CLASS, owner)
        for _ in range(2):  # comprehensions and loops use what is bound further down
            for node in ast.walk(function):
                self._bind(node)

    def _take_parameters(self, parameters: ast.arguments) -> None:
        for each in [*parameters.posonlyargs, *parameters.args, *parameters.kwonlyargs]:
            self.names[each.arg] = self._annotated(each.annotation, each.arg) if each.annotation else None

    def _bind(self, node: ast.AST) -> None:
        if isinstance(node, ast.Assign):
            for target in node.targets:
                self._set_names(target, node.value)
        elif isinstance(node, ast.AnnAssign) and isinstance(node.target, ast.Name):
            self.names[node.target.id] = self._annotated(node.annotation) or self.infer(node.value)
        elif isinstance(node, ast.NamedExpr):
            self._set_names(node.target, node.value)
        elif isinstance(node, (ast.For, ast.AsyncFor, ast.comprehension)):
            self._set_item(node.target, self.infer(node.iter), node.iter)

    def _annotated(self, node: ast.AST, parameter: str = "") -> Value | None:
        return value_of_hint(evaluated(node, vars(self.module)), parameter)

    def _set_names(self, target: ast.AST, value: ast.AST) -> None:
        if isinstance(target, ast.Name):
            self.names[target.id] = self.infer(value)
        elif isinstance(target, ast.Tuple) and isinstance(value, ast.Tuple):
            for each, part in zip(target.elts, value.elts, strict=False):
                self._set_names(each, part)
        elif isinstance(target, ast.Tuple) and (parts := self._parts_of(value)):
            for each, hint in zip(target.elts, parts, strict=False):
                if isinstance(each, ast.Name):
                    self.names[each.id] = value_of_hint(hint)
        elif isinstance(target, (ast.Tuple, ast.List)):
            found, name = self.infer(value), getattr(getattr(value, "func", None), "attr", "")
            for place, each in enumerate(target.elts):
                is_row = place == 0 and name in {"get_or_create", "update_or_create"}
                is_row = is_row or bool(found and found.shape == MANY and len(target.elts) == 1)
                if isinstance(each, ast.Name):
                    self.names[each.id] = found.as_(ROW) if found and is_row else None

    def _parts_of(self, value: ast.AST) -> tuple[Any, ...]:
        """The annotations of what a function returns together."""
        if not isinstance(value, ast.Call):
            return ()
        hint = hints_of(self.resolve(value.func)).get("return")
        choices = (
            typing.get_args(hint) if typing.get_origin(hint) in (typing.Union, types.UnionType) else (hint,)
        )
        return next((typing.get_args(each) for each in choices if typing.get_origin(each) is tuple), ())

    def _set_item(self, target: ast.AST, many: Value | None, source: ast.AST) -> None:
        if isinstance(target, ast.Name):
            is_rows = many is not None and many.shape in (ROWS, MANY)
            self.names[target.id] = (
                many.as_(CLASS if many.of is models.Model else ROW) if many and is_rows else None
            )
        elif isinstance(target, ast.Tuple) and isinstance(source, ast.Call):
            name = source.func.id if isinstance(source.func, ast.Name) else getattr(source.func, "attr", "")
            sources = {
                "enumerate": [None, *source.args[:1]],
                "zip": list(source.args),
                "items": [None, getattr(source.func, "value", None)],
            }.get(name, [])
            for each, part in zip(target.elts, sources, strict=False):
                self._set_item(each, self.infer(part) if part is not None else None, part or source)


def models_of_the_product() -> dict[str, type[models.Model]]:
    """Table → model."""
    every = apps.get_models(include_auto_created=True)
    return {
        model._meta.db_table: model for model in every if model.__module__.startswith(("apps.", "kernel"))
    }
