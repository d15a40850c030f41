"""Every route of the three audiences, read from the URL configuration."""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from importlib import import_module

from django.urls import URLPattern, URLResolver

from config.urls import AUDIENCES

METHODS = ("get", "post", "put", "patch", "delete")


@dataclass(frozen=True, order=True)
class Route:
    """`path` is relative to /api/, with `{name}` for parameters."""

    path: str
    method: str

    def __str__(self) -> str:
        return f"{self.method.upper()} {self.path}"


def all_routes() -> list[Route]:
    """Every (method, path) that the API answers."""
    routes: set[Route] = set()
    for audience in AUDIENCES:
        patterns = import_module(f"config.urls.{audience}").urlpatterns
        routes.update(_walk(patterns, ""))
    return sorted(routes)


def _walk(patterns: list[URLPattern | URLResolver], prefix: str) -> Iterator[Route]:
    for entry in patterns:
        path = prefix + re.sub(r"<(?:\w+:)?(\w+)>", r"{\1}", str(entry.pattern))
        if isinstance(entry, URLResolver):
            yield from _walk(entry.url_patterns, path)
            continue
        view = entry.callback
        actions = getattr(view, "actions", None)
        if actions is not None:
            methods = list(actions)
        else:
            cls = getattr(view, "cls", None) or getattr(view, "view_class", None)
            methods = [m for m in METHODS if hasattr(cls, m)]
        for method in methods:
            if method in METHODS:
                yield Route(path.removeprefix("api/"), method)
