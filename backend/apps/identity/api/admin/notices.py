from typing import Any

from drf_spectacular.utils import extend_schema
from rest_framework import serializers
from rest_framework.response import Response

from apps.access.scoped.permissions import IsStaff
from apps.identity.models import StaffNotice
from apps.identity.notices import words
from apps.identity.services.notices import mark_read
from kernel.errors import NotFound
from kernel.http.pagination import TimelinePagination
from kernel.http.schema import raises
from kernel.http.serializers import ModelSerializer
from kernel.http.views import APIView, GenericAPIView


class StaffNoticeSerializer(ModelSerializer):
    """员工通知 with its text in the language of the request."""

    text = serializers.SerializerMethodField()

    class Meta:
        model = StaffNotice
        fields = ["id", "kind", "text", "created_at", "read_at"]
        read_only_fields = fields

    def get_text(self, notice: StaffNotice) -> str:
        return words(notice.kind, notice.data)


class StaffNoticeListView(GenericAPIView[StaffNotice]):
    """The own notices."""

    permission_classes = [IsStaff]
    pagination_class = TimelinePagination
    filter_backends: Any = []
    serializer_class = StaffNoticeSerializer

    @extend_schema(
        operation_id="auth_notices_list", tags=["sign-in"], responses=StaffNoticeSerializer(many=True)
    )
    def get(self, request: Any) -> Response:
        """我的通知 The notices to me, newest first."""
        page = self.paginate_queryset(StaffNotice.objects.filter(recipient=request.user.staff))
        return self.get_paginated_response(self.get_serializer(page, many=True).data)


class StaffNoticeReadView(APIView):
    """One of the own notices."""

    permission_classes = [IsStaff]

    @extend_schema(
        operation_id="auth_notices_read", tags=["sign-in"], request=None, responses=StaffNoticeSerializer
    )
    @raises(NotFound)
    def post(self, request: Any, notice_id: Any) -> Response:
        """标记已读 I have read it."""
        notice = mark_read(recipient=request.user.staff, notice_id=notice_id)
        return Response(StaffNoticeSerializer(notice).data)
