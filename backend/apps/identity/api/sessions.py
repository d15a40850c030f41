"""Signed-in devices, the same for staff and mini-program users; each audience adds its own door."""

from typing import Any

from drf_spectacular.utils import extend_schema
from rest_framework import serializers
from rest_framework.response import Response

from apps.identity.services.sessions import end_session, end_sessions
from kernel.http.serializers import Serializer
from kernel.http.views import APIView


class TokenSerializer(Serializer):
    """A signed-in device."""

    token = serializers.CharField(help_text="shown once; send it as `Authorization: Bearer …`")
    expires_at = serializers.DateTimeField()


class SessionSerializer(serializers.Serializer[Any]):
    """A device that is signed in."""

    id = serializers.UUIDField()
    device = serializers.CharField()
    ip = serializers.CharField(allow_null=True)
    created_at = serializers.DateTimeField(source="created")
    last_seen_at = serializers.DateTimeField()
    expires_at = serializers.DateTimeField(source="expiry", allow_null=True)
    is_current = serializers.SerializerMethodField()

    def get_is_current(self, session: Any) -> bool:
        return bool(session.digest == self.context["request"].auth.digest)


class SignOutBase(APIView):
    """This device."""

    allow_password_due = True

    @extend_schema(request=None, responses={204: None})
    def post(self, request: Any) -> Response:
        """退出登录 Sign this device out."""
        end_session(user_id=request.user.pk, session_id=request.auth.id)
        return Response(status=204)


class SignOutAllBase(APIView):
    """All devices."""

    allow_password_due = True

    @extend_schema(request=None, responses={204: None})
    def post(self, request: Any) -> Response:
        """退出全部设备 Sign every device out, this one too."""
        end_sessions(user_id=request.user.pk)
        return Response(status=204)
