"""What every view of the API is built on: a GET takes the query parameters that its document names, and no others."""

from collections.abc import Mapping
from typing import Any, TypeVar

from django.db.models import Model
from rest_framework import generics, views, viewsets
from rest_framework.exceptions import ValidationError

from kernel.errors import in_english
from kernel.expectations import REPEATED
from kernel.http.schema import query_parameters

_M = TypeVar("_M", bound=Model)
#: View class and action (or method) → the names that the operation takes, and whether several values of each; the
#: same for as long as the process runs.
_KNOWN: dict[tuple[type, str], Mapping[str, bool]] = {}


class APIView(views.APIView):
    """The framework's, and unknown query parameters are refused as soon as the caller may ask at all."""

    def initial(self, request: Any, *args: Any, **kwargs: Any) -> None:
        super().initial(request, *args, **kwargs)
        if request.method in ("GET", "HEAD") and request.query_params and hasattr(self, "get"):
            _refuse_unknown(request, known := self._known_parameters())
            _refuse_repeated(request, known)

    def _known_parameters(self) -> Mapping[str, bool]:
        key = (type(self), getattr(self, "action", None) or "get")
        known = _KNOWN.get(key)
        if known is None:
            known = _KNOWN[key] = query_parameters(self)
        return known


class GenericAPIView(APIView, generics.GenericAPIView[_M]):
    """The framework's, with what APIView refuses."""


class GenericViewSet(APIView, viewsets.GenericViewSet[_M]):
    """The framework's, with what APIView refuses."""


def _refuse_repeated(request: Any, known: Mapping[str, bool]) -> None:
    """Of two values one would silently be dropped."""
    many = sorted(name for name, given in request.query_params.lists() if len(given) > 1 and not known[name])
    if many:
        raise ValidationError({name: [REPEATED.text] for name in many}, code=REPEATED.code)


def _refuse_unknown(request: Any, known: Mapping[str, bool]) -> None:
    unknown = sorted(set(request.query_params) - known.keys())
    if unknown:
        raise ValidationError({name: [_expected(known)] for name in unknown}, code="unknown_parameter")


def _expected(known: Mapping[str, bool]) -> str:
    names = ", ".join(sorted(known))
    if in_english():
        return f"Unknown query parameter; {f'known are {names}' if names else 'there are none here'}."
    return f"未知的查询参数,{f'可用的有 {names}' if names else '此接口没有查询参数'}"
