"""Settings and templates of the SMS stand-in."""

import re
from dataclasses import dataclass, field

KINDS = ("code", "notice", "marketing")
VARIABLE = re.compile(r"\$\{(\w+)\}")


@dataclass(slots=True)
class SmsSettings:
    """`sign_names` empty accepts any. `strict_templates`: only registered template codes.
    `balance`: messages that can still be sent, None for no end. `report_url` and `uplink_url` empty push nothing.
    `retry_delays_ms` are the real 1, 5 and 10 minutes unless compressed."""

    access_keys: dict[str, str] = field(default_factory=lambda: {"LTAIsandbox": "sandbox-access-key-secret"})
    sign_names: list[str] = field(default_factory=list)
    strict_templates: bool = False
    limits: bool = True
    balance: int | None = None
    report_url: str = ""
    uplink_url: str = ""
    report_delay_ms: int = 200
    retry_delays_ms: list[int] = field(default_factory=lambda: [60_000, 300_000, 600_000])

    @property
    def retry_delays(self) -> list[float]:
        return [delay / 1000 for delay in self.retry_delays_ms]


@dataclass(frozen=True, slots=True)
class SmsTemplate:
    """`content` with ${variables}; None when the template is not registered and its text unknown."""

    code: str
    content: str | None
    kind: str

    def missing(self, values: dict[str, str]) -> list[str]:
        return [name for name in VARIABLE.findall(self.content or "") if not values.get(name)]

    def render(self, sign_name: str, values: dict[str, str]) -> str:
        """The text a phone shows; the values alone when the template's text is unknown."""
        if self.content is None:
            return f"【{sign_name}】{' '.join(values.values())}"
        return f"【{sign_name}】{VARIABLE.sub(lambda match: values[match[1]], self.content)}"


def parts(text: str) -> int:
    """How many messages a text is charged as: 70 characters in one, 67 in each of several."""
    return 1 if len(text) <= 70 else -(-len(text) // 67)
