"""Control API of the WeChat stand-in: what people do in the WeChat app, and operators in its console."""

from collections.abc import Callable
from typing import TYPE_CHECKING

from sandbox.provider import Handler, Routes
from sandbox.wechat.errors import WeChatFailure
from sandbox.wire import BadRequest, Request, Response, reply

if TYPE_CHECKING:
    from sandbox.wechat.api import WeChat

PHONE_CODE_SECONDS = 300


def _known_user(handler: Callable[[Request], Response]) -> Handler:
    def run(request: Request) -> Response:
        try:
            return handler(request)
        except WeChatFailure as error:
            raise BadRequest(error.text, 404) from error

    return run


class WeChatControl:
    def __init__(self, wechat: "WeChat") -> None:
        self._wechat = wechat

    def routes(self) -> Routes:
        return {
            ("POST", "/users"): lambda request: reply(self._wechat.users.create(request.json()), 201),
            ("POST", "/login-codes"): _known_user(self._login_code),
            ("POST", "/phone-codes"): _known_user(self._phone_code),
            ("POST", "/consents"): _known_user(self._consent),
            ("POST", "/follows"): _known_user(self._follow),
            ("POST", "/templates"): self._template,
            ("POST", "/tokens/end"): self._end_token,
            ("GET", "/tokens/{app_id}"): self._tokens,
        }

    def _login_code(self, request: Request) -> Response:
        code, seconds = self._wechat.login_code(request.text("openid"))
        return reply({"code": code, "expires_in": seconds}, 201)

    def _phone_code(self, request: Request) -> Response:
        code = self._wechat.users.issue_code("phone", request.text("openid"), PHONE_CODE_SECONDS)
        return reply({"code": code, "expires_in": PHONE_CODE_SECONDS}, 201)

    def _consent(self, request: Request) -> Response:
        times = request.json().get("times", 1)
        if not isinstance(times, int):
            raise BadRequest("times: a whole number is expected")
        left = self._wechat.users.grant_consent(request.text("openid"), request.text("template_id"), times)
        return reply({"left": left})

    def _follow(self, request: Request) -> Response:
        user = self._wechat.users.by_official_account_openid(request.text("official_account_openid"))
        user.follows = bool(request.json().get("follows", True))
        return reply({"follows": user.follows})

    def _template(self, request: Request) -> Response:
        fields = request.json().get("fields")
        if fields is not None and not isinstance(fields, list):
            raise BadRequest("fields: a list of names such as thing1 is expected")
        self._wechat.templates[request.text("template_id")] = fields
        return reply({"templates": self._wechat.templates}, 201)

    def _end_token(self, request: Request) -> Response:
        self._wechat.tokens.revoke(request.text("app_id"), expired=bool(request.json().get("expired")))
        return reply({"ended": True})

    def _tokens(self, request: Request) -> Response:
        return reply(self._wechat.tokens.counts(request.params["app_id"]))
