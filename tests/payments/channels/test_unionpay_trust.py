"""Whom UnionPay's channel believes: notices and replies, signed by whom, for whom, and as they were sent."""

import dataclasses
import datetime as dt
import threading
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler
from typing import Any
from urllib.parse import parse_qsl, urlencode

import pytest
from hypothesis import given, strategies as st

from apps.payments.channels.base import (
    InvalidNotification,
    Notification,
    PayMethod,
    PrepayRequest,
    RefundRequest,
    RefundState,
    TemporaryChannelError,
    TradeState,
)
from apps.payments.channels.unionpay import UnionPay, make
from apps.payments.channels.unionpay_client import parse_reply
from apps.payments.channels.unionpay_signing import Signer, Verifier, signed_text
from kernel import clock
from tests.support import unionpay
from tests.support.http_server import LocalServer
from tests.support.payment_sandbox import PaymentSandbox, PushReceiver

NOW = dt.datetime(2026, 3, 10, 10, 0, tzinfo=clock.LOCAL)
NUMBER, REFUND_NUMBER = "0197f0aa0001", "0197f0bb0001"
MINUTE = dt.timedelta(minutes=1)


@dataclasses.dataclass
class Bench:
    sandbox: PaymentSandbox
    receiver: PushReceiver
    channel: UnionPay

    def pay(self) -> None:
        self.channel.prepay(
            PrepayRequest(
                out_trade_no=NUMBER,
                amount_fen=1234,
                description="门诊缴费",
                expires_at=NOW + 15 * MINUTE,
                notify_url=self.receiver.url,
                method=PayMethod.APP,
                started_at=NOW,
            )
        )
        self.sandbox.pay("unionpay", NUMBER)

    def refund(self) -> None:
        paid = self.channel.query(NUMBER, started_at=NOW)
        self.channel.refund(
            RefundRequest(
                out_trade_no=NUMBER,
                transaction_id=paid.transaction_id,
                out_refund_no=REFUND_NUMBER,
                amount_fen=234,
                total_fen=1234,
                reason="退费",
                notify_url=self.receiver.url,
                paid_at=NOW,
                started_at=NOW + MINUTE,
            )
        )

    def notice(self, count: int = 1) -> bytes:
        return self.receiver.wait(count)[count - 1].body

    def read(self, body: bytes, now: dt.datetime = NOW) -> Notification | None:
        return self.channel.parse_notification(headers={}, body=body, now=now)


@pytest.fixture
def bench(payment_sandbox: PaymentSandbox, push_receiver: PushReceiver) -> Bench:
    payment_sandbox.move_to(NOW)
    channel = make(payment_sandbox.merchant("unionpay"), now=lambda: NOW)
    return Bench(payment_sandbox, push_receiver, channel)


@pytest.fixture(scope="module")
def chain() -> dict[str, unionpay.Pair]:
    """A root, a middle and UnionPay's certificate, all of this test's own making."""
    root = unionpay.issue("TEST ROOT")
    middle = unionpay.issue("TEST MIDDLE", root)
    return {"root": root, "middle": middle, "unionpay": unionpay.issue(unionpay.OWNER, middle)}


@pytest.fixture(scope="module")
def believer(chain: dict[str, unionpay.Pair]) -> UnionPay:
    """A channel that believes in that chain; it is asked nothing over the network."""
    return make(config_for(chain), now=lambda: NOW)


def config_for(chain: dict[str, unionpay.Pair]) -> dict[str, Any]:
    merchant = unionpay.issue("merchant")
    return {
        "gateway": "http://127.0.0.1:9",
        "file_gateway": "http://127.0.0.1:9/",
        "mer_id": "777290058110048",
        "sign_key": merchant.key_pem,
        "sign_cert": merchant.pem,
        "root_certificate": chain["root"].pem,
        "middle_certificate": chain["middle"].pem,
    }


def told(**changes: str) -> dict[str, str]:
    fields = {
        "version": "5.1.0", "encoding": "UTF-8", "signMethod": "01", "txnType": "01", "txnSubType": "01",
        "merId": "777290058110048", "orderId": NUMBER, "txnTime": "20260310100000", "txnAmt": "1234",
        "currencyCode": "156", "queryId": "952603101000000000001", "traceTime": "0310100102", "respCode": "00",
        "respMsg": "成功[0000000]",
    }  # fmt: skip
    return {**fields, **changes}


def form(fields: dict[str, str]) -> bytes:
    return urlencode(fields).encode()


def refused(channel: UnionPay, body: bytes, now: dt.datetime = NOW) -> str:
    with pytest.raises(InvalidNotification) as caught:
        channel.parse_notification(headers={}, body=body, now=now)
    return caught.value.code


@pytest.mark.requirement("PAY-08")
def test_a_payments_notice_says_what_was_paid_and_asks_to_be_confirmed(bench: Bench) -> None:
    bench.pay()
    notification = bench.read(bench.notice())
    assert notification and notification.trade
    assert notification.confirm
    assert notification.refund is None
    trade = notification.trade
    assert (trade.state, trade.out_trade_no, trade.amount_fen) == (TradeState.PAID, NUMBER, 1234)
    assert trade == dataclasses.replace(bench.channel.query(NUMBER, started_at=NOW), raw=trade.raw)


@pytest.mark.requirement("PAY-08")
def test_a_refunds_notice_says_how_it_ended(bench: Bench) -> None:
    bench.pay()
    bench.refund()
    notification = bench.read(bench.notice(2))
    assert notification and notification.refund
    refund = notification.refund
    assert (refund.state, refund.out_refund_no) == (RefundState.SUCCEEDED, REFUND_NUMBER)
    assert (refund.amount_fen, notification.confirm, notification.trade) == (234, True, None)


def test_a_failed_refunds_notice_says_so(bench: Bench) -> None:
    bench.pay()
    bench.sandbox.settings("unionpay", refund_code="64")
    bench.refund()
    notification = bench.read(bench.notice(2))
    assert notification and notification.refund
    assert (notification.refund.state, notification.refund.code) == (RefundState.FAILED, "64")
    assert not notification.refund.reissue_same_number


@pytest.mark.requirement("PAY-08")
def test_repetitions_of_a_notice_have_one_key_and_other_notices_another(bench: Bench) -> None:
    bench.sandbox.push_faults("unionpay", {"kind": "duplicate", "times": 1})
    bench.pay()
    bench.receiver.wait(2)
    bench.sandbox.push_again("unionpay", NUMBER)
    keys = {read.key for push in bench.receiver.wait(3) if (read := bench.read(push.body))}
    bench.refund()
    refund = bench.read(bench.notice(4))
    assert len(keys) == 1
    assert refund
    assert refund.key not in keys
    assert len(refund.key) <= 128


@pytest.mark.requirement("PAY-08")
def test_a_notice_that_we_cannot_take_is_sent_again(bench: Bench) -> None:
    bench.sandbox.settings("unionpay", speed=1000)
    refusal, taken = (bench.channel.acknowledge(accepted=accepted) for accepted in (False, True))
    bench.receiver.replies = [(refusal.status, refusal.body), (taken.status, taken.body)]
    bench.pay()
    bench.receiver.wait(2)
    attempts = bench.sandbox.wait_for_pushes("unionpay", 2)
    assert [attempt["ok"] for attempt in attempts] == [True, False]


@pytest.mark.requirement("PAY-08")
def test_a_lost_notice_leaves_the_query_to_find_the_payment(bench: Bench) -> None:
    bench.sandbox.push_faults("unionpay", {"kind": "lose"})
    bench.pay()
    assert bench.channel.query(NUMBER, started_at=NOW).state is TradeState.PAID
    assert bench.sandbox.pushes("unionpay") == []


@pytest.mark.requirement("PAY-08")
def test_notices_out_of_order_are_told_apart(bench: Bench) -> None:
    bench.sandbox.push_faults("unionpay", {"kind": "delay", "delay_ms": 300, "match": "trade", "times": 1})
    bench.pay()
    bench.refund()
    first, second = (bench.read(push.body) for push in bench.receiver.wait(2))
    assert first and first.refund
    assert second and second.trade


@pytest.mark.requirement("PAY-08")
@pytest.mark.parametrize("kind", ["bad_signature", "stale", "probe"])
def test_a_notice_that_unionpay_did_not_sign_today_is_refused(bench: Bench, kind: str) -> None:
    bench.sandbox.push_faults("unionpay", {"kind": kind})
    bench.pay()
    assert refused(bench.channel, bench.notice()) == "bad_signature"


@pytest.mark.requirement("PAY-08")
def test_a_wrong_amount_rightly_signed_is_told_as_it_is_and_has_to_be_confirmed(bench: Bench) -> None:
    bench.sandbox.push_faults("unionpay", {"kind": "wrong_amount"})
    bench.pay()
    notification = bench.read(bench.notice())
    assert notification and notification.trade
    assert (notification.trade.amount_fen, notification.confirm) == (1235, True)
    assert bench.channel.query(NUMBER, started_at=NOW).amount_fen == 1234


@pytest.mark.requirement("PAY-08")
def test_no_field_of_a_notice_can_be_changed_taken_out_or_added(bench: Bench) -> None:
    bench.pay()
    fields = dict(parse_qsl(bench.notice().decode()))
    for name, value in fields.items():
        changed = value[:-2] + ("AA" if value[-2:] != "AA" else "BB")
        assert refused(bench.channel, form({**fields, name: changed})) == "bad_signature", name
        assert refused(bench.channel, form({n: v for n, v in fields.items() if n != name})) == "bad_signature"
    assert refused(bench.channel, form({**fields, "extra": "1"})) == "bad_signature"
    assert bench.read(form({**fields, "empty": ""})), "an empty field is no field"


@pytest.mark.requirement("PAY-08")
def test_a_notice_for_another_merchant_is_refused(bench: Bench) -> None:
    bench.pay()
    other = make(bench.sandbox.merchant("unionpay") | {"mer_id": "898000000000001"}, now=lambda: NOW)
    assert refused(other, bench.notice()) == "wrong_merchant"


@pytest.mark.requirement("PAY-08")
def test_the_merchants_own_certificate_cannot_speak_for_unionpay(bench: Bench) -> None:
    merchant = unionpay.kept_pair((bench.sandbox.keys / "unionpay_merchant.pem").read_bytes())
    assert refused(bench.channel, form(merchant.signed(**told()))) == "bad_signature"


@pytest.mark.requirement("PAY-08")
def test_only_the_chain_the_name_and_the_time_together_are_believed(
    chain: dict[str, unionpay.Pair], believer: UnionPay
) -> None:
    assert believer.parse_notification(headers={}, body=form(chain["unionpay"].signed(**told())), now=NOW)
    root, middle, day = chain["root"], chain["middle"], dt.timedelta(days=1)
    doubtful = {
        "self-signed": unionpay.issue(unionpay.OWNER),
        "the root's own": unionpay.issue(unionpay.OWNER, root),
        "a middle of the same name": unionpay.issue(
            unionpay.OWNER, unionpay.issue("TEST MIDDLE", root, other_key=True)
        ),
        "below UnionPay's own": unionpay.issue(unionpay.OWNER, chain["unionpay"]),
        "another's name": unionpay.issue("041@8310000000083040@某某商户@00016490", middle),
        "the name elsewhere": unionpay.issue("中国银联股份有限公司@041@8310@00016490", middle),
        "a short name": unionpay.issue("中国银联股份有限公司", middle),
        "expired": unionpay.issue(unionpay.OWNER, middle, ends=NOW - day),
        "not yet": unionpay.issue(unionpay.OWNER, middle, starts=NOW + day),
    }
    for what, pair in doubtful.items():
        assert refused(believer, form(pair.signed(**told()))) == "bad_signature", what


def test_certificates_signed_with_sha1_are_believed_as_cfca_still_signs_them() -> None:
    root = unionpay.issue("TEST ROOT")
    middle = unionpay.sha1_signed(unionpay.issue("TEST MIDDLE", root), root)
    pair = unionpay.sha1_signed(unionpay.issue(unionpay.OWNER, middle), middle)
    channel = make(config_for({"root": root, "middle": middle, "unionpay": pair}), now=lambda: NOW)
    assert channel.parse_notification(headers={}, body=form(pair.signed(**told())), now=NOW)
    forged = unionpay.sha1_signed(unionpay.issue(unionpay.OWNER, middle), unionpay.issue("nobody"))
    assert refused(channel, form(forged.signed(**told()))) == "bad_signature"


def test_a_chain_that_has_expired_takes_its_certificates_with_it() -> None:
    root = unionpay.issue("TEST ROOT")
    middle = unionpay.issue("TEST MIDDLE", root, ends=NOW)
    pair = unionpay.issue(unionpay.OWNER, middle)
    channel = make(config_for({"root": root, "middle": middle, "unionpay": pair}), now=lambda: NOW)
    body = form(pair.signed(**told()))
    assert channel.parse_notification(headers={}, body=body, now=NOW - MINUTE)
    assert refused(channel, body, NOW + MINUTE) == "bad_signature"


def test_another_name_is_believed_only_when_it_is_allowed(chain: dict[str, unionpay.Pair]) -> None:
    test_system = unionpay.issue("041@Z2017-11-1@00040000:SIGN@00000001", chain["middle"])
    body = form(test_system.signed(**told()))
    config = config_for(chain)
    assert refused(make(config), body) == "bad_signature"
    allowed = make(config | {"certificate_names": "00040000:SIGN, 中国银联股份有限公司"})
    assert allowed.parse_notification(headers={}, body=body, now=NOW)


def test_what_we_did_not_ask_for_is_thanked_for_and_dropped(
    chain: dict[str, unionpay.Pair], believer: UnionPay
) -> None:
    for fields in (told(txnType="31"), told(txnType="02"), told(respCode="64"), told(respCode="05")):
        body = form(chain["unionpay"].signed(**fields))
        assert believer.parse_notification(headers={}, body=body, now=NOW) is None


def test_a_signed_notice_that_makes_no_sense_is_refused(
    chain: dict[str, unionpay.Pair], believer: UnionPay
) -> None:
    for fields in (told(txnAmt="12.34"), told(txnAmt=""), told(queryId=""), told(txnAmt="١٢")):
        body = form(chain["unionpay"].signed(**{n: v for n, v in fields.items() if v}))
        assert refused(believer, body) == "bad_reply"


@given(body=st.binary(max_size=300) | st.text(max_size=300).map(str.encode))
def test_whatever_arrives_is_refused_and_nothing_breaks(believer: UnionPay, body: bytes) -> None:
    assert refused(believer, body) == "bad_signature"


@given(
    st.dictionaries(
        st.text(st.characters(categories=["L", "N"]), min_size=1, max_size=12),
        st.text(max_size=30),
        max_size=12,
    )
)
def test_what_is_signed_follows_the_published_rule(fields: dict[str, str]) -> None:
    assert signed_text(fields) == unionpay.digest(fields)


@pytest.fixture(scope="module")
def product(chain: dict[str, unionpay.Pair]) -> tuple[Signer, Verifier]:
    """The product's own signing and believing, with the middle's key for the merchant's."""
    middle = chain["middle"]
    return Signer(middle.key_pem, middle.pem), Verifier(chain["root"].pem, middle.pem)


@given(values=st.lists(st.text(max_size=20), min_size=1, max_size=5))
def test_our_signature_is_found_right_and_theirs_believed(
    chain: dict[str, unionpay.Pair], product: tuple[Signer, Verifier], values: list[str]
) -> None:
    ours, theirs, (signer, verifier) = chain["middle"], chain["unionpay"], product
    fields = {f"field{number}": value for number, value in enumerate(values)}
    signed = signer.signed(fields)
    assert signed["certId"] == str(ours.certificate.serial_number)
    assert unionpay.sign({n: v for n, v in signed.items() if n != "signature"}, ours.key) == signed
    message = theirs.signed(**fields, version="5.1.0", signMethod="01")
    verifier.verify(message, NOW)


@given(
    st.dictionaries(
        st.text(st.sampled_from("abcXYZ019"), min_size=1, max_size=8),
        st.text(st.sampled_from("abc=+/ 中，.0"), min_size=1, max_size=20)
        | st.sampled_from(["{a=1&b=2}", "成功[0000000]", "[x&y=z]"]),
        max_size=8,
    )
)
def test_a_reply_is_read_as_it_was_written(fields: dict[str, str]) -> None:
    assert parse_reply("&".join(f"{name}={value}" for name, value in fields.items())) == fields


@given(st.text(st.sampled_from("{}[]&=ab"), max_size=200))
def test_any_text_is_read_as_some_reply(text: str) -> None:
    assert isinstance(parse_reply(text), dict)


@pytest.fixture
def liar(chain: dict[str, unionpay.Pair]) -> Iterator[tuple[UnionPay, list[bytes]]]:
    """A channel whose gateway answers with the bytes that a test puts into the list."""
    answers: list[bytes] = []

    class Handler(BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            self.rfile.read(int(self.headers["content-length"]))
            self.send_response(200)
            self.send_header("Content-Length", str(len(answers[0])))
            self.end_headers()
            self.wfile.write(answers[0])

        def log_message(self, *args: object) -> None:
            pass

    server = LocalServer(("127.0.0.1", 0), Handler)
    threading.Thread(target=server.serve_forever, args=(0.02,), daemon=True).start()
    gateway = {"gateway": f"http://127.0.0.1:{server.server_port}"}
    yield make(config_for(chain) | gateway, now=lambda: NOW), answers
    server.shutdown()
    server.server_close()


def written(fields: dict[str, str]) -> bytes:
    return "&".join(f"{name}={value}" for name, value in fields.items()).encode()


@pytest.mark.requirement("PAY-08")
def test_a_reply_is_believed_only_if_unionpay_signed_it_for_this_order(
    liar: tuple[UnionPay, list[bytes]], chain: dict[str, unionpay.Pair]
) -> None:
    channel, answers = liar
    good = told(origRespCode="00")
    answers.append(written(chain["unionpay"].signed(**good)))
    assert channel.query(NUMBER, started_at=NOW).state is TradeState.PAID
    stranger = unionpay.issue(unionpay.OWNER)
    untrue = {
        "bad_signature": [
            b"",
            b"nonsense",
            b"<html></html>",
            written(good),
            written(stranger.signed(**good)),
        ],
        "bad_reply": [
            b"\xff\xfe",
            *(
                written(chain["unionpay"].signed(**fields))
                for fields in (
                    told(origRespCode="00", orderId="0197f0aa0002"),
                    told(origRespCode="00", txnTime="20260310100001"),
                    told(origRespCode="00", merId="898000000000001"),
                    told(origRespCode="00", txnAmt="-1234"),
                    {n: v for n, v in good.items() if n != "orderId"},
                    {n: v for n, v in good.items() if n != "queryId"},
                    told(),
                )
            ),
        ],
    }
    for code, bodies in untrue.items():
        for body in bodies:
            answers[0] = body
            with pytest.raises(TemporaryChannelError) as caught:
                channel.query(NUMBER, started_at=NOW)
            assert caught.value.code == code, body
