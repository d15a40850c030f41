"""The own records of a third-party application, and what it gives back."""

import datetime as dt
from collections.abc import Sequence
from typing import Any
from uuid import UUID

import django_filters
from django.db.models import QuerySet
from django_filters.rest_framework import DjangoFilterBackend
from drf_spectacular.utils import extend_schema
from rest_framework.response import Response

from apps.billing import errors
from apps.billing.api.partner import payment_serializers as io
from apps.billing.api.partner.payments import PaymentView
from apps.billing.models import RefundRequest
from apps.billing.services.card_refund import refund_card
from apps.billing.services.refund_in_app import refund_in_app
from apps.identity.models import PartnerApplication
from apps.patients.errors import CardMismatch
from apps.payments import errors as payment_errors
from apps.payments.selectors.partners import orders_of_partner, refunds_of_partner
from apps.payments.services.partner_limits import channels_of, refund_check, require_grant
from apps.payments.states import ORDERS, REFUNDS, OrderState
from apps.payments.types import PartnerOperation, PaymentOrder, Refund
from kernel import clock
from kernel.errors import NotFound, ServiceUnavailable, StateConflict, TooManyRequests
from kernel.http.commands import command


class DaysFilter(django_filters.FilterSet):
    """By the day in Asia/Shanghai on which it was made."""

    created_from = django_filters.DateFilter(method="begin")
    created_to = django_filters.DateFilter(method="end")

    def begin(self, queryset: Any, name: str, value: Any) -> Any:
        return queryset.filter(created_at__gte=clock.local(value, dt.time()))

    def end(self, queryset: Any, name: str, value: Any) -> Any:
        return queryset.filter(created_at__lte=clock.local(value, dt.time.max))


class OwnOrderFilter(DaysFilter):
    """`order_no`: a whole number."""

    order_no = django_filters.CharFilter(max_length=32)
    state = django_filters.ChoiceFilter(choices=ORDERS.choices)


class OwnRefundFilter(DaysFilter):
    """`order_id`: what goes back of one order."""

    order_id = django_filters.UUIDFilter()
    state = django_filters.ChoiceFilter(choices=REFUNDS.choices)


class RecordsView(PaymentView):
    """Rows of the application, the newest first."""

    filter_backends = [DjangoFilterBackend]
    ordering = ["-id"]

    def rows(self, application: PartnerApplication | None) -> QuerySet[Any]:
        raise NotImplementedError

    def get_queryset(self) -> QuerySet[Any]:
        described = getattr(self, "swagger_fake_view", False)
        return self.rows(None if described else self.application()).order_by("-id")

    def answer(self) -> Response:
        page = self.paginate_queryset(self.filter_queryset(self.get_queryset()))
        return self.get_paginated_response(self.get_serializer(page, many=True).data)


class OwnOrdersView(RecordsView):
    """交易记录: orders of the application."""

    serializer_class = io.PartnerOrderSerializer
    filterset_class = OwnOrderFilter

    def rows(self, application: PartnerApplication | None) -> QuerySet[PaymentOrder]:
        return orders_of_partner(application)

    @extend_schema(
        operation_id="payment_orders_list", tags=["payments"], responses=io.PartnerOrderSerializer(many=True)
    )
    def get(self, request: Any) -> Response:
        """查询支付订单 Orders that the application opened."""
        return self.answer()


class OwnOrderView(PaymentView):
    """One order of the application."""

    @extend_schema(
        operation_id="payment_orders_retrieve", tags=["payments"], responses=io.PartnerOrderSerializer
    )
    def get(self, request: Any, pk: UUID) -> Response:
        """查询支付结果 Ask after paying until it is posted, returned or closed."""
        return Response(io.PartnerOrderSerializer(self.get_object()).data)


class OwnRefundsView(RecordsView):
    """退款记录: what went back of the application's orders."""

    serializer_class = io.PartnerRefundSerializer
    filterset_class = OwnRefundFilter

    def rows(self, application: PartnerApplication | None) -> QuerySet[Refund]:
        return refunds_of_partner(application)

    @extend_schema(
        operation_id="refunds_list", tags=["payments"], responses=io.PartnerRefundSerializer(many=True)
    )
    def get(self, request: Any) -> Response:
        """查询退款 Refunds of the application's orders, also those that a window has decided."""
        return self.answer()


class RefundingView(PaymentView):
    """Money goes back by the way it came, within what this application took (rule 8)."""

    def started(self, request: RefundRequest) -> dict[str, Any]:
        """The refunds that were decided, as they are now."""
        rows = refunds_of_partner(self.application()).filter(decision_id=request.pk).order_by("id")
        return {"amount_fen": request.amount_fen, "refunds": list(rows)}

    def replay(self, made: UUID) -> dict[str, Any]:
        """What became of it."""
        application = self.application()
        request = RefundRequest.objects.filter(
            pk=made, hospital_id=application.hospital_id, application=application.client_id
        ).first()
        if request is None:
            raise NotFound
        return self.started(request)


class RefundOrderView(RefundingView):
    """退款 of an order."""

    @command(
        body=io.RefundOrderSerializer, answer=io.StartedRefundSerializer, status=201, idempotent=True, atomic=False,
        raises=(
            NotFound, StateConflict, errors.RefundNotPaidHere, errors.RefundAtCounter, errors.AppointmentStands,
            errors.NothingRefundable, errors.RefundRequested, errors.RefundExceedsBill, errors.HisRefusedRefund,
            ServiceUnavailable, payment_errors.PartnerMayNot, payment_errors.PartnerLimit,
        ),
        operation_id="payment_orders_refund", tags=["payments"],
    )  # fmt: skip
    def post(
        self, order: PaymentOrder, *, reason: str, bill_ids: Sequence[UUID] | None = None
    ) -> dict[str, Any]:
        """退款 All that may go back of the bills, as HIS says; it is back only when the channel confirms it."""
        application = self.application()
        if order.state != OrderState.POSTED:
            raise StateConflict(current=order.state)
        require_grant(application, order.channel, PartnerOperation.REFUND)
        made = refund_in_app(
            order=order, application=application.client_id, reason=reason, wanted=bill_ids,
            check=refund_check(application),
        )  # fmt: skip
        return self.started(made)


class RefundCardView(RefundingView):
    """就诊卡余额退款."""

    @command(
        body=io.CardRefundSerializer, answer=io.StartedRefundSerializer, status=201, idempotent=True, atomic=False,
        raises=(
            CardMismatch, TooManyRequests, errors.RefundAtCounter, errors.RefundExceedsBalance,
            errors.RefundExceedsOnlineTotal, payment_errors.PartnerMayNot, payment_errors.PartnerLimit,
        ),
        operation_id="card_refunds_create", tags=["cards"],
    )  # fmt: skip
    def post(self, *, amount_fen: int, reason: str, **whose: str) -> dict[str, Any]:
        """余额退款 Order by order, the newest first: at most the balance, and what this application topped up."""
        application, card = self.application(), self.card(**whose)
        channels = channels_of(application, PartnerOperation.REFUND)
        made = refund_card(
            card=card, amount_fen=amount_fen, reason=reason, application=application.client_id,
            channels=channels, check=refund_check(application),
        )  # fmt: skip
        return self.started(made)
