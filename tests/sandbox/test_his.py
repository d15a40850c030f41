"""The HIS stand-in over real sockets: only signed requests, every number once, and every way of being down."""

import hashlib
import hmac
import json
import secrets
import time
from concurrent.futures import ThreadPoolExecutor
from typing import Any

import httpx
import pytest

from .conftest import SandboxDriver

APP = ("yihui", "sandbox-his-secret")
PAYMENTS, REFUNDS = "/his/v1/payments", "/his/v1/refunds"


class SignedHis:
    """An independent client: it signs as docs/his-http.md says, and shows the raw answer."""

    def __init__(self, sandbox: SandboxDriver) -> None:
        self.http = sandbox.http

    def call(
        self, method: str, target: str, body: Any = None, *, app: tuple[str, str] = APP, **changes: Any
    ) -> httpx.Response:
        """`changes`: parts of the request that are altered after signing, or `stamp`/`nonce` before it.

        `stamp_from_now`: seconds by which the stamp is off.
        """
        content = b"" if body is None else json.dumps(body).encode()
        stamp = str(changes.get("stamp", int(time.time()) + changes.get("stamp_from_now", 0)))
        nonce = changes.get("nonce", secrets.token_hex(16))
        digest = hashlib.sha256(content).hexdigest()
        text = "".join(f"{part}\n" for part in (method, target, app[0], stamp, nonce, digest))
        headers = {
            "X-His-App-Id": app[0],
            "X-His-Timestamp": stamp,
            "X-His-Nonce": nonce,
            "X-His-Content-SHA256": digest,
            "X-His-Signature": hmac.new(app[1].encode(), text.encode(), hashlib.sha256).hexdigest(),
        }
        return self.http.request(
            method,
            changes.get("sent_target", target),
            content=changes.get("sent_content", content),
            headers=headers | changes.get("headers", {}),
        )


@pytest.fixture
def his(sandbox: SandboxDriver) -> SignedHis:
    return SignedHis(sandbox)


def put_bill(sandbox: SandboxDriver, mrn: str = "M1", price: int = 1250, **more: Any) -> dict[str, Any]:
    items = [{"name": "阿莫西林胶囊", "unit": "盒", "quantity": "2", "unit_price_fen": price}]
    return sandbox.control("POST", "his/bills", {"hospital_code": "H1", "mrn": mrn, "items": items, **more})


def line(bill: dict[str, Any], amount_fen: int | None = None) -> dict[str, Any]:
    amount_fen = bill["amount_fen"] if amount_fen is None else amount_fen
    number = bill["number"]
    return {"bill_no": f"ZD-{number}", "external_id": number, "kind": bill["kind"], "amount_fen": amount_fen}


def payment(order_no: str, *lines: dict[str, Any], **more: Any) -> dict[str, Any]:
    return {
        "hospital_code": "H1",
        "order_no": order_no,
        "scene": "outpatient",
        "mrn": "M1",
        "channel": "wechat_pay",
        "transaction_id": "42000001",
        "paid_at": "2026-11-26T09:00:00+08:00",
        "amount_fen": sum(one["amount_fen"] for one in lines),
        "lines": list(lines),
    } | more


def refund(refund_no: str, order_no: str, *lines: dict[str, Any]) -> dict[str, Any]:
    amount_fen = sum(one["amount_fen"] for one in lines)
    numbers = {"hospital_code": "H1", "refund_no": refund_no, "order_no": order_no}
    return numbers | {"amount_fen": amount_fen, "reason": "未取药", "lines": list(lines)}


def tally(sandbox: SandboxDriver, number: str) -> dict[str, int]:
    return sandbox.control("GET", f"his/tallies/H1/{number}")


def refused(response: httpx.Response) -> tuple[int, str]:
    return response.status_code, response.json()["code"]


def refundable(his: SignedHis, number: str, kind: str = "external_id") -> int:
    response = his.call("GET", f"/his/v1/bills/{number}/refundable?hospital_code=H1&kind={kind}")
    assert response.status_code == 200, response.text
    return int(response.json()["refundable_fen"])


def test_open_bills_are_given_with_their_items_until_they_are_paid(sandbox, his) -> None:
    bill = put_bill(sandbox, title="处方", registration_bill_no="ZD1")
    put_bill(sandbox, mrn="M2")
    shown = his.call("GET", "/his/v1/patients/M1/bills?hospital_code=H1").json()
    (only,) = shown["bills"]
    assert (shown["mrn"], only["external_id"], only["amount_fen"]) == ("M1", bill["number"], 2500)
    assert (only["title"], only["registration_bill_no"], only["items"][0]["quantity"]) == ("处方", "ZD1", "2")
    his.call("POST", PAYMENTS, payment("ZF1", line(bill)))
    assert his.call("GET", "/his/v1/patients/M1/bills?hospital_code=H1").json()["bills"] == []


def test_a_payment_sent_again_is_taken_once(sandbox, his) -> None:
    bill = put_bill(sandbox)
    answers = [his.call("POST", PAYMENTS, payment("ZF1", line(bill))) for _ in range(3)]
    assert {a.status_code for a in answers} == {200}
    assert len({a.text for a in answers}) == 1
    assert tally(sandbox, "ZF1") == {"sent": 3, "refused": 0, "taken": 1, "undone": 0}
    assert sandbox.control("GET", "his/totals")["taken_fen"] == 2500


def test_a_payment_sent_by_many_at_once_is_taken_once(sandbox, his) -> None:
    body = payment("ZF1", line(put_bill(sandbox)))
    with ThreadPoolExecutor(8) as pool:
        answers = list(pool.map(lambda _: his.call("POST", PAYMENTS, body).text, range(24)))
    assert len(set(answers)) == 1
    assert tally(sandbox, "ZF1")["taken"] == 1


def test_an_order_number_for_other_bills_is_refused(sandbox, his) -> None:
    bill = put_bill(sandbox)
    his.call("POST", PAYMENTS, payment("ZF1", line(bill)))
    told_again = payment("ZF1", line(bill), paid_at="2026-11-26T09:00:01+08:00", channel="alipay")
    assert his.call("POST", PAYMENTS, told_again).status_code == 200
    other = payment("ZF1", line(put_bill(sandbox)))
    assert refused(his.call("POST", PAYMENTS, other)) == (409, "ORDER_CONFLICT")


def test_the_same_number_of_another_hospital_is_another_payment(sandbox, his) -> None:
    ours = {"bill_no": "ZD1", "external_id": "", "kind": "registration", "amount_fen": 1000}
    for hospital_code in ("H1", "H2"):
        answer = his.call("POST", PAYMENTS, payment("ZF1", ours, hospital_code=hospital_code))
        assert answer.status_code == 200
    assert sandbox.control("GET", "his/totals")["taken_fen"] == 2000


def test_a_number_withdrawn_before_it_came_is_never_taken(sandbox, his) -> None:
    bill = put_bill(sandbox)
    withdrawal = {"hospital_code": "H1", "reason": "timeout"}
    answers = [his.call("POST", f"{PAYMENTS}/ZF1/withdraw", withdrawal) for _ in range(2)]
    assert answers[0].text == answers[1].text
    assert answers[0].json()["state"] == "withdrawn"
    assert refused(his.call("POST", PAYMENTS, payment("ZF1", line(bill)))) == (409, "ORDER_WITHDRAWN")
    assert tally(sandbox, "ZF1")["taken"] == 0
    assert his.call("POST", PAYMENTS, payment("ZF2", line(bill))).status_code == 200


def test_a_withdrawn_payment_is_undone_once_and_its_bill_open_again(sandbox, his) -> None:
    bill = put_bill(sandbox)
    his.call("POST", PAYMENTS, payment("ZF1", line(bill)))
    for _ in range(2):
        answer = his.call("POST", f"{PAYMENTS}/ZF1/withdraw", {"hospital_code": "H1", "reason": "timeout"})
        assert answer.json()["state"] == "withdrawn"
    assert tally(sandbox, "ZF1") == {"sent": 3, "refused": 0, "taken": 1, "undone": 1}
    totals = sandbox.control("GET", "his/totals")
    assert totals["taken_fen"] - totals["withdrawn_fen"] == 0
    (open_bill,) = his.call("GET", "/his/v1/patients/M1/bills?hospital_code=H1").json()["bills"]
    assert open_bill["external_id"] == bill["number"]


def test_what_was_refunded_in_part_is_not_withdrawn(sandbox, his) -> None:
    bill = put_bill(sandbox)
    his.call("POST", PAYMENTS, payment("ZF1", line(bill)))
    his.call("POST", REFUNDS, refund("TF1", "ZF1", line(bill, 100)))
    answer = his.call("POST", f"{PAYMENTS}/ZF1/withdraw", {"hospital_code": "H1", "reason": ""})
    assert refused(answer) == (409, "ORDER_REFUNDED")


@pytest.mark.parametrize(
    ("change", "code"),
    [
        ({"mrn": "M2"}, "PATIENT_MISMATCH"),
        ({"lines": [{"bill_no": "ZD1", "external_id": "no", "kind": "test", "amount_fen": 2500}]}, "BILL_NOT_FOUND"),
        ({"amount_fen": 2600}, "AMOUNT_MISMATCH"),
        ({"lines": []}, "BAD_REQUEST"),
        ({"lines": [7]}, "BAD_REQUEST"),
        ({"amount_fen": "2500"}, "BAD_REQUEST"),
        ({"order_no": ""}, "BAD_REQUEST"),
        ({"mrn": None}, "BAD_REQUEST"),
    ],
)  # fmt: skip
def test_a_payment_that_does_not_fit_is_refused_and_nothing_taken(sandbox, his, change, code) -> None:
    answer = his.call("POST", PAYMENTS, payment("ZF1", line(put_bill(sandbox))) | change)
    assert answer.json()["code"] == code
    assert sandbox.control("GET", "his/totals")["taken_fen"] == 0


def test_a_bill_is_paid_by_one_order_whole_and_not_after_the_window_took_it(sandbox, his) -> None:
    bill, cancelled = put_bill(sandbox), put_bill(sandbox)
    assert refused(his.call("POST", PAYMENTS, payment("ZF0", line(bill, 100)))) == (409, "AMOUNT_MISMATCH")
    twice = payment("ZF0", line(bill), line(bill))
    assert refused(his.call("POST", PAYMENTS, twice)) == (400, "BAD_REQUEST")
    his.call("POST", PAYMENTS, payment("ZF1", line(bill)))
    assert refused(his.call("POST", PAYMENTS, payment("ZF2", line(bill)))) == (409, "BILL_NOT_OPEN")
    state = {"hospital_code": "H1", "external_id": cancelled["number"], "state": "cancelled"}
    sandbox.control("POST", "his/bills/state", state)
    assert refused(his.call("POST", PAYMENTS, payment("ZF3", line(cancelled)))) == (409, "BILL_NOT_OPEN")


def test_a_bill_that_the_window_took_is_shown_as_paid(sandbox, his) -> None:
    bill = put_bill(sandbox)
    state = {"hospital_code": "H1", "external_id": bill["number"], "state": "paid"}
    sandbox.control("POST", "his/bills/state", state)
    (shown,) = his.call("GET", "/his/v1/patients/M1/bills?hospital_code=H1").json()["bills"]
    assert (shown["state"], shown["paid_at"][10:11]) == ("paid", "T")


def test_a_refund_sent_again_is_taken_once_and_lowers_what_is_left(sandbox, his) -> None:
    bill = put_bill(sandbox)
    his.call("POST", PAYMENTS, payment("ZF1", line(bill)))
    assert refundable(his, bill["number"]) == 2500
    answers = [his.call("POST", REFUNDS, refund("TF1", "ZF1", line(bill, 1000))) for _ in range(3)]
    assert {(a.status_code, a.text) for a in answers} == {(200, answers[0].text)}
    assert refundable(his, bill["number"]) == 1500
    assert tally(sandbox, "TF1") == {"sent": 3, "refused": 0, "taken": 1, "undone": 0}
    other = refund("TF1", "ZF1", line(bill, 500))
    assert refused(his.call("POST", REFUNDS, other)) == (409, "REFUND_CONFLICT")
    assert sandbox.control("GET", "his/totals")["refunded_fen"] == 1000


def test_what_was_dispensed_is_not_refunded(sandbox, his) -> None:
    bill = put_bill(sandbox)
    assert refundable(his, bill["number"]) == 0, "it is not paid"
    his.call("POST", PAYMENTS, payment("ZF1", line(bill)))
    limit = {"hospital_code": "H1", "external_id": bill["number"], "refundable_fen": 600}
    sandbox.control("POST", "his/refundable", limit)
    assert refused(his.call("POST", REFUNDS, refund("TF1", "ZF1", line(bill, 601)))) == (
        409,
        "NOT_REFUNDABLE",
    )
    assert his.call("POST", REFUNDS, refund("TF2", "ZF1", line(bill, 600))).status_code == 200
    assert refundable(his, bill["number"]) == 0


def test_a_bill_of_ours_is_known_by_our_number_from_its_payment_on(sandbox, his) -> None:
    ours = {"bill_no": "ZD1", "external_id": "", "kind": "registration", "amount_fen": 1000}
    unknown = his.call("GET", "/his/v1/bills/ZD1/refundable?hospital_code=H1&kind=bill_no")
    assert refused(unknown) == (404, "BILL_NOT_FOUND")
    his.call("POST", PAYMENTS, payment("ZF1", ours))
    assert refundable(his, "ZD1", "bill_no") == 1000
    assert his.call("POST", REFUNDS, refund("TF1", "ZF1", ours)).status_code == 200


def test_a_refund_of_an_unknown_withdrawn_or_other_order_is_refused(sandbox, his) -> None:
    bill, other = put_bill(sandbox), put_bill(sandbox)
    his.call("POST", PAYMENTS, payment("ZF1", line(bill)))
    his.call("POST", f"{PAYMENTS}/ZF2/withdraw", {"hospital_code": "H1", "reason": ""})
    codes = {
        "ORDER_NOT_FOUND": refund("TF1", "ZF9", line(bill)),
        "ORDER_WITHDRAWN": refund("TF1", "ZF2", line(bill)),
        "NOT_REFUNDABLE": refund("TF1", "ZF1", line(other)),
    }
    for code, body in codes.items():
        assert refused(his.call("POST", REFUNDS, body))[1] == code


@pytest.mark.parametrize(
    ("changes", "code"),
    [
        ({"app": ("yihui", "wrong")}, "SIGN_ERROR"),
        ({"app": ("nobody", APP[1])}, "APP_UNKNOWN"),
        ({"sent_content": b'{"order_no": "ZF1"}'}, "SIGN_ERROR"),
        ({"sent_target": PAYMENTS + "?hospital_code=H2"}, "SIGN_ERROR"),
        ({"headers": {"X-His-Nonce": "another-nonce-1234"}}, "SIGN_ERROR"),
        ({"headers": {"X-His-Signature": ""}}, "SIGN_ERROR"),
        ({"stamp_from_now": -400}, "TIMESTAMP_EXPIRED"),
        ({"stamp_from_now": 900}, "TIMESTAMP_EXPIRED"),
        ({"stamp": "now"}, "TIMESTAMP_EXPIRED"),
        ({"nonce": "short"}, "NONCE_INVALID"),
    ],
)
def test_a_forged_altered_or_stale_request_is_not_answered(sandbox, his, changes, code) -> None:
    body = payment("ZF1", line(put_bill(sandbox)))
    assert refused(his.call("POST", PAYMENTS, body, **changes)) == (401, code)
    assert tally(sandbox, "ZF1")["sent"] == 0


def test_a_request_that_was_overheard_is_not_answered_again(sandbox, his) -> None:
    body, nonce = payment("ZF1", line(put_bill(sandbox))), secrets.token_hex(16)
    stamp = int(time.time())
    assert his.call("POST", PAYMENTS, body, nonce=nonce, stamp=stamp).status_code == 200
    assert refused(his.call("POST", PAYMENTS, body, nonce=nonce, stamp=stamp)) == (401, "NONCE_INVALID")


@pytest.mark.parametrize("content", [b"[]", b"{", b"\xff", b"[" * 100_000])
def test_a_body_that_is_no_object_is_a_bad_request(his, content) -> None:
    digest = hashlib.sha256(content).hexdigest()
    stamp, nonce = str(int(time.time())), secrets.token_hex(16)
    text = "".join(f"{part}\n" for part in ("POST", PAYMENTS, APP[0], stamp, nonce, digest))
    values = {"App-Id": APP[0], "Timestamp": stamp, "Nonce": nonce, "Content-SHA256": digest}
    values["Signature"] = hmac.new(APP[1].encode(), text.encode(), hashlib.sha256).hexdigest()
    headers = {f"X-His-{name}": value for name, value in values.items()}
    assert refused(his.http.post(PAYMENTS, content=content, headers=headers)) == (400, "BAD_REQUEST")


def test_it_refuses_what_it_was_told_to_by_operation(sandbox, his) -> None:
    bill = put_bill(sandbox)
    refusal = {"number": "M1", "code": "ACCOUNT_FROZEN", "message": "账户冻结"}
    sandbox.control("POST", "his/refusals", refusal)
    answer = his.call("POST", PAYMENTS, payment("ZF1", line(bill)))
    assert (answer.status_code, answer.json()) == (409, {"code": "ACCOUNT_FROZEN", "message": "账户冻结"})
    assert his.call("GET", "/his/v1/patients/M1/bills?hospital_code=H1").status_code == 200
    sandbox.control("DELETE", "his/refusals")
    assert his.call("POST", PAYMENTS, payment("ZF1", line(bill))).status_code == 200
    assert tally(sandbox, "ZF1") == {"sent": 2, "refused": 1, "taken": 1, "undone": 0}


def test_an_outage_takes_nothing_until_it_ends(sandbox, his) -> None:
    body = payment("ZF1", line(put_bill(sandbox)))
    sandbox.control("PUT", "his/outage", {"on": True})
    answer = his.call("POST", PAYMENTS, body)
    assert (answer.status_code, answer.headers["content-type"]) == (503, "text/html")
    sandbox.control("PUT", "his/outage", {"on": False})
    assert his.call("POST", PAYMENTS, body).status_code == 200
    assert tally(sandbox, "ZF1")["sent"] == 1


def test_faults_work_by_operation(sandbox, his) -> None:
    body = payment("ZF1", line(put_bill(sandbox)))
    sandbox.faults(
        "his",
        {"kind": "close", "operation": "payments.post", "times": 1},
        {"kind": "silent_after_work", "operation": "payments.post", "times": 1},
        {"kind": "code", "code": "SYSTEM_BUSY", "operation": "payments.post", "times": 1},
    )
    for _ in range(2):
        with pytest.raises(httpx.HTTPError):
            his.call("POST", PAYMENTS, body)
    assert refused(his.call("POST", PAYMENTS, body)) == (503, "SYSTEM_BUSY")
    assert his.call("POST", PAYMENTS, body).status_code == 200
    assert tally(sandbox, "ZF1") == {"sent": 2, "refused": 0, "taken": 1, "undone": 0}


def test_a_reset_forgets_bills_payments_and_refusals(sandbox, his) -> None:
    his.call("POST", PAYMENTS, payment("ZF1", line(put_bill(sandbox))))
    sandbox.control("POST", "his/refusals", {"number": "ZF2", "code": "NO"})
    sandbox.control("POST", "reset")
    assert sandbox.control("GET", "his/payments")["count"] == 0
    assert sandbox.control("GET", "his/bills")["count"] == 0
    assert sandbox.control("GET", "his/refusals")["items"] == []
