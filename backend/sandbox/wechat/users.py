"""People of the WeChat stand-in: their ids, one-use codes, and consents to subscribe messages."""

import base64
import secrets
import threading
from collections import OrderedDict
from dataclasses import asdict, dataclass
from typing import Any

from sandbox.clock import Clock
from sandbox.wechat.errors import WeChatFailure

CAPACITY = 200_000


@dataclass(slots=True)
class User:
    """One person: `openid` in the mini-program, `official_account_openid` in the official account."""

    openid: str
    unionid: str
    official_account_openid: str
    phone: str
    country_code: str = "86"
    follows: bool = True


class Users:
    """Thread-safe; the oldest users and codes are forgotten beyond CAPACITY."""

    def __init__(self, clock: Clock) -> None:
        self._clock = clock
        self._lock = threading.Lock()
        self.reset()

    def reset(self) -> None:
        with self._lock:
            self._users: OrderedDict[str, User] = OrderedDict()
            self._followers: dict[str, User] = {}
            self._codes: OrderedDict[str, tuple[str, str, float]] = OrderedDict()
            self._consents: OrderedDict[tuple[str, str], int] = OrderedDict()

    def create(self, given: dict[str, Any]) -> dict[str, Any]:
        """Ids and the phone are made up unless given."""
        user = User(
            openid=given.get("openid") or "o" + secrets.token_urlsafe(21)[:27],
            unionid=given.get("unionid") or "oU" + secrets.token_urlsafe(21)[:26],
            official_account_openid=given.get("official_account_openid")
            or "oA" + secrets.token_urlsafe(21)[:26],
            phone=given.get("phone") or f"139{secrets.randbelow(10**8):08d}",
            country_code=given.get("country_code") or "86",
            follows=bool(given.get("follows", True)),
        )
        with self._lock:
            self._users[user.openid] = self._followers[user.official_account_openid] = user
            if len(self._users) > CAPACITY:
                _, oldest = self._users.popitem(last=False)
                self._followers.pop(oldest.official_account_openid, None)
        return asdict(user)

    def by_openid(self, openid: str) -> User:
        """WeChatFailure 40003 for an unknown mini-program openid."""
        user = self._users.get(openid)
        if user is None:
            raise WeChatFailure(40003)
        return user

    def by_official_account_openid(self, openid: str) -> User:
        user = self._followers.get(openid)
        if user is None:
            raise WeChatFailure(40003)
        return user

    def issue_code(self, purpose: str, openid: str, seconds: int) -> str:
        """A one-use code of `purpose` (login or phone) for a known user."""
        self.by_openid(openid)
        code = "0" + secrets.token_urlsafe(24)[:31]
        with self._lock:
            self._codes[code] = (purpose, openid, self._clock.now() + seconds)
            if len(self._codes) > CAPACITY:
                self._codes.popitem(last=False)
        return code

    def redeem_code(self, purpose: str, code: str) -> User:
        """WeChatFailure 40029 if unknown, used, too old or of another purpose."""
        with self._lock:
            found = self._codes.get(code)
            if found is None or found[0] != purpose:
                raise WeChatFailure(40029)
            del self._codes[code]
        if found[2] < self._clock.now():
            raise WeChatFailure(40029)
        return self.by_openid(found[1])

    def grant_consent(self, openid: str, template_id: str, times: int) -> int:
        """Adds `times` (may be negative) to what is left; returns what is left."""
        self.by_openid(openid)
        with self._lock:
            left = max(0, self._consents.get((openid, template_id), 0) + times)
            self._consents[openid, template_id] = left
            if len(self._consents) > CAPACITY:
                self._consents.popitem(last=False)
            return left

    def use_consent(self, openid: str, template_id: str) -> None:
        """One consent is one message: WeChatFailure 43101 when none is left."""
        with self._lock:
            left = self._consents.get((openid, template_id), 0)
            if left < 1:
                raise WeChatFailure(43101)
            self._consents[openid, template_id] = left - 1


def new_session_key() -> str:
    return base64.b64encode(secrets.token_bytes(16)).decode()
