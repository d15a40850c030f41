from typing import Any

import django_filters
from django.db.models import Q, QuerySet
from drf_spectacular.utils import extend_schema
from rest_framework import serializers

from apps.access.scoped.fields import ScopedRelatedField
from apps.identity.api.admin.rows import RowFilter, RowViewSet
from apps.identity.api.pictures import PictureUrlField
from apps.identity.errors import OwnPlacement
from apps.identity.models import Department, Hospital, Location, OrgUnit
from apps.identity.services.departments import create_department, delete_department, update_department
from apps.identity.services.placing import PLACE
from kernel.errors import DuplicateValue, InUse, InvalidValue
from kernel.http.schema import raises
from kernel.http.serializers import VersionedModelSerializer


class PlaceSerializer(serializers.ModelSerializer[Location]):
    """Where a department is, with the picture of the map."""

    map_picture_url = PictureUrlField(source="map_picture")

    class Meta:
        model = Location
        fields = ["building", "floor", "room", "directions", "map_picture_url"]


class DepartmentSerializer(VersionedModelSerializer):
    """科室 with its place in the organisation."""

    hospital_id = ScopedRelatedField(source="hospital", queryset=Hospital.objects.all())
    org_unit_id = ScopedRelatedField(
        source="org_unit", queryset=OrgUnit.objects.all(), allow_null=True, required=False
    )
    location_id = ScopedRelatedField(
        source="location", queryset=Location.objects.all(), allow_null=True, required=False
    )
    place = PlaceSerializer(source="location", read_only=True, allow_null=True)

    class Meta:
        model = Department
        fields = [
            "id", "hospital_id", "hospital_name", "org_unit_id", "org_unit_name", "location_id", "location_name",
            "place", "code", "name", "introduction", "sort", "is_active", "version",
        ]  # fmt: skip
        validators: list[Any] = []  # the database says it, as 409


class DepartmentFilter(RowFilter):
    org_unit_id = django_filters.UUIDFilter()
    location_id = django_filters.UUIDFilter()
    search = django_filters.CharFilter(
        method="find", max_length=64, help_text="part of the name, code or pinyin"
    )

    def find(self, queryset: QuerySet[Any], name: str, value: str) -> QuerySet[Any]:
        return queryset.filter(
            Q(name__icontains=value) | Q(code__istartswith=value) | Q(pinyin__contains=value.lower())
        )


@extend_schema(tags=["organisation"])
class DepartmentViewSet(RowViewSet):
    """科室: clinical departments, the unit of data scope."""

    model = Department
    resource = "identity.department"
    serializer_class = DepartmentSerializer
    filterset_class = DepartmentFilter
    ordering_fields = ["sort", "name", "code"]
    ordering = ["sort"]

    def base_queryset(self) -> QuerySet[Department]:
        return Department.objects.select_related("location")

    @raises(DuplicateValue, InvalidValue, OwnPlacement)
    def perform_create(self, data: dict[str, Any]) -> Department:
        if data.get("org_unit"):
            self.require(PLACE)
        return create_department(**data, by=self.me)

    @raises(DuplicateValue, InvalidValue, OwnPlacement)
    def perform_update(self, instance: Department, data: dict[str, Any], version: int) -> Department:
        unit = instance.org_unit_id
        department = update_department(instance, version=version, **data, by=self.me)
        if department.org_unit_id != unit:
            self.require(PLACE, department)
        return department

    @raises(InUse)
    def perform_destroy(self, instance: Department) -> None:
        delete_department(instance)
