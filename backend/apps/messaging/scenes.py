"""What patients are told, declared by the apps that tell it (`scenes.py`): words, and usual fields of each provider."""

from collections.abc import Mapping
from dataclasses import dataclass

from apps.messaging.models import Channel


@dataclass(frozen=True, slots=True)
class Scene:
    """`keys`: data the caller gives, used in `text` as {key}. `fields`: channel → our key → the provider's field."""

    code: str
    title: str
    text: str
    keys: tuple[str, ...]
    fields: Mapping[str, Mapping[str, str]]
    page: str = "pages/appointments/index"
    en: str = ""


SCENES: dict[str, Scene] = {}


def scene(
    code: str, title: str, text: str, wechat: Mapping[str, str], page: str | None = None, *, en: str
) -> Scene:  # fmt: skip
    """Declare a scene, `title` and `en` its name; `wechat` maps its data keys to fields of subscribe and
    template messages.

    TypeError for a code that is taken.
    """
    if code in SCENES:
        raise TypeError(f"two scenes are named {code!r}")
    plain = {key: key for key in wechat}
    fields = {Channel.WECHAT_SUBSCRIBE: wechat, Channel.WECHAT_TEMPLATE: wechat, Channel.SMS: plain}
    extra = {} if page is None else {"page": page}
    SCENES[code] = Scene(
        code, title, text, tuple(wechat), {str(k): v for k, v in fields.items()}, **extra, en=en
    )
    return SCENES[code]
