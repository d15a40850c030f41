"""Cards, care team and timeline of one patient: reached with the patient, or not at all."""

import datetime as dt
from typing import Any
from uuid import UUID

from django.db.models import QuerySet
from drf_spectacular.utils import extend_schema
from rest_framework.response import Response

from apps.access.policies import policy_of
from apps.access.scoped.views import ScopedViewSet
from apps.identity.models import Department, StaffMember
from apps.patients.api.admin.serializers import (
    CareTeamMemberSerializer,
    JoinSerializer,
    PatientCardSerializer,
    ShareSerializer,
    TimelineEntrySerializer,
)
from apps.patients.errors import PatientMerged
from apps.patients.models import CareRole, CareTeamMember, Patient, PatientCard, TimelineEntry
from apps.patients.services import cards, care_team
from apps.patients.services.searching import note_search
from kernel.errors import DuplicateValue, InvalidValue, NotFound, PermissionDenied, StateConflict
from kernel.expectations import COLLEAGUE
from kernel.http.names import add_names
from kernel.http.pagination import TimelinePagination
from kernel.http.schema import raises


class OfPatientViewSet(ScopedViewSet):
    """Loads the patient within reach (404, or 403 for the action) and then its rows."""

    model = Patient
    resource = "patients.patient"
    lookup_url_kwarg = "patient_id"
    filter_backends: Any = []

    def found(self, rows: QuerySet[Any]) -> Any:
        """The row of this patient that the path names."""
        patient = self.get_object()
        row = rows.filter(patient=patient, pk=self.kwargs["pk"]).first()
        if row is None:
            raise NotFound
        return row

    def checked(self) -> dict[str, Any]:
        """The body, checked."""
        body = self.get_serializer(data=self.request.data)
        body.is_valid(raise_exception=True)
        values: dict[str, Any] = body.validated_data
        return values


@extend_schema(tags=["patients"])
class PatientCardViewSet(OfPatientViewSet):
    """就诊卡 of a patient."""

    codes = {
        "list": "patients.card.list", "create": "patients.card.add",
        "deactivate": "patients.card.change", "activate": "patients.card.change",
    }  # fmt: skip
    serializer_class = PatientCardSerializer
    pagination_class = None

    def list(self, request: Any, patient_id: UUID) -> Response:
        """All cards of the patient, the newest first."""
        rows = self.get_object().cards.order_by("-id")
        return Response(self.get_serializer(rows, many=True).data)

    @raises(DuplicateValue, InvalidValue, StateConflict)
    def create(self, request: Any, patient_id: UUID) -> Response:
        """Issue a card."""
        patient = self.get_object()
        asked = self.checked()
        try:
            card = cards.issue_card(patient=patient, **asked)
        except DuplicateValue:  # it tells that somebody has the card (rules.md 28)
            note_search(by=self.me, asked=asked)
            raise
        return Response(self.get_serializer(card).data, status=201)

    @extend_schema(request=None)
    @raises(StateConflict)
    def deactivate(self, request: Any, patient_id: UUID, pk: UUID) -> Response:
        """A lost card: it can't be bound any more and its bindings end."""
        return Response(
            self.get_serializer(cards.deactivate_card(self.found(PatientCard.objects.all()))).data
        )

    @extend_schema(request=None)
    @raises(StateConflict)
    def activate(self, request: Any, patient_id: UUID, pk: UUID) -> Response:
        """The card is found again."""
        return Response(self.get_serializer(cards.activate_card(self.found(PatientCard.objects.all()))).data)


@extend_schema(tags=["patients"])
class CareTeamViewSet(OfPatientViewSet):
    """医护团队: who cares for the patient; grants follow."""

    codes = {
        "list": "patients.patient.list", "share": "share", "join": "patients.care_team.change", "end": "share",
    }  # fmt: skip
    serializer_class = CareTeamMemberSerializer
    pagination_class = None

    def get_serializer_class(self) -> Any:
        return {"share": ShareSerializer, "join": JoinSerializer}.get(self.action, CareTeamMemberSerializer)

    def list(self, request: Any, patient_id: UUID) -> Response:
        """Relations of the patient, live and past, the newest first (at most 200)."""
        rows = self.get_object().care_team.select_related("staff", "shared_by").order_by("-id")[:200]
        return Response(CareTeamMemberSerializer(rows, many=True).data)

    @extend_schema(request=ShareSerializer, responses={201: CareTeamMemberSerializer})
    @raises(InvalidValue, PatientMerged, PermissionDenied)
    def share(self, request: Any, patient_id: UUID) -> Response:
        """Share the patient with a colleague: no longer and no more than the sharer may himself."""
        patient, values = self.get_object(), self.checked()
        staff = self._colleague(patient, values.pop("staff_id"))
        by_role = policy_of(Patient).by_scope(self.actor, self.code_of_action() or "", patient)
        member = care_team.share(patient=patient, staff=staff, by=self.me, by_role=by_role, **values)
        return Response(CareTeamMemberSerializer(member).data, status=201)

    @extend_schema(request=JoinSerializer, responses={201: CareTeamMemberSerializer})
    @raises(InvalidValue, PatientMerged)
    def join(self, request: Any, patient_id: UUID) -> Response:
        """Take a colleague into the care team in a role."""
        patient, values = self.get_object(), self.checked()
        staff = self._colleague(patient, values.pop("staff_id"))
        member = care_team.join(patient=patient, staff=staff, **values)
        return Response(CareTeamMemberSerializer(member).data, status=201)

    @extend_schema(request=None)
    @raises(StateConflict)
    def end(self, request: Any, patient_id: UUID, pk: UUID) -> Response:
        """End a share that one gave or was given or, with the right to change the care team, any relation."""
        member = self.found(CareTeamMember.objects.select_related("staff", "shared_by"))
        own = member.role == CareRole.SHARED and self.actor.staff_id in (member.shared_by_id, member.staff_id)
        if not own and not self.actor.has("patients.care_team.change"):
            raise PermissionDenied
        return Response(CareTeamMemberSerializer(care_team.end(member)).data)

    def _colleague(self, patient: Patient, staff_id: UUID) -> StaffMember:
        staff = StaffMember.objects.filter(pk=staff_id, hospital=patient.hospital, status="active").first()
        if staff is None:
            raise InvalidValue(field="staff_id", expected=COLLEAGUE)
        return staff


class PatientTimelinePagination(TimelinePagination):
    """By the time a thing happened."""

    ordering = ("-at", "-id")  # type: ignore[assignment]

    def check_position(self, position: str) -> None:
        if dt.datetime.fromisoformat(position).tzinfo is None:
            raise ValueError


@extend_schema(tags=["patients"])
class PatientTimelineViewSet(OfPatientViewSet):
    """时间轴: what happened to the patient, newest first."""

    serializer_class = TimelineEntrySerializer
    pagination_class = PatientTimelinePagination

    def list(self, request: Any, patient_id: UUID) -> Response:
        """One page of the timeline."""
        rows = TimelineEntry.objects.filter(patient=self.get_object())
        page = self.paginate_queryset(rows)
        add_names(page, department=("department_id", Department), staff=("staff_id", StaffMember))
        return self.get_paginated_response(self.get_serializer(page, many=True).data)
