"""The published SDK, unmodified, is accepted with the right secret and refused with a wrong one."""

import base64
import hashlib
import hmac
import uuid
from datetime import UTC, datetime, timedelta
from urllib.parse import quote, urlsplit

import httpx
import pytest
from alibabacloud_dysmsapi20170525 import models
from alibabacloud_dysmsapi20170525.client import Client
from alibabacloud_tea_openapi.exceptions import AlibabaCloudException
from alibabacloud_tea_openapi.utils import Utils
from alibabacloud_tea_openapi.utils_models import Config
from darabonba.request import DaraRequest

from .conftest import ACCESS_KEY


def sdk(url: str, key: tuple[str, str] = ACCESS_KEY, **more) -> Client:
    config = Config(
        access_key_id=key[0], access_key_secret=key[1], endpoint=urlsplit(url).netloc, protocol="http", **more
    )
    return Client(config)


def sms(**changes) -> models.SendSmsRequest:
    values = {
        "phone_numbers": "13800000001",
        "sign_name": "医汇 & 仁和",
        "template_code": "SMS_1001",
        "template_param": '{"name": "张三 ~*+%/?="}',
        "out_id": "m1",
    }
    return models.SendSmsRequest(**{**values, **changes})


@pytest.mark.parametrize("algorithm", [None, "v2"], ids=["ACS3-HMAC-SHA256", "HMAC-SHA1"])
def test_the_sdk_is_accepted_by_both_signatures(sandbox, algorithm) -> None:
    body = sdk(sandbox.url, signature_algorithm=algorithm).send_sms(sms()).body
    assert (body.code, bool(body.biz_id)) == ("OK", True)
    (message,) = sandbox.messages(provider="aliyun_sms", to="13800000001")["items"]
    assert (message["biz_id"], message["client_id"]) == (body.biz_id, "m1")
    assert message["values"] == {"name": "张三 ~*+%/?="}


@pytest.mark.parametrize("algorithm", [None, "v2"], ids=["ACS3-HMAC-SHA256", "HMAC-SHA1"])
def test_the_sdks_batch_with_a_form_body_is_accepted(sandbox, algorithm) -> None:
    request = models.SendBatchSmsRequest(
        phone_number_json='["13800000001", "13800000002"]',
        sign_name_json='["医汇", "医汇"]',
        template_code="SMS_1001",
        template_param_json='[{"name": "张 三"}, {"name": "李+四"}]',
    )
    assert sdk(sandbox.url, signature_algorithm=algorithm).send_batch_sms(request).body.code == "OK"
    assert sandbox.messages(to="13800000002")["items"][0]["values"] == {"name": "李+四"}


@pytest.mark.parametrize("algorithm", [None, "v2"], ids=["ACS3-HMAC-SHA256", "HMAC-SHA1"])
@pytest.mark.parametrize(
    ("key", "code"),
    [
        ((ACCESS_KEY[0], "wrong"), "SignatureDoesNotMatch"),
        (("LTAIother", "x"), "InvalidAccessKeyId.NotFound"),
    ],
)
def test_the_sdk_is_refused_with_a_wrong_key(sandbox, algorithm, key, code) -> None:
    with pytest.raises(AlibabaCloudException) as caught:
        sdk(sandbox.url, key, signature_algorithm=algorithm).send_sms(sms())
    assert caught.value.code == code
    assert sandbox.messages()["count"] == 0


def signed_query(method: str = "GET", **changes: str) -> dict[str, str]:
    """A V1 request signed by hand, as the documentation describes it."""
    query = {
        "AccessKeyId": ACCESS_KEY[0],
        "Action": "SendSms",
        "Format": "json",
        "Version": "2017-05-25",
        "Timestamp": datetime.now(UTC).strftime("%Y-%m-%dT%H:%M:%SZ"),
        "SignatureNonce": uuid.uuid4().hex,
        "SignatureMethod": "HMAC-SHA1",
        "SignatureVersion": "1.0",
        "PhoneNumbers": "13800000001",
        "SignName": "医汇",
        "TemplateCode": "SMS_1001",
        **changes,
    }
    canonical = "&".join(f"{quote(k, safe='~')}={quote(v, safe='~')}" for k, v in sorted(query.items()))
    text = f"{method}&%2F&{quote(canonical, safe='~')}"
    digest = hmac.new(f"{ACCESS_KEY[1]}&".encode(), text.encode(), hashlib.sha1).digest()
    return {**query, "Signature": base64.b64encode(digest).decode()}


def signed_batch(url: str) -> httpx.Request:
    """A batch signed by the SDK's own function, not yet sent."""
    body = Utils.to_form({"PhoneNumberJson": '["13800000001"]', "SignNameJson": '["医汇"]'})
    body_hash = hashlib.sha256(body.encode()).hexdigest()
    request = DaraRequest()
    request.method, request.pathname, request.query = "POST", "/", {"TemplateCode": "SMS_1"}
    request.headers = {
        "host": urlsplit(url).netloc,
        "x-acs-action": "SendBatchSms",
        "x-acs-version": "2017-05-25",
        "x-acs-date": Utils.get_timestamp(),
        "x-acs-signature-nonce": Utils.get_nonce(),
        "x-acs-content-sha256": body_hash,
        "content-type": "application/x-www-form-urlencoded",
    }
    algorithm = "ACS3-HMAC-SHA256"
    authorization = Utils.get_authorization(request, algorithm, body_hash, *ACCESS_KEY)
    headers = {**request.headers, "authorization": authorization}
    return httpx.Request("POST", f"{url}/", params=request.query, headers=headers, content=body)


def call(sandbox, query: dict[str, str]) -> tuple[int, str]:
    response = sandbox.http.get("/", params=query)
    return response.status_code, response.json()["Code"]


def test_a_changed_parameter_breaks_the_signature(sandbox) -> None:
    query = signed_query()
    assert call(sandbox, {**query, "PhoneNumbers": "13800000009"}) == (400, "SignatureDoesNotMatch")


def test_a_changed_body_breaks_the_signature(sandbox) -> None:
    signed = signed_batch(sandbox.url)
    changed = signed.content.replace(b"13800000001", b"13800000009")
    response = sandbox.http.post(signed.url, content=changed, headers=signed.headers)
    assert response.json()["Code"] == "SignatureDoesNotMatch"
    assert (
        sandbox.http.post(signed.url, content=signed.content, headers=signed.headers).json()["Code"] == "OK"
    )


def test_a_request_is_accepted_once(sandbox) -> None:
    query = signed_query()
    assert call(sandbox, query) == (200, "OK")
    assert call(sandbox, query) == (400, "SignatureNonceUsed")


def test_an_old_request_is_refused(sandbox) -> None:
    old = (datetime.now(UTC) - timedelta(minutes=16)).strftime("%Y-%m-%dT%H:%M:%SZ")
    assert call(sandbox, signed_query(Timestamp=old)) == (400, "InvalidTimeStamp.Expired")


def test_unknown_actions_and_versions_are_refused(sandbox) -> None:
    assert call(sandbox, signed_query(Action="SendLetter")) == (404, "InvalidAction.NotFound")
    assert call(sandbox, signed_query(Version="2016-01-01")) == (400, "InvalidVersion")


def test_an_unsigned_request_is_refused(sandbox) -> None:
    assert call(sandbox, {"Action": "SendSms"}) == (400, "MissingParameter")
    forged = {"authorization": "ACS3-HMAC-SHA256 nonsense"}
    assert sandbox.http.post("/", headers=forged).json()["Code"] == "IncompleteSignature"
