from typing import Any

from drf_spectacular.utils import extend_schema, extend_schema_view
from rest_framework import serializers
from rest_framework.permissions import AllowAny
from rest_framework.response import Response

from apps.access.scoped.permissions import IsStaff
from apps.audit.middleware import client_ip
from apps.identity.api.pictures import PictureUrlField
from apps.identity.api.sessions import SessionSerializer, SignOutAllBase, SignOutBase, TokenSerializer
from apps.identity.errors import (
    AccountLocked,
    CurrentPasswordWrong,
    InvalidCredentials,
    SecondFactorRequired,
    WeakPassword,
)
from apps.identity.models import AuthSession, User
from apps.identity.services.passwords import change_password
from apps.identity.services.sessions import end_session
from apps.identity.services.sign_in import sign_in
from kernel import clock
from kernel.errors import TooManyRequests
from kernel.expectations import SIX_DIGITS
from kernel.http.fields import PatternField
from kernel.http.schema import raises
from kernel.http.serializers import Serializer
from kernel.http.views import APIView


class SignInSerializer(Serializer):
    """User name and password; one of the codes where a second factor is on."""

    username = serializers.CharField(max_length=64)
    password = serializers.CharField(max_length=128, trim_whitespace=False)
    totp_code = PatternField(r"^[0-9]{6}$", SIX_DIGITS, required=False)
    recovery_code = serializers.CharField(max_length=32, required=False)
    device = serializers.CharField(
        max_length=160, required=False, default="", allow_blank=True, help_text="shown in the list of devices"
    )
    device_token = serializers.CharField(
        max_length=64, required=False, default="", allow_blank=True,
        help_text="from an earlier sign-in on this device: strangers' failures do not lock it out",
    )  # fmt: skip


class StaffSummarySerializer(serializers.Serializer[Any]):
    """The signed-in person at work."""

    id = serializers.UUIDField()
    name = serializers.CharField()
    title = serializers.CharField()
    hospital_id = serializers.UUIDField()
    hospital_name = serializers.CharField(source="hospital.name")
    department_ids = serializers.SerializerMethodField()
    portrait_url = PictureUrlField(source="portrait_id")

    def get_department_ids(self, staff: Any) -> list[str]:
        rows = staff.memberships.order_by("-is_primary", "id")
        return [str(pk) for pk in rows.values_list("department_id", flat=True)]


class MeSerializer(serializers.Serializer[Any]):
    """Who is signed in."""

    id = serializers.UUIDField()
    username = serializers.CharField()
    must_change_password = serializers.BooleanField()
    totp_enabled = serializers.SerializerMethodField()
    staff = StaffSummarySerializer()

    def get_totp_enabled(self, user: Any) -> bool:
        device = getattr(user, "totp", None)
        return bool(device and device.confirmed_at)


class SignedInSerializer(TokenSerializer):
    """A signed-in device and who it belongs to."""

    device_token = serializers.CharField(help_text="keep it on the device, send it with the next sign-in")
    user = MeSerializer()


class PasswordChangeSerializer(Serializer):
    """One's own password."""

    current_password = serializers.CharField(max_length=128, trim_whitespace=False)
    new_password = serializers.CharField(max_length=128, trim_whitespace=False)


class SignInView(APIView):
    """The door of staff."""

    authentication_classes: list[Any] = []
    permission_classes = [AllowAny]

    @extend_schema(
        operation_id="auth_sign_in", tags=["sign-in"], request=SignInSerializer, responses=SignedInSerializer
    )
    @raises(InvalidCredentials, SecondFactorRequired, AccountLocked, TooManyRequests)
    def post(self, request: Any) -> Response:
        """登录 Sign in with user name and password."""
        serializer = SignInSerializer(data=request.data)
        serializer.is_valid(raise_exception=True)
        opened = sign_in(**serializer.validated_data, ip=client_ip(request))
        body = {
            "token": opened.token,
            "expires_at": opened.session.expiry,
            "device_token": opened.device_token,
            "user": opened.session.user,
        }
        return Response(SignedInSerializer(body).data)


class MeView(APIView):
    """The signed-in person."""

    permission_classes = [IsStaff]
    allow_password_due = True

    @extend_schema(operation_id="auth_me", tags=["sign-in"], responses=MeSerializer)
    def get(self, request: Any) -> Response:
        """当前用户 Who is signed in; open while the password is due."""
        return Response(
            MeSerializer(User.objects.select_related("staff__hospital").get(pk=request.user.pk)).data
        )


class ChangePasswordView(APIView):
    """One's own password."""

    permission_classes = [IsStaff]
    allow_password_due = True

    @extend_schema(
        operation_id="auth_change_password",
        tags=["sign-in"],
        request=PasswordChangeSerializer,
        responses={204: None},
    )
    @raises(CurrentPasswordWrong, WeakPassword, AccountLocked)
    def post(self, request: Any) -> Response:
        """修改密码 Change the own password; all other devices are signed out."""
        serializer = PasswordChangeSerializer(data=request.data)
        serializer.is_valid(raise_exception=True)
        data = serializer.validated_data
        change_password(
            request.user, session=request.auth, current=data["current_password"], new=data["new_password"]
        )
        return Response(status=204)


class SessionListView(APIView):
    """The own devices."""

    permission_classes = [IsStaff]

    @extend_schema(
        operation_id="auth_sessions_list", tags=["sign-in"], responses=SessionSerializer(many=True)
    )
    def get(self, request: Any) -> Response:
        """登录设备 The devices that are signed in, last seen first."""
        live = AuthSession.objects.filter(
            user=request.user, expiry__gt=clock.now()
        ) | AuthSession.objects.filter(user=request.user, expiry=None)
        rows = live.order_by("-last_seen_at")[:100]
        return Response(SessionSerializer(rows, many=True, context={"request": request}).data)


class SessionView(APIView):
    """One of the own devices."""

    permission_classes = [IsStaff]

    @extend_schema(operation_id="auth_sessions_end", tags=["sign-in"], responses={204: None})
    def delete(self, request: Any, session_id: Any) -> Response:
        """下线设备 Sign one device out."""
        end_session(user_id=request.user.pk, session_id=session_id)
        return Response(status=204)


@extend_schema_view(post=extend_schema(operation_id="auth_sign_out", tags=["sign-in"]))
class SignOutView(SignOutBase):
    permission_classes = [IsStaff]


@extend_schema_view(post=extend_schema(operation_id="auth_sign_out_all", tags=["sign-in"]))
class SignOutAllView(SignOutAllBase):
    permission_classes = [IsStaff]
