"""A plain resource in one class: a view declares its model, codes and columns, the rest follows from the model."""

import functools
from collections.abc import Callable, Iterable, Mapping
from typing import Any, ClassVar, TypeAlias

import django_filters
from django.db.models import BooleanField, DateField, Field, ForeignKey, IntegerField, Model, Q, QuerySet

from apps.access.scoped.fields import ScopedRelatedField
from apps.access.scoped.views import (
    CreateMixin,
    DestroyMixin,
    ListMixin,
    RetrieveMixin,
    ScopedViewSet,
    UpdateMixin,
)
from kernel import rows
from kernel.errors import DomainError, DuplicateValue, InUse
from kernel.http.filters import KnownFilter, in_force
from kernel.http.serializers import VersionedModelSerializer

Column: TypeAlias = "Field[Any, Any]"


class GivenRowViewSet(ListMixin, RetrieveMixin, UpdateMixin, ScopedViewSet):
    """List, read and change rows that the product makes, by `kernel.rows`; `perform_…` may say more.

    `columns` are shown and written, a foreign key `x` as `x_id` with `x_name` beside it. `filters` narrow a list: dates
    by `x_from` and `x_to`, all others by their value; a column of `registries` takes none that does not stand there.
    `searched` are the columns that `search` looks into. What is `fixed` is set when a row is made and never again.
    `declared`: serializer fields that say more than their column.
    """

    columns: ClassVar[tuple[str, ...]] = ()
    filters: ClassVar[tuple[str, ...]] = ()
    registries: ClassVar[dict[str, Mapping[str, Any]]] = {}
    searched: ClassVar[tuple[str, ...]] = ()
    fixed: ClassVar[tuple[str, ...]] = ("hospital",)
    declared: ClassVar[dict[str, Any]] = {}

    def __init_subclass__(cls, **kwargs: Any) -> None:
        super().__init_subclass__(**kwargs)
        given = vars(cls)
        if "columns" in given and "serializer_class" not in given:
            cls.serializer_class = serializer_of(cls)
        if ("filters" in given or "searched" in given) and "filterset_class" not in given:
            cls.filterset_class = filters_of(cls)  # type: ignore[attr-defined]
        if "ordering" in given and "ordering_fields" not in given:
            names = [name.lstrip("-") for name in given["ordering"]]
            cls.ordering_fields = [name for name in names if name != "id"]  # type: ignore[attr-defined]

    def raised_in(self, action: str) -> Iterable[type[DomainError]]:
        """What an action can be refused for, from what the database allows; for the documents."""
        kind: Any = self.get_serializer_class()
        kept = {"create": frozenset[str](), "partial_update": getattr(kind, "fixed", frozenset[str]())}
        if action in kept and rows.can_be_taken(self.model, kept=kept[action]):
            yield DuplicateValue
        if action == "destroy" and rows.can_be_in_use(self.model):
            yield InUse

    def perform_update(self, instance: Any, data: dict[str, Any], version: int) -> Any:
        return rows.update_row(instance, version=version, **data)


class KeptRowViewSet(GivenRowViewSet, CreateMixin):
    """Rows that people make, too, and nobody deletes."""

    def perform_create(self, data: dict[str, Any]) -> Any:
        return rows.create_row(self.model, **data)


class RowViewSet(KeptRowViewSet, DestroyMixin):
    """Rows that are deleted, too, as long as nothing refers to them."""

    def perform_destroy(self, instance: Any) -> None:
        rows.delete_row(instance)


def serializer_of(view: type[GivenRowViewSet]) -> type[VersionedModelSerializer]:
    """The serializer that a view's columns declare; uniqueness is the database's word (409), no validator's."""
    columns = {name: _column(view.model, name) for name in view.columns if name not in view.declared}
    related = {
        f"{name}_id": ScopedRelatedField(
            source=name, queryset=_target(column)._default_manager.all(),
            **({"allow_null": True, "required": False} if column.null else {}),
        )
        for name, column in columns.items() if isinstance(column, ForeignKey)
    }  # fmt: skip
    shown = [
        each
        for name in view.columns
        for each in ((f"{name}_id", f"{name}_name") if f"{name}_id" in related else (name,))
    ]
    meta = {
        "model": view.model,
        "fields": ["id", *shown, "version"],
        "validators": [],
        "extra_kwargs": {name: {"validators": []} for name, column in columns.items() if column.unique},
    }
    members = {
        "__doc__": view.model.__doc__,
        "__module__": view.__module__,
        "fixed": frozenset(view.fixed),
        "Meta": type("Meta", (), meta),
    }
    every = {**related, **view.declared, **members}
    made: type[VersionedModelSerializer] = type(
        f"{view.model.__name__}Serializer", (VersionedModelSerializer,), every
    )
    return made


def filters_of(view: type[GivenRowViewSet]) -> type[django_filters.FilterSet]:
    """The filters that a view names."""
    found: dict[str, Any] = {}
    for name in view.filters:
        column = _column(view.model, name)
        found |= _filters(name, column)
        if name in view.registries:
            known = functools.partial(in_force, view.registries[name])
            found[name] = KnownFilter(known=known, max_length=column.max_length)
    if view.searched:
        found["search"] = search_in(*view.searched)
    made: type[django_filters.FilterSet] = type(
        f"{view.model.__name__}Filter", (django_filters.FilterSet,), found
    )
    return made


def _filters(name: str, column: Column) -> dict[str, django_filters.Filter]:
    if isinstance(column, ForeignKey):
        return {f"{name}_id": django_filters.UUIDFilter()}
    if isinstance(column, DateField):
        return {
            f"{name}_from": django_filters.DateFilter(field_name=name, lookup_expr="gte"),
            f"{name}_to": django_filters.DateFilter(field_name=name, lookup_expr="lte"),
        }
    if isinstance(column, BooleanField):
        return {name: django_filters.BooleanFilter()}
    if column.choices:
        return {name: django_filters.ChoiceFilter(choices=column.choices)}
    if isinstance(column, IntegerField):
        return {name: django_filters.NumberFilter()}
    return {name: django_filters.CharFilter(max_length=column.max_length)}


def search_in(*names: str) -> django_filters.CharFilter:
    """The filter `search`: codes by their beginning, search keys in lower case, all else by any part."""
    lookups: dict[str, tuple[str, Callable[[str], str]]] = {
        "code": ("istartswith", str), "pinyin": ("contains", str.lower)
    }  # fmt: skip

    def find(queryset: QuerySet[Any], name: str, value: str) -> QuerySet[Any]:
        condition = Q()
        for each in names:
            lookup, change = lookups.get(each, ("icontains", str))
            condition |= Q((f"{each}__{lookup}", change(value)))
        return queryset.filter(condition)

    words = " or ".join(filter(None, (", ".join(names[:-1]), names[-1])))
    return django_filters.CharFilter(method=find, max_length=64, help_text=f"part of the {words}")


def _column(model: type[Model], name: str) -> Column:
    column: Column = model._meta.get_field(name)  # type: ignore[assignment]
    return column


def _target(column: Column) -> type[Model]:
    target: type[Model] = column.related_model  # type: ignore[assignment]
    return target
