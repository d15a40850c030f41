from typing import Any

from django.db.models import QuerySet
from drf_spectacular.utils import extend_schema
from rest_framework import serializers

from apps.access.scoped.options import OptionsMixin
from apps.access.scoped.rows import RowViewSet
from apps.identity.api.pictures import PictureUrlField
from apps.identity.errors import OwnPlacement
from apps.identity.models import Department, Location
from apps.identity.services.departments import create_department, delete_department, update_department
from apps.identity.services.placing import PLACE
from kernel.http.schema import raises


class PlaceSerializer(serializers.ModelSerializer[Location]):
    """Where a department is, with the picture of the map."""

    map_picture_url = PictureUrlField(source="map_picture_id")

    class Meta:
        model = Location
        fields = ["building", "floor", "room", "directions", "map_picture_url"]


@extend_schema(tags=["organisation"])
class DepartmentViewSet(OptionsMixin, RowViewSet):
    """科室: clinical departments, the unit of data scope."""

    model = Department
    resource = "identity.department"
    columns = (
        "hospital", "org_unit", "location", "place", "code", "name", "introduction", "sort", "is_active",
    )  # fmt: skip
    declared = {"place": PlaceSerializer(source="location", read_only=True, allow_null=True)}
    filters = ("hospital", "org_unit", "location", "is_active")
    searched = ("name", "code", "pinyin")
    ordering_fields = ["sort", "name", "code"]
    ordering = ["sort"]
    options_for_all = True

    def base_queryset(self) -> QuerySet[Department]:
        return Department.objects.select_related("location")

    @raises(OwnPlacement)
    def perform_create(self, data: dict[str, Any]) -> Department:
        if data.get("org_unit"):
            self.require(PLACE)
        return create_department(**data, by=self.me)

    @raises(OwnPlacement)
    def perform_update(self, instance: Department, data: dict[str, Any], version: int) -> Department:
        unit = instance.org_unit_id
        department = update_department(instance, version=version, **data, by=self.me)
        if department.org_unit_id != unit:
            self.require(PLACE, department)
        return department

    def perform_destroy(self, instance: Department) -> None:
        delete_department(instance)
