from typing import Any

from drf_spectacular.utils import extend_schema, extend_schema_view
from rest_framework import serializers
from rest_framework.permissions import AllowAny
from rest_framework.response import Response

from apps.access.scoped.permissions import IsPatientAccount
from apps.audit.middleware import client_ip
from apps.identity.api.sessions import SignOutAllBase, SignOutBase, TokenSerializer
from apps.identity.errors import PhoneNotMainland, WeChatCodeInvalid, WeChatUnavailable
from apps.identity.services.wechat import record_phone, sign_in_by_wechat
from kernel.crypto import masking
from kernel.errors import PermissionDenied
from kernel.http.fields import MaskedField
from kernel.http.schema import raises
from kernel.http.serializers import Serializer
from kernel.http.views import APIView


class WeChatCodeSerializer(Serializer):
    """The code of `wx.login`, good once."""

    code = serializers.CharField(max_length=128)
    device = serializers.CharField(max_length=160, required=False, default="", allow_blank=True)


class PhoneCodeSerializer(Serializer):
    """The code of `getPhoneNumber`, good once."""

    code = serializers.CharField(max_length=128)


class AccountSerializer(serializers.Serializer[Any]):
    """A mini-program user."""

    id = serializers.UUIDField()
    nickname = serializers.CharField()
    phone = MaskedField(masking.phone, read_only=True, help_text="empty before the phone code was sent")
    has_phone = serializers.SerializerMethodField()

    def get_has_phone(self, account: Any) -> bool:
        return bool(account.phone)


class WeChatSignedInSerializer(TokenSerializer):
    """A signed-in phone and its account."""

    account = AccountSerializer()


class WeChatSignInView(APIView):
    """The door of mini-program users."""

    authentication_classes: list[Any] = []
    permission_classes = [AllowAny]

    @extend_schema(
        operation_id="auth_wechat",
        tags=["sign-in"],
        request=WeChatCodeSerializer,
        responses=WeChatSignedInSerializer,
    )
    @raises(WeChatCodeInvalid, WeChatUnavailable, PermissionDenied)
    def post(self, request: Any) -> Response:
        """微信登录 Sign in by the code of wx.login; the first time makes the account."""
        serializer = WeChatCodeSerializer(data=request.data)
        serializer.is_valid(raise_exception=True)
        opened = sign_in_by_wechat(**serializer.validated_data, ip=client_ip(request))
        body = {
            "token": opened.token,
            "expires_at": opened.session.expiry,
            "account": opened.session.user.wechat,
        }
        return Response(WeChatSignedInSerializer(body).data)


class WeChatPhoneView(APIView):
    """The phone number of the account."""

    permission_classes = [IsPatientAccount]

    @extend_schema(
        operation_id="auth_wechat_phone",
        tags=["sign-in"],
        request=PhoneCodeSerializer,
        responses=AccountSerializer,
    )
    @raises(WeChatCodeInvalid, WeChatUnavailable, PhoneNotMainland)
    def post(self, request: Any) -> Response:
        """绑定手机号 Store the phone number behind WeChat's phone code."""
        serializer = PhoneCodeSerializer(data=request.data)
        serializer.is_valid(raise_exception=True)
        account = record_phone(request.user.wechat, **serializer.validated_data)
        return Response(AccountSerializer(account).data)


class MeView(APIView):
    """The signed-in account."""

    permission_classes = [IsPatientAccount]

    @extend_schema(operation_id="me", tags=["sign-in"], responses=AccountSerializer)
    def get(self, request: Any) -> Response:
        """当前账号 The signed-in account."""
        return Response(AccountSerializer(request.user.wechat).data)


@extend_schema_view(post=extend_schema(operation_id="auth_sign_out", tags=["sign-in"]))
class SignOutView(SignOutBase):
    permission_classes = [IsPatientAccount]


@extend_schema_view(post=extend_schema(operation_id="auth_sign_out_all", tags=["sign-in"]))
class SignOutAllView(SignOutAllBase):
    permission_classes = [IsPatientAccount]
