"""The stand-in of the receipt platform: only signed requests, every number once, sums to the fen."""

import base64
import hashlib
import json
import secrets
from typing import Any

import pytest

from .conftest import SandboxDriver

pytestmark = pytest.mark.requirement("PAY-14")
BASE = {
    "busNo": "N1", "busType": "02", "payer": "张三丰", "busDateTime": "20261123083000123", "placeCode": "001",
    "payee": "收", "author": "开", "checker": "复", "totalAmt": 12.5,
    "chargeDetail": [{"chargeCode": "005", "amt": 12.5}], "listDetail": [{"name": "阿司匹林", "amt": 12.5}],
}  # fmt: skip


class Client:
    """An independent client of the wire form."""

    def __init__(self, sandbox: SandboxDriver) -> None:
        self.http, account = sandbox.http, sandbox.control("GET", "e_receipts/account")
        self.app, self.key = account["app_id"], account["key"]

    def sign(self, data: str, noise: str, key: str) -> str:
        text = f"appid={self.app}&data={data}&noise={noise}&key={key}&version=1.0"
        return hashlib.md5(text.encode()).hexdigest().upper()

    def call(self, method: str, data: dict[str, Any], key: str = "") -> tuple[str, Any]:
        """The result and, for S0000, the message; the answer's signature is checked."""
        encoded, noise = base64.b64encode(json.dumps(data).encode()).decode(), secrets.token_hex(16)
        body = {"appid": self.app, "data": encoded, "noise": noise, "version": "1.0"}
        body["sign"] = self.sign(encoded, noise, key or self.key)
        answer = self.http.post(f"/receipts/api/medical/{method}", json=body).json()
        assert answer["sign"] == self.sign(answer["data"], answer["noise"], self.key) or key
        said = json.loads(base64.b64decode(answer["data"]))
        text = base64.b64decode(said["message"]).decode()
        return said["result"], json.loads(text) if said["result"] == "S0000" else text


def test_what_is_signed_with_another_key_is_refused(sandbox: SandboxDriver) -> None:
    assert Client(sandbox).call("invoiceEBillOutpatient", BASE, key="another")[0] == "S0001"


def test_a_number_is_issued_once_and_its_lines_add_up(sandbox: SandboxDriver) -> None:
    client = Client(sandbox)
    first = client.call("invoiceEBillOutpatient", BASE)
    assert first[0] == "S0000" and client.call("invoiceEBillOutpatient", BASE) == first
    other = BASE | {"totalAmt": 13.5, "chargeDetail": [{"chargeCode": "005", "amt": 13.5}]}
    assert client.call("invoiceEBillOutpatient", other)[0] == "S0011"
    assert client.call("invoiceEBillOutpatient", other | {"listDetail": [{"amt": 13.5}]})[0] == "S0012"
    assert client.call("invoiceEBillOutpatient", BASE | {"busNo": "N2", "placeCode": "9"})[0] == "S0013"
    assert client.call("unheardOf", {})[0] == "S0002"


def test_a_receipt_is_reversed_once_and_totals_count_both(sandbox: SandboxDriver) -> None:
    client = Client(sandbox)
    receipt = client.call("invoiceEBillOutpatient", BASE)[1]
    told = {
        "billBatchCode": receipt["billBatchCode"],
        "billNo": receipt["billNo"],
        "reason": "退费",
        "operator": "开",
    }
    back = told | {"busDateTime": "20261123093000000"}
    result, reversal = client.call("writeOffEBill", back)
    assert result == "S0000" and reversal["eScarletBillNo"] != receipt["billNo"]
    assert client.call("writeOffEBill", back)[0] == "S0021"
    day = {"busBgnDate": "20261123000000000", "busEndDate": "20261123235959999"}
    for method in ("checkTotalData", "checkWriteOffData"):
        assert client.call(method, day)[1] == {"copyNum": 1, "allTotalAmt": 12.5}
    (row,) = client.call("getBillByBusDate", day | {"pageNo": 1, "pageSize": 10})[1]["billList"]
    assert (row["busNo"], row["isScarlet"], row["eScarletBillNo"]) == ("N1", "1", reversal["eScarletBillNo"])
