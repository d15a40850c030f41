"""挂号限制, suspensions and the appeals against them."""

from typing import Any, ClassVar
from uuid import UUID

import django_filters
from drf_spectacular.utils import extend_schema
from rest_framework import serializers
from rest_framework.response import Response

from apps.access.scoped.fields import ScopedRelatedField
from apps.access.scoped.views import CreateMixin, CrudViewSet, ListMixin, RetrieveMixin, ScopedViewSet
from apps.identity.models import Hospital
from apps.patients.models import Patient
from apps.scheduling import errors
from apps.scheduling.api.serializers import SuspensionSerializer
from apps.scheduling.models import (
    BookingLimit,
    BookingSuspension,
    LimitScope,
    SuspensionAppeal,
    SuspensionSource,
)
from apps.scheduling.selectors.suspensions import with_appeals
from apps.scheduling.services import limits
from apps.scheduling.services.appeal import decide
from apps.scheduling.services.suspend import lift, suspend_by_staff
from apps.scheduling.states import APPEALS
from kernel.errors import DuplicateValue, InvalidValue, StateConflict
from kernel.http.schema import raises
from kernel.http.serializers import ModelSerializer, Serializer, VersionedModelSerializer


class BookingLimitSerializer(VersionedModelSerializer):
    """挂号限制: at most `value` bookings within `days` days of the visit; `account`: made within `days` days."""

    fixed = frozenset({"hospital"})

    hospital_id = ScopedRelatedField(source="hospital", queryset=Hospital.objects.all())

    class Meta:
        model = BookingLimit
        fields = ["id", "hospital_id", "hospital_name", "scope", "days", "value", "is_active", "version"]
        validators: ClassVar[list[Any]] = []


class BookingLimitFilter(django_filters.FilterSet):
    hospital_id = django_filters.UUIDFilter()
    scope = django_filters.ChoiceFilter(choices=LimitScope.choices)
    is_active = django_filters.BooleanFilter()


@extend_schema(tags=["booking-limits"])
class BookingLimitViewSet(CrudViewSet):
    """挂号限制: how much a patient or an account may book."""

    model = BookingLimit
    resource = "scheduling.limit"
    serializer_class = BookingLimitSerializer
    filterset_class = BookingLimitFilter
    ordering_fields = ["scope", "days"]
    ordering = ["scope", "days", "id"]

    @raises(DuplicateValue)
    def perform_create(self, data: dict[str, Any]) -> BookingLimit:
        return limits.create_limit(**data)

    @raises(DuplicateValue)
    def perform_update(self, instance: BookingLimit, data: dict[str, Any], version: int) -> BookingLimit:
        return limits.update_limit(instance, version=version, **data)

    def perform_destroy(self, instance: BookingLimit) -> None:
        limits.delete_limit(instance)


class SuspendSerializer(Serializer):
    """Whom to suspend until when."""

    patient_id = ScopedRelatedField(source="patient", queryset=Patient.objects.filter(is_active=True))
    until = serializers.DateTimeField()
    reason = serializers.CharField(max_length=200)


class ReasonSerializer(Serializer):
    """Why; kept with what is done."""

    reason = serializers.CharField(max_length=200)


class BookingSuspensionFilter(django_filters.FilterSet):
    hospital_id = django_filters.UUIDFilter()
    patient_id = django_filters.UUIDFilter()
    source = django_filters.ChoiceFilter(choices=SuspensionSource.choices)
    until_after = django_filters.IsoDateTimeFilter(field_name="until", lookup_expr="gt")
    is_lifted = django_filters.BooleanFilter(field_name="lifted_at", lookup_expr="isnull", exclude=True)


@extend_schema(tags=["booking-suspensions"])
class BookingSuspensionViewSet(ListMixin, RetrieveMixin, CreateMixin, ScopedViewSet):
    """停止预约: after missed appointments or by hand; lifted by hand or by an appeal."""

    model = BookingSuspension
    resource = "scheduling.suspension"
    codes: ClassVar[dict[str, str]] = {"lift": "lift"}
    serializer_class = SuspensionSerializer
    filterset_class = BookingSuspensionFilter
    ordering_fields = ["until"]
    ordering = ["-id"]

    def base_queryset(self) -> Any:
        return with_appeals(BookingSuspension.objects.all())

    @extend_schema(request=SuspendSerializer, responses={201: SuspensionSerializer})
    @raises(InvalidValue)
    def create(self, request: Any) -> Response:
        """Suspend a patient by hand; the patient is told."""
        body = SuspendSerializer(data=request.data, context=self.get_serializer_context())
        body.is_valid(raise_exception=True)
        made = suspend_by_staff(staff_id=self.actor.staff_id, **body.validated_data)
        return self._answer(made.pk, status=201)

    @extend_schema(request=ReasonSerializer, responses=SuspensionSerializer)
    @raises(errors.SuspensionOver)
    def lift(self, request: Any, pk: UUID) -> Response:
        """解除: the patient can book again at once."""
        suspension = self.get_object()
        body = ReasonSerializer(data=request.data)
        body.is_valid(raise_exception=True)
        lift(suspension, staff_id=self.actor.staff_id, reason=body.validated_data["reason"])
        return self._answer(suspension.pk)

    def _answer(self, pk: UUID, status: int = 200) -> Response:
        return Response(SuspensionSerializer(self.base_queryset().get(pk=pk)).data, status=status)


class SuspensionAppealSerializer(ModelSerializer):
    """申诉 with the suspension it is against."""

    until = serializers.DateTimeField(source="suspension.until", read_only=True)

    class Meta:
        model = SuspensionAppeal
        fields = [
            "id", "hospital_id", "hospital_name", "patient_id", "patient_name", "suspension_id", "until", "text",
            "state", "created_at", "decided_by_id", "decided_by_name", "decided_at", "decision_note",
        ]  # fmt: skip
        read_only_fields = fields


class DecisionSerializer(Serializer):
    """What is decided about an appeal, with a note."""

    note = serializers.CharField(max_length=200, allow_blank=True, default="")


class SuspensionAppealFilter(django_filters.FilterSet):
    hospital_id = django_filters.UUIDFilter()
    patient_id = django_filters.UUIDFilter()
    suspension_id = django_filters.UUIDFilter()
    state = django_filters.MultipleChoiceFilter(choices=APPEALS.choices)


@extend_schema(tags=["booking-suspensions"])
class SuspensionAppealViewSet(ListMixin, RetrieveMixin, ScopedViewSet):
    """申诉: patients ask for a suspension to be lifted."""

    model = SuspensionAppeal
    resource = "scheduling.suspension"
    codes: ClassVar[dict[str, str]] = {"accept": "decide", "reject": "decide"}
    serializer_class = SuspensionAppealSerializer
    filterset_class = SuspensionAppealFilter
    ordering_fields: ClassVar[list[str]] = []
    ordering = ["-id"]

    def base_queryset(self) -> Any:
        return SuspensionAppeal.objects.select_related("patient", "suspension")

    @extend_schema(request=DecisionSerializer, responses=SuspensionAppealSerializer)
    @raises(StateConflict)
    def accept(self, request: Any, pk: UUID) -> Response:
        """The suspension is lifted at once; the patient is told."""
        return self._decide(request, accept=True)

    @extend_schema(request=DecisionSerializer, responses=SuspensionAppealSerializer)
    @raises(StateConflict)
    def reject(self, request: Any, pk: UUID) -> Response:
        """The suspension stays; the patient is told."""
        return self._decide(request, accept=False)

    def _decide(self, request: Any, *, accept: bool) -> Response:
        appeal = self.get_object()
        body = DecisionSerializer(data=request.data)
        body.is_valid(raise_exception=True)
        note = body.validated_data["note"]
        decided = decide(appeal, accept=accept, staff_id=self.actor.staff_id, note=note)
        return Response(self.get_serializer(decided).data)
