"""`@command`: what an operation takes, answers and refuses, said once for the documents and for what it does."""

import functools
from collections.abc import Callable, Iterable
from typing import Any

from django.db.models import Model
from drf_spectacular.utils import extend_schema
from rest_framework.response import Response
from rest_framework.serializers import BaseSerializer

from kernel.errors import DomainError
from kernel.http.idempotency import idempotent as once_per_key
from kernel.http.schema import raises as declare

Serializer = type[BaseSerializer[Any]]
Verb = Callable[..., Any]


def command(
    *,
    answer: Serializer | None,
    body: Serializer | None = None,
    status: int = 200,
    raises: Iterable[type[DomainError]] = (),
    idempotent: bool = False,
    operation_id: str | None = None,
) -> Callable[[Verb], Callable[..., Response]]:
    """A verb of a scoped view: the method gets the row (where the route names one) and the body's values by name.

    What it returns is answered as `answer` shows it, a row of the view's model as the view reads it; None answers
    nothing. `idempotent`: the method and its answer take effect once per caller and `Idempotency-Key`.
    """

    def decorate(method: Verb) -> Callable[..., Response]:
        @functools.wraps(method)
        def run(view: Any, request: Any, **keys: Any) -> Response:
            rows = [view.get_object()] if keys else []
            result = method(view, *rows, **(_values(view, request, body) if body else {}))
            if answer is None:
                return Response(status=status)
            shown = answer(_as_read(view, result), context=view.get_serializer_context())
            return Response(shown.data, status=status)

        verb = declare(*raises)(once_per_key()(run) if idempotent else run)
        documented: Callable[..., Response] = extend_schema(
            request=body, responses={status: answer}, operation_id=operation_id
        )(verb)
        return documented

    return decorate


def _values(view: Any, request: Any, body: Serializer) -> dict[str, Any]:
    given = body(data=request.data, context=view.get_serializer_context())
    given.is_valid(raise_exception=True)
    values: dict[str, Any] = given.validated_data
    return values


def _as_read(view: Any, result: Any) -> Any:
    """A row of the view's model anew, with what its lists join; all else as it is."""
    is_row = isinstance(result, Model) and isinstance(result, view.model)
    return view.base_queryset().get(pk=result.pk) if is_row else result
