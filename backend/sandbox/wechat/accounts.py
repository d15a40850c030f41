"""Settings of the WeChat stand-in: the accounts it knows."""

from dataclasses import dataclass, field

from sandbox.wechat.errors import WeChatFailure

MINI_PROGRAM = "mini_program"
OFFICIAL_ACCOUNT = "official_account"


def _default_apps() -> dict[str, dict[str, str]]:
    return {
        "wx00000000sandbox1": {"secret": "sandbox-mini-program-secret", "kind": MINI_PROGRAM},
        "wx00000000sandbox2": {"secret": "sandbox-official-account-secret", "kind": OFFICIAL_ACCOUNT},
    }


@dataclass(slots=True)
class WeChatSettings:
    """`apps`: app id → {secret, kind}. `strict_templates`: 40037 unless the template was registered.
    `pages`: when not empty, the mini-program pages that exist (41030 for others)."""

    apps: dict[str, dict[str, str]] = field(default_factory=_default_apps)
    token_seconds: int = 7200
    login_code_seconds: int = 300
    strict_templates: bool = False
    pages: list[str] = field(default_factory=list)

    def check_secret(self, app_id: str, secret: str) -> None:
        app = self.apps.get(app_id)
        if app is None:
            raise WeChatFailure(40013)
        if app["secret"] != secret:
            raise WeChatFailure(40125)
