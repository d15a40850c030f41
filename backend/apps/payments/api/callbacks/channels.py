"""What payment channels push: verified and stored, then answered at once; the rest is done by a worker."""

from uuid import UUID

import structlog
from django.http import HttpRequest, HttpResponse
from django.views.decorators.csrf import csrf_exempt
from django.views.decorators.http import require_POST

from apps.payments.channels.base import Acknowledgement, InvalidNotification
from apps.payments.services.merchants import channel_of, known_merchant, takes_pushes
from apps.payments.services.pushes import receive
from kernel.http.problems import not_found

log = structlog.get_logger(__name__)


@csrf_exempt
@require_POST
def channel_push(request: HttpRequest, merchant_id: UUID) -> HttpResponse:
    """A push for one merchant account: thanked for once it is stored; what is not genuine changes nothing."""
    merchant = known_merchant(merchant_id)
    if merchant is None or not takes_pushes(merchant):
        return not_found(request)
    try:
        headers = {name.lower(): value for name, value in request.headers.items()}
        return _answer(receive(merchant, headers=headers, body=request.body))
    except InvalidNotification as error:
        log.warning("push_refused", channel=merchant.channel, merchant=str(merchant.pk), code=error.code)
        return _answer(channel_of(merchant).acknowledge(accepted=False, message=error.code))


def _answer(acknowledgement: Acknowledgement) -> HttpResponse:
    return HttpResponse(
        acknowledgement.body, status=acknowledgement.status, content_type=acknowledgement.content_type
    )
