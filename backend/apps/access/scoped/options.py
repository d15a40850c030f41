"""选项: what a field that refers to rows of a resource can be chosen from, as a form asks for it."""

import datetime as dt
import functools
from contextlib import nullcontext
from typing import Any, ClassVar
from uuid import UUID

from django.core.exceptions import FieldError
from django.db.models import QuerySet
from drf_spectacular.types import OpenApiTypes
from drf_spectacular.utils import OpenApiParameter, extend_schema
from rest_framework import serializers
from rest_framework.decorators import action
from rest_framework.response import Response

from apps.access.policies.base import policy_of
from apps.access.scoped.permissions import IsStaff
from apps.access.scoped.views import HOSPITAL, ScopedViewSet
from kernel import clock
from kernel.errors import InvalidValue
from kernel.expectations import IDS
from kernel.http.serializers import Serializer
from kernel.money import yuan_shown
from kernel.prepared import prepared_reads

#: So many are shown; who looks for another one types more of it. So many ids are asked for at once.
SHOWN, MAX_IDS = 20, 100
ASKED = OpenApiParameter(
    "ids", OpenApiTypes.STR, description="comma-separated: just these, in force or not, as a form shows what is chosen"
)  # fmt: skip


class OptionSerializer(Serializer):
    """`hint` tells rows of one label apart."""

    id = serializers.UUIDField()
    label = serializers.CharField()  # type: ignore[assignment]
    hint = serializers.CharField(allow_blank=True)


class OptionsMixin(ScopedViewSet):
    """GET options: rows in force within reach, by the filters and the search of the list, the first SHOWN of its order.

    `option_columns`: what is read of a row, the label first, then what the hint says. `in_force`: what rows have that
    may be chosen. `options_for_all`: all staff choose among those of their own hospital, whatever they may list.
    """

    option_columns: ClassVar[tuple[str, ...]] = ("name", "code")
    in_force: ClassVar[dict[str, Any]] = {"is_active": True}
    options_for_all: ClassVar[bool] = False
    #: Whether what is offered to who asks for nothing is planned once per connection.
    keeps_plan: ClassVar[bool] = True

    def get_permissions(self) -> Any:
        return [IsStaff()] if self._is_open() else super().get_permissions()

    def code_of_action(self) -> str | None:
        return None if self._is_open() else super().code_of_action()

    def get_serializer_class(self) -> Any:
        return (
            OptionSerializer if getattr(self, "action", None) == "offer" else super().get_serializer_class()
        )

    def _is_open(self) -> bool:
        return self.options_for_all and getattr(self, "action", None) == "offer"

    @extend_schema(responses=OptionSerializer(many=True), parameters=[ASKED])
    @action(detail=False, methods=["get"], url_path="options")
    def offer(self, request: Any) -> Response:
        """选项: the rows that a form offers, by what was typed; or just those of `ids`."""
        asked = _ids(request.query_params.get("ids", ""))
        # What was typed wants a plan for its values; what is offered first is the same statement for everybody.
        with prepared_reads() if self.keeps_plan and not request.query_params else nullcontext():
            rows = list(self._plain(self._chosen(asked) if asked else self._offered()))
        return Response([self.as_option(row) for row in rows])

    def _plain(self, rows: QuerySet[Any]) -> QuerySet[Any]:
        """Values of the columns alone: whole rows with all that hangs on them cost three times as much."""
        try:
            return rows.values("id", *self._columns)
        except FieldError:  # one of them is worked out in Python
            return rows

    def _offered(self) -> Any:
        if self._reaches_less_than_the_hospital():
            return self.filter_queryset(self._of_own_hospital())[:SHOWN]
        return self.listed()[:SHOWN]

    def _chosen(self, asked: list[UUID]) -> QuerySet[Any]:
        rows = self.base_queryset()
        if self._reaches_less_than_the_hospital():
            rows = self._of_own_hospital()
        else:
            rows = policy_of(self.model).scope(self.actor, f"{self.resource}.list", rows)
        return rows.filter(pk__in=asked)

    def _reaches_less_than_the_hospital(self) -> bool:
        scope = self.actor.scope(f"{self.resource}.list")
        return self.options_for_all and not (scope and (scope.everything or scope.hospitals))

    def _of_own_hospital(self) -> QuerySet[Any]:
        key = "pk" if self.model is HOSPITAL else "hospital"
        return self.base_queryset().filter(**{key: self.actor.hospital_id})

    def filter_queryset(self, queryset: QuerySet[Any]) -> QuerySet[Any]:
        rows: QuerySet[Any] = super().filter_queryset(queryset)
        return self.to_choose_from(rows) if getattr(self, "action", None) == "offer" else rows

    @functools.cached_property
    def _columns(self) -> tuple[str, ...]:
        """Who reaches several hospitals reads of which of them a row is."""
        scope = self.actor.scope(f"{self.resource}.list")
        several = scope is not None and (scope.everything or len(scope.hospitals) > 1)
        named = "hospital__name" in self.option_columns or not several
        fields = {each.name for each in self.model._meta.concrete_fields}
        return (
            self.option_columns
            if named or "hospital" not in fields
            else (*self.option_columns, "hospital__name")
        )

    def to_choose_from(self, rows: QuerySet[Any]) -> QuerySet[Any]:
        """The rows in force, in the order in which people choose."""
        return rows.filter(**self.in_force)

    def as_option(self, row: Any) -> dict[str, Any]:
        """What the columns of a row say."""
        label, *hints = (_text(row, name) for name in self._columns)
        return {
            "id": row["id"] if isinstance(row, dict) else row.pk,
            "label": label,
            "hint": " · ".join(filter(None, hints)),
        }


def _text(row: Any, path: str) -> str:
    """What a row, or plain values by their paths, say there."""
    if isinstance(row, dict):
        value = row[path]
    else:
        value = functools.reduce(lambda found, name: found and getattr(found, name), path.split("__"), row)
    if path.endswith("_fen") and value is not None:
        return yuan_shown(value)
    if isinstance(value, dt.datetime):
        return f"{value.astimezone(clock.LOCAL):%Y-%m-%d %H:%M}"
    if isinstance(value, dt.time):
        return f"{value:%H:%M}"
    return "" if value is None else str(value)


def _ids(text: str) -> list[UUID]:
    parts = text.split(",") if text else []
    try:
        found = [UUID(part) for part in parts]
    except ValueError as error:
        raise InvalidValue(field="ids", expected=IDS) from error
    if len(found) > MAX_IDS:
        raise InvalidValue(field="ids", expected=IDS)
    return found
