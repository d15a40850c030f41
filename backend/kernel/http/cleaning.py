"""Queries without characters that nobody sees, as bodies are (kernel.http.parsing)."""

from collections.abc import Callable
from urllib.parse import parse_qsl, urlencode

from django.http import HttpRequest, HttpResponse

from kernel.errors import INVALID, InvalidValue
from kernel.expectations import UTF8
from kernel.http.problems import plain_response
from kernel.http.wire import SENT_QUERY
from kernel.text import clean

MAX_PARAMETERS = 200


class CleanQueryMiddleware:
    """What was pasted into a search box or a filter is found as if it had been typed."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        query = request.META.get("QUERY_STRING", "")
        if query.count("&") >= MAX_PARAMETERS:
            return plain_response(400, InvalidValue.code, InvalidValue(field="", expected=INVALID).text)
        if "%" in query and "%00" not in query and not request.path.startswith("/callbacks/"):
            try:
                typed = parse_qsl(query, keep_blank_values=True, errors="strict")
            except ValueError:
                return _not_utf8(query)
            cleaned = [(clean(name), clean(value)) for name, value in typed]
            if cleaned != typed:
                request.META[SENT_QUERY] = query
                request.META["QUERY_STRING"] = urlencode(cleaned)
        return self.get_response(request)


def _not_utf8(query: str) -> HttpResponse:
    """The refusal, with the names of the parameters that can't be read, unless they are what can't be."""
    pairs = parse_qsl(query, keep_blank_values=True, errors="replace")
    names = [name for name, value in pairs if "\ufffd" in value and "\ufffd" not in name]
    told = [{"field": name, "code": UTF8.code, "message": UTF8.text} for name in dict.fromkeys(names)]
    return plain_response(400, InvalidValue.code, UTF8.text, errors=told)
