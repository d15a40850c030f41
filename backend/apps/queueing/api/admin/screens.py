from typing import Any
from uuid import UUID

from drf_spectacular.utils import extend_schema
from rest_framework.response import Response

from apps.access.scoped.views import ListMixin, RetrieveMixin, ScopedViewSet
from apps.queueing.api.admin import filters, serializers as io
from apps.queueing.models import QueueScreen
from apps.queueing.services.screens import create_screen, revoke_screen
from kernel.errors import InvalidValue, StateConflict
from kernel.http.schema import raises


@extend_schema(tags=["queue"])
class QueueScreenViewSet(ListMixin, RetrieveMixin, ScopedViewSet):
    """候诊大屏: public screens and their tokens."""

    model = QueueScreen
    resource = "queueing.queue_screen"
    codes = {"revoke": "revoke"}
    serializer_class = io.QueueScreenSerializer
    filterset_class = filters.QueueScreenFilter
    ordering_fields = ["name"]
    ordering = ["-id"]

    def base_queryset(self) -> Any:
        return QueueScreen.objects.select_related("department")

    @extend_schema(request=io.QueueScreenSerializer, responses={201: io.NewScreenSerializer})
    @raises(InvalidValue)
    def create(self, request: Any) -> Response:
        """新增候诊大屏 A screen; its token is shown this once."""
        body = self.get_serializer(data=request.data)
        body.is_valid(raise_exception=True)
        chosen = dict(body.validated_data)
        screen, token = create_screen(queues=chosen.pop("queue_ids", ()), **chosen)
        shown = io.NewScreenSerializer(screen, context=self.get_serializer_context()).data
        return Response({**shown, "token": token}, status=201)

    @extend_schema(request=None, responses=io.QueueScreenSerializer)
    @raises(StateConflict)
    def revoke(self, request: Any, pk: UUID) -> Response:
        """停用: the token counts no longer."""
        return Response(self.get_serializer(revoke_screen(self.get_object())).data)
