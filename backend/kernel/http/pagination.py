"""Pages: numbered with a capped total for tables, cursors for time-lines."""

import time
from contextlib import nullcontext
from typing import Any
from uuid import UUID

from django.core.exceptions import EmptyResultSet
from django.db import connection
from django.db.models import QuerySet
from rest_framework import pagination
from rest_framework.exceptions import NotFound, ValidationError
from rest_framework.response import Response

from kernel.prepared import prepared_reads

COUNT_CAP = 10_000
MAX_PAGE_SIZE = 100
MAX_PAGE = 1_000_000
#: A long list is not counted again page by page: seconds for which a count over the cap, and one over LONG, are kept.
KEEP_CAPPED, KEEP_LONG, LONG, MAX_KEPT = 60.0, 10.0, 200, 2_000
_KEPT: dict[tuple[Any, ...], tuple[float, int, bool]] = {}


def capped_count(queryset: Any, cap: int = COUNT_CAP) -> tuple[int, bool]:
    """How many rows, counted no further than `cap`; the second value says whether the cap was hit.

    `queryset` may be anything with `first_keys(most)`, a queryset of at most some multiple of `most` distinct keys.
    """
    if isinstance(queryset, QuerySet):
        keys = queryset.order_by().values("pk")[: cap + 1]
    else:
        keys = queryset.first_keys(cap + 1)
    try:
        inner, params = keys.query.sql_with_params()
    except EmptyResultSet:  # the filters can't be met, so Django has no statement for it
        return 0, False
    with connection.cursor() as cursor:
        cursor.execute(f"SELECT COUNT(*) FROM ({inner}) AS capped", params)  # noqa: S608 - compiled by the ORM
        count = int(cursor.fetchone()[0])
    return min(count, cap), count > cap


def _counted(queryset: Any, request: Any, cap: int) -> tuple[int, bool]:
    """capped_count, not repeated for a long list that the same caller has counted a moment ago."""
    parameters = tuple(
        sorted((k, v) for k, v in request.query_params.items() if k not in ("page", "page_size"))
    )
    asked = (request.user.pk, str(request.auth), request.path, parameters)
    until, count, capped = _KEPT.get(asked, (0.0, 0, False))
    if until > time.monotonic():
        return count, capped
    count, capped = capped_count(queryset, cap)
    if capped or count >= LONG:
        while len(_KEPT) >= MAX_KEPT:
            _KEPT.pop(next(iter(_KEPT)), None)
        _KEPT[asked] = (time.monotonic() + (KEEP_CAPPED if capped else KEEP_LONG), count, capped)
    return count, capped


def _positive(request: Any, name: str, default: int, most: int) -> int:
    """A query parameter from 1 to `most`; what is no such number is refused, not replaced."""
    text = request.query_params.get(name, "")
    if not text:
        return default
    if not (text.isascii() and text.isdigit() and 1 <= int(text[:9]) <= most and len(text) <= 9):
        raise ValidationError({name: [f"1 – {most}"]}, code="invalid")
    return int(text)


def _parameter(name: str, most: int, default: int) -> dict[str, Any]:
    schema = {"type": "integer", "minimum": 1, "maximum": most, "default": default}
    return {"name": name, "in": "query", "required": False, "schema": schema}


class PageNumberPagination(pagination.BasePagination):
    """`page` and `page_size`; answers `{count, count_capped, page, page_size, results}`. One extra row tells `next`."""

    page_size = 20

    def paginate_queryset(self, queryset: Any, request: Any, view: Any = None) -> list[Any]:
        self.page = _positive(request, "page", 1, MAX_PAGE)
        self.size = _positive(request, "page_size", self.page_size, MAX_PAGE_SIZE)
        start = (self.page - 1) * self.size
        # Filters want a plan for their values; the plain list is the same statement for everybody.
        plain = request.query_params.keys() <= {"page", "page_size", "ordering"}
        with prepared_reads() if plain else nullcontext():
            rows = list(queryset[start : start + self.size + 1])
            self.has_next = len(rows) > self.size
            if not self.has_next and (rows or start == 0):
                self.count, self.capped = start + len(rows), False
            elif isinstance(queryset, QuerySet) or hasattr(queryset, "first_keys"):
                count, self.capped = _counted(queryset, request, getattr(view, "count_cap", COUNT_CAP))
                self.count = count if self.capped or not rows else max(count, start + len(rows))
            else:
                self.count, self.capped = len(queryset), False
        return rows[: self.size]

    def get_paginated_response(self, data: Any) -> Response:
        return Response(
            {
                "count": self.count,
                "count_capped": self.capped,
                "page": self.page,
                "page_size": self.size,
                "has_next": self.has_next,
                "results": data,
            }
        )

    def get_paginated_response_schema(self, schema: dict[str, Any]) -> dict[str, Any]:
        number = {"type": "integer"}
        properties: dict[str, Any] = {
            "count": {**number, "description": "rows that match, counted up to a cap"},
            "count_capped": {"type": "boolean", "description": "true: there are more than `count`"},
            "page": number,
            "page_size": number,
            "has_next": {"type": "boolean"},
            "results": schema,
        }
        return {"type": "object", "required": list(properties), "properties": properties}

    def get_schema_operation_parameters(self, view: Any) -> list[dict[str, Any]]:
        return [_parameter("page", MAX_PAGE, 1), _parameter("page_size", MAX_PAGE_SIZE, self.page_size)]


class TimelinePagination(pagination.CursorPagination):
    """Newest first by id (UUIDv7); answers `{next, previous, results}` with opaque cursors."""

    page_size = 20
    ordering = "-id"

    def check_position(self, position: str) -> None:
        """ValueError unless `position` can be a value of the first ordering field."""
        UUID(position)

    def decode_cursor(self, request: Any) -> Any:
        """A cursor that we did not make is an unknown page."""
        cursor = super().decode_cursor(request)
        try:
            if cursor is not None and cursor.position is not None:
                self.check_position(str(cursor.position))
        except ValueError as error:
            raise NotFound(self.invalid_cursor_message) from error
        return cursor

    def get_page_size(self, request: Any) -> int:
        return _positive(request, "page_size", self.page_size, MAX_PAGE_SIZE)

    def get_schema_operation_parameters(self, view: Any) -> list[dict[str, Any]]:
        parameters = super().get_schema_operation_parameters(view)
        cursor = [found for found in parameters if found["name"] == self.cursor_query_param]
        return [*cursor, _parameter("page_size", MAX_PAGE_SIZE, self.page_size)]

    def get_paginated_response_schema(self, schema: dict[str, Any]) -> dict[str, Any]:
        """Without the framework's examples, which are no addresses."""
        shown: dict[str, Any] = super().get_paginated_response_schema(schema)
        for name in ("next", "previous"):
            shown["properties"][name].pop("example", None)
        return shown


__all__ = ["COUNT_CAP", "PageNumberPagination", "TimelinePagination", "capped_count"]
