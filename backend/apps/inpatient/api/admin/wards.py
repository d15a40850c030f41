"""病区与床位: kept by the hospital, shown as a board, counted every day."""

import datetime as dt
from typing import Any, ClassVar

import django_filters
from django.db.models import OuterRef, Subquery
from drf_spectacular.utils import extend_schema
from rest_framework import serializers
from rest_framework.response import Response

from apps.access.scoped.fields import ScopedRelatedField
from apps.access.scoped.options import OptionsMixin
from apps.access.scoped.rows import RowViewSet, search_in
from apps.access.scoped.views import ListMixin, ScopedViewSet
from apps.identity.models import Hospital
from apps.inpatient.errors import WardOccupied
from apps.inpatient.models import Bed, BedStay, Ward
from apps.inpatient.selectors.census import census
from apps.inpatient.services.beds import clean, close, reopen
from apps.inpatient.services.charges import check_day
from apps.inpatient.services.wards import update_bed, update_ward
from apps.inpatient.states import BEDS, BedState
from kernel import clock
from kernel.crypto import masking
from kernel.errors import StateConflict
from kernel.http.commands import command
from kernel.http.fields import MaskedField
from kernel.http.serializers import ModelSerializer, Serializer, VersionedModelSerializer, validated


@extend_schema(tags=["inpatient"])
class WardViewSet(OptionsMixin, RowViewSet):
    """病区 of the departments."""

    model = Ward
    resource = "inpatient.ward"
    columns = ("hospital", "department", "code", "name", "is_active")
    filters = ("hospital", "department", "is_active")
    searched = ("name", "code")
    ordering = ["code"]

    def raised_in(self, action: str) -> Any:
        yield from super().raised_in(action)
        if action == "partial_update":
            yield WardOccupied

    def perform_update(self, instance: Ward, data: dict[str, Any], version: int) -> Ward:
        return update_ward(instance, version=version, **data)


class BedFilter(django_filters.FilterSet):
    hospital_id = django_filters.UUIDFilter()
    ward_id = django_filters.UUIDFilter()
    department_id = django_filters.UUIDFilter(field_name="ward__department_id")
    state = django_filters.ChoiceFilter(choices=BEDS.choices)
    search = search_in("code")


class CloseBedSerializer(Serializer):
    """`note`: why it is closed."""

    note = serializers.CharField(max_length=100)


class BedSerializer(VersionedModelSerializer):
    """床位."""

    fixed = frozenset({"hospital", "ward"})
    hospital_id = ScopedRelatedField(source="hospital", queryset=Hospital.objects.all())
    ward_id = ScopedRelatedField(source="ward", queryset=Ward.objects.all())
    state = serializers.ChoiceField(choices=BEDS.choices, read_only=True)

    class Meta:
        model = Bed
        fields = [
            "id", "hospital_id", "hospital_name", "ward_id", "ward_name", "code", "sort", "note", "state", "version",
        ]  # fmt: skip
        validators: ClassVar[list[Any]] = []


@extend_schema(tags=["inpatient"])
class BedViewSet(OptionsMixin, RowViewSet):
    """床位 of the wards; who takes and leaves one changes its state."""

    model = Bed
    resource = "inpatient.bed"
    codes = {"clean": "clean", "close": "close", "reopen": "close"}
    serializer_class = BedSerializer
    filterset_class = BedFilter
    ordering = ["sort", "code"]
    option_columns = ("code", "ward__name")
    in_force = {"state": BedState.FREE.value}

    def raised_in(self, action: str) -> Any:
        yield from super().raised_in(action)
        if action == "partial_update":
            yield WardOccupied

    def perform_update(self, instance: Bed, data: dict[str, Any], version: int) -> Bed:
        return update_bed(instance, version=version, **data)

    @command(answer=BedSerializer, raises=(StateConflict,), operation_id="beds_clean")
    def clean(self, bed: Bed) -> Bed:
        """清洁完成: it is free again."""
        return clean(bed)

    @command(
        body=CloseBedSerializer, answer=BedSerializer, raises=(StateConflict,), operation_id="beds_close"
    )
    def close(self, bed: Bed, *, note: str) -> Bed:
        """停用床位: nobody is put there until it is opened again."""
        return close(bed, note=note)

    @command(answer=BedSerializer, raises=(StateConflict,), operation_id="beds_reopen")
    def reopen(self, bed: Bed) -> Bed:
        """启用床位: it is free, or to be cleaned if it was closed before that."""
        return reopen(bed)


class BoardBedSerializer(ModelSerializer):
    """A bed with who lies in it since when; names are masked, the board hangs where others read it."""

    department_id = serializers.UUIDField(source="ward.department_id", read_only=True)
    department_name = serializers.CharField(source="ward.department.name", read_only=True)
    admission_id = serializers.UUIDField(read_only=True, allow_null=True)
    admission_no = serializers.CharField(read_only=True, allow_null=True)
    patient_name: Any = MaskedField(masking.name, read_only=True, allow_null=True)
    started_at = serializers.DateTimeField(read_only=True, allow_null=True)

    class Meta:
        model = Bed
        fields = [
            "id", "hospital_id", "hospital_name", "department_id", "department_name", "ward_id", "ward_name", "code",
            "state", "admission_id", "admission_no", "patient_name", "started_at", "note",
        ]  # fmt: skip
        read_only_fields = fields


@extend_schema(tags=["inpatient"])
class BedBoardViewSet(ListMixin, ScopedViewSet):
    """床位一览: every bed of the wards within reach."""

    model = Bed
    resource = "inpatient.bed"
    serializer_class = BoardBedSerializer
    filterset_class = BedFilter
    ordering_fields: Any = []
    ordering = ["hospital_id", "ward_id", "sort", "code"]

    def base_queryset(self) -> Any:
        there = BedStay.objects.filter(bed=OuterRef("pk"), ended_at=None)
        shown = {
            "admission_id": "admission_id", "admission_no": "admission__admission_no",
            "patient_name": "admission__patient__name", "started_at": "started_at",
        }  # fmt: skip
        rows = Bed.objects.select_related("hospital", "ward__department")
        return rows.annotate(**{name: Subquery(there.values(path)[:1]) for name, path in shown.items()})


class CensusQuerySerializer(Serializer):
    day = serializers.DateField(required=False, help_text="default: today, up to now")

    def validate_day(self, value: dt.date) -> dt.date:
        check_day(value, "day")
        return value


class WardCensusSerializer(Serializer):
    """A ward on a day: who was there, came and went; beds as they are now."""

    day = serializers.DateField()
    hospital_id = serializers.UUIDField()
    hospital_name = serializers.CharField()
    department_id = serializers.UUIDField()
    department_name = serializers.CharField()
    ward_id = serializers.UUIDField()
    ward_name = serializers.CharField()
    at_start = serializers.IntegerField()
    admitted = serializers.IntegerField()
    transferred_in = serializers.IntegerField()
    discharged = serializers.IntegerField()
    transferred_out = serializers.IntegerField()
    at_end = serializers.IntegerField()
    bed_count = serializers.IntegerField()
    occupied_count = serializers.IntegerField()
    free_count = serializers.IntegerField()
    cleaning_count = serializers.IntegerField()
    closed_count = serializers.IntegerField()


class WardCensusFilter(django_filters.FilterSet):
    hospital_id = django_filters.UUIDFilter()
    department_id = django_filters.UUIDFilter()


@extend_schema(tags=["inpatient"])
class WardCensusViewSet(ScopedViewSet):
    """病区日报 of the wards within reach."""

    model = Ward
    resource = "inpatient.ward"
    serializer_class = WardCensusSerializer
    filterset_class = WardCensusFilter
    ordering_fields: Any = []
    ordering = ["code"]

    def base_queryset(self) -> Any:
        return Ward.objects.select_related("hospital", "department")

    @extend_schema(operation_id="ward_census_list", parameters=[CensusQuerySerializer])
    def list(self, request: Any) -> Response:
        """病区日报: counts at midnight and at the day's end, who came and who went."""
        given = {name: request.query_params[name] for name in ("day",) if name in request.query_params}
        day = validated(CensusQuerySerializer, given).get("day") or clock.today()
        page = self.paginate_queryset(self.listed())
        return self.get_paginated_response(census(list(page or ()), day))
