"""Which platforms issue receipts: each is one class behind `ports.ReceiptPlatform`, registered by its owner."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass

from apps.identity.models import Hospital
from apps.receipts.ports import ReceiptPlatform
from kernel.words import ValueWords

Build = Callable[[Hospital, Mapping[str, str]], ReceiptPlatform]
#: Says InvalidValue of a configuration that can't be used.
Check = Callable[[Hospital, Mapping[str, str]], None]


@dataclass(frozen=True, slots=True)
class PlatformSpec:
    """`fields` are the names that an account's configuration needs, `secrets` those never shown again.

    `available`: False keeps a documented slot switched off; it has no `build`.
    """

    code: str
    zh: str
    en: str
    build: Build | None = None
    check: Check | None = None
    fields: tuple[str, ...] = ()
    optional: tuple[str, ...] = ()
    secrets: tuple[str, ...] = ()
    available: bool = True


PLATFORMS: dict[str, PlatformSpec] = {}


def register(spec: PlatformSpec) -> None:
    """From now on; TypeError for a code that is taken."""
    if PLATFORMS.setdefault(spec.code, spec) is not spec:
        raise TypeError(f"two receipt platforms are named {spec.code!r}")


def platform_words() -> dict[str, ValueWords]:
    """Every platform by its code."""
    return {code: ValueWords(spec.zh, spec.en) for code, spec in sorted(PLATFORMS.items())}


#: 全电发票 of clinics that are no public institution: what is sent is not published, so that nothing stands behind it.
register(
    PlatformSpec(
        "tax_invoice", "税务数电发票(暂未开放)", "Tax digital invoice (not available yet)", available=False
    )
)
