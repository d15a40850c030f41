"""Which files of the backend a use case enters while it runs, and who calls whom on the way."""

import re
import sys
import tomllib
from collections.abc import Callable
from dataclasses import dataclass, field
from types import FrameType
from typing import Any

from apps.payments.payables import Payable
from tests.architecture.typed_code import BACKEND

#: What a file declares is no step of a walk: rows, states, words.
DECLARATIONS = {"models", "states.py", "events.py", "errors.py", "settings.py"}
#: The operation log hears of every statement, through the connection.
HEARS_OF_ALL = "apps/audit/"
RULES = tomllib.loads((BACKEND.parent / "pyproject.toml").read_text())["tool"]["importlinter"]["contracts"]
LAYERS = [
    [name.removeprefix("apps.") for name in re.findall(r"[\w.]+", layer)]
    for rule in RULES
    if rule["type"] == "layers"
    for layer in rule["layers"]
]


@dataclass
class Walk:
    """`files`: the entered ones, in order. `up`: calls into an app above; `registered`: into what it has put
    in place below, a Payable or the adapter of a port.
    """

    files: list[str] = field(default_factory=list)
    up: list[str] = field(default_factory=list)
    registered: list[str] = field(default_factory=list)

    def __call__(self, frame: FrameType, event: str, _: Any) -> None:
        """The profiler's hook."""
        name = _file(frame)
        if event != "call" or name is None:
            return
        if name not in self.files and not DECLARATIONS & set(name.split("/")):
            self.files.append(name)
        caller = frame.f_back
        while caller is not None and _file(caller) is None:
            caller = caller.f_back
        source = _file(caller) if caller else None
        if source and _height(name) < _height(source):
            found = self.registered if _is_payable(frame) or "/adapters/" in name else self.up
            found.append(f"{source} → {name} {frame.f_code.co_qualname}")


def walk(run: Callable[[], Any]) -> Walk:
    """Run it, and say where it went."""
    found = Walk()
    sys.setprofile(found)
    try:
        run()
    finally:
        sys.setprofile(None)
    return found


def _file(frame: FrameType) -> str | None:
    """The file of a business module, below `backend`."""
    name = frame.f_code.co_filename.removeprefix(f"{BACKEND}/")
    is_business = name.startswith(("apps/", "workflows/")) and not name.startswith(HEARS_OF_ALL)
    return name if is_business else None


def _height(name: str) -> int:
    """The number of its layer, 0 for the highest."""
    parts = name.split("/")
    app = parts[1] if parts[0] == "apps" else parts[0]
    return next(number for number, layer in enumerate(LAYERS) if app in layer)


def _is_payable(frame: FrameType) -> bool:
    """Whether it is called as what its owner has registered: payments know no more of it."""
    return Payable in type(frame.f_locals.get("self")).__mro__
