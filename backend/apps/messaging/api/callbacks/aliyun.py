"""Aliyun's SmsReport push. It is not signed: a secret in the path and, if configured, the sender's addresses."""

import hmac
import ipaddress

import orjson
from django.conf import settings
from django.http import HttpRequest, HttpResponse, JsonResponse
from django.views.decorators.http import require_POST

from apps.audit.middleware import client_ip
from apps.messaging.services.receipts import store_receipt
from kernel.http.parsing import is_deeper
from kernel.http.problems import not_found, plain_response

MAX_REPORTS = 1000


@require_POST
def sms_report(request: HttpRequest, token: str) -> HttpResponse:
    """Store the push and answer at once; a stranger learns nothing (404)."""
    secret = settings.ALIYUN_SMS_CALLBACK_TOKEN
    if not secret or not hmac.compare_digest(token.encode(), secret.encode()) or not _known(request):
        return not_found(request)
    try:
        text = request.body.decode()
        reports = orjson.loads(text)
    except (UnicodeDecodeError, orjson.JSONDecodeError):
        reports = None
    if not isinstance(reports, list) or len(reports) > MAX_REPORTS or not all(map(_is_report, reports)):
        return plain_response(400, "parse_error", "a JSON array of reports is expected")
    store_receipt("aliyun_sms", text)
    return JsonResponse({"code": 0, "msg": "接收成功"}, json_dumps_params={"ensure_ascii": False})


def _is_report(value: object) -> bool:
    return isinstance(value, dict) and not is_deeper(value)


def _known(request: HttpRequest) -> bool:
    networks = [ipaddress.ip_network(text) for text in settings.ALIYUN_SMS_CALLBACK_ADDRESSES]
    address = client_ip(request)
    return not networks or (address is not None and any(ipaddress.ip_address(address) in n for n in networks))
