"""What a stand-in for one provider gives the server."""

from collections.abc import Callable
from dataclasses import asdict, fields
from typing import Any, Protocol

from sandbox.wire import BadRequest, Request, Response

Handler = Callable[[Request], Response]
Routes = dict[tuple[str, str], Handler]


class Provider(Protocol):
    name: str

    def routes(self) -> Routes:
        """(method, path) of the provider's real API → handler."""

    def control_routes(self) -> Routes:
        """(method, path below /_sandbox/<name>) → handler."""

    def operation(self, request: Request) -> str:
        """The name that a fault's `operation` pattern is matched against."""

    def fault_reply(self, code: str) -> Response:
        """The provider's own answer carrying error `code`."""

    def settings(self) -> dict[str, Any]: ...

    def change_settings(self, changes: dict[str, Any]) -> None: ...

    def reset(self) -> None:
        """Forget users, codes, templates, counters and settings."""

    def close(self) -> None: ...


def settings_dict(settings: Any) -> dict[str, Any]:
    return asdict(settings)


def apply_settings(settings: Any, changes: dict[str, Any]) -> None:
    """Sets fields of a settings dataclass; BadRequest on a name it does not have."""
    known = {field.name for field in fields(settings)}
    for name, value in changes.items():
        if name not in known:
            raise BadRequest(f"{name}: unknown setting, one of {', '.join(sorted(known))}")
        setattr(settings, name, value)
