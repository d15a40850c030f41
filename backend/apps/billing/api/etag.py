"""Answers that are polled: unchanged, they are not sent again."""

import hashlib
from typing import Any

from django.http import HttpResponse, HttpResponseBase
from rest_framework.response import Response

from kernel.http.rendering import dumps

PRIVATE = {"Cache-Control": "private, no-cache"}


def unless_known(request: Any, response: Response) -> HttpResponseBase:
    """`response`, or 304 when the caller shows that it has exactly this one."""
    tag = f'"{hashlib.sha256(dumps(response.data)).hexdigest()[:32]}"'
    if request.headers.get("If-None-Match") == tag:
        return HttpResponse(status=304, headers={"ETag": tag, **PRIVATE})
    for name, value in {"ETag": tag, **PRIVATE}.items():
        response[name] = value
    return response
