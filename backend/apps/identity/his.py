"""Which hospital information system (HIS) a hospital has, and what it can do for us.

The setting `his.driver` names a driver; whoever owns one registers what it can do. An app that needs something of HIS
declares a Capability with a Protocol of its own, and says what counts where a hospital's HIS does not have it.
"""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any, Generic, TypeVar

from apps.identity.models import Hospital
from apps.identity.settings import Setting, define, section

#: The hospital is its own HIS: our tables.
EMBEDDED = "embedded"
section("医院信息系统", "HIS", "his.")
HIS_DRIVER = define(
    Setting("his.driver", EMBEDDED, "HIS 接口方式", "How HIS is reached", choices=(EMBEDDED, "http"))
)
P = TypeVar("P")


@dataclass(frozen=True, slots=True)
class Capability(Generic[P]):
    """Something that a HIS may be able to do, as the Protocol P of the app that asks for it."""

    name: str


_MAKERS: dict[tuple[str, str], Callable[[Hospital], Any]] = {}


def register(driver: str, capability: Capability[P], make: Callable[[Hospital], P]) -> None:
    """The driver can do this; called once at start, by its owner's AppConfig."""
    _MAKERS[driver, capability.name] = make


def forget(driver: str) -> None:
    """The driver is no more."""
    for key in [key for key in _MAKERS if key[0] == driver]:
        del _MAKERS[key]


@dataclass(frozen=True, slots=True)
class His:
    """One hospital's."""

    hospital: Hospital
    driver: str

    @property
    def is_embedded(self) -> bool:
        return self.driver == EMBEDDED

    def find(self, capability: Capability[P]) -> P | None:
        """What does it for this hospital; None if its HIS cannot."""
        make: Callable[[Hospital], P] | None = _MAKERS.get((self.driver, capability.name))
        return make(self.hospital) if make else None


def his_of(hospital: Hospital) -> His:
    """The hospital's HIS, as its setting says now."""
    return His(hospital, HIS_DRIVER.of(hospital))
