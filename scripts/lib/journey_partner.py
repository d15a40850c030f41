"""Steps of the main journey: a third party takes a payment, and is told of it by a webhook."""

import json
import secrets
import threading
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any

import httpx

from journey_cashier import BILL, Desk
from journey_steps import TIMEOUT, answered, eventually, expect, step


class Application:
    """An application of its own, which is closed at the end."""

    def __init__(self, desk: Desk) -> None:
        self.desk, self.staff = desk, desk.staff

    def run(self) -> None:
        """It takes a payment at its own counter, is told by a signed webhook, and reads its own records alone."""
        with Listener() as listener:
            partner = step("an application gets credentials, shown once", self._register)
            step("it may take payments by WeChat, up to so much an order", self._grant)
            step("it is told at its own address", lambda: self._listen(partner, listener))
            order = step("it takes a payment", lambda: self._taken(partner))
            step("the webhook arrives, signed", lambda: listener.expect("order.posted", order))
        rows = answered(partner.get("payment-orders"))["results"]
        expect([row["id"] for row in rows] == [order], "its own records alone", rows)
        self.staff.patch("admin", f"partner-applications/{self.registered}", self._inactive())

    def _register(self) -> httpx.Client:
        body = {
            "hospital_id": self.desk.hospital.id, "name": f"自助机服务商 {secrets.randbelow(10**6):06d}",
            "allowed_scopes": ["payments:write", "webhooks"],
        }  # fmt: skip
        made = self.staff.post("admin", "partner-applications", body)
        self.registered = made["id"]
        client = httpx.Client(
            base_url=f"{self.desk.base_url}/api/partner/v1", timeout=TIMEOUT, trust_env=False
        )
        form = {
            "grant_type": "client_credentials", "client_id": made["client_id"], "client_secret": made["client_secret"],
        }  # fmt: skip
        token = answered(client.post("oauth/token", data=form))["access_token"]
        client.headers["Authorization"] = f"Bearer {token}"
        return client

    def _grant(self) -> None:
        body = {
            "hospital_id": self.desk.hospital.id, "application_id": self.registered, "channel": "wechat_pay",
            "operations": ["pay"], "order_limit_fen": BILL,
        }  # fmt: skip
        self.staff.post("admin", "partner-channels", body)

    def _listen(self, partner: httpx.Client, listener: "Listener") -> None:
        body = {"name": "收款通知", "url": listener.url, "event_types": ["order.posted"]}
        answered(partner.post("webhook-endpoints", json=body))

    def _taken(self, partner: httpx.Client) -> str:
        self.desk.bill()
        patient = self.desk.patient
        person = {"card_number": patient.card_number, "name": patient.person["name"]}
        bills = answered(partner.post("payable-bills", json=person))["bills"]
        order: str = _post(partner, "payment-orders", person | {"bill_ids": [bills[0]["id"]]})["id"]
        _post(partner, f"payment-orders/{order}/pay", {"channel": "wechat_pay", "method": "qr_code"})
        self.desk.sandbox.post("/wechat_pay/pay", {"out_trade_no": self.desk.number(order)})
        return order

    def _inactive(self) -> dict[str, Any]:
        row = self.staff.get("admin", f"partner-applications/{self.registered}")
        return {"is_active": False, "version": row["version"]}


def _post(partner: httpx.Client, path: str, body: dict[str, Any]) -> Any:
    return answered(partner.post(path, json=body, headers={"Idempotency-Key": secrets.token_hex(16)}))


class Listener:
    """Where a partner is told: keeps what arrives."""

    def __init__(self) -> None:
        self.got: list[tuple[dict[str, str], Any]] = []
        got = self.got

        class Handler(BaseHTTPRequestHandler):
            def do_POST(self) -> None:
                body = json.loads(self.rfile.read(int(self.headers["Content-Length"])))
                got.append((dict(self.headers), body))
                self.send_response(204)
                self.end_headers()

            def log_message(self, *_: Any) -> None:
                pass

        self.server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        self.url = f"http://127.0.0.1:{self.server.server_port}/told"

    def __enter__(self) -> "Listener":
        threading.Thread(target=self.server.serve_forever, args=(0.02,), daemon=True).start()
        return self

    def __exit__(self, *_: object) -> None:
        self.server.shutdown()
        self.server.server_close()

    def expect(self, kind: str, order: str) -> None:
        """An event of that kind and order, with the three headers of Standard Webhooks."""

        def arrived() -> list[Any]:
            return [
                each for each in self.got if each[1]["type"] == kind and order in json.dumps(each[1]["data"])
            ]

        headers, _ = eventually("the webhook", arrived, 90)[0]
        names = {name.lower() for name in headers}
        expect(
            {"webhook-id", "webhook-timestamp", "webhook-signature"} <= names, "a signature", sorted(names)
        )
