"""选项 of what has a code instead of a row of its own: some are the product's, some the hospital's."""

from collections.abc import Iterable
from typing import Any

from drf_spectacular.utils import OpenApiParameter, extend_schema
from rest_framework import serializers
from rest_framework.response import Response

from apps.access.scoped.fields import ScopedRelatedField
from apps.access.scoped.options import SHOWN
from apps.access.scoped.views import CodedView
from apps.identity.models import Hospital
from kernel.http.serializers import Serializer
from kernel.http.views import APIView


class CodeOptionsQuerySerializer(Serializer):
    """`hospital_id`: whose, that of who asks if left out; `ids`: just these, comma-separated, in force or not."""

    hospital_id = ScopedRelatedField(source="hospital", queryset=Hospital.objects.all(), required=False)
    search = serializers.CharField(max_length=64, required=False, allow_blank=True)
    ids = serializers.CharField(max_length=2_000, required=False, allow_blank=True)


class CodeOptionSerializer(Serializer):
    """`id` is the code, which is what a form sends."""

    id = serializers.CharField()
    label = serializers.CharField()  # type: ignore[assignment]
    hint = serializers.CharField(allow_blank=True)


class CodeOptionsView(CodedView, APIView):
    """GET options: what may be chosen at a hospital, by code or name."""

    def offered(self, hospital: Hospital) -> Iterable[tuple[str, str, str]]:
        """(code, label, hint) of each."""
        raise NotImplementedError

    def get(self, request: Any) -> Response:
        """选项 by what was typed; or just those of `ids`."""
        query = CodeOptionsQuerySerializer(
            data=request.query_params.dict(), context={"request": request, "view": self}
        )
        query.is_valid(raise_exception=True)
        asked = query.validated_data
        hospital = asked.get("hospital") or self.me.hospital
        found = [row for row in self.offered(hospital) if _is_meant(row, asked)]
        return Response([dict(zip(("id", "label", "hint"), row, strict=True)) for row in found[:SHOWN]])


def _is_meant(row: tuple[str, str, str], asked: dict[str, Any]) -> bool:
    if asked.get("ids"):
        return row[0] in asked["ids"].split(",")
    text = asked.get("search", "").casefold()
    return any(text in part.casefold() for part in row)


def code_options(operation_id: str, tag: str) -> Any:
    """Says the operation of a subclass: `<resource>_options_list`."""
    parameters: list[OpenApiParameter | type[Serializer]] = [CodeOptionsQuerySerializer]
    return extend_schema(
        operation_id=operation_id, tags=[tag], parameters=parameters, filters=False,
        responses=CodeOptionSerializer(many=True),
    )  # fmt: skip
