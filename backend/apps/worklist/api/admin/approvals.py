"""审批: what waits for a decision, what one asked for, and the decisions; signatures, for who oversees them."""

from typing import Any

import django_filters
from drf_spectacular.utils import extend_schema
from rest_framework.response import Response

from apps.access.scoped.permissions import request_actor
from apps.access.scoped.views import ListMixin, RetrieveMixin, ScopedViewSet
from apps.worklist import errors
from apps.worklist.api.admin import approval_serializers as io
from apps.worklist.approvals import APPROVALS
from apps.worklist.models import Approval, Signature
from apps.worklist.places import PLACES
from apps.worklist.selectors import approvals as reads
from apps.worklist.services import approval_decisions as decisions
from apps.worklist.services.approvals import withdraw
from apps.worklist.states import APPROVAL
from kernel.errors import InvalidValue, StaleVersion, StateConflict
from kernel.http.commands import command
from kernel.http.filters import KnownFilter, in_force

MINE = (("to_decide", "待我审批"), ("decided", "我已审批"), ("requested", "我申请的"))
DECIDING = (
    StateConflict,
    StaleVersion,
    errors.ApproverIsRequester,
    errors.ApproverDecidedBefore,
    errors.ApprovalKindGone,
)


class ApprovalFilter(django_filters.FilterSet):
    hospital_id = django_filters.UUIDFilter()
    department_id = django_filters.UUIDFilter()
    requester_id = django_filters.UUIDFilter()
    subject_id = django_filters.UUIDFilter()
    kind = KnownFilter(known=lambda: in_force(APPROVALS), max_length=60)
    state = django_filters.MultipleChoiceFilter(choices=APPROVAL.choices)
    mine = django_filters.ChoiceFilter(choices=MINE, method="of_mine")

    def of_mine(self, queryset: Any, name: str, value: str) -> Any:
        actor = request_actor(self.request)
        if actor is None:
            return queryset.none()
        if value == "requested":
            return queryset.filter(requester=actor.staff_id)
        return queryset.filter(reads.to_decide(actor) if value == "to_decide" else reads.decided(actor))


@extend_schema(tags=["worklist"])
class ApprovalViewSet(ListMixin, RetrieveMixin, ScopedViewSet):
    """审批: nobody decides on the own request, nor on two steps of one."""

    model = Approval
    resource = "worklist.approval"
    codes = {"approve": "approve", "complete": "approve", "reject": "approve", "withdraw": "withdraw"}
    serializer_class = io.ApprovalSerializer
    filterset_class = ApprovalFilter
    ordering_fields = ["created_at"]
    ordering = ["-id"]

    def base_queryset(self) -> Any:
        rows = reads.as_seen_by(self.actor, Approval.objects.all())
        return rows if self.action == "list" else reads.detailed(rows)

    @extend_schema(responses=io.ApprovalDetailSerializer)
    def retrieve(self, request: Any, *args: Any, **kwargs: Any) -> Response:
        """One with its steps and its content."""
        return Response(io.ApprovalDetailSerializer(self.get_object()).data)

    @command(body=io.ApproveSerializer, answer=io.ApprovalDetailSerializer, raises=DECIDING)
    def approve(self, approval: Approval, *, version: int, reason: str) -> Approval:
        """同意: the next step opens; with the last it takes effect."""
        return decisions.approve(approval, by=self.me, version=version, reason=reason)

    @command(body=io.CompleteSerializer, answer=io.ApprovalDetailSerializer, raises=(*DECIDING, InvalidValue))
    def complete(self, approval: Approval, *, version: int, reason: str, content: dict[str, Any]) -> Approval:
        """补充并同意: complete the content within what the kind allows, and approve."""
        return decisions.approve(approval, by=self.me, version=version, reason=reason, changes=content)

    @command(body=io.RejectSerializer, answer=io.ApprovalDetailSerializer, raises=DECIDING)
    def reject(self, approval: Approval, *, version: int, reason: str) -> Approval:
        """驳回, with the reason."""
        return decisions.reject(approval, by=self.me, version=version, reason=reason)

    @command(body=io.WithdrawSerializer, answer=io.ApprovalDetailSerializer, raises=(StateConflict,))
    def withdraw(self, approval: Approval, *, reason: str) -> Approval:
        """撤回, by who asked alone."""
        return withdraw(approval, by=self.me, reason=reason)


class SignatureFilter(django_filters.FilterSet):
    hospital_id = django_filters.UUIDFilter()
    subject_id = django_filters.UUIDFilter()
    signer_id = django_filters.UUIDFilter()
    place = KnownFilter(known=lambda: in_force(PLACES), max_length=60)


@extend_schema(tags=["worklist"])
class SignatureViewSet(ListMixin, RetrieveMixin, ScopedViewSet):
    """签名记录: who signed what, where, when and as what."""

    model = Signature
    resource = "worklist.signature"
    serializer_class = io.SignatureSerializer
    filterset_class = SignatureFilter
    ordering_fields: list[str] = []
    ordering = ["-id"]
