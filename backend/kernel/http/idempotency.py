"""What takes effect once per caller and `Idempotency-Key`; `kernel.http.commands` puts it around its methods."""

import functools
import re
from collections.abc import Callable
from typing import Any

from django.db import transaction
from django.http import HttpResponse
from rest_framework.response import Response

from kernel.errors import Expectation, IdempotencyKeyRequired, InvalidValue
from kernel.http.rendering import dumps
from kernel.idempotency import store

HEADER = "Idempotency-Key"
#: As the documents say it.
FORM = re.compile(r"[!-~]{1,128}")
View = Callable[..., Response]
KEY_FORM = Expectation(
    "idempotency_key_form",
    "须为 1 至 128 个可见的 ASCII 字符,不含空格",
    "1 to 128 visible ASCII characters without blanks.",
)


def idempotent(
    *, again: View, atomic: bool = True, content: Callable[[Any], bytes] | None = None
) -> Callable[[View], View]:
    """Make a view method take effect once per caller and key.

    atomic=True: the method and the stored answer commit together, the exact answer is replayed.
    atomic=False: the use case finishes `store.current()` inside its own statement with the id of what it made; a
    repeated request is answered by `again(view, id)`, with the present state of that object.
    `content(request)`: what tells one upload from another, whose body is neither held in memory nor twice the same.
    """

    def decorate(method: View) -> View:
        @functools.wraps(method)
        def wrapper(view: Any, request: Any, *args: Any, **kwargs: Any) -> Any:
            key = request.headers.get(HEADER, "")
            if not key:
                raise IdempotencyKeyRequired
            if not FORM.fullmatch(key):
                raise InvalidValue(field=HEADER, expected=KEY_FORM)
            mark = store.fingerprint(
                request.method,
                request.get_full_path(),
                content(request) if content else request._request.body,
            )
            begun = store.begin(caller_of(request), key, mark)
            if isinstance(begun, store.Replay):
                return _replay(begun, again, view)
            run = _atomic if atomic else _own
            return run(begun, method, view, request, *args, **kwargs)

        wrapper.idempotent = True  # type: ignore[attr-defined]
        return wrapper

    return decorate


def caller_of(request: Any) -> str:
    """Whose keys these are: the user's, or the partner application's."""
    user_id = getattr(request.user, "pk", None)
    return f"user:{user_id}" if user_id else f"application:{getattr(request.auth, 'application_id', '')}"


def _atomic(record: Any, method: View, view: Any, request: Any, *args: Any, **kwargs: Any) -> Response:
    try:
        with transaction.atomic():
            response = method(view, request, *args, **kwargs)
            store.finish(record, response.status_code, dumps(response.data))
    except BaseException:
        store.abandon(record)
        raise
    return response


def _own(record: Any, method: View, view: Any, request: Any, *args: Any, **kwargs: Any) -> Response:
    store.set_current(record)
    try:
        return method(view, request, *args, **kwargs)
    except BaseException:
        store.abandon(record)
        raise
    finally:
        store.set_current(None)


def _replay(answer: store.Replay, again: View, view: Any) -> Any:
    if answer.body is None:
        response: Any = again(view, answer.result)
    else:
        response = HttpResponse(answer.body, status=answer.status, content_type="application/json")
    response["Idempotency-Replayed"] = "true"
    return response
