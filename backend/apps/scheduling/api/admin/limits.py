"""挂号限制, suspensions and the appeals against them."""

from typing import Any, ClassVar

import django_filters
from drf_spectacular.utils import extend_schema
from rest_framework import serializers

from apps.access.scoped.fields import ScopedRelatedField
from apps.access.scoped.options import OptionsMixin
from apps.access.scoped.rows import RowViewSet
from apps.access.scoped.views import CreateMixin, ListMixin, RetrieveMixin, ScopedViewSet
from apps.patients.models import Patient
from apps.scheduling import errors
from apps.scheduling.api.serializers import SuspensionSerializer
from apps.scheduling.models import (
    BookingLimit,
    BookingSuspension,
    SuspensionAppeal,
    SuspensionSource,
)
from apps.scheduling.selectors.suspensions import with_appeals
from apps.scheduling.services.appeal import decide
from apps.scheduling.services.suspend import lift, suspend_by_staff
from apps.scheduling.states import APPEALS
from kernel.errors import InvalidValue, StateConflict
from kernel.http.commands import command
from kernel.http.serializers import ModelSerializer, Serializer


@extend_schema(tags=["booking-limits"])
class BookingLimitViewSet(RowViewSet):
    """挂号限制: how much a patient or an account may book."""

    model = BookingLimit
    resource = "scheduling.limit"
    columns = ("hospital", "scope", "days", "value", "is_active")
    filters = ("hospital", "scope", "is_active")
    ordering = ["scope", "days", "id"]


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
class BookingSuspensionViewSet(OptionsMixin, ListMixin, RetrieveMixin, CreateMixin, ScopedViewSet):
    """停止预约: after missed appointments or by hand; lifted by hand or by an appeal."""

    model = BookingSuspension
    resource = "scheduling.suspension"
    codes: ClassVar[dict[str, str]] = {"lift": "lift"}
    serializer_class = SuspensionSerializer
    filterset_class = BookingSuspensionFilter
    ordering_fields = ["until"]
    ordering = ["-id"]
    option_columns = ("patient__name", "until")
    in_force: ClassVar[dict[str, Any]] = {}

    def base_queryset(self) -> Any:
        return with_appeals(BookingSuspension.objects.all())

    @command(body=SuspendSerializer, answer=SuspensionSerializer, status=201, raises=(InvalidValue,))
    def create(self, **values: Any) -> BookingSuspension:
        """Suspend a patient by hand; the patient is told."""
        return suspend_by_staff(staff_id=self.actor.staff_id, **values)

    @command(body=ReasonSerializer, answer=SuspensionSerializer, raises=(errors.SuspensionOver,))
    def lift(self, suspension: BookingSuspension, *, reason: str) -> BookingSuspension:
        """解除: the patient can book again at once."""
        lift(suspension, staff_id=self.actor.staff_id, reason=reason)
        return suspension


class SuspensionAppealSerializer(ModelSerializer):
    """申诉 with the suspension it is against."""

    until = serializers.DateTimeField(source="suspension.until", read_only=True)
    decided_by_id = serializers.UUIDField(source="approval.decided_by_id", read_only=True, allow_null=True)
    decided_by_name = serializers.CharField(
        source="approval.decided_by.name", read_only=True, allow_null=True
    )
    decided_at = serializers.DateTimeField(source="approval.ended_at", read_only=True, allow_null=True)
    decision_note = serializers.CharField(source="approval.reason", read_only=True)

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
        return SuspensionAppeal.objects.select_related("patient", "suspension", "approval__decided_by")

    @command(body=DecisionSerializer, answer=SuspensionAppealSerializer, raises=(StateConflict,))
    def accept(self, appeal: SuspensionAppeal, *, note: str) -> SuspensionAppeal:
        """The suspension is lifted at once; the patient is told."""
        return decide(appeal, accept=True, by=self.me, note=note)

    @command(body=DecisionSerializer, answer=SuspensionAppealSerializer, raises=(StateConflict,))
    def reject(self, appeal: SuspensionAppeal, *, note: str) -> SuspensionAppeal:
        """The suspension stays; the patient is told."""
        return decide(appeal, accept=False, by=self.me, note=note)
