import json
from typing import Any

from django.http import HttpResponse, QueryDict
from drf_spectacular.utils import extend_schema, extend_schema_serializer
from oauth2_provider.settings import oauth2_settings
from rest_framework import serializers
from rest_framework.exceptions import ValidationError
from rest_framework.parsers import FormParser
from rest_framework.permissions import AllowAny

from apps.identity.services.sign_in_limits import take_hashing
from kernel.errors import TooManyRequests
from kernel.http.limits import require_small_from_nobody
from kernel.http.schema import raises
from kernel.http.views import APIView

ERRORS = "RFC 6749, section 5.2: `{error, error_description}`, not a problem document"


class TokenRequestSerializer(serializers.Serializer[Any]):
    """RFC 6749, section 4.4. The client authenticates by HTTP Basic or by the two fields here."""

    grant_type = serializers.ChoiceField(choices=[("client_credentials", "client_credentials")])
    scope = serializers.CharField(required=False, help_text="space separated; all allowed scopes without it")
    client_id = serializers.CharField(required=False)
    client_secret = serializers.CharField(required=False)


class AccessTokenSerializer(serializers.Serializer[Any]):
    """RFC 6749, section 5.1."""

    access_token = serializers.CharField()
    expires_in = serializers.IntegerField(help_text="seconds")
    token_type = serializers.CharField()
    scope = serializers.CharField()


class RevokeRequestSerializer(serializers.Serializer[Any]):
    """RFC 7009."""

    token = serializers.CharField()
    token_type_hint = serializers.CharField(required=False)
    client_id = serializers.CharField(required=False)
    client_secret = serializers.CharField(required=False)


@extend_schema_serializer(extensions={"x-partial": True})
class OAuthErrorSerializer(serializers.Serializer[Any]):
    """`error`: invalid_request, invalid_client, invalid_scope, unauthorized_client or unsupported_grant_type."""

    error = serializers.CharField()
    error_description = serializers.CharField(required=False)


class OAuthView(APIView):
    """Hands the form to the OAuth server and its answer back."""

    authentication_classes: list[Any] = []
    permission_classes = [AllowAny]
    parser_classes = [FormParser]

    def ask(self, request: Any, method: str) -> HttpResponse:
        require_small_from_nobody(request)
        form = (
            request.data
        )  # read by our parser first: another content type is 415; a body of nothing has no form
        sent = form.lists() if isinstance(form, QueryDict) else ()
        if any("\x00" in value for values in sent for value in (values[0], *values[1])):
            raise ValidationError({"": ["NUL"]}, code="invalid")
        take_hashing("partner")
        core = oauth2_settings.OAUTH2_BACKEND_CLASS()
        _, headers, body, status = getattr(core, method)(request._request)
        answer = HttpResponse(self._plain(body), status=status, content_type="application/json")
        for name, value in (headers or {}).items():
            answer[name] = value
        return answer

    @staticmethod
    def _plain(body: str | None) -> bytes:
        """Without what the OAuth server adds beyond the standard."""
        return json.dumps(json.loads(body)).encode() if body else b""


class TokenView(OAuthView):
    """Access tokens."""

    @extend_schema(
        operation_id="oauth_token",
        tags=["oauth"],
        request={"application/x-www-form-urlencoded": TokenRequestSerializer},
        responses={200: AccessTokenSerializer, 400: OAuthErrorSerializer, 401: OAuthErrorSerializer},
        description=f"Errors 400 and 401 follow {ERRORS}.",
    )
    @raises(TooManyRequests)
    def post(self, request: Any) -> HttpResponse:
        """获取令牌 An access token for client credentials."""
        return self.ask(request, "create_token_response")


class RevokeView(OAuthView):
    """Revocation."""

    @extend_schema(
        operation_id="oauth_revoke",
        tags=["oauth"],
        request={"application/x-www-form-urlencoded": RevokeRequestSerializer},
        responses={200: None, 400: OAuthErrorSerializer, 401: OAuthErrorSerializer},
        description=f"An unknown token is 200 too. Errors 400 and 401 follow {ERRORS}.",
    )
    @raises(TooManyRequests)
    def post(self, request: Any) -> HttpResponse:
        """吊销令牌 End an access token at once."""
        return self.ask(request, "create_revocation_response")
