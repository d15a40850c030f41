from typing import Any
from uuid import UUID

import django_filters
from django.db.models import QuerySet
from drf_spectacular.utils import extend_schema
from rest_framework import serializers
from rest_framework.decorators import action
from rest_framework.parsers import MultiPartParser
from rest_framework.response import Response

from apps.access.scoped.options import OptionsMixin
from apps.access.scoped.rows import GivenRowViewSet, RowViewSet, search_in
from apps.identity.api.pictures import PictureSerializer, PictureUrlField, PictureUrlSerializer
from apps.identity.errors import OrgUnitCycle, OwnPlacement, PictureInvalid, PictureTooLarge
from apps.identity.models import Department, Group, Hospital, Location, OrgUnit, Position
from apps.identity.pictures import url_of
from apps.identity.selectors import name_paths
from apps.identity.services.locations import delete_location
from apps.identity.services.org_units import create_org_unit, update_org_unit
from apps.identity.services.pictures import remove_picture, set_picture
from apps.identity.services.placing import PLACE
from kernel.http.schema import raises


@extend_schema(tags=["organisation"])
class GroupViewSet(OptionsMixin, GivenRowViewSet):
    """集团: the one owner of all hospitals; made when the product is installed."""

    model = Group
    resource = "identity.group"
    option_columns = ("name",)
    in_force = {}
    columns = ("name",)


OPENING_HOURS = serializers.DictField(
    child=serializers.ListField(child=serializers.CharField(max_length=40), max_length=10),
    required=False,
    help_text='weekday mon … sun → ["08:00-12:00", "14:00-17:30"]',
)


@extend_schema(tags=["organisation"])
class HospitalViewSet(OptionsMixin, RowViewSet):
    """医院: hospitals and clinics, the tenants; their settings have a resource of their own."""

    model = Hospital
    resource = "identity.hospital"
    columns = (
        "group", "code", "name", "address", "phone", "introduction", "opening_hours", "is_active",
        "ownership", "is_insurance_designated",
    )  # fmt: skip
    declared = {"opening_hours": OPENING_HOURS}
    filters = ("is_active", "ownership", "is_insurance_designated")
    searched = ("name", "code")
    ordering = ["code"]
    ordering_fields = ["code", "name"]
    options_for_all = True


class OrgUnitFilter(django_filters.FilterSet):
    hospital_id = django_filters.UUIDFilter()
    parent_id = django_filters.UUIDFilter()
    below = django_filters.UUIDFilter(method="subtree", help_text="the unit and everything below it")
    is_active = django_filters.BooleanFilter()
    search = search_in("name", "code")

    def subtree(self, queryset: QuerySet[Any], name: str, value: Any) -> QuerySet[Any]:
        return queryset.filter(path__contains=f"/{value}/")


class PathNameField(serializers.CharField):
    """The names on the way from the root."""

    def __init__(self, **kwargs: Any) -> None:
        super().__init__(**kwargs, source="*", read_only=True)

    def to_representation(self, value: Any) -> str:
        if not hasattr(value, "path_name"):
            name_paths([value])
        return str(value.path_name)


@extend_schema(tags=["organisation"])
class OrgUnitViewSet(OptionsMixin, RowViewSet):
    """部门: the administrative tree; a change of `parent_id` moves the subtree."""

    model = OrgUnit
    resource = "identity.org_unit"
    options_for_all = True
    declared = {"path_name": PathNameField()}
    columns = ("hospital", "parent", "path", "path_name", "code", "name", "sort", "is_active")
    filterset_class = OrgUnitFilter
    ordering_fields = ["sort", "name", "code"]
    ordering = ["sort"]

    def paginate_queryset(self, queryset: Any) -> Any:
        page = super().paginate_queryset(queryset)
        name_paths(page or ())
        return page

    def perform_create(self, data: dict[str, Any]) -> OrgUnit:
        return create_org_unit(**data)

    @raises(OrgUnitCycle, OwnPlacement)
    def perform_update(self, instance: OrgUnit, data: dict[str, Any], version: int) -> OrgUnit:
        above = instance.parent_id
        unit = update_org_unit(instance, version=version, **data, by=self.me)
        if unit.parent_id != above:
            self.require(PLACE, unit)
        return unit


class LocationFilter(django_filters.FilterSet):
    hospital_id = django_filters.UUIDFilter()
    department_id = django_filters.UUIDFilter(
        method="of_department", help_text="places of the department's hospital"
    )
    search = search_in("building", "room")

    def of_department(self, queryset: Any, name: str, value: UUID) -> Any:
        return queryset.filter(hospital__in=Department.objects.filter(pk=value).values("hospital"))


@extend_schema(tags=["organisation"])
class LocationViewSet(OptionsMixin, RowViewSet):
    """位置: places in the buildings, each with a picture of the map."""

    model = Location
    resource = "identity.location"
    codes = {"map_picture": "change", "delete_map_picture": "change"}
    columns = ("hospital", "building", "floor", "room", "directions", "map_picture_url")
    declared = {
        "room": serializers.CharField(max_length=32, allow_blank=True, default=""),
        "map_picture_url": PictureUrlField(source="map_picture_id"),
    }
    filterset_class = LocationFilter
    option_columns = ("building", "floor", "room")
    in_force = {}
    options_for_all = True
    ordering = ["building", "floor", "room"]

    def perform_destroy(self, instance: Location) -> None:
        delete_location(instance)

    @extend_schema(request={"multipart/form-data": PictureSerializer}, responses=PictureUrlSerializer)
    @raises(PictureInvalid, PictureTooLarge)
    @action(detail=True, methods=["post"], url_path="map-picture", parser_classes=[MultiPartParser])
    def map_picture(self, request: Any, pk: Any = None) -> Response:
        """上传位置图 Set the picture of the map, at most 5 MB."""
        location = self.get_object()
        serializer = PictureSerializer(data=request.data)
        serializer.is_valid(raise_exception=True)
        set_picture(location, "map_picture", serializer.validated_data["file"], user_id=request.user.pk)
        return Response({"url": url_of(location.map_picture_id)})

    @extend_schema(responses={204: None})
    @map_picture.mapping.delete
    def delete_map_picture(self, request: Any, pk: Any = None) -> Response:
        """删除位置图 Remove the picture of the map."""
        remove_picture(self.get_object(), "map_picture")
        return Response(status=204)


@extend_schema(tags=["organisation"])
class PositionViewSet(OptionsMixin, RowViewSet):
    """职务: a fact of human resources; it grants nothing."""

    model = Position
    resource = "identity.position"
    options_for_all = True
    columns = ("hospital", "code", "name", "is_active")
    filters = ("hospital", "is_active")
    searched = ("name", "code")
    ordering = ["code", "name"]
