"""HIS over HTTP: every number once, only clear answers count, and nobody waits for it for ever."""

import datetime as dt
import re
import time
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any

import pytest
import structlog

from apps.billing.ports import BillKey
from apps.identity.models import Hospital
from apps.integrations.adapters.his_client import CONNECTIONS, HisClient
from apps.integrations.adapters.his_signature import signature
from apps.integrations.adapters.http_his import HttpHis
from apps.payments.ports import HisRefused, HisUnavailable, PaymentPosting, PostedLine, RefundPosting
from apps.payments.services.his import posting_of
from tests.integrations.conftest import HisControl, never, reply_with, trickle
from tests.integrations.tls import tls_of, tls_server

DOCUMENT = Path(__file__).parents[2] / "docs" / "his-http.md"
H1 = Hospital(code="H1", name="第一医院")
APP = ("yihui", "sandbox-his-secret")
PAID_AT = dt.datetime(2026, 11, 26, 1, 30, 0, 123456, tzinfo=dt.UTC)
OURS = PostedLine("ZD0", "", "registration", 1000)


def line(bill: dict[str, Any], amount_fen: int | None = None) -> PostedLine:
    amount_fen = bill["amount_fen"] if amount_fen is None else amount_fen
    return PostedLine(f"ZD-{bill['number']}", bill["number"], bill["kind"], amount_fen)


def payment(order_no: str, *lines: PostedLine, mrn: str = "M1") -> PaymentPosting:
    total = sum(one.amount_fen for one in lines)
    return PaymentPosting(
        order_no, "outpatient", "H1", mrn, "wechat_pay", "42000001", PAID_AT, total, tuple(lines)
    )


def refund(refund_no: str, order_no: str, *lines: PostedLine, reason: str = "未取药") -> RefundPosting:
    total = sum(one.amount_fen for one in lines)
    return RefundPosting(refund_no, order_no, "H1", total, reason, tuple(lines))


def quick(url: str, seconds: float = 1.0, secret: str = APP[1]) -> HttpHis:
    """A driver that gives up soon."""
    return HttpHis(H1, HisClient(url, APP[0], secret, seconds=seconds))


def test_a_payment_arrives_as_it_was_made(book: HisControl, his: HttpHis) -> None:
    bill = book.bill()
    receipt = his.post_payment(payment("ZF1", OURS, line(bill)))
    arrived = book.payment("ZF1")
    assert arrived["his_no"] == receipt.his_no != ""
    assert arrived["request"] == {
        "hospital_code": "H1",
        "order_no": "ZF1",
        "scene": "outpatient",
        "mrn": "M1",
        "channel": "wechat_pay",
        "transaction_id": "42000001",
        "paid_at": "2026-11-26T09:30:00+08:00",
        "amount_fen": 3500,
        "lines": [
            {"bill_no": "ZD0", "external_id": "", "kind": "registration", "amount_fen": 1000},
            {
                "bill_no": f"ZD-{bill['number']}",
                "external_id": bill["number"],
                "kind": "prescription",
                "amount_fen": 2500,
            },
        ],
    }


@pytest.mark.requirement("PAY-08")
def test_a_payment_sent_again_is_taken_once(book: HisControl, his: HttpHis) -> None:
    posting = payment("ZF1", line(book.bill()))
    assert len({his.post_payment(posting) for _ in range(3)}) == 1
    assert book.tally("ZF1") == {"sent": 3, "refused": 0, "taken": 1, "undone": 0}
    assert book.totals()["taken_fen"] == 2500


@pytest.mark.requirement("PAY-08")
def test_after_a_success_that_timed_out_the_same_number_again_is_harmless(book: HisControl) -> None:
    posting, his = payment("ZF1", line(book.bill())), quick(book.url)
    book.faults({"kind": "silent_after_work", "delay_ms": 1500, "times": 1})
    with pytest.raises(HisUnavailable):
        his.post_payment(posting)
    assert book.tally("ZF1")["taken"] == 1
    assert his.post_payment(posting).his_no == book.payment("ZF1")["his_no"]
    assert book.tally("ZF1") == {"sent": 2, "refused": 0, "taken": 1, "undone": 0}
    assert book.totals()["taken_fen"] == 2500


@pytest.mark.requirement("PAY-08")
def test_a_payment_that_was_given_back_before_it_came_is_never_taken(book: HisControl, his: HttpHis) -> None:
    posting = payment("ZF1", line(book.bill()))
    receipts = {his.withdraw_payment(hospital_code="H1", order_no="ZF1", reason="超时") for _ in range(2)}
    assert len(receipts) == 1
    with pytest.raises(HisRefused) as refusal:
        his.post_payment(posting)
    assert refusal.value.code == "ORDER_WITHDRAWN"
    assert book.tally("ZF1")["taken"] == 0


@pytest.mark.requirement("PAY-08")
def test_a_payment_that_is_given_back_is_undone_once(book: HisControl, his: HttpHis) -> None:
    his.post_payment(payment("ZF1", line(book.bill())))
    for _ in range(2):
        his.withdraw_payment(hospital_code="H1", order_no="ZF1", reason="长" * 500)
    assert book.tally("ZF1") == {"sent": 3, "refused": 0, "taken": 1, "undone": 1}
    assert book.totals() == {"taken_fen": 2500, "withdrawn_fen": 2500, "refunded_fen": 0}


@pytest.mark.requirement("PAY-08")
def test_a_withdrawal_that_timed_out_is_repeated_harmlessly(book: HisControl) -> None:
    his = quick(book.url)
    his.post_payment(payment("ZF1", line(book.bill())))
    book.faults({"kind": "silent_after_work", "times": 1})
    with pytest.raises(HisUnavailable):
        his.withdraw_payment(hospital_code="H1", order_no="ZF1", reason="")
    his.withdraw_payment(hospital_code="H1", order_no="ZF1", reason="")
    assert book.tally("ZF1")["undone"] == 1


def test_his_says_how_much_may_go_back_for_its_bills_and_for_ours(book: HisControl, his: HttpHis) -> None:
    bill = book.bill()
    his.post_payment(payment("ZF1", OURS, line(bill)))
    assert his.refundable_fen(BillKey("H1", "ZD0", "")) == 1000
    key = BillKey("H1", "ZD-x", bill["number"])
    assert his.refundable_fen(key) == 2500
    book.limit(bill["number"], 600)
    assert his.refundable_fen(key) == 600
    with pytest.raises(HisRefused, match="BILL_NOT_FOUND"):
        his.refundable_fen(BillKey("H1", "ZD9", ""))


@pytest.mark.requirement("PAY-08")
def test_a_refund_sent_again_is_taken_once(book: HisControl, his: HttpHis) -> None:
    bill = book.bill()
    his.post_payment(payment("ZF1", line(bill)))
    posting = refund("TF1", "ZF1", line(bill, 1000), reason="")
    assert len({his.post_refund(posting) for _ in range(3)}) == 1
    assert book.tally("TF1") == {"sent": 3, "refused": 0, "taken": 1, "undone": 0}
    with pytest.raises(HisRefused, match="NOT_REFUNDABLE"):
        his.post_refund(refund("TF2", "ZF1", line(bill, 1501)))
    assert book.totals()["refunded_fen"] == 1000


def test_a_refusal_comes_with_the_words_of_his(book: HisControl, his: HttpHis) -> None:
    book.refuse("M1", "ACCOUNT_FROZEN", "账户冻结")
    with pytest.raises(HisRefused) as refusal:
        his.post_payment(payment("ZF1", OURS))
    assert (refusal.value.code, refusal.value.text) == ("ACCOUNT_FROZEN", "账户冻结")


@pytest.mark.requirement("PAY-08")
@pytest.mark.parametrize(
    "fault",
    [
        {"kind": "http_error", "status": 500},
        {"kind": "http_error", "status": 502},
        {"kind": "http_error", "status": 404},
        {"kind": "http_error", "status": 409},
        {"kind": "close"},
        {"kind": "delay", "delay_ms": 1500},
        {"kind": "silent_after_work"},
        {"kind": "code", "code": "SYSTEM_BUSY"},
        {"kind": "code", "code": "TOO_MANY_REQUESTS"},
        {"kind": "code", "code": "TIMESTAMP_EXPIRED"},
        {"kind": "code", "code": "BAD_REQUEST"},
    ],
    ids=lambda fault: f"{fault['kind']}-{fault.get('status') or fault.get('code', '')}",
)
def test_what_is_not_a_clear_no_is_unknown_and_works_later(book: HisControl, fault: dict[str, Any]) -> None:
    his, posting = quick(book.url), payment("ZF1", line(book.bill()))
    book.faults({**fault, "times": 1})
    with pytest.raises(HisUnavailable):
        his.post_payment(posting)
    his.post_payment(posting)
    assert book.tally("ZF1")["taken"] == 1


@pytest.mark.requirement("PAY-08")
def test_during_an_outage_every_call_is_unavailable_and_nothing_is_taken(
    book: HisControl, his: HttpHis
) -> None:
    posting = payment("ZF77", OURS)  # of its own: requests that others have given up may still arrive
    book.outage(True)
    for call in (
        lambda: his.post_payment(posting),
        lambda: his.withdraw_payment(hospital_code="H1", order_no="ZF77", reason=""),
        lambda: his.refundable_fen(BillKey("H1", "ZD0", "")),
        lambda: his.post_refund(refund("TF1", "ZF77", OURS)),
        lambda: his.bills_of("M1", seconds=2),
    ):
        with pytest.raises(HisUnavailable):
            call()
    book.outage(False)
    his.post_payment(posting)
    assert book.tally("ZF77") == {"sent": 1, "refused": 0, "taken": 1, "undone": 0}


@pytest.mark.requirement("PAY-08")
def test_a_wrong_secret_is_no_refusal(book: HisControl) -> None:
    with pytest.raises(HisUnavailable, match="SIGN_ERROR"):
        quick(book.url, seconds=5, secret="wrong").post_payment(payment("ZF1", OURS))


def test_without_an_address_or_a_server_it_is_unavailable() -> None:
    for url in ("", "http://127.0.0.1:9", "http://[", "ftp://127.0.0.1", "http://his.invalid"):
        with pytest.raises(HisUnavailable):
            quick(url).post_payment(payment("ZF1", OURS))


@pytest.mark.requirement("PAY-08")
@pytest.mark.parametrize(
    "body",
    [
        b"<html>sign in</html>",
        b"",
        b"{}",
        b"[]",
        b"null",
        b'{"order_no": "ZF2", "state": "posted"}',
        b'{"order_no": "ZF1", "state": "queued"}',
        b'{"order_no": "ZF1", "state": "posted"',
        b"\xff\xfe",
        b"[" * 200_000,
    ],
)
def test_an_answer_that_does_not_name_what_was_asked_is_no_receipt(raw_server, body: bytes) -> None:
    with pytest.raises(HisUnavailable):
        quick(raw_server(reply_with("200 OK", body))).post_payment(payment("ZF1", OURS))


@pytest.mark.parametrize("amount", [b"-1", b"1.5", b'"100"', b"null", b"true", b"99999999999999999999999"])
def test_an_amount_that_is_none_is_unknown(raw_server, amount: bytes) -> None:
    body = b'{"number": "ZD0", "kind": "bill_no", "refundable_fen": ' + amount + b"}"
    with pytest.raises(HisUnavailable):
        quick(raw_server(reply_with("200 OK", body))).refundable_fen(BillKey("H1", "ZD0", ""))


def test_a_receipt_without_a_number_of_his_is_one(raw_server) -> None:
    for number in (b"null", b"7", b'""'):
        body = b'{"order_no": "ZF1", "state": "posted", "his_no": ' + number + b"}"
        his = quick(raw_server(reply_with("200 OK", body)), seconds=5)
        assert his.post_payment(payment("ZF1", OURS)).his_no == ""


def test_a_redirection_is_not_followed(raw_server, book: HisControl) -> None:
    url = raw_server(reply_with("307 Temporary Redirect", b"", f"Location: {book.url}/his/v1/payments"))
    with pytest.raises(HisUnavailable, match="http_307"):
        quick(url, seconds=5).post_payment(payment("ZF307", OURS))
    assert book.tally("ZF307")["sent"] == 0


@pytest.mark.requirement("PAY-08")
@pytest.mark.parametrize(
    "answer",
    [
        never,
        trickle(b"HTTP/1.1 200 OK\r\nX-Slow: "),
        trickle(b"HTTP/1.1 200 OK\r\nContent-Length: 9000\r\n\r\n"),
        lambda connection: [connection.sendall(b"x" * 65536) for _ in iter(int, 1)],
        lambda connection: [
            connection.sendall(b"HTTP/1.1 200 OK\r\n\r\n" if first else b" " * 65536)
            for first in (True, *[False] * 1_000)
        ],
    ],
    ids=["silent", "slow-headers", "slow-body", "endless-headers", "endless-body"],
)
def test_a_call_ends_by_its_deadline_however_his_behaves(raw_server, answer: Any) -> None:
    his, begin = quick(raw_server(answer)), time.monotonic()
    with pytest.raises(HisUnavailable):
        his.post_payment(payment("ZF1", OURS))
    with pytest.raises(HisUnavailable):
        his.bills_of("M1", seconds=0.5)
    assert time.monotonic() - begin < 2.5


@pytest.mark.requirement("PAY-08")
def test_a_his_that_hangs_leaves_workers_free(raw_server) -> None:
    his = quick(raw_server(never), seconds=3)

    def waited(number: int) -> float:
        begin = time.monotonic()
        with pytest.raises(HisUnavailable):
            his.post_payment(payment(f"ZF{number}", OURS))
        return time.monotonic() - begin

    with ThreadPoolExecutor(8) as pool:
        times = sorted(pool.map(waited, range(8)))
    assert len([seconds for seconds in times if seconds < 1.5]) == 8 - CONNECTIONS
    assert times[-1] < 4


def test_a_question_is_asked_once_more_and_a_payment_is_not(book: HisControl, his: HttpHis) -> None:
    his.post_payment(payment("ZF1", OURS))
    book.faults({"kind": "close", "times": 1})
    assert his.refundable_fen(BillKey("H1", "ZD0", "")) == 1000
    book.faults({"kind": "close", "times": 2})
    with pytest.raises(HisUnavailable):
        his.refundable_fen(BillKey("H1", "ZD0", ""))
    book.faults({"kind": "code", "code": "TOO_MANY_REQUESTS", "times": 1})
    with pytest.raises(HisUnavailable):
        his.refundable_fen(BillKey("H1", "ZD0", ""))
    book.faults({"kind": "silent_after_work", "times": 1})
    with pytest.raises(HisUnavailable):
        his.post_payment(payment("ZF2", PostedLine("ZD2", "", "test", 1)))
    assert book.tally("ZF2")["sent"] == 1


def test_numbers_with_any_letters_stay_one_part_of_the_path(book: HisControl, his: HttpHis) -> None:
    for mrn in ("A/1", "B?x=1&y", "C#2", "D%2F", "病历 1", "E;f:g@h"):
        book.bill(mrn=mrn)
        assert len(his.bills_of(mrn, seconds=2).bills) == 1, mrn
    for mrn in ("", ".", ".."):
        with pytest.raises(HisRefused, match="number_unusable"):
            his.bills_of(mrn, seconds=2)


def test_the_signature_is_the_published_one() -> None:
    text = DOCUMENT.read_text()
    (published,) = re.findall(r"\b[0-9a-f]{64}\b", text)
    empty = "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855"
    target = "/his/v1/patients/M000001/bills?hospital_code=H1"
    assert signature(APP[1], "GET", target, APP[0], "1767225600", "0123456789abcdef", empty) == published
    assert target in text


def test_the_log_names_neither_patients_nor_orders(book: HisControl, his: HttpHis) -> None:
    book.outage(True)
    with structlog.testing.capture_logs() as logs:
        for call in (
            lambda: his.bills_of("M000042", seconds=2),
            lambda: his.withdraw_payment(hospital_code="H1", order_no="ZF42", reason="x"),
        ):
            with pytest.raises(HisUnavailable) as failure:
                call()
            assert "42" not in str(failure.value)
    assert {entry["event"] for entry in logs} == {"his_unavailable"}
    assert "42" not in str(logs)


def test_a_hospital_with_the_http_driver_is_posted_to_over_http(book: HisControl) -> None:
    hospital = Hospital(code="H1", settings={"his.driver": "http"})
    posting_of(hospital).post_payment(payment("ZF1", OURS))
    assert book.tally("ZF1")["taken"] == 1


def test_over_https_only_a_his_that_proves_its_name_is_spoken_to(tmp_path, monkeypatch) -> None:
    context, authority = tls_of("localhost", tmp_path)
    answer = reply_with("200 OK", b'{"order_no": "ZF1", "state": "posted"}')
    with tls_server(context, answer) as port:
        with pytest.raises(HisUnavailable, match="connection"):
            quick(f"https://localhost:{port}", seconds=5).post_payment(payment("ZF1", OURS))
        monkeypatch.setenv("SSL_CERT_FILE", str(authority))
        quick(f"https://localhost:{port}", seconds=5).post_payment(payment("ZF1", OURS))
        with pytest.raises(HisUnavailable, match="connection"):
            quick(f"https://127.0.0.1:{port}", seconds=5).post_payment(payment("ZF1", OURS))


@pytest.mark.requirement("PAY-08")
def test_a_his_that_hangs_in_the_handshake_is_given_up_too(raw_server) -> None:
    begin = time.monotonic()
    with pytest.raises(HisUnavailable, match="timeout"):
        quick(raw_server(never).replace("http:", "https:")).post_payment(payment("ZF1", OURS))
    assert time.monotonic() - begin < 2
