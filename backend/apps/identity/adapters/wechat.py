"""WeChat over HTTP: mini-program sign-in and subscribe messages, official-account template messages.

One client speaks for one app id; `factory.py` builds the two that the settings name. Neither session keys, tokens
nor the secret are ever logged: they travel in query strings, so the HTTP library's own log lines lose theirs.
"""

import logging
import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

import httpx

from apps.identity.adapters.token_store import AccessToken, TokenStore
from apps.identity.adapters.wechat_errors import (
    REJECTED_TOKEN_CODES,
    WeChatPermanentError,
    WeChatTemporaryError,
    error_for,
)

TIMEOUT = httpx.Timeout(connect=3.0, read=5.0, write=5.0, pool=2.0)
MAINLAND_MOBILE = re.compile(r"1[3-9]\d{9}")


class _DropQueries(logging.Filter):
    def filter(self, record: logging.LogRecord) -> bool:
        if isinstance(record.args, tuple):
            record.args = tuple(
                a.copy_with(query=None) if isinstance(a, httpx.URL) else a for a in record.args
            )
        return True


logging.getLogger("httpx").addFilter(_DropQueries())


@dataclass(frozen=True, slots=True)
class WeChatSession:
    """Who signed in. `session_key` decrypts the user's data: it stays on the server. `unionid` may be absent."""

    openid: str
    unionid: str | None
    session_key: str = field(repr=False)


class WeChatClient:
    """Every method raises WeChatTemporaryError or WeChatPermanentError (wechat_errors.py) and nothing else.

    Thread-safe; keeps connections open, `close()` ends them.
    """

    def __init__(
        self,
        base_url: str,
        app_id: str,
        secret: str,
        token_store: TokenStore,
        *,
        timeout: httpx.Timeout = TIMEOUT,
    ) -> None:
        self.app_id = app_id
        self._secret = secret
        self._tokens = token_store
        self._http = httpx.Client(base_url=base_url, timeout=timeout)

    def close(self) -> None:
        self._http.close()

    def code_to_session(self, code: str) -> WeChatSession:
        """Redeems a wx.login code, good once and for 5 minutes; WeChatInvalidCodeError otherwise."""
        query = {
            "appid": self.app_id,
            "secret": self._secret,
            "js_code": code,
            "grant_type": "authorization_code",
        }
        data = self._checked(self._exchange("GET", "/sns/jscode2session", params=query))
        openid, session_key = data.get("openid"), data.get("session_key")
        if not openid or not session_key:
            raise WeChatTemporaryError("bad_reply", "no openid or session key")
        return WeChatSession(openid=openid, unionid=data.get("unionid") or None, session_key=session_key)

    def phone_number(self, code: str) -> str:
        """The user's mainland mobile number, 11 digits; WeChatPermanentError `foreign_phone` for any other."""
        info = self._call("/wxa/business/getuserphonenumber", {"code": code}).get("phone_info") or {}
        number = str(info.get("purePhoneNumber", ""))
        if str(info.get("countryCode")) != "86" or not MAINLAND_MOBILE.fullmatch(number):
            raise WeChatPermanentError("foreign_phone", "not a mainland mobile number")
        return number

    def send_subscribe_message(
        self,
        openid: str,
        template_id: str,
        data: Mapping[str, str],
        *,
        page: str = "",
        state: str = "formal",
        lang: str = "zh_CN",
    ) -> None:
        """Uses up one consent of the user to the template; WeChatPermanentError 43101 when there is none left.

        `data`: field name (thing1) → text. `page`: path in the mini-program. `state`: formal, trial or developer.
        """
        body = {
            "touser": openid,
            "template_id": template_id,
            "data": _values(data),
            "miniprogram_state": state,
            "lang": lang,
        }
        self._call("/cgi-bin/message/subscribe/send", body | ({"page": page} if page else {}))

    def send_template_message(
        self,
        openid: str,
        template_id: str,
        data: Mapping[str, str],
        *,
        client_msg_id: str = "",
        url: str = "",
        mini_program: Mapping[str, str] | None = None,
    ) -> str:
        """WeChat's msgid. The same `client_msg_id` within 10 minutes is sent once; 43004 if the user does not follow.

        `openid` is the official account's, not the mini-program's. `mini_program`: {appid, pagepath}, wins over `url`.
        """
        optional = {"client_msg_id": client_msg_id, "url": url, "miniprogram": dict(mini_program or {})}
        body = {"touser": openid, "template_id": template_id, "data": _values(data)}
        return str(
            self._call("/cgi-bin/message/template/send", body | {k: v for k, v in optional.items() if v})[
                "msgid"
            ]
        )

    def _call(self, path: str, body: dict[str, Any]) -> dict[str, Any]:
        """POSTs with the shared access token; once more with a fresh one if WeChat rejects it."""
        token = self._tokens.get(self.app_id) or self._tokens.refresh(self.app_id, None, self._fetch_token)
        data = self._exchange("POST", path, params={"access_token": token}, json=body)
        if data.get("errcode") in REJECTED_TOKEN_CODES:
            rejected = token
            token = self._tokens.refresh(self.app_id, rejected, lambda: self._fetch_other_token(rejected))
            data = self._exchange("POST", path, params={"access_token": token}, json=body)
        return self._checked(data)

    def _fetch_token(self, force: bool = False) -> AccessToken:
        body = {
            "grant_type": "client_credential",
            "appid": self.app_id,
            "secret": self._secret,
            "force_refresh": force,
        }
        data = self._checked(self._exchange("POST", "/cgi-bin/stable_token", json=body))
        return AccessToken(data["access_token"], int(data["expires_in"]))

    def _fetch_other_token(self, rejected: str) -> AccessToken:
        """Forcing is rationed to 20 a day: only when WeChat still hands out the token that it rejects."""
        token = self._fetch_token()
        return self._fetch_token(force=True) if token.value == rejected else token

    def _exchange(self, method: str, path: str, **arguments: Any) -> dict[str, Any]:
        """The reply's JSON object, whatever its errcode."""
        try:
            response = self._http.request(method, path, **arguments)
        except (httpx.ConnectError, httpx.ConnectTimeout, httpx.PoolTimeout) as error:
            raise WeChatTemporaryError("connection", type(error).__name__) from None
        except httpx.TimeoutException as error:
            raise WeChatTemporaryError("timeout", type(error).__name__, outcome_unknown=True) from None
        except httpx.HTTPError as error:
            raise WeChatTemporaryError("connection", type(error).__name__, outcome_unknown=True) from None
        if response.status_code != httpx.codes.OK:
            raise WeChatTemporaryError(f"http_{response.status_code}", outcome_unknown=True)
        try:
            data = response.json()
        except ValueError:
            data = None
        if not isinstance(data, dict):
            raise WeChatTemporaryError("bad_reply", "not a JSON object", outcome_unknown=True)
        return data

    @staticmethod
    def _checked(data: dict[str, Any]) -> dict[str, Any]:
        # Success carries errcode 0 or none at all.
        if errcode := data.get("errcode"):
            raise error_for(int(errcode), str(data.get("errmsg", "")))
        return data


def _values(data: Mapping[str, str]) -> dict[str, dict[str, str]]:
    return {name: {"value": value} for name, value in data.items()}
