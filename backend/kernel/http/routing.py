"""Where a request goes: one path whose methods belong to different apps, many paths found by their first segment."""

from collections.abc import Callable, Iterable
from functools import cached_property
from importlib import import_module
from typing import Any

from django.http import HttpRequest, HttpResponseBase
from django.urls import Resolver404, ResolverMatch, URLPattern, URLResolver
from django.urls.resolvers import RoutePattern

View = Callable[..., HttpResponseBase]


def by_method(get: View, post: View) -> View:
    """A view that hands a request to the one for its method. Put it before the apps' own patterns, which describe it.

    Any other method is refused by the view for `get`.
    """

    def dispatch(request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponseBase:
        return (post if request.method == "POST" else get)(request, *args, **kwargs)

    dispatch.csrf_exempt = True  # type: ignore[attr-defined]
    return dispatch


class BySegment(URLResolver):
    """Patterns under one prefix, each beginning with a fixed segment (`patients/<uuid:pk>`).

    A request is compared with those of its segment alone; Django compares it with one after the other, hundreds here.
    """

    def __init__(self, prefix: str, patterns: Iterable[URLPattern]) -> None:
        super().__init__(RoutePattern(prefix), list(patterns))
        self.prefix = prefix

    @cached_property
    def _of_segment(self) -> dict[str, URLResolver]:
        found: dict[str, list[URLPattern | URLResolver]] = {}
        for pattern in self.url_patterns:
            segment = str(pattern.pattern).partition("/")[0]
            if not segment or "<" in segment:
                raise ValueError(f"{self.prefix}{pattern.pattern} begins with no fixed segment")
            found.setdefault(segment, []).append(pattern)
        return {segment: URLResolver(self.pattern, patterns) for segment, patterns in found.items()}

    def resolve(self, path: str) -> ResolverMatch:
        """As Django's, without the list of what was tried."""
        path = str(path)
        if path.startswith(self.prefix):
            among = self._of_segment.get(path.removeprefix(self.prefix).partition("/")[0])
            if among is not None:
                return among.resolve(path)
        raise Resolver404({"path": path, "tried": []})


def patterns_of(modules: Iterable[str]) -> list[URLPattern]:
    """The `urlpatterns` of all the modules, in their order."""
    return [pattern for module in modules for pattern in import_module(module).urlpatterns]
