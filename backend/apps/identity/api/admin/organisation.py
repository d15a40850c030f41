from typing import Any, ClassVar

import django_filters
from django.db.models import Q, QuerySet
from drf_spectacular.utils import extend_schema
from rest_framework import serializers
from rest_framework.decorators import action
from rest_framework.parsers import MultiPartParser
from rest_framework.response import Response

from apps.access.scoped.fields import ScopedRelatedField
from apps.access.scoped.views import ListMixin, RetrieveMixin, ScopedViewSet, UpdateMixin
from apps.identity.api.admin.rows import RowFilter, RowViewSet
from apps.identity.api.pictures import PictureSerializer, PictureUrlField, PictureUrlSerializer
from apps.identity.errors import OrgUnitCycle, OwnPlacement, PictureInvalid, PictureTooLarge
from apps.identity.models import Group, Hospital, Location, OrgUnit, Position
from apps.identity.pictures import url_of
from apps.identity.services.org_units import create_org_unit, delete_org_unit, update_org_unit
from apps.identity.services.pictures import MAP_BYTES, remove_picture, set_picture
from apps.identity.services.placing import PLACE
from apps.identity.services.rows import update_row
from kernel.errors import DuplicateValue, InUse, InvalidValue
from kernel.http.schema import raises
from kernel.http.serializers import VersionedModelSerializer


class GroupSerializer(VersionedModelSerializer):
    """集团."""

    class Meta:
        model = Group
        fields = ["id", "name", "version"]


@extend_schema(tags=["organisation"])
class GroupViewSet(ListMixin, RetrieveMixin, UpdateMixin, ScopedViewSet):
    """集团: the one owner of all hospitals; made when the product is installed."""

    model = Group
    resource = "identity.group"
    serializer_class = GroupSerializer

    @raises(InvalidValue)
    def perform_update(self, instance: Group, data: dict[str, Any], version: int) -> Group:
        return update_row(instance, version=version, **data)


class HospitalSerializer(VersionedModelSerializer):
    """医院/门诊/分公司; its settings have a resource of their own."""

    group_id = ScopedRelatedField(source="group", queryset=Group.objects.all())
    opening_hours = serializers.DictField(
        child=serializers.ListField(child=serializers.CharField(max_length=40), max_length=10),
        required=False,
        help_text='weekday mon … sun → ["08:00-12:00", "14:00-17:30"]',
    )

    class Meta:
        model = Hospital
        fields = [
            "id", "group_id", "group_name", "code", "name", "address", "phone", "introduction", "opening_hours",
            "is_active", "version",
        ]  # fmt: skip
        extra_kwargs: ClassVar[dict[str, Any]] = {"code": {"validators": []}}


class HospitalFilter(django_filters.FilterSet):
    is_active = django_filters.BooleanFilter()
    search = django_filters.CharFilter(method="find", max_length=64, help_text="part of the name or code")

    def find(self, queryset: QuerySet[Any], name: str, value: str) -> QuerySet[Any]:
        return queryset.filter(Q(name__icontains=value) | Q(code__istartswith=value))


@extend_schema(tags=["organisation"])
class HospitalViewSet(RowViewSet):
    """医院: hospitals and clinics, the tenants."""

    model = Hospital
    resource = "identity.hospital"
    serializer_class = HospitalSerializer
    filterset_class = HospitalFilter
    ordering_fields = ["code", "name"]
    ordering = ["code"]


class OrgUnitSerializer(VersionedModelSerializer):
    """部门; `path` is the ids from the root, ended by a slash each."""

    hospital_id = ScopedRelatedField(source="hospital", queryset=Hospital.objects.all())
    parent_id = ScopedRelatedField(
        source="parent",
        queryset=OrgUnit.objects.all(),
        allow_null=True,
        required=False,
    )

    class Meta:
        model = OrgUnit
        fields = [
            "id", "hospital_id", "hospital_name", "parent_id", "parent_name", "path", "code", "name", "sort",
            "is_active", "version",
        ]  # fmt: skip
        read_only_fields = ["path"]
        validators: list[Any] = []


class OrgUnitFilter(RowFilter):
    parent_id = django_filters.UUIDFilter()
    below = django_filters.UUIDFilter(method="subtree", help_text="the unit and everything below it")

    def subtree(self, queryset: QuerySet[Any], name: str, value: Any) -> QuerySet[Any]:
        return queryset.filter(path__contains=f"/{value}/")


@extend_schema(tags=["organisation"])
class OrgUnitViewSet(RowViewSet):
    """部门: the administrative tree; a change of `parent_id` moves the subtree."""

    model = OrgUnit
    resource = "identity.org_unit"
    serializer_class = OrgUnitSerializer
    filterset_class = OrgUnitFilter
    ordering_fields = ["sort", "name", "code"]
    ordering = ["sort"]

    @raises(DuplicateValue, InvalidValue)
    def perform_create(self, data: dict[str, Any]) -> OrgUnit:
        return create_org_unit(**data)

    @raises(DuplicateValue, InvalidValue, OrgUnitCycle, OwnPlacement)
    def perform_update(self, instance: OrgUnit, data: dict[str, Any], version: int) -> OrgUnit:
        above = instance.parent_id
        unit = update_org_unit(instance, version=version, **data, by=self.me)
        if unit.parent_id != above:
            self.require(PLACE, unit)
        return unit

    @raises(InUse)
    def perform_destroy(self, instance: OrgUnit) -> None:
        delete_org_unit(instance)


class LocationSerializer(VersionedModelSerializer):
    """科室分布: building, floor, room."""

    hospital_id = ScopedRelatedField(source="hospital", queryset=Hospital.objects.all())
    room = serializers.CharField(max_length=32, allow_blank=True, default="")
    map_picture_url = PictureUrlField(source="map_picture")

    class Meta:
        model = Location
        fields = [
            "id", "hospital_id", "hospital_name", "building", "floor", "room", "directions", "map_picture_url",
            "version",
        ]  # fmt: skip
        validators: list[Any] = []


class LocationFilter(django_filters.FilterSet):
    hospital_id = django_filters.UUIDFilter()
    search = django_filters.CharFilter(method="find", max_length=64, help_text="part of building or room")

    def find(self, queryset: QuerySet[Any], name: str, value: str) -> QuerySet[Any]:
        return queryset.filter(Q(building__icontains=value) | Q(room__icontains=value))


@extend_schema(tags=["organisation"])
class LocationViewSet(RowViewSet):
    """位置: places in the buildings, each with a picture of the map."""

    model = Location
    resource = "identity.location"
    codes = {"map_picture": "change", "delete_map_picture": "change"}
    serializer_class = LocationSerializer
    filterset_class = LocationFilter
    ordering_fields = ["building", "floor", "room"]
    ordering = ["building", "floor", "room"]

    @extend_schema(request={"multipart/form-data": PictureSerializer}, responses=PictureUrlSerializer)
    @raises(PictureInvalid, PictureTooLarge)
    @action(detail=True, methods=["post"], url_path="map-picture", parser_classes=[MultiPartParser])
    def map_picture(self, request: Any, pk: Any = None) -> Response:
        """上传位置图 Set the picture of the map, at most 5 MB."""
        location = self.get_object()
        serializer = PictureSerializer(data=request.data)
        serializer.is_valid(raise_exception=True)
        set_picture(location, "map_picture", serializer.validated_data["file"], limit=MAP_BYTES)
        return Response({"url": url_of(location.map_picture)})

    @extend_schema(responses={204: None})
    @map_picture.mapping.delete
    def delete_map_picture(self, request: Any, pk: Any = None) -> Response:
        """删除位置图 Remove the picture of the map."""
        remove_picture(self.get_object(), "map_picture")
        return Response(status=204)


class PositionSerializer(VersionedModelSerializer):
    """职务."""

    hospital_id = ScopedRelatedField(source="hospital", queryset=Hospital.objects.all())

    class Meta:
        model = Position
        fields = ["id", "hospital_id", "hospital_name", "code", "name", "is_active", "version"]
        validators: list[Any] = []


@extend_schema(tags=["organisation"])
class PositionViewSet(RowViewSet):
    """职务: a fact of human resources; it grants nothing."""

    model = Position
    resource = "identity.position"
    serializer_class = PositionSerializer
    filterset_class = RowFilter
    ordering_fields = ["code", "name"]
    ordering = ["code"]
