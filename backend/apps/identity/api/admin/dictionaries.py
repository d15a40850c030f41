from typing import Any

from drf_spectacular.utils import OpenApiParameter, extend_schema
from rest_framework import serializers
from rest_framework.response import Response

from apps.access.scoped.options import OptionsMixin
from apps.access.scoped.permissions import IsStaff, request_actor
from apps.access.scoped.rows import RowViewSet
from apps.identity.api.dictionaries import LookupSerializer, codes_asked
from apps.identity.errors import SystemDictionary
from apps.identity.models import Dictionary, DictionaryItem
from apps.identity.selectors import dictionaries
from apps.identity.services.dictionaries import delete_dictionary, delete_item
from kernel.errors import InUse, InvalidValue, PermissionDenied
from kernel.expectations import STORED_CODE
from kernel.http.fields import PatternField
from kernel.http.schema import raises
from kernel.http.views import APIView

STORED = r"^[A-Za-z0-9][A-Za-z0-9_.-]*$"


def _stored() -> PatternField:
    return PatternField(STORED, STORED_CODE, max_length=64, help_text="never changes")


@extend_schema(tags=["dictionaries"])
class DictionaryViewSet(OptionsMixin, RowViewSet):
    """字典: lists that administrators extend."""

    model = Dictionary
    resource = "identity.dictionary"
    columns = ("hospital", "code", "name", "is_system")
    declared = {"code": _stored(), "is_system": serializers.BooleanField(read_only=True)}
    fixed = ("hospital", "code")
    filters = ("hospital", "code")
    searched = ("name",)
    in_force = {}
    ordering_fields = ["code", "name"]
    ordering = ["code"]

    @raises(SystemDictionary)
    def perform_destroy(self, instance: Dictionary) -> None:
        delete_dictionary(instance)


@extend_schema(tags=["dictionaries"])
class DictionaryItemViewSet(RowViewSet):
    """字典项: entries of dictionaries; one whose value is stored somewhere can only be deactivated."""

    model = DictionaryItem
    resource = "identity.dictionary"
    columns = ("dictionary", "value", "label", "sort", "is_active")
    declared = {"value": _stored()}
    fixed = ("dictionary", "value")
    filters = ("dictionary", "is_active")
    searched = ("label",)
    ordering_fields = ["sort", "label"]
    ordering = ["sort"]

    @raises(InUse)
    def perform_destroy(self, instance: DictionaryItem) -> None:
        delete_item(instance)


class LookupView(APIView):
    """What forms offer."""

    permission_classes = [IsStaff]

    @extend_schema(
        operation_id="dictionaries_lookup",
        tags=["dictionaries"],
        parameters=[
            OpenApiParameter("codes", str, description="comma separated; all dictionaries without it")
        ],
        responses=LookupSerializer(many=True),
    )
    @raises(InvalidValue)
    def get(self, request: Any) -> Response:
        """查询字典 Active entries of dictionaries, the hospital's own included; open to all staff."""
        actor = request_actor(request)
        if actor is None:
            raise PermissionDenied
        found = dictionaries(codes_asked(request), actor.hospital_id)
        rows = [{"code": code, "items": items} for code, items in found.items()]
        return Response(LookupSerializer(rows, many=True).data)
