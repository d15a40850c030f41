"""Pushes of WeChat Pay as requests ready to be sent: encrypted for the merchant, signed with the platform's own key."""

import datetime as dt
import json
import time
import uuid
from collections.abc import Iterable, Iterator, Mapping
from typing import Any

from tests.bench import client
from tests.bench.payment_figures import FEN
from tests.support.payment_sandbox import PaymentSandbox
from tests.support.wechat_pay import Forger


class Platform:
    """Signs for one merchant account. A signature is good for five minutes: ask for a round when it is to be sent."""

    def __init__(self, sandbox: PaymentSandbox, merchant_id: str) -> None:
        self._forger = Forger(sandbox)
        self._merchant = sandbox.merchant("wechat_pay")
        self.path = f"/callbacks/payments/{merchant_id}"

    def signed(self, out_trade_no: str) -> tuple[bytes, dict[str, str]]:
        """Body and headers of a push that the trade has been paid."""
        body = self._forger.body(self._plain(out_trade_no))
        return body, self._forger.headers(body)

    def request(self, out_trade_no: str, path: str = "") -> bytes:
        """The push as it goes over the wire."""
        body, headers = self.signed(out_trade_no)
        return client.request("POST", path or self.path, body=body, headers=headers)

    def requests(self, payments: Iterable[Mapping[str, str]], path: str = "") -> list[bytes]:
        """Pushes of all these, each once."""
        return [self.request(payment["out_trade_no"], path) for payment in payments]

    def as_json(self, out_trade_no: str) -> str:
        """For tasks inside the product."""
        body, headers = self.signed(out_trade_no)
        return json.dumps({"path": self.path, "headers": headers, "body": body.decode()})

    def _plain(self, out_trade_no: str) -> dict[str, Any]:
        amount = {"total": FEN, "payer_total": FEN, "currency": "CNY", "payer_currency": "CNY"}
        return {
            "mchid": self._merchant["mchid"],
            "appid": self._merchant["appid"],
            "out_trade_no": out_trade_no,
            "transaction_id": f"42{uuid.uuid4().int % 10**26:026d}",
            "trade_type": "JSAPI",
            "trade_state": "SUCCESS",
            "trade_state_desc": "支付成功",
            "bank_type": "OTHERS",
            "success_time": dt.datetime.now(dt.UTC).isoformat(timespec="seconds"),
            "payer": {"openid": "b-bench"},
            "amount": amount,
        }


def paced(requests: Iterable[bytes], per_second: float) -> Iterator[bytes]:
    """The requests at that rate, from the first on."""
    begin = time.perf_counter()
    for number, request in enumerate(requests):
        time.sleep(max(0.0, begin + number / per_second - time.perf_counter()))
        yield request
