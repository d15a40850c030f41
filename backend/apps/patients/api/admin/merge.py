"""Duplicates, merging and parting again."""

from typing import Any
from uuid import UUID

import django_filters
from drf_spectacular.utils import extend_schema, extend_schema_view
from rest_framework.response import Response

from apps.access.policies import policy_of
from apps.access.scoped.views import ListMixin, RetrieveMixin, ScopedViewSet
from apps.identity.models import Hospital
from apps.patients.api.admin import merge_serializers as io
from apps.patients.api.admin.of_patient import OfPatientViewSet
from apps.patients.errors import MergeClash, PatientMerged, SurvivorMerged
from apps.patients.models import DuplicatePair, PairState, Patient, PatientMerge
from apps.patients.selectors import candidates_of
from apps.patients.services import duplicates
from apps.patients.services.merge import merge, unmerge
from kernel.errors import InvalidValue, NotFound, StaleVersion, StateConflict
from kernel.http.schema import raises


class DuplicatePairFilter(django_filters.FilterSet):
    hospital_id = django_filters.UUIDFilter()
    state = django_filters.ChoiceFilter(choices=PairState.choices, help_text="default: open")

    class Meta:
        model = DuplicatePair
        fields: list[str] = []


@extend_schema(tags=["patients"])
@extend_schema_view(list=extend_schema(operation_id="patient_duplicates_list"))
class DuplicatePairViewSet(ListMixin, ScopedViewSet):
    """疑似重复: pairs of archives that may be one person's, the likeliest first."""

    model = DuplicatePair
    resource = "patients.patient"
    codes = {"list": "merge", "scan": "merge", "reopen": "merge"}
    serializer_class = io.DuplicatePairSerializer
    filterset_class = DuplicatePairFilter
    ordering_fields = ["score"]
    ordering = ["-score", "-id"]
    count_cap = 1000

    def base_queryset(self) -> Any:
        rows = DuplicatePair.objects.select_related("first__hospital", "second__hospital")
        asked = self.action != "list" or "state" in self.request.query_params
        return rows if asked else rows.filter(state=PairState.OPEN)

    def visible_code(self) -> str:
        return self.code_of_action() or ""

    @extend_schema(request=io.ScanSerializer, responses={204: None}, operation_id="patient_duplicates_scan")
    @raises(NotFound)
    def scan(self, request: Any) -> Response:
        """Look through a hospital's archive now; a worker brings the list up to date."""
        body = io.ScanSerializer(data=request.data)
        body.is_valid(raise_exception=True)
        reach = policy_of(Hospital).scope(self.actor, self.visible_code(), Hospital.objects.all())
        hospital = reach.filter(pk=body.validated_data["hospital_id"]).first()
        if hospital is None:
            raise NotFound
        duplicates.want_scan(hospital)
        return Response(status=204)

    @extend_schema(request=None, operation_id="patient_duplicates_reopen")
    def reopen(self, request: Any, pk: UUID) -> Response:
        """Take back that the two are different people."""
        return Response(self.get_serializer(duplicates.reopen(self.get_object())).data)


@extend_schema(tags=["patients"])
class MergeOfPatientViewSet(OfPatientViewSet):
    """合并患者: this patient and another archive."""

    codes = {"list": "merge", "distinct": "merge", "merge": "merge"}
    serializer_class = io.CandidateSerializer
    pagination_class = None

    def get_serializer_class(self) -> Any:
        return {"distinct": io.DistinctSerializer, "merge": io.MergeRequestSerializer}.get(
            self.action, io.CandidateSerializer
        )

    @extend_schema(operation_id="patients_duplicates_list")
    def list(self, request: Any, patient_id: UUID) -> Response:
        """Archives that may be the same person's, with score and reasons (at most 50 per shared value)."""
        found = candidates_of(self.get_object())
        keys = [other.pk for other, _ in found]
        scope = policy_of(Patient).scope(self.actor, self.code_of_action() or "", Patient.objects.all())
        reach = set(scope.filter(pk__in=keys).values_list("pk", flat=True))
        rows = [
            {"patient": other, "score": likeness.score, "reasons": likeness.reasons}
            for other, likeness in found
            if other.pk in reach
        ]
        return Response(self.get_serializer(rows, many=True).data)

    @extend_schema(request=io.DistinctSerializer, responses=io.DuplicatePairSerializer)
    @raises(InvalidValue)
    def distinct(self, request: Any, patient_id: UUID) -> Response:
        """These are two people: remembered, and not shown again."""
        patient, values = self.get_object(), self.checked()
        other = self._other(values["other_id"])
        pair = duplicates.decide_distinct(
            first=patient, second=other, by_id=self.actor.staff_id, note=values["note"]
        )
        return Response(io.DuplicatePairSerializer(pair).data)

    @extend_schema(request=io.MergeRequestSerializer, responses={201: io.PatientMergeSerializer})
    @raises(InvalidValue, PatientMerged, MergeClash, StaleVersion, StateConflict)
    def merge(self, request: Any, patient_id: UUID) -> Response:
        """Let this patient continue another archive; all its records are then this patient's."""
        patient, values = self.get_object(), self.checked()
        done = merge(
            survivor_id=patient.pk,
            version=values["version"],
            merged_id=self._other(values["merged_id"]).pk,
            merged_version=values["merged_version"],
            take=values["take_from_merged"],
            by_id=self.actor.staff_id,
            reason=values["reason"],
        )
        return Response(io.PatientMergeSerializer(done).data, status=201)

    def _other(self, pk: UUID) -> Patient:
        scope = policy_of(Patient).scope(self.actor, self.code_of_action() or "", Patient.objects.all())
        found: Patient | None = scope.filter(pk=pk).first()
        if found is None:
            raise NotFound
        return found


class PatientMergeFilter(django_filters.FilterSet):
    hospital_id = django_filters.UUIDFilter()
    survivor_id = django_filters.UUIDFilter()
    merged_id = django_filters.UUIDFilter()
    undone = django_filters.BooleanFilter(field_name="undone_at", lookup_expr="isnull", exclude=True)

    class Meta:
        model = PatientMerge
        fields: list[str] = []


@extend_schema(tags=["patients"])
class PatientMergeViewSet(ListMixin, RetrieveMixin, ScopedViewSet):
    """合并记录: merges, done and undone, the newest first."""

    model = PatientMerge
    resource = "patients.patient"
    codes = {"list": "merge", "retrieve": "merge", "undo": "unmerge"}
    serializer_class = io.PatientMergeSerializer
    filterset_class = PatientMergeFilter
    ordering_fields = ["at"]
    ordering = ["-id"]

    def visible_code(self) -> str:
        return self.code_of_action() or ""

    @extend_schema(request=None, responses=io.PartedSerializer)
    @raises(StateConflict, SurvivorMerged)
    def undo(self, request: Any, pk: UUID) -> Response:
        """Part the two again; rows made since the merge stay with the survivor."""
        parted = unmerge(merge_id=self.get_object().pk, by_id=self.actor.staff_id)
        return Response(io.PartedSerializer(parted).data)
