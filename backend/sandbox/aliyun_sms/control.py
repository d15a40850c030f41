"""Control API of the SMS stand-in: replies from phones, delivery outcomes, templates, and the log of pushes."""

import itertools
from typing import TYPE_CHECKING

from sandbox.aliyun_sms.push import sms_push
from sandbox.aliyun_sms.settings import KINDS, SmsTemplate
from sandbox.provider import Routes
from sandbox.wire import BadRequest, Request, Response, reply

if TYPE_CHECKING:
    from sandbox.aliyun_sms.api import AliyunSms

DEST_CODE = "1069000012345678"


class SmsControl:
    def __init__(self, sms: "AliyunSms") -> None:
        self._sms = sms
        self._sequence = itertools.count(1_000_000_001)

    def routes(self) -> Routes:
        return {
            ("POST", "/uplinks"): self._uplink,
            ("POST", "/outcomes"): self._outcome,
            ("POST", "/templates"): self._template,
            ("GET", "/pushes"): self._pushes,
        }

    def _uplink(self, request: Request) -> Response:
        settings = self._sms.config
        if not settings.uplink_url:
            raise BadRequest("set uplink_url first", 409)
        message = {
            "phone_number": request.text("phone"),
            "content": request.text("content"),
            "send_time": self._sms.clock.shanghai().strftime("%Y-%m-%d %H:%M:%S"),
            "dest_code": request.text("dest_code", DEST_CODE),
            "sequence_id": str(next(self._sequence)),
        }
        push = sms_push("uplink", settings.uplink_url, [message])
        self._sms.pusher.send(push, retries=settings.retry_delays)
        return reply(message, 201)

    def _outcome(self, request: Request) -> Response:
        self._sms.outcomes[request.text("phone")] = request.text("err_code")
        return reply({"outcomes": len(self._sms.outcomes)})

    def _template(self, request: Request) -> Response:
        kind = request.text("kind", "notice")
        if kind not in KINDS:
            raise BadRequest(f"kind: one of {', '.join(KINDS)}")
        template = SmsTemplate(request.text("code"), request.text("content"), kind)
        self._sms.templates[template.code] = template
        return reply({"code": template.code}, 201)

    def _pushes(self, request: Request) -> Response:
        entries = [
            push for push in self._sms.pusher.log() if request.query.get("kind", push["kind"]) == push["kind"]
        ]
        return reply({"count": len(entries), "items": entries[: int(request.query.get("limit", 50))]})
