from typing import Any

import django_filters
from drf_spectacular.utils import OpenApiParameter, extend_schema
from rest_framework import serializers
from rest_framework.response import Response
from rest_framework.views import APIView

from apps.access.scoped.fields import ScopedRelatedField
from apps.access.scoped.permissions import IsStaff, request_actor
from apps.identity.api.admin.rows import RowViewSet
from apps.identity.api.dictionaries import LookupSerializer, codes_asked
from apps.identity.errors import SystemDictionary
from apps.identity.models import Dictionary, DictionaryItem, Hospital
from apps.identity.selectors import dictionaries
from apps.identity.services.dictionaries import delete_dictionary, delete_item
from kernel.errors import InUse, InvalidValue, PermissionDenied
from kernel.http.schema import raises
from kernel.http.serializers import VersionedModelSerializer

STORED = r"^[A-Za-z0-9][A-Za-z0-9_.-]*$"


class DictionarySerializer(VersionedModelSerializer):
    """数据字典. Without a hospital it is the group's; with one it stands beside or extends the group's list."""

    fixed = frozenset({"hospital", "code"})

    hospital_id = ScopedRelatedField(
        source="hospital", queryset=Hospital.objects.all(), allow_null=True, required=False
    )
    code = serializers.RegexField(STORED, max_length=64, help_text="never changes")

    class Meta:
        model = Dictionary
        fields = ["id", "hospital_id", "hospital_name", "code", "name", "is_system", "version"]
        read_only_fields = ["is_system"]
        validators: list[Any] = []


class DictionaryItemSerializer(VersionedModelSerializer):
    """One entry; `value` is what other tables store."""

    fixed = frozenset({"dictionary", "value"})

    dictionary_id = ScopedRelatedField(source="dictionary", queryset=Dictionary.objects.all())
    value = serializers.RegexField(STORED, max_length=64, help_text="never changes")

    class Meta:
        model = DictionaryItem
        fields = ["id", "dictionary_id", "dictionary_name", "value", "label", "sort", "is_active", "version"]
        validators: list[Any] = []


class DictionaryFilter(django_filters.FilterSet):
    hospital_id = django_filters.UUIDFilter()
    code = django_filters.CharFilter(max_length=64)
    search = django_filters.CharFilter(field_name="name", lookup_expr="icontains", max_length=64)


class DictionaryItemFilter(django_filters.FilterSet):
    dictionary_id = django_filters.UUIDFilter()
    is_active = django_filters.BooleanFilter()
    search = django_filters.CharFilter(field_name="label", lookup_expr="icontains", max_length=64)


@extend_schema(tags=["dictionaries"])
class DictionaryViewSet(RowViewSet):
    """字典: lists that administrators extend."""

    model = Dictionary
    resource = "identity.dictionary"
    serializer_class = DictionarySerializer
    filterset_class = DictionaryFilter
    ordering_fields = ["code", "name"]
    ordering = ["code"]

    @raises(InUse, SystemDictionary)
    def perform_destroy(self, instance: Dictionary) -> None:
        delete_dictionary(instance)


@extend_schema(tags=["dictionaries"])
class DictionaryItemViewSet(RowViewSet):
    """字典项: entries of dictionaries; one whose value is stored somewhere can only be deactivated."""

    model = DictionaryItem
    resource = "identity.dictionary"
    serializer_class = DictionaryItemSerializer
    filterset_class = DictionaryItemFilter
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
