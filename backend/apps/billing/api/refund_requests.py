"""退费申请 for both audiences."""

import django_filters
from rest_framework import serializers

from apps.access.scoped.permissions import own_records
from apps.billing.models import BillKind, RefundRequest
from apps.billing.states import REFUND_REQUESTS, RefundRequestState
from apps.patients.own_filters import BoundFilterSet
from apps.payments.states import RefundState
from apps.payments.types import RefundRoute
from kernel.http.serializers import ModelSerializer, Serializer


class RefundRequestLineSerializer(Serializer):
    """What is asked for of one bill."""

    bill_id = serializers.UUIDField()
    bill_no = serializers.CharField()
    kind = serializers.ChoiceField(choices=BillKind.choices)
    title = serializers.CharField()
    bill_amount_fen = serializers.IntegerField()
    amount_fen = serializers.IntegerField()


class RequestedRefundSerializer(Serializer):
    """One refund of the request; `processing` means accepted by the channel, not succeeded."""

    id = serializers.UUIDField()
    refund_no = serializers.CharField()
    order_id = serializers.UUIDField()
    order_no = serializers.CharField()
    amount_fen = serializers.IntegerField()
    route = serializers.ChoiceField(choices=RefundRoute.choices)
    state = serializers.ChoiceField(choices=[(state.value, state.value) for state in RefundState])
    accepted_at = serializers.DateTimeField(allow_null=True)
    succeeded_at = serializers.DateTimeField(allow_null=True)


class RefundRequestSerializer(ModelSerializer):
    """退费申请. `succeeded_fen` is back with the payer; only `done` means that all of it is."""

    order_no = serializers.CharField(source="order.order_no", read_only=True, default="")
    succeeded_fen = serializers.IntegerField(read_only=True)
    failed_fen = serializers.IntegerField(read_only=True)

    class Meta:
        model = RefundRequest
        fields = [
            "id", "hospital_id", "hospital_name", "patient_id", "patient_name", "order_id", "order_no", "card_id",
            "application", "amount_fen", "succeeded_fen", "failed_fen", "reason", "state", "created_at",
            "executed_at", "ended_at",
        ]  # fmt: skip
        read_only_fields = fields


class RefundRequestDetailSerializer(RefundRequestSerializer):
    """退费申请 with its bills (none for a card) and refunds."""

    bills = RefundRequestLineSerializer(many=True, read_only=True)
    refunds = RequestedRefundSerializer(many=True, read_only=True)

    class Meta(RefundRequestSerializer.Meta):
        fields = [*RefundRequestSerializer.Meta.fields, "bills", "refunds"]
        read_only_fields = fields


class StaffRefundRequestSerializer(RefundRequestSerializer):
    """退费申请 for staff, with who asked, decided and executed.

    `may_decide`, `may_execute`: as it stands it waits for that, and not for another person than who reads it.
    """

    department_name = serializers.CharField(source="department.name", read_only=True, default="")
    practitioner_name = serializers.CharField(source="practitioner.name", read_only=True, default="")
    requested_by_name = serializers.CharField(source="requested_by.name", read_only=True, default="")
    decided_by_name = serializers.CharField(source="approval.decided_by.name", read_only=True, default="")
    decided_at = serializers.DateTimeField(source="approval.ended_at", read_only=True, allow_null=True)
    decision_note = serializers.CharField(source="approval.reason", read_only=True, default="")
    executed_by_name = serializers.CharField(source="executed_by.name", read_only=True, default="")
    may_decide = serializers.SerializerMethodField()
    may_execute = serializers.SerializerMethodField()

    class Meta(RefundRequestSerializer.Meta):
        fields = [
            *RefundRequestSerializer.Meta.fields, "department_id", "department_name", "practitioner_id",
            "practitioner_name", "needs_approval", "needs_reprint", "requested_by_id", "requested_by_name",
            "approval_id", "decided_by_name", "decided_at", "decision_note", "executed_by_name", "may_decide",
            "may_execute", "version",
        ]  # fmt: skip
        read_only_fields = fields

    def get_may_decide(self, request: RefundRequest) -> bool:
        return request.state == RefundRequestState.REQUESTED and not self._is_own(request)

    def get_may_execute(self, request: RefundRequest) -> bool:
        if request.state == RefundRequestState.REQUESTED:
            return not request.needs_approval and not self._is_own(request)
        return request.state == RefundRequestState.APPROVED

    def _is_own(self, request: RefundRequest) -> bool:
        return request.requested_by_id in own_records(self.context["request"])


class StaffRefundRequestDetailSerializer(StaffRefundRequestSerializer):
    """退费申请 for staff, with bills and refunds. `missing_reprint_ids`: their invoice is still to be reprinted."""

    bills = RefundRequestLineSerializer(many=True, read_only=True)
    refunds = RequestedRefundSerializer(many=True, read_only=True)
    missing_reprint_ids = serializers.ListField(child=serializers.UUIDField(), read_only=True)

    class Meta(StaffRefundRequestSerializer.Meta):
        fields = [*StaffRefundRequestSerializer.Meta.fields, "bills", "refunds", "missing_reprint_ids"]
        read_only_fields = fields


class BillQuoteLineSerializer(Serializer):
    """How much of a bill may go back."""

    bill_id = serializers.UUIDField()
    bill_no = serializers.CharField()
    title = serializers.CharField()
    amount_fen = serializers.IntegerField()
    refunded_fen = serializers.IntegerField()
    refundable_fen = serializers.IntegerField()


class BillQuoteSerializer(Serializer):
    """A refund that is only tried: how much of which bill of the order may go back now, as HIS says."""

    order_id = serializers.UUIDField()
    maximum_fen = serializers.IntegerField()
    bills = BillQuoteLineSerializer(many=True)


class RequestFilter(django_filters.FilterSet):
    order_id = django_filters.UUIDFilter()
    state = django_filters.MultipleChoiceFilter(choices=REFUND_REQUESTS.choices)


class OwnRefundRequestFilter(BoundFilterSet, RequestFilter):
    """What a mini-program user may filter by."""


class RefundRequestFilter(RequestFilter):
    patient_id = django_filters.UUIDFilter()
    hospital_id = django_filters.UUIDFilter()
    department_id = django_filters.UUIDFilter()
    practitioner_id = django_filters.UUIDFilter()
    card_id = django_filters.UUIDFilter()
    needs_approval = django_filters.BooleanFilter()
