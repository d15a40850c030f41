from typing import Any

import django_filters
from drf_spectacular.utils import extend_schema

from apps.access.scoped.fields import ScopedRelatedField
from apps.access.scoped.views import CrudViewSet
from apps.identity.models import Department, Hospital, Location, OrgUnit
from apps.identity.services.departments import create_department, delete_department, update_department
from kernel.errors import DuplicateValue, InUse
from kernel.http.schema import raises
from kernel.http.serializers import VersionedModelSerializer


class DepartmentSerializer(VersionedModelSerializer):
    """科室 with its place in the organisation."""

    hospital = ScopedRelatedField(queryset=Hospital.objects.all())
    org_unit = ScopedRelatedField(queryset=OrgUnit.objects.all(), allow_null=True, required=False)
    location = ScopedRelatedField(queryset=Location.objects.all(), allow_null=True, required=False)

    class Meta:
        model = Department
        fields = [
            "id", "hospital", "org_unit", "location", "code", "name", "introduction", "sort", "is_active", "version",
        ]  # fmt: skip


class DepartmentFilter(django_filters.FilterSet):
    hospital = django_filters.UUIDFilter(field_name="hospital_id")
    org_unit = django_filters.UUIDFilter(field_name="org_unit_id")
    is_active = django_filters.BooleanFilter()
    search = django_filters.CharFilter(
        method="find", max_length=64, help_text="part of the name, code or pinyin"
    )

    def find(self, queryset: Any, name: str, value: str) -> Any:
        from django.db.models import Q

        return queryset.filter(
            Q(name__icontains=value) | Q(code__istartswith=value) | Q(pinyin__contains=value.lower())
        )


@extend_schema(tags=["organisation"])
class DepartmentViewSet(CrudViewSet):
    """科室: clinical departments, the unit of data scope."""

    model = Department
    resource = "identity.department"
    serializer_class = DepartmentSerializer
    filterset_class = DepartmentFilter
    ordering_fields = ["sort", "name", "code"]
    ordering = ["sort"]

    @raises(DuplicateValue)
    def perform_create(self, data: dict[str, Any]) -> Department:
        return create_department(**data)

    @raises(DuplicateValue)
    def perform_update(self, instance: Department, data: dict[str, Any], version: int) -> Department:
        return update_department(instance, version=version, **data)

    @raises(InUse)
    def perform_destroy(self, instance: Department) -> None:
        delete_department(instance)
