"""Does requirements.txt still hold what pyproject.toml asks for? Offline, and deaf to newer releases elsewhere.

The pins must be exactly the closure of pyproject's requirements over the metadata of the installed packages,
every pin satisfying what asks for it and carrying hashes. So a dependency that was added, removed, given an
extra or another range without a new export fails; a release published upstream does not.
"""

import sys
import tomllib
from dataclasses import dataclass, field
from importlib.metadata import PackageNotFoundError, requires
from pathlib import Path

from packaging.requirements import Requirement
from packaging.utils import canonicalize_name
from packaging.version import Version

ROOT = Path(__file__).resolve().parents[2]
EXPORT = "uv export --no-emit-project --no-header --no-annotate -o requirements.txt"


@dataclass
class Pin:
    """One line of requirements.txt. `applies` is False where its marker excludes this machine."""

    name: str
    version: Version
    applies: bool
    hashes: int = 0


@dataclass
class Check:
    """Walks what is asked for; `problems` says what the pins get wrong."""

    pins: dict[str, Pin]
    problems: list[str] = field(default_factory=list)
    seen: set[tuple[str, str]] = field(default_factory=set)

    def demand(self, text: str, asked_by: str, extra: str = "") -> None:
        """Follow one requirement, and what the installed package requires in turn."""
        requirement = Requirement(text)
        if requirement.marker and not requirement.marker.evaluate({"extra": extra}):
            return
        name = canonicalize_name(requirement.name)
        pin = self.pins.get(name)
        if pin is None:
            self.problems.append(f"{name}: asked for by {asked_by}, not pinned")
            return
        if not requirement.specifier.contains(pin.version, prereleases=True):
            self.problems.append(
                f"{name}: pinned to {pin.version}, {asked_by} asks for {requirement.specifier}"
            )
        for wanted in ("", *requirement.extras):
            if (name, wanted) not in self.seen:
                self.seen.add((name, wanted))
                self._follow(name, wanted)

    def _follow(self, name: str, extra: str) -> None:
        try:
            lines = requires(name) or []
        except PackageNotFoundError:
            self.problems.append(f"{name}: pinned but not installed, so what it requires cannot be checked")
            return
        for line in lines:
            self.demand(line, name, extra)

    def surplus(self) -> None:
        """Pins that nothing asks for, and pins without a hash."""
        asked = {name for name, _ in self.seen}
        for name, pin in self.pins.items():
            if pin.applies and name not in asked:
                self.problems.append(f"{name}: pinned, but nothing asks for it")
            if not pin.hashes:
                self.problems.append(f"{name}: no hash")


def read_pins(text: str) -> dict[str, Pin]:
    """The pins of a requirements file as uv exports it."""
    pins: dict[str, Pin] = {}
    current: Pin | None = None
    for line in text.splitlines():
        part = line.strip().removesuffix("\\").strip()
        if part.startswith("--hash=sha256:") and current:
            current.hashes += 1
        elif part and not part.startswith(("#", "-")):
            requirement = Requirement(part)
            version = next(iter(requirement.specifier)).version
            applies = requirement.marker is None or requirement.marker.evaluate()
            current = Pin(canonicalize_name(requirement.name), Version(version), applies)
            pins[current.name] = current
    return pins


def problems(pyproject: str, requirements: str) -> list[str]:
    """What keeps the pins from being an export of this pyproject; empty if nothing does."""
    project = tomllib.loads(pyproject)
    check = Check(read_pins(requirements))
    asked = [*project["project"]["dependencies"], *project["dependency-groups"]["dev"]]
    for text in asked:
        check.demand(text, "pyproject.toml")
    check.surplus()
    return check.problems


def main() -> int:
    """Entry of the command line; returns the exit code."""
    found = problems((ROOT / "pyproject.toml").read_text(), (ROOT / "requirements.txt").read_text())
    for problem in found:
        print(problem)
    if found:
        print(f"requirements.txt is not an export of pyproject.toml: {EXPORT}")
    return 1 if found else 0


if __name__ == "__main__":
    sys.exit(main())
