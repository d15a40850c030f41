"""Typed per-hospital settings: declared in code with a default, overridden in `Hospital.settings`."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any, Generic, TypeVar

from apps.identity.models import Hospital
from kernel.errors import Expectation, InvalidValue
from kernel.expectations import BOOLEAN, TEXT, whole_number
from kernel.money import yuan_shown
from kernel.words import YES_NO, Words, of, unit_of, words_of_values

MAX_TEXT = 1000
KINDS: dict[type, str] = {bool: "boolean", int: "integer", str: "string"}
T = TypeVar("T", int, bool, str)


@dataclass(frozen=True, slots=True)
class Setting(Generic[T]):
    """One setting. `minimum`/`maximum` bound integers, `choices` strings; `form` says what a text is that `fits`.

    `barred`: why a hospital may not have a value that others may; None where it may.
    """

    key: str
    default: T
    zh: str
    en: str
    minimum: int | None = None
    maximum: int | None = None
    choices: tuple[str, ...] = ()
    form: Expectation | None = None
    fits: Callable[[Any], bool] | None = None
    barred: Callable[[Hospital, Any], Expectation | None] | None = None

    def of(self, hospital: Hospital) -> T:
        """The value in force at `hospital`."""
        value: T = hospital.settings.get(self.key, self.default)
        return value

    def check(self, value: Any) -> T:
        """`value` if it is allowed; InvalidValue otherwise."""
        in_range = not isinstance(value, int) or (
            (self.minimum is None or value >= self.minimum)
            and (self.maximum is None or value <= self.maximum)
        )
        if (
            type(value) is not type(self.default)
            or not in_range
            or len(str(value)) > MAX_TEXT
            or (self.choices and value not in self.choices)
            or (self.fits is not None and not self.fits(value))
        ):
            raise InvalidValue(field=f"values.{self.key}", expected=self.expected, choices=self.choices)
        checked: T = value
        return checked

    def check_at(self, hospital: Hospital, value: Any) -> T:
        """`value` if it is allowed there; InvalidValue otherwise."""
        checked = self.check(value)
        why = self.barred(hospital, checked) if self.barred else None
        if why is not None:
            raise InvalidValue(field=f"values.{self.key}", expected=why)
        return checked

    @property
    def expected(self) -> Expectation:
        """What a value of it is, beside its choices."""
        default: Any = self.default
        if self.form is not None:
            return self.form
        if isinstance(default, bool):
            return BOOLEAN
        return whole_number(self.minimum, self.maximum) if isinstance(default, int) else TEXT

    def text_of(self, value: T) -> str:
        """A value as people read it, in the language of the request."""
        if isinstance(value, bool):
            return YES_NO[value].text
        if self.unit == "fen":
            return yuan_shown(int(value))
        said = words_of_values(self.choices).get(str(value))
        return said.text if said else str(value)

    @property
    def words(self) -> Words:
        """What it is."""
        return Words(self.zh, self.en)

    @property
    def section(self) -> Words:
        """The heading under which forms and tables show it."""
        return next(words for prefix, words in SECTIONS.items() if self.key.startswith(prefix))

    @property
    def kind(self) -> str:
        """boolean, integer or string."""
        return KINDS[type(self.default)]

    @property
    def unit(self) -> str:
        """fen, minute, second, byte, or nothing."""
        return unit_of(self.key) or ""


SETTINGS: dict[str, Setting[Any]] = {}
#: The beginning of keys → the heading of their settings.
SECTIONS: dict[str, Words] = {}
#: The component of the contract that has every setting as a property.
VALUES = "SettingValues"


def section(zh: str, en: str, *prefixes: str) -> None:
    """Declare the heading of the settings whose keys begin so, above them."""
    SECTIONS.update(dict.fromkeys(prefixes, Words(zh, en)))


def define(setting: Setting[T]) -> Setting[T]:
    """Register a setting at import of an app's `settings.py`."""
    if SETTINGS.setdefault(setting.key, setting) is not setting:
        raise ValueError(f"setting {setting.key} is defined twice")
    setting.expected, setting.section  # noqa: B018 - the contract knows them from the start
    of(VALUES, **{setting.key: (setting.zh, setting.en)})
    return setting


section("登录", "Signing in", "sign_in_", "session_")
SIGN_IN_MAX_FAILURES = define(
    Setting(
        "sign_in_max_failures",
        5,
        "连续登录失败次数上限",
        "Failed sign-ins before the account is locked",
        3,
        20,
    )
)
SIGN_IN_LOCK_MINUTES = define(
    Setting("sign_in_lock_minutes", 15, "登录锁定分钟数", "Minutes an account stays locked", 1, 1440)
)
SESSION_HOURS = define(
    Setting("session_hours", 12, "员工登录有效小时数", "Hours a staff session lasts", 1, 720)
)
