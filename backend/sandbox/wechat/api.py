"""The paths of api.weixin.qq.com that Yihui calls, and their control API."""

import itertools
import re
import threading
from collections import OrderedDict
from collections.abc import Callable
from typing import Any

from sandbox.clock import Clock
from sandbox.inbox import Inbox
from sandbox.provider import Handler, Routes, apply_settings, settings_dict
from sandbox.wechat.accounts import MINI_PROGRAM, OFFICIAL_ACCOUNT, WeChatSettings
from sandbox.wechat.control import WeChatControl
from sandbox.wechat.errors import WeChatFailure
from sandbox.wechat.fields import check_fields
from sandbox.wechat.tokens import Tokens
from sandbox.wechat.users import Users, new_session_key
from sandbox.wire import Request, Response, reply

TEMPLATE_ID = re.compile(r"[A-Za-z0-9_-]{10,64}")
REPEAT_SECONDS = 600
REPEATS_KEPT = 100_000


def _answer(error: WeChatFailure) -> Response:
    return reply({"errcode": error.code, "errmsg": error.text})


def _guarded(handler: Handler) -> Handler:
    def run(request: Request) -> Response:
        try:
            return handler(request)
        except WeChatFailure as error:
            return _answer(error)

    return run


class WeChat:
    name = "wechat"

    def __init__(self, clock: Clock, inbox: Inbox) -> None:
        self._clock = clock
        self._inbox = inbox
        self._msgids = itertools.count(3_000_000_000_000_000_001)
        self._lock = threading.Lock()
        self.tokens = Tokens(clock)
        self.users = Users(clock)
        self.reset()

    def reset(self) -> None:
        self._settings = WeChatSettings()
        self.templates: dict[str, list[str] | None] = {}
        self._repeats: OrderedDict[tuple[str, str], tuple[int, float]] = OrderedDict()
        self.tokens.reset()
        self.users.reset()

    def routes(self) -> Routes:
        plain: dict[tuple[str, str], Callable[[Request], Response]] = {
            ("GET", "/sns/jscode2session"): self._code_to_session,
            ("POST", "/cgi-bin/stable_token"): self._stable_token,
            ("POST", "/wxa/business/getuserphonenumber"): self._phone_number,
            ("POST", "/cgi-bin/message/subscribe/send"): self._send_subscribe,
            ("POST", "/cgi-bin/message/template/send"): self._send_template,
        }
        return {key: _guarded(handler) for key, handler in plain.items()}

    def control_routes(self) -> Routes:
        return WeChatControl(self).routes()

    def operation(self, request: Request) -> str:
        return request.path

    def fault_reply(self, code: str) -> Response:
        return _answer(WeChatFailure(int(code)))

    def settings(self) -> dict[str, Any]:
        return settings_dict(self._settings)

    def change_settings(self, changes: dict[str, Any]) -> None:
        apply_settings(self._settings, changes)

    def close(self) -> None:
        """Nothing runs in the background."""

    def login_code(self, openid: str) -> tuple[str, int]:
        seconds = self._settings.login_code_seconds
        return self.users.issue_code("login", openid, seconds), seconds

    def _code_to_session(self, request: Request) -> Response:
        query = request.query
        self._settings.check_secret(query.get("appid", ""), query.get("secret", ""))
        if query.get("grant_type") != "authorization_code":
            raise WeChatFailure(40002)
        user = self.users.redeem_code("login", query.get("js_code", ""))
        session = {"session_key": new_session_key(), "openid": user.openid, "unionid": user.unionid}
        return reply(session, content_type="text/plain")  # the real one says so too, and sends no errcode

    def _stable_token(self, request: Request) -> Response:
        body = request.json()
        if body.get("grant_type") != "client_credential":
            raise WeChatFailure(40002)
        app_id = str(body.get("appid", ""))
        self._settings.check_secret(app_id, str(body.get("secret", "")))
        force = body.get("force_refresh") is True
        token, seconds = self.tokens.issue(app_id, self._settings.token_seconds, force)
        return reply({"access_token": token, "expires_in": seconds})

    def _phone_number(self, request: Request) -> Response:
        app_id = self._app(request, MINI_PROGRAM)
        user = self.users.redeem_code("phone", str(request.json().get("code", "")))
        foreign = user.country_code != "86"
        info = {
            "phoneNumber": f"+{user.country_code}{user.phone}" if foreign else user.phone,
            "purePhoneNumber": user.phone,
            "countryCode": user.country_code,
            "watermark": {"timestamp": int(self._clock.now()), "appid": app_id},
        }
        return reply({"errcode": 0, "errmsg": "ok", "phone_info": info})

    def _send_subscribe(self, request: Request) -> Response:
        app_id = self._app(request, MINI_PROGRAM)
        body = request.json()
        user = self.users.by_openid(str(body.get("touser", "")))
        template_id = self._template(body)
        page = str(body.get("page", ""))
        pages = self._settings.pages
        if page and pages and page.split("?", maxsplit=1)[0] not in pages:
            raise WeChatFailure(41030)
        values = check_fields(body.get("data"), self.templates.get(template_id), typed_only=True)
        self.users.use_consent(user.openid, template_id)
        self._store("subscribe", app_id, user.openid, template_id, values, {"page": page, "request": body})
        return reply({"errcode": 0, "errmsg": "ok"})

    def _send_template(self, request: Request) -> Response:
        app_id = self._app(request, OFFICIAL_ACCOUNT)
        body = request.json()
        openid = str(body.get("touser", ""))
        if not self.users.by_official_account_openid(openid).follows:
            raise WeChatFailure(43004)
        template_id = self._template(body)
        values = check_fields(body.get("data"), self.templates.get(template_id), typed_only=False)
        client_id = str(body.get("client_msg_id", ""))
        msgid, repeated = self._msgid(openid, client_id)
        if not repeated:
            extra = {"msgid": str(msgid), "client_id": client_id, "request": body}
            self._store("template", app_id, openid, template_id, values, extra)
        return reply({"errcode": 0, "errmsg": "ok", "msgid": msgid})

    def _app(self, request: Request, kind: str) -> str:
        app_id = self.tokens.app_of(request.query.get("access_token", ""))
        if self._settings.apps[app_id]["kind"] != kind:
            raise WeChatFailure(48001, "api unauthorized")
        return app_id

    def _template(self, body: dict[str, Any]) -> str:
        template_id = str(body.get("template_id", ""))
        known = template_id in self.templates
        if not known and (self._settings.strict_templates or not TEMPLATE_ID.fullmatch(template_id)):
            raise WeChatFailure(40037)
        return template_id

    def _msgid(self, openid: str, client_id: str) -> tuple[int, bool]:
        """(msgid, whether this (openid, client_msg_id) was sent within the last 10 minutes)."""
        now = self._clock.now()
        with self._lock:
            seen = self._repeats.get((openid, client_id)) if client_id else None
            if seen and now - seen[1] < REPEAT_SECONDS:
                return seen[0], True
            msgid = next(self._msgids)
            if client_id:
                self._repeats[openid, client_id] = (msgid, now)
                if len(self._repeats) > REPEATS_KEPT:
                    self._repeats.popitem(last=False)
            return msgid, False

    def _store(
        self, kind: str, app_id: str, to: str, template: str, values: dict[str, str], extra: dict[str, Any]
    ) -> None:
        message = {"provider": self.name, "kind": kind, "app_id": app_id, "to": to, "template": template}
        text = " ".join(values.values())
        self._inbox.add({**message, "values": values, "text": text, "at": self._clock.now(), **extra})
