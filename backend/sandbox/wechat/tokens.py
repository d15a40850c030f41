"""Access tokens with the rules of /cgi-bin/stable_token.

A plain request returns the running token until 5 minutes before its end, then a new one while the old still works.
A forced refresh ends the old one at once, is ignored within 30 s of the last, and allowed 20 times a day.
"""

import secrets
import threading
from dataclasses import dataclass, field

from sandbox.clock import Clock
from sandbox.wechat.errors import WeChatFailure

EARLY_RENEWAL = 300
FORCED_PER_DAY = 20
FORCED_APART = 30
KEPT_PER_APP = 50


@dataclass(slots=True)
class _App:
    current: str = ""
    ends: dict[str, float] = field(default_factory=dict)  # token → end of life; 0 once revoked
    forced: list[float] = field(default_factory=list)
    issued: int = 0
    requests: int = 0


class Tokens:
    def __init__(self, clock: Clock) -> None:
        self._clock = clock
        self._apps: dict[str, _App] = {}
        self._lock = threading.Lock()

    def issue(self, app_id: str, seconds: int, force: bool) -> tuple[str, int]:
        """(token, seconds it still lives). WeChatFailure 45009 when the day's forced refreshes are used up."""
        now = self._clock.now()
        with self._lock:
            app = self._apps.setdefault(app_id, _App())
            app.requests += 1
            if force:
                self._force(app, now, seconds)
            elif app.ends.get(app.current, 0) - now <= min(EARLY_RENEWAL, seconds // 2):
                self._renew(app, now, seconds)
            return app.current, int(app.ends[app.current] - now)

    def app_of(self, token: str) -> str:
        """The app id a valid token belongs to; WeChatFailure 41001, 40014, 40001 or 42001 otherwise."""
        if not token:
            raise WeChatFailure(41001)
        if len(token) < 64:
            raise WeChatFailure(40014)
        now = self._clock.now()
        with self._lock:
            for app_id, app in self._apps.items():
                if token in app.ends:
                    end = app.ends[token]
                    if end > now:
                        return app_id
                    raise WeChatFailure(42001 if end else 40001)
        raise WeChatFailure(40001)

    def revoke(self, app_id: str, expired: bool) -> None:
        """Ends the running token early: it answers 42001 (`expired`) or 40001 from now on."""
        with self._lock:
            app = self._apps.get(app_id)
            if app and app.current:
                app.ends[app.current] = self._clock.now() if expired else 0
                app.current = ""

    def counts(self, app_id: str) -> dict[str, int]:
        """How many different tokens the app was given, and how often it asked."""
        with self._lock:
            app = self._apps.get(app_id, _App())
            return {"issued": app.issued, "requests": app.requests}

    def reset(self) -> None:
        with self._lock:
            self._apps.clear()

    def _force(self, app: _App, now: float, seconds: int) -> None:
        app.forced = [at for at in app.forced if now - at < 86_400]
        if app.current and app.forced and now - app.forced[-1] < FORCED_APART:
            return
        if len(app.forced) >= FORCED_PER_DAY:
            raise WeChatFailure(45009)
        app.forced.append(now)
        if app.current:
            app.ends[app.current] = 0
        self._renew(app, now, seconds)

    @staticmethod
    def _renew(app: _App, now: float, seconds: int) -> None:
        app.current = secrets.token_urlsafe(384)  # 512 characters: what WeChat says to leave room for
        app.ends[app.current] = now + seconds
        app.issued += 1
        while len(app.ends) > KEPT_PER_APP:
            del app.ends[next(iter(app.ends))]
