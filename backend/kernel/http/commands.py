"""`@command`: what an operation takes, answers and refuses, said once for the documents and for what it does."""

import functools
from collections.abc import Callable, Iterable, Sequence
from typing import Any
from uuid import UUID

from django.db.models import Model
from drf_spectacular.utils import extend_schema
from rest_framework.response import Response
from rest_framework.serializers import BaseSerializer

from kernel.errors import DomainError
from kernel.http.idempotency import idempotent as once_per_key
from kernel.http.schema import raises as declare
from kernel.http.serializers import Serializer as Plain, validated

Serializer = type[BaseSerializer[Any]]
Verb = Callable[..., Any]


def command(
    *,
    answer: Serializer | None,
    body: type[Plain] | None = None,
    status: int = 200,
    raises: Iterable[type[DomainError]] = (),
    idempotent: bool = False,
    atomic: bool = True,
    content: Callable[[Any], bytes] | None = None,
    operation_id: str | None = None,
    tags: Sequence[str] | None = None,
) -> Callable[[Verb], Callable[..., Response]]:
    """A verb of a view: the method gets the row (where the route names one) and the body's values by name.

    The row is what the view's `get_object` finds; a view without that gets the route's keys by name. What the method
    returns is answered as `answer` shows it, a row of the view's model as the view's `as_now(pk)` reads it. None
    answers nothing; a Response is answered as it is, its status is the declared one.

    `idempotent`: the method and its answer take effect once per caller and `Idempotency-Key`; `atomic` and `content`
    are those of `kernel.http.idempotency`. Unless `atomic`, a repetition is answered from the id of what was made:
    by the view's `replay(id)` where that is no row of its model, else by `as_now(id)`.
    """
    _check_kept(idempotent, atomic, content)

    def decorate(method: Verb) -> Callable[..., Response]:
        @functools.wraps(method)
        def run(view: Any, request: Any, **keys: Any) -> Response:
            rows, named = ([view.get_object()], {}) if keys and hasattr(view, "get_object") else ([], keys)
            values = _values(view, request, body) if body else {}
            return _respond(view, method(view, *rows, **named, **values), answer, status)

        def again(view: Any, made: UUID) -> Response:
            return _respond(view, _found_again(view, made), answer, status)

        verb = once_per_key(again=again, atomic=atomic, content=content)(run) if idempotent else run
        say = extend_schema(request=body, responses={status: answer}, operation_id=operation_id, tags=tags)
        documented: Callable[..., Response] = say(declare(*raises)(verb))
        return documented

    return decorate


def _found_again(view: Any, made: UUID) -> Any:
    return view.replay(made) if hasattr(view, "replay") else view.as_now(made)


def _check_kept(idempotent: bool, atomic: bool, content: Callable[[Any], bytes] | None) -> None:
    """TypeError for how a repetition is kept where none is."""
    if not idempotent and (not atomic or content):
        raise TypeError("atomic and content say how a repetition is kept, which only idempotent=True does")


def _respond(view: Any, result: Any, answer: Serializer | None, status: int) -> Response:
    if isinstance(result, Response):
        if result.status_code != status:
            raise RuntimeError(f"{type(view).__name__} answers {result.status_code}, and declares {status}")
        return result
    if answer is None:
        return Response(status=status)
    if isinstance(result, Model) and isinstance(result, getattr(view, "model", ())):
        result = view.as_now(result.pk)
    return Response(answer(result, context=_context(view)).data, status=status)


def _values(view: Any, request: Any, body: type[Plain]) -> dict[str, Any]:
    """What the body says; no field outside of a scoped view asks who wants to know, which spares a copy of them."""
    if not hasattr(view, "base_queryset"):
        return validated(body, request.data)
    given = body(data=request.data, context=_context(view))
    given.is_valid(raise_exception=True)
    values: dict[str, Any] = given.validated_data
    return values


def _context(view: Any) -> dict[str, Any]:
    known = getattr(view, "get_serializer_context", None)
    context: dict[str, Any] = known() if known else {"request": view.request, "view": view}
    return context
