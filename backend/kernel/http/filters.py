"""Filtering and ordering that refuse values they don't know."""

from collections.abc import Callable, Iterable, Mapping
from typing import Any

from django_filters import BooleanFilter, CharFilter
from django_filters.rest_framework import DjangoFilterBackend
from rest_framework import filters
from rest_framework.exceptions import ValidationError

from kernel.expectations import NO_NUL
from kernel.http.choices import errors_of, not_a_choice
from kernel.http.moments import in_utc, require_expressible


class FilterBackend(DjangoFilterBackend):
    """Declared filters, whose values are checked before they reach the database."""

    def filter_queryset(self, request: Any, queryset: Any, view: Any) -> Any:
        filterset_class = self.get_filterset_class(view, queryset)
        empty = [name for name, values in request.query_params.lists() if any("\0" in v for v in values)]
        if empty:
            raise ValidationError({name: [NO_NUL.text] for name in empty}, code=NO_NUL.code)
        vague = [name for name in _booleans(filterset_class) if _vague(request.query_params.get(name, ""))]
        if vague:
            raise ValidationError({name: ["true, false"] for name in vague}, code="invalid")
        if self._asks_nothing(request, filterset_class):
            return queryset  # the form of a filter set costs more than the page it would leave as it is
        filterset = self.get_filterset(request, queryset, view)
        if filterset is None:
            return queryset
        if not filterset.is_valid():
            raise ValidationError(errors_of(filterset.form))
        values = filterset.form.cleaned_data
        require_expressible(values.items())
        values.update({name: in_utc(value) for name, value in values.items()})
        return filterset.qs

    def _asks_nothing(self, request: Any, filterset_class: Any) -> bool:
        filters = getattr(filterset_class, "base_filters", {})
        given = any(any(request.query_params.getlist(name)) for name in filters)
        return not given and not any(found.extra.get("required") for found in filters.values())


class KnownFilter(CharFilter):
    """Text of which the product knows the values: one that it does not know, and that no row has, is an error.

    `known` answers the values; a list of them in force stands in the message. None known: every value is taken.
    """

    def __init__(self, *args: Any, known: Callable[[], Mapping[str, bool]], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.known = known

    def filter(self, qs: Any, value: str) -> Any:
        found = self.rows(qs, value) if value else qs
        known = self.known() if value else {}
        if known and value not in known and not found.exists():
            name = next(name for name, each in self.parent.filters.items() if each is self)
            offered = (each for each, in_force in known.items() if in_force)
            raise ValidationError({name: [not_a_choice(value, offered)]}, code="invalid_choice")
        return found

    def rows(self, qs: Any, value: str) -> Any:
        """The rows that have the value."""
        return super().filter(qs, value)


def in_force(values: Iterable[str]) -> dict[str, bool]:
    """What `known` answers for values none of which is retired."""
    return dict.fromkeys(sorted(values), True)


def _booleans(filterset_class: Any) -> list[str]:
    filters = getattr(filterset_class, "base_filters", {})
    return [name for name, found in filters.items() if isinstance(found, BooleanFilter)]


def _vague(text: str) -> bool:
    """The filter would take it for no condition at all and list everything."""
    return text.lower() not in {"", "true", "false"}


class OrderingFilter(filters.OrderingFilter):
    """`ordering` with a field that is not offered is an error. The key is always the last criterion: stable pages."""

    def get_schema_operation_parameters(self, view: Any) -> list[dict[str, Any]]:
        """`ordering` with the fields that it takes."""
        offered = getattr(view, "ordering_fields", None)
        text = f"{', '.join(offered or ())}; `-` in front reverses, commas separate"
        parameters: list[dict[str, Any]] = super().get_schema_operation_parameters(view)
        if not offered:
            return parameters
        schema = {"type": "string", "x-columns": list(offered)}
        return [{**found, "description": text, "schema": schema} for found in parameters]

    def get_ordering(self, request: Any, queryset: Any, view: Any) -> Any:
        text = request.query_params.get(self.ordering_param)
        offered = {name for name, _ in self.get_valid_fields(queryset, view, {"request": request})}
        asked = [part.strip() for part in text.split(",")] if text else []
        if any(part.lstrip("-") not in offered for part in asked):
            message = not_a_choice(text, sorted(offered))
            raise ValidationError({self.ordering_param: [message]}, code="invalid_choice")
        ordering = asked or list(self.get_default_ordering(view) or ["-id"])
        return ordering if any(part.lstrip("-") in {"id", "pk"} for part in ordering) else [*ordering, "-id"]
