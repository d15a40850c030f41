from base64 import b64encode
from typing import Any

from drf_spectacular.utils import extend_schema
from rest_framework import serializers
from rest_framework.response import Response

from apps.access.scoped.permissions import IsStaff
from apps.identity.errors import AccountLocked, CurrentPasswordWrong, TotpAlreadyEnabled, TotpCodeInvalid
from apps.identity.services import totp
from kernel.codes import qr
from kernel.errors import NotFound
from kernel.expectations import SIX_DIGITS
from kernel.http.fields import PatternField
from kernel.http.schema import raises
from kernel.http.serializers import Serializer
from kernel.http.views import APIView


class EnrolmentSerializer(Serializer):
    """For the authenticator app; shown once."""

    secret = serializers.CharField()
    uri = serializers.CharField(help_text="otpauth:// address, for apps that open it")
    qr_picture_url = serializers.CharField(help_text="the same as a QR code: data: address of a picture")


class TotpCodeSerializer(Serializer):
    """The code that the app shows now."""

    code = PatternField(r"^[0-9]{6}$", SIX_DIGITS)


class RecoveryCodesSerializer(Serializer):
    """Each signs in once in place of a code; shown only here."""

    recovery_codes = serializers.ListField(child=serializers.CharField())


class PasswordSerializer(Serializer):
    """The own password."""

    password = serializers.CharField(max_length=128, trim_whitespace=False)


class TotpEnrolView(APIView):
    permission_classes = [IsStaff]

    @extend_schema(
        operation_id="auth_totp_enrol",
        tags=["sign-in"],
        request=PasswordSerializer,
        responses={201: EnrolmentSerializer},
    )
    @raises(TotpAlreadyEnabled, CurrentPasswordWrong, AccountLocked)
    def post(self, request: Any) -> Response:
        """启用动态验证码 A new secret for the authenticator app; asked for only once confirmed."""
        serializer = PasswordSerializer(data=request.data)
        serializer.is_valid(raise_exception=True)
        found = totp.enrol(request.user, **serializer.validated_data)
        picture = b64encode(qr(found.uri).png(dots=5)).decode()
        answer = {**found._asdict(), "qr_picture_url": f"data:image/png;base64,{picture}"}
        return Response(answer, status=201)


class TotpConfirmView(APIView):
    permission_classes = [IsStaff]

    @extend_schema(
        operation_id="auth_totp_confirm",
        tags=["sign-in"],
        request=TotpCodeSerializer,
        responses=RecoveryCodesSerializer,
    )
    @raises(TotpCodeInvalid, NotFound)
    def post(self, request: Any) -> Response:
        """确认动态验证码 Switch the second factor on; answers with the recovery codes."""
        serializer = TotpCodeSerializer(data=request.data)
        serializer.is_valid(raise_exception=True)
        return Response({"recovery_codes": totp.confirm(request.user, **serializer.validated_data)})


class TotpDisableView(APIView):
    permission_classes = [IsStaff]

    @extend_schema(
        operation_id="auth_totp_disable", tags=["sign-in"], request=PasswordSerializer, responses={204: None}
    )
    @raises(CurrentPasswordWrong, AccountLocked, NotFound)
    def post(self, request: Any) -> Response:
        """停用动态验证码 Switch the second factor off."""
        serializer = PasswordSerializer(data=request.data)
        serializer.is_valid(raise_exception=True)
        totp.disable(request.user, **serializer.validated_data)
        return Response(status=204)
