from typing import Any

import django_filters
from django.db.models import Exists, OuterRef, QuerySet
from drf_spectacular.utils import extend_schema
from rest_framework import serializers
from rest_framework.response import Response

from apps.access.scoped.partner import HasScope, Partner, PartnerAuthentication
from apps.identity.api.pictures import PictureUrlField
from apps.identity.models import Department, Hospital, Location, StaffDepartment, StaffMember
from apps.identity.selectors import departments_open, doctors_open
from kernel.http.views import GenericAPIView


class HospitalSerializer(serializers.ModelSerializer[Hospital]):
    """医院."""

    class Meta:
        model = Hospital
        fields = ["id", "code", "name", "address", "phone", "introduction", "opening_hours"]


class LocationSerializer(serializers.ModelSerializer[Location]):
    """位置."""

    map_picture_url = PictureUrlField(source="map_picture_id")

    class Meta:
        model = Location
        fields = ["building", "floor", "room", "directions", "map_picture_url"]


class DepartmentSerializer(serializers.ModelSerializer[Department]):
    """科室."""

    location = LocationSerializer(allow_null=True)

    class Meta:
        model = Department
        fields = ["id", "code", "name", "introduction", "location"]


class DoctorSerializer(serializers.ModelSerializer[StaffMember]):
    """医生, without anything personal."""

    department_ids = serializers.SerializerMethodField()
    portrait_url = PictureUrlField(source="portrait_id")

    class Meta:
        model = StaffMember
        fields = [
            "id", "name", "gender", "title", "tier", "speciality", "introduction", "languages",
            "department_ids", "portrait_url",
        ]  # fmt: skip

    def get_department_ids(self, doctor: StaffMember) -> list[str]:
        return [str(row.department_id) for row in doctor.memberships.all() if row.department.is_active]


class DoctorFilter(django_filters.FilterSet):
    department_id = django_filters.UUIDFilter(method="works_in")

    def works_in(self, queryset: QuerySet[Any], name: str, value: Any) -> QuerySet[Any]:
        return queryset.filter(
            Exists(StaffDepartment.objects.filter(staff=OuterRef("pk"), department_id=value))
        )


class DirectoryView(GenericAPIView[Any]):
    """Rows of the application's own hospital."""

    authentication_classes = [PartnerAuthentication]
    permission_classes = [HasScope]
    required_scope = "directory:read"

    def rows(self, hospital_id: Any) -> QuerySet[Any]:
        raise NotImplementedError

    def get_queryset(self) -> QuerySet[Any]:
        if getattr(self, "swagger_fake_view", False):
            return self.rows(None)
        partner: Partner = self.request.user  # type: ignore[assignment]  # HasScope lets in nobody else
        return self.rows(partner.application.hospital_id)

    def answer(self) -> Response:
        page = self.paginate_queryset(self.filter_queryset(self.get_queryset()))
        return self.get_paginated_response(self.get_serializer(page, many=True).data)


class HospitalsView(DirectoryView):
    """医院: the hospital of the application."""

    serializer_class = HospitalSerializer
    ordering_fields = ["code"]
    ordering = ["code"]

    def rows(self, hospital_id: Any) -> QuerySet[Hospital]:
        return Hospital.objects.filter(pk=hospital_id, is_active=True)

    @extend_schema(operation_id="hospitals_list", tags=["directory"], responses=HospitalSerializer(many=True))
    def get(self, request: Any) -> Response:
        """查询医院 The hospital that the application belongs to."""
        return self.answer()


class DepartmentsView(DirectoryView):
    """科室: open departments."""

    serializer_class = DepartmentSerializer
    ordering_fields = ["sort", "code"]
    ordering = ["sort"]

    def rows(self, hospital_id: Any) -> QuerySet[Department]:
        return departments_open(hospital_id)

    @extend_schema(
        operation_id="departments_list", tags=["directory"], responses=DepartmentSerializer(many=True)
    )
    def get(self, request: Any) -> Response:
        """查询科室 The departments that are open."""
        return self.answer()


class DoctorsView(DirectoryView):
    """医生: practitioners at work."""

    serializer_class = DoctorSerializer
    filterset_class = DoctorFilter
    ordering_fields = ["pinyin"]
    ordering = ["pinyin"]

    def rows(self, hospital_id: Any) -> QuerySet[StaffMember]:
        return doctors_open(hospital_id)

    @extend_schema(operation_id="doctors_list", tags=["directory"], responses=DoctorSerializer(many=True))
    def get(self, request: Any) -> Response:
        """查询医生 The practitioners at work."""
        return self.answer()
