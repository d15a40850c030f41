from typing import Any
from uuid import UUID

from drf_spectacular.utils import extend_schema
from rest_framework import serializers
from rest_framework.response import Response

from apps.access.scoped.own import OwnViewSet
from apps.patients.own_filters import BoundFilterSet
from apps.scheduling import errors
from apps.scheduling.api.serializers import SuspensionSerializer
from apps.scheduling.models import BookingSuspension, SuspensionAppeal
from apps.scheduling.selectors.suspensions import suspensions_of
from apps.scheduling.services.appeal import appeal
from kernel.errors import NotFound
from kernel.http.commands import command
from kernel.http.schema import raises
from kernel.http.serializers import ModelSerializer, Serializer


class AppealSerializer(ModelSerializer):
    """申诉 and what became of it."""

    decided_at = serializers.DateTimeField(source="approval.ended_at", read_only=True, allow_null=True)
    decision_note = serializers.CharField(source="approval.reason", read_only=True)

    class Meta:
        model = SuspensionAppeal
        fields = ["id", "suspension_id", "text", "state", "created_at", "decided_at", "decision_note"]
        read_only_fields = fields


class WriteAppealSerializer(Serializer):
    text = serializers.CharField(max_length=500)


@extend_schema(tags=["booking-suspensions"])
class BookingSuspensionViewSet(OwnViewSet):
    """停止预约 of the bound patients, and the appeals against them."""

    serializer_class = SuspensionSerializer
    filterset_class = BoundFilterSet
    ordering = ["-id"]

    def get_queryset(self) -> Any:
        if getattr(self, "swagger_fake_view", False):
            return BookingSuspension.objects.none()
        return suspensions_of(self.account).order_by("-id")

    @raises(NotFound)
    def list(self, request: Any) -> Response:
        """停止预约记录: those in force and those that were."""
        page = self.paginate_queryset(self.filter_queryset(self.get_queryset()))
        return self.get_paginated_response(self.get_serializer(page, many=True).data)

    @extend_schema(responses=AppealSerializer(many=True), filters=False)
    def appeals(self, request: Any, pk: UUID) -> Response:
        """申诉 against this suspension, the latest first."""
        rows = self.get_object().appeals.select_related("approval").order_by("-id")[:100]
        return Response(AppealSerializer(rows, many=True).data)

    @command(
        body=WriteAppealSerializer, answer=AppealSerializer, status=201,
        raises=(errors.SuspensionOver, errors.AppealOpen),
    )  # fmt: skip
    def appeal(self, suspension: BookingSuspension, *, text: str) -> SuspensionAppeal:
        """Ask for the suspension to be lifted; one open appeal at a time."""
        return appeal(suspension, account=self.account, text=text)

    def get_object(self) -> BookingSuspension:
        found: BookingSuspension | None = self.get_queryset().filter(pk=self.kwargs["pk"]).first()
        if found is None:
            raise NotFound
        return found
