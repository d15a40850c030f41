"""What the product is told by its environment; everything that reads a variable reads it here.

An empty variable counts as unset, so that a list of all variables with nothing in them overrides no default.
`NAME_FILE` names a file whose content is the value of NAME: secrets of containers are handed over so.
"""

import os
from collections.abc import Callable, Iterator, Mapping
from pathlib import Path
from typing import Any

import environ
from django.core.exceptions import ImproperlyConfigured

FILE_ENDING = "_FILE"
TRUE, FALSE = {"1", "true", "yes", "on"}, {"0", "false", "no", "off"}


class _Values(Mapping[str, str]):
    """The process's variables as they are now."""

    def __getitem__(self, name: str) -> str:
        value, path = os.environ.get(name, ""), os.environ.get(name + FILE_ENDING, "")
        if value and path:
            raise ImproperlyConfigured(f"{name}: given twice, itself and by {name}{FILE_ENDING}")
        if path:
            value = _content(name, Path(path))
        if not value:
            raise KeyError(name)
        return value

    def __iter__(self) -> Iterator[str]:
        return iter(os.environ)

    def __len__(self) -> int:
        return len(os.environ)


def _content(name: str, path: Path) -> str:
    try:
        return path.read_text(encoding="utf-8").strip()
    except (OSError, UnicodeDecodeError) as error:
        raise ImproperlyConfigured(f"{name}: the file of {name}{FILE_ENDING} cannot be read") from error


class Environment(environ.Env):
    """Typed values; one that cannot be read as its type is refused by its name."""

    ENVIRON = _Values()

    def get_value(self, var: str, cast: Any = None, default: Any = environ.Env.NOTSET, **rest: Any) -> Any:
        """The value as `cast`. A value that begins with $ stands for itself, as any other."""
        if var not in self.ENVIRON:
            return super().get_value(var, cast=cast, default=default, **rest)
        try:
            return _typed(self.ENVIRON[var], cast)
        except ValueError as error:
            kind = _kind(cast[0] if isinstance(cast, list) else cast)
            raise ImproperlyConfigured(f"{var}: cannot be read as {kind}") from error


def _typed(value: str, cast: Any) -> Any:
    if cast is bool:
        return _boolean(value)
    if cast is list or isinstance(cast, list):
        one: Callable[[str], Any] = cast[0] if isinstance(cast, list) else str
        return [one(item.strip()) for item in value.split(",") if item.strip()]
    return value if cast is None else cast(value)


def _boolean(value: str) -> bool:
    if value.lower() not in TRUE | FALSE:
        raise ValueError(value)
    return value.lower() in TRUE


def _kind(cast: Any) -> str:
    return {bool: "true or false", int: "a whole number", float: "a number"}.get(cast, "text")


env = Environment()
