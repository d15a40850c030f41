"""`/` of the SMS API: SendSms and SendBatchSms, and the control API."""

import json
import re
import secrets
import threading
import uuid
from dataclasses import asdict, dataclass
from typing import Any

from sandbox.aliyun_sms.control import SmsControl
from sandbox.aliyun_sms.errors import SmsFailure, gateway_failure
from sandbox.aliyun_sms.limits import Limits
from sandbox.aliyun_sms.push import sms_push
from sandbox.aliyun_sms.settings import SmsSettings, SmsTemplate, parts
from sandbox.aliyun_sms.signature import SignatureChecker
from sandbox.clock import Clock
from sandbox.inbox import Inbox
from sandbox.notifier import Notifier
from sandbox.provider import Routes, apply_settings
from sandbox.wire import Request, Response, reply

VERSION = "2017-05-25"
MOBILE = re.compile(r"(?:\+86|\+|0086|86)?(1[3-9]\d{9})")
TEMPLATE_CODE = re.compile(r"SMS_\d{1,20}")
MAX_PHONES = 1000
MAX_BATCH = 100


@dataclass(slots=True)
class _Text:
    phone: str
    sign_name: str
    template: SmsTemplate
    values: dict[str, str]


class AliyunSms:
    name = "aliyun_sms"

    def __init__(self, clock: Clock, inbox: Inbox) -> None:
        self.clock = clock
        self.pusher = Notifier("sms")
        self._inbox = inbox
        self._signatures = SignatureChecker()
        self._limits = Limits(clock)
        self._lock = threading.Lock()
        self.reset()

    def reset(self) -> None:
        self.config = SmsSettings()
        self.templates: dict[str, SmsTemplate] = {}
        self.outcomes: dict[str, str] = {}
        self._limits.reset()
        self.pusher.reset()

    def routes(self) -> Routes:
        return {("GET", "/"): self._call, ("POST", "/"): self._call}

    def control_routes(self) -> Routes:
        return SmsControl(self).routes()

    def operation(self, request: Request) -> str:
        return request.headers.get("x-acs-action") or {**request.query, **request.form()}.get("Action", "")

    def fault_reply(self, code: str) -> Response:
        gateway = not code.startswith(("isv.", "isp."))
        return _failure(gateway_failure(code) if gateway else SmsFailure(code))

    def settings(self) -> dict[str, Any]:
        return asdict(self.config)

    def change_settings(self, changes: dict[str, Any]) -> None:
        apply_settings(self.config, changes)

    def close(self) -> None:
        self.pusher.close()

    def _call(self, request: Request) -> Response:
        parameters = {**request.query, **request.form()}
        action = self.operation(request)
        try:
            self._signatures.check(request, parameters, self.config.access_keys)
            if request.headers.get("x-acs-version", parameters.get("Version")) != VERSION:
                raise gateway_failure("InvalidVersion")
            if action == "SendSms":
                texts = self._single(parameters)
            elif action == "SendBatchSms":
                texts = self._batch(parameters)
            else:
                raise gateway_failure("InvalidAction.NotFound")
            biz_id = self._send(texts, parameters.get("OutId", ""))
        except SmsFailure as error:
            return _failure(error)
        return reply({"Message": "OK", "RequestId": _request_id(), "Code": "OK", "BizId": biz_id})

    def _single(self, parameters: dict[str, str]) -> list[_Text]:
        phones = _required(parameters, "PhoneNumbers").split(",")
        if len(phones) > MAX_PHONES:
            raise SmsFailure("isv.MOBILE_COUNT_OVER_LIMIT")
        sign_name = self._sign_name(_required(parameters, "SignName"))
        values = _values(_json(parameters.get("TemplateParam") or "{}"))
        template = self._template(_required(parameters, "TemplateCode"), values)
        return [_Text(_mobile(phone), sign_name, template, values) for phone in phones]

    def _batch(self, parameters: dict[str, str]) -> list[_Text]:
        phones = _json_list(_required(parameters, "PhoneNumberJson"))
        names = _json_list(_required(parameters, "SignNameJson"))
        given = (
            _json_list(parameters["TemplateParamJson"])
            if parameters.get("TemplateParamJson")
            else [{}] * len(phones)
        )
        if len(phones) > MAX_BATCH:
            raise SmsFailure("isv.MOBILE_COUNT_OVER_LIMIT")
        if not phones or len(names) != len(phones) or len(given) != len(phones):
            raise SmsFailure("isv.INVALID_PARAMETERS", "号码、签名与模板变量数量不一致")
        code = _required(parameters, "TemplateCode")
        texts = []
        for phone, name, entry in zip(phones, names, given, strict=True):
            values = _values(entry)
            texts.append(
                _Text(_mobile(str(phone)), self._sign_name(str(name)), self._template(code, values), values)
            )
        return texts

    def _sign_name(self, name: str) -> str:
        if self.config.sign_names and name not in self.config.sign_names:
            raise SmsFailure("isv.SMS_SIGNATURE_ILLEGAL")
        return name

    def _template(self, code: str, values: dict[str, str]) -> SmsTemplate:
        template = self.templates.get(code)
        if template is None:
            if self.config.strict_templates or not TEMPLATE_CODE.fullmatch(code):
                raise SmsFailure("isv.SMS_TEMPLATE_ILLEGAL")
            template = SmsTemplate(code, None, "code" if set(values) == {"code"} else "notice")
        if template.missing(values):
            raise SmsFailure("isv.TEMPLATE_MISSING_PARAMETERS")
        return template

    def _send(self, texts: list[_Text], out_id: str) -> str:
        """Counts, stores and reports the messages of one request; returns their common BizId."""
        with self._lock:
            if self.config.balance is not None and self.config.balance < len(texts):
                raise SmsFailure("isv.AMOUNT_NOT_ENOUGH")
            if self.config.limits:
                first = texts[0]
                phones = [text.phone for text in texts]
                self._limits.count(
                    first.template.kind == "code", first.sign_name, first.template.code, phones
                )
            if self.config.balance is not None:
                self.config.balance -= len(texts)
        biz_id = f"{secrets.randbelow(9 * 10**17) + 10**17}^0"
        reports = [self._store(text, biz_id, out_id) for text in texts]
        if self.config.report_url:
            delay = self.config.report_delay_ms / 1000
            push = sms_push("report", self.config.report_url, reports)
            self.pusher.send(push, delay=delay, retries=self.config.retry_delays)
        return biz_id

    def _store(self, text: _Text, biz_id: str, out_id: str) -> dict[str, Any]:
        """Puts the message into the inbox and returns its delivery report."""
        rendered = text.template.render(text.sign_name, text.values)
        message = {
            "provider": self.name,
            "kind": text.template.kind,
            "to": text.phone,
            "template": text.template.code,
        }
        extra = {"client_id": out_id, "biz_id": biz_id, "sign_name": text.sign_name, "values": text.values}
        self._inbox.add({**message, "text": rendered, "at": self.clock.now(), **extra})
        code = self.outcomes.get(text.phone, "DELIVERED")
        now = self.clock.shanghai().strftime("%Y-%m-%d %H:%M:%S")
        return {
            "phone_number": text.phone,
            "send_time": now,
            "report_time": now,
            "success": code == "DELIVERED",
            "err_code": code,
            "err_msg": "用户接收成功" if code == "DELIVERED" else "用户接收失败",
            "sms_size": str(parts(rendered)),
            "biz_id": biz_id,
            "out_id": out_id,
        }


def _request_id() -> str:
    return str(uuid.uuid4()).upper()


def _failure(error: SmsFailure) -> Response:
    body = {"Message": error.text, "RequestId": _request_id(), "Code": error.code}
    if error.status != 200:
        body["HostId"] = "dysmsapi.aliyuncs.com"
    return reply(body, error.status)


def _required(parameters: dict[str, str], name: str) -> str:
    if not parameters.get(name):
        raise gateway_failure(f"Missing{name}", f"{name} is mandatory for this action.")
    return parameters[name]


def _mobile(phone: str) -> str:
    match = MOBILE.fullmatch(phone.strip())
    if match is None:
        raise SmsFailure("isv.MOBILE_NUMBER_ILLEGAL", f"{phone}invalid mobile number")
    return match[1]


def _json(text: str) -> Any:
    try:
        return json.loads(text)
    except ValueError as error:
        raise SmsFailure("isv.INVALID_JSON_PARAM") from error


def _json_list(text: str) -> list[Any]:
    data = _json(text)
    if not isinstance(data, list):
        raise SmsFailure("isv.INVALID_JSON_PARAM")
    return data


def _values(data: Any) -> dict[str, str]:
    if not isinstance(data, dict):
        raise SmsFailure("isv.INVALID_JSON_PARAM")
    return {str(name): str(value) for name, value in data.items()}
