"""One path whose methods belong to different apps."""

from collections.abc import Callable
from typing import Any

from django.http import HttpRequest, HttpResponseBase

View = Callable[..., HttpResponseBase]


def by_method(get: View, post: View) -> View:
    """A view that hands a request to the one for its method. Put it before the apps' own patterns, which describe it.

    Any other method is refused by the view for `get`.
    """

    def dispatch(request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponseBase:
        return (post if request.method == "POST" else get)(request, *args, **kwargs)

    dispatch.csrf_exempt = True  # type: ignore[attr-defined]
    return dispatch
