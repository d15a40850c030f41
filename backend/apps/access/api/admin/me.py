from typing import Any

from drf_spectacular.utils import OpenApiParameter, OpenApiResponse, extend_schema
from rest_framework import serializers
from rest_framework.response import Response

from apps.access.scoped.permissions import IsStaff, request_actor
from apps.access.selectors import access_document, access_tag
from kernel.errors import PermissionDenied
from kernel.http.views import APIView


class NamedSerializer(serializers.Serializer[Any]):
    id = serializers.UUIDField()
    name = serializers.CharField()


class MyselfSerializer(serializers.Serializer[Any]):
    """The signed-in staff member."""

    user_id = serializers.UUIDField()
    username = serializers.CharField()
    must_change_password = serializers.BooleanField()
    staff_id = serializers.UUIDField()
    name = serializers.CharField()
    hospital = NamedSerializer()
    departments = NamedSerializer(many=True)


class MenuMetaSerializer(serializers.Serializer[Any]):
    title = serializers.CharField()
    icon = serializers.CharField(allow_blank=True)
    hidden = serializers.BooleanField()
    permissions = serializers.ListField(
        child=serializers.CharField(), help_text="the codes of the page and its buttons that I hold"
    )


class MenuNodeSerializer(serializers.Serializer[Any]):
    """A directory or page of the menu tree; `name` is its stable code."""

    path = serializers.CharField(allow_blank=True)
    name = serializers.CharField()
    component = serializers.CharField(allow_blank=True)
    meta = MenuMetaSerializer()

    def get_fields(self) -> Any:
        fields = super().get_fields()
        fields["children"] = MenuChildrenField()
        return fields


class MenuChildrenField(serializers.ListField):
    """Nodes of the same shape."""

    child = serializers.DictField()


class DataScopeSerializer(serializers.Serializer[Any]):
    """How far my codes of a module reach, all together; one's own rows are always within reach."""

    module = serializers.CharField()
    everything = serializers.BooleanField()
    hospital_ids = serializers.ListField(child=serializers.UUIDField())
    department_ids = serializers.ListField(child=serializers.UUIDField())


class AccessDocumentSerializer(serializers.Serializer[Any]):
    me = MyselfSerializer()
    menus = MenuNodeSerializer(many=True)
    permissions = serializers.ListField(child=serializers.CharField())
    data_scopes = DataScopeSerializer(many=True)


class MyAccessView(APIView):
    """我的权限: my menus, permission codes and data scopes as one document."""

    permission_classes = [IsStaff]
    allow_password_due = True

    @extend_schema(
        operation_id="me_access",
        tags=["access"],
        parameters=[OpenApiParameter("If-None-Match", str, OpenApiParameter.HEADER)],
        responses={
            200: AccessDocumentSerializer,
            304: OpenApiResponse(description="as it was under that ETag"),
        },
    )
    def get(self, request: Any) -> Response:
        """Read my menus, permission codes and data scopes."""
        actor = request_actor(request)
        if actor is None:
            raise PermissionDenied
        tag = access_tag(request.user, actor)
        headers = {
            "ETag": tag,
            "Cache-Control": "private, no-cache",
            "Vary": "Accept-Language, Authorization",
        }
        if request.headers.get("If-None-Match") == tag:
            return Response(status=304, headers=headers)
        return Response(access_document(request.user, actor), headers=headers)
