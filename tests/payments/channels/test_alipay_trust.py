"""What Alipay's channel believes, and what it makes of trouble: wrong keys, forged replies, time-outs, nonsense."""

import base64

import pytest
from cryptography.hazmat.primitives.asymmetric.padding import PKCS1v15
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.serialization import load_pem_private_key

from apps.payments.channels.alipay import make
from apps.payments.channels.base import (
    PayMethod,
    PermanentChannelError,
    TemporaryChannelError,
    TradeState,
)
from tests.support import alipay as provider
from tests.support.alipay import NOW, NUMBER, Bench, failure, refund_of, request
from tests.support.payment_sandbox import PaymentSandbox


@pytest.fixture
def bench(payment_sandbox: PaymentSandbox) -> Bench:
    return Bench(payment_sandbox)


@pytest.mark.requirement("PAY-08")
@pytest.mark.parametrize(
    ("fault", "expected"),
    [
        ({"kind": "http_error", "status": 502}, (TemporaryChannelError, "http_502", True)),
        ({"kind": "http_error", "status": 429}, (TemporaryChannelError, "http_429", False)),
        ({"kind": "http_error", "status": 404}, (PermanentChannelError, "http_404", False)),
        ({"kind": "http_error", "status": 200}, (TemporaryChannelError, "bad_reply", True)),
        ({"kind": "close"}, (TemporaryChannelError, "connection", True)),
        ({"kind": "delay", "delay_ms": 900}, (TemporaryChannelError, "timeout", True)),
        ({"kind": "silent_after_work", "delay_ms": 900}, (TemporaryChannelError, "timeout", True)),
        ({"kind": "code", "code": "20000"}, (TemporaryChannelError, "isp.unknow-error", True)),
        ({"kind": "code", "code": "aop.unknow-error"}, (TemporaryChannelError, "aop.unknow-error", True)),
        ({"kind": "code", "code": "ACQ.SYSTEM_ERROR"}, (TemporaryChannelError, "ACQ.SYSTEM_ERROR", True)),
        (
            {"kind": "code", "code": "isv.invalid-signature"},
            (PermanentChannelError, "isv.invalid-signature", False),
        ),
        (
            {"kind": "code", "code": "ACQ.INVALID_PARAMETER"},
            (PermanentChannelError, "ACQ.INVALID_PARAMETER", False),
        ),
    ],
)
@pytest.mark.parametrize("operation", ["prepay", "query", "refund"])
def test_trouble_is_told_apart_by_what_may_be_repeated(bench, fault, expected, operation) -> None:
    wanted = request()
    trade = bench.pay(wanted)
    bench.sandbox.faults("alipay", fault)
    calls = {
        "prepay": lambda: bench.channel.prepay(request(number="T2")),
        "query": lambda: bench.query(wanted),
        "refund": lambda: bench.channel.refund(refund_of(trade)),
    }
    assert failure(calls[operation]) == expected


@pytest.mark.requirement("PAY-08")
def test_a_close_that_was_not_answered_is_repeated_to_the_same_end(bench) -> None:
    wanted = request()
    bench.channel.prepay(wanted)
    bench.scan(wanted)
    bench.sandbox.faults("alipay", {"kind": "silent_after_work", "delay_ms": 900, "times": 1})
    assert failure(bench.close, wanted) == (TemporaryChannelError, "timeout", True)
    assert bench.close(wanted).state is TradeState.CLOSED


def test_a_gateway_that_is_away_was_asked_nothing(bench) -> None:
    away = bench.made(gateway="http://127.0.0.1:9/gateway.do")
    assert failure(away.query, NUMBER, started_at=NOW) == (TemporaryChannelError, "connection", False)


@pytest.mark.parametrize("style", ["plain", "spaced", "escaped"])
def test_replies_are_believed_however_they_are_written(bench, style) -> None:
    bench.sandbox.settings("alipay", answer_style=style)
    assert bench.channel.prepay(request()).client["qr_code"].startswith(f"{bench.sandbox.url}/alipay/")
    bench.sandbox.pay("alipay", NUMBER)
    assert bench.query(request()).state is TradeState.PAID


@pytest.mark.requirement("PAY-08")
@pytest.mark.parametrize("signature", ["bad", "none"])
def test_replies_that_alipay_has_not_signed_are_not_believed(bench, signature) -> None:
    wanted = request()
    trade = bench.pay(wanted)
    bench.sandbox.settings("alipay", answer_signature=signature)
    expected = (TemporaryChannelError, "bad_signature", True)
    assert failure(bench.query, wanted) == expected
    assert failure(bench.close, wanted) == expected, "a refusal of the business is signed, too"
    assert failure(bench.channel.refund, refund_of(trade)) == expected


def test_a_gateway_that_does_not_know_the_application_cannot_sign_and_is_believed(bench) -> None:
    stranger = bench.made(app_id="2021000000000009")
    expected = (PermanentChannelError, "isv.invalid-app-id", False)
    assert failure(stranger.query, NUMBER, started_at=NOW) == expected


@pytest.mark.requirement("PAY-08")
def test_a_genuine_reply_about_another_trade_is_not_taken_for_this_one(bench, push_receiver) -> None:
    bench.pay(request())
    sdk = provider.sdk(bench.sandbox)
    query = sdk.client_api("alipay.trade.query", {"out_trade_no": NUMBER})
    push_receiver.default = (200, bench.sandbox.http.get(f"/gateway.do?{query}").content)
    replayed = bench.made(gateway=push_receiver.url)
    assert replayed.query(NUMBER, started_at=NOW).state is TradeState.PAID
    assert failure(replayed.query, "T2", started_at=NOW) == (TemporaryChannelError, "bad_reply", True)


def signed_by_alipay(bench: Bench, text: str) -> str:
    pem = (bench.sandbox.keys / "alipay_platform.pem").read_bytes()
    raw = load_pem_private_key(pem, None).sign(text.encode(), PKCS1v15(), SHA256())
    return base64.b64encode(raw).decode()


@pytest.mark.parametrize(
    "form",
    [
        '{{"{name}":{raw},"sign":"{sign}"}}',
        '{{"sign":"{sign}","{name}":{raw}}}',
        ' {{ "alipay_cert_sn" : "}}{{" ,\n"{name}" : {raw} , "sign" : "{sign}" }} ',
    ],
)
def test_the_signed_text_is_found_wherever_it_stands(bench, push_receiver, form) -> None:
    raw = '{"code":"10000", "qr_code":"https://qr.alipay.com/\\u0062ax}\\"{" }'
    body = form.format(name="alipay_trade_precreate_response", raw=raw, sign=signed_by_alipay(bench, raw))
    push_receiver.default = (200, body.encode())
    client = bench.made(gateway=push_receiver.url).prepay(request()).client
    assert client["qr_code"] == 'https://qr.alipay.com/bax}"{'


def test_slashes_that_were_escaped_after_signing_are_understood(bench, push_receiver) -> None:
    raw = '{"code":"10000","qr_code":"https://qr.alipay.com/bax"}'
    sign = signed_by_alipay(bench, raw)
    escaped = raw.replace("/", r"\/")
    body = f'{{"alipay_trade_precreate_response":{escaped},"sign":"{sign}"}}'
    push_receiver.default = (200, body.encode())
    channel = bench.made(gateway=push_receiver.url)
    assert channel.prepay(request()).client["qr_code"] == "https://qr.alipay.com/bax"
    push_receiver.default = (200, body.replace("bax", "bay").encode())
    assert failure(channel.prepay, request())[1] == "bad_signature"


@pytest.mark.parametrize(
    "body",
    [
        b"",
        b"\xff\xfe",
        b"null",
        b"[]",
        b"{}",
        b"<html>",
        b'{"alipay_trade_query_response":',
        b'{"alipay_trade_query_response":[],"sign":""}',
        b'{"alipay_trade_query_response":{},"sign":{}',
        b'{"error_response":"x"}',
        b"[" * 100_000,
        b'{"a":' * 100_000,
    ],
)
def test_nonsense_is_a_bad_reply(bench, push_receiver, body) -> None:
    push_receiver.default = (200, body)
    kind, code, unknown = failure(bench.made(gateway=push_receiver.url).query, NUMBER, started_at=NOW)
    assert (kind, unknown) == (TemporaryChannelError, True)
    assert code in ("bad_reply", "bad_signature")


def test_a_wrong_configuration_names_what_is_wrong(bench) -> None:
    private = bench.config["private_key"]
    own = provider.sdk(bench.sandbox).app_private_key.public_key().export_key().decode()
    changes = [
        {"private_key": "no key"},
        {"private_key": bench.config["alipay_public_key"]},
        {"alipay_public_key": private},
        {"alipay_public_key": own},
        {"alipay_public_key": ""},
        {"seller_id": "2088"},
        {"app_id": ""},
        {"gateway": "ftp://openapi.alipay.com/gateway.do"},
        {"gateway": "https://openapi.alipay.com/gateway.do?a=1"},
    ]
    for change in changes:
        with pytest.raises(PermanentChannelError, match="bad_configuration") as caught:
            make(bench.config | change)
        assert next(iter(change)) in caught.value.detail
    with pytest.raises(PermanentChannelError, match="alipay_public_key"):
        make({k: v for k, v in bench.config.items() if k != "alipay_public_key"})


def test_keys_are_taken_as_the_console_shows_them(bench) -> None:
    def bare(pem: str) -> str:
        return "".join(line for line in pem.splitlines() if "-----" not in line)

    pkcs1 = provider.sdk(bench.sandbox).app_private_key.export_key().decode()
    bench.channel.prepay(request(PayMethod.MINI_PROGRAM))
    for key in (bare(bench.config["private_key"]), pkcs1, bare(pkcs1)):
        assert "RSA PRIVATE" not in bare(key)
        channel = bench.made(private_key=key, alipay_public_key=bare(bench.config["alipay_public_key"]))
        assert channel.query(NUMBER, started_at=NOW).state is TradeState.UNPAID
