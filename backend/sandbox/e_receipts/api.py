"""`/receipts/api/medical/<method>`: signed JSON in, signed JSON out; README.md says what is a guess."""

import base64
import hashlib
import json
import re
import secrets
from collections.abc import Callable
from dataclasses import asdict, dataclass, field
from decimal import Decimal, InvalidOperation
from typing import Any

from sandbox.clock import Clock
from sandbox.e_receipts.book import Receipt, ReceiptBook, ReceiptFailure
from sandbox.e_receipts.control import ReceiptControl
from sandbox.provider import Routes, apply_settings
from sandbox.wire import Request, Response, reply

PATH = "/receipts/api/medical"
DONE, VERSION = "S0000", "1.0"
STAMP = re.compile(r"[0-9]{17}")
ISSUES = {"invoiceEBillOutpatient": "02", "invEBillRegistration": "06"}
REQUIRED = ("busNo", "payer", "busDateTime", "placeCode", "payee", "author", "checker")


@dataclass(slots=True)
class ReceiptSettings:
    """`apps`: appid → key. `answer_signature`: good, bad or none. `wrong_total_fen`: what lists and totals add to every
    receipt. `outage`: every call answers 503."""

    apps: dict[str, str] = field(default_factory=lambda: {"YIHUI0001": "sandbox-receipt-key"})
    place_code: str = "001"
    paper_code: str = "1106012601"
    answer_signature: str = "good"
    wrong_total_fen: int = 0
    outage: bool = False


def signature(app_id: str, key: str, data: str, noise: str) -> str:
    text = f"appid={app_id}&data={data}&noise={noise}&key={key}&version={VERSION}"
    return hashlib.md5(text.encode(), usedforsecurity=False).hexdigest().upper()


class EReceipts:
    name = "e_receipts"

    def __init__(self, clock: Clock) -> None:
        self.clock, self.book = clock, ReceiptBook()
        self.reset()

    def reset(self) -> None:
        self.config = ReceiptSettings()
        self.book.reset()

    def routes(self) -> Routes:
        return {("POST", f"{PATH}/{{method}}"): self._call}

    def control_routes(self) -> Routes:
        return ReceiptControl(self).routes()

    def operation(self, request: Request) -> str:
        return request.path.rpartition("/")[2]

    def fault_reply(self, code: str) -> Response:
        app_id, key = next(iter(self.config.apps.items()))
        return self._signed(app_id, key, code, "系统拒绝")

    def settings(self) -> dict[str, Any]:
        return asdict(self.config)

    def change_settings(self, changes: dict[str, Any]) -> None:
        apply_settings(self.config, changes)

    def close(self) -> None:
        """Nothing runs in the background."""

    def _call(self, request: Request) -> Response:
        if self.config.outage:
            return Response(503, b"<html><body>maintenance</body></html>", "text/html")
        body = request.json()
        app_id = str(body.get("appid"))
        key = self.config.apps.get(app_id, "")
        try:
            good = signature(app_id, key, str(body.get("data")), str(body.get("noise")))
            if not key or body.get("version") != VERSION or body.get("sign") != good:
                raise ReceiptFailure("S0001", "签名错误")
            data = _object(str(body["data"]))
            handler = self._handlers().get(request.params["method"])
            if handler is None:
                raise ReceiptFailure("S0002", "接口不存在")
            message = json.dumps(handler(app_id, request.params["method"], data), ensure_ascii=False)
            return self._signed(app_id, key, DONE, message)
        except ReceiptFailure as failure:
            return self._signed(app_id, key, failure.code, failure.text)

    def _signed(self, app_id: str, key: str, result: str, message: str) -> Response:
        said = {"result": result, "message": base64.b64encode(message.encode()).decode()}
        data, noise = base64.b64encode(json.dumps(said).encode()).decode(), secrets.token_hex(8)
        answer = {"data": data, "noise": noise, "sign": signature(app_id, key, data, noise)}
        if self.config.answer_signature == "bad":
            answer["sign"] = signature(app_id, "somebody else's", data, noise)
        elif self.config.answer_signature == "none":
            del answer["sign"]
        return reply(answer)

    def _handlers(self) -> dict[str, Callable[[str, str, dict[str, Any]], dict[str, Any]]]:
        return {
            **dict.fromkeys(ISSUES, self._issue),
            "writeOffEBill": self._write_off, "getPaperBillNo": self._paper, "turnPaper": self._turn,
            "invalidPaper": self._void_paper, "getBillByBusDate": self._list, "checkTotalData": self._totals,
            "checkWriteOffData": self._totals,
        }  # fmt: skip

    def _issue(self, app_id: str, method: str, data: dict[str, Any]) -> dict[str, Any]:
        for name in REQUIRED:
            if not isinstance(data.get(name), str) or not data[name]:
                raise ReceiptFailure("S0010", f"{name}不能为空")
        if not STAMP.fullmatch(data["busDateTime"]) or data.get("busType") != ISSUES[method]:
            raise ReceiptFailure("S0010", "busDateTime 或 busType 格式错误")
        if data["placeCode"] != self.config.place_code:
            raise ReceiptFailure("S0013", "开票点不存在")
        total = _money(data.get("totalAmt"))
        for name in ("chargeDetail", "listDetail"):
            lines = data.get(name)
            if not isinstance(lines, list) or sum(_money(line.get("amt")) for line in lines) != total:
                raise ReceiptFailure("S0011", f"{name}合计与总金额不符")
        if any(not line.get("chargeCode") for line in data["chargeDetail"]):
            raise ReceiptFailure("S0014", "收费项目编码不存在")
        return self._numbers(self.book.issue(app_id, method, data, total))

    def _numbers(self, row: Receipt) -> dict[str, Any]:
        return {
            "billBatchCode": row.code, "billNo": row.number, "random": row.random, "createTime": row.at,
            "billQRCode": "", "pictureUrl": f"https://receipts.example.org/e/{row.code}/{row.number}/{row.random}",
        }  # fmt: skip

    def _write_off(self, app_id: str, method: str, data: dict[str, Any]) -> dict[str, Any]:
        at = str(data.get("busDateTime"))
        if not data.get("reason") or not data.get("operator") or not STAMP.fullmatch(at):
            raise ReceiptFailure("S0010", "reason、operator、busDateTime 不能为空")
        return _reversal(
            self.book.reverse(app_id, str(data.get("billBatchCode")), str(data.get("billNo")), at)
        )

    def _paper(self, app_id: str, method: str, data: dict[str, Any]) -> dict[str, Any]:
        code = data.get("pBillBatchCode") or self.config.paper_code
        return {"pBillBatchCode": code, "pBillNo": self.book.next_paper()}

    def _turn(self, app_id: str, method: str, data: dict[str, Any]) -> dict[str, Any]:
        paper = str(data.get("pBillBatchCode") or ""), str(data.get("pBillNo") or "")
        if not all(paper):
            raise ReceiptFailure("S0010", "pBillBatchCode、pBillNo 不能为空")
        self.book.turn(app_id, str(data.get("billBatchCode")), str(data.get("billNo")), paper)
        return {}

    def _void_paper(self, app_id: str, method: str, data: dict[str, Any]) -> dict[str, Any]:
        self.book.void_paper(app_id, (str(data.get("pBillBatchCode")), str(data.get("pBillNo"))))
        return {}

    def _list(self, app_id: str, method: str, data: dict[str, Any]) -> dict[str, Any]:
        rows = self.book.between(app_id, str(data.get("busBgnDate")), str(data.get("busEndDate")))
        page, size = int(data.get("pageNo", 1)), int(data.get("pageSize", 20))
        shown = [self._row(row) for row in rows[(page - 1) * size : page * size]]
        return {"total": len(rows), "pageNo": page, "billList": shown}

    def _row(self, row: Receipt) -> dict[str, Any]:
        seen = {
            "busNo": row.bus_no,
            "busDateTime": row.at,
            "totalAmt": float(self._seen(row.total)),
            "state": "1",
        }
        scarlet = _reversal(row) | {"isScarlet": "1"} if row.reversed_at else {"isScarlet": "0"}
        return seen | self._numbers(row) | scarlet

    def _totals(self, app_id: str, method: str, data: dict[str, Any]) -> dict[str, Any]:
        bounds = str(data.get("busBgnDate")), str(data.get("busEndDate"))
        rows = self.book.between(app_id, *bounds, reversed_=method == "checkWriteOffData")
        return {
            "copyNum": len(rows),
            "allTotalAmt": float(sum((self._seen(row.total) for row in rows), Decimal(0))),
        }

    def _seen(self, total: Decimal) -> Decimal:
        return total + Decimal(self.config.wrong_total_fen) / 100


def _reversal(row: Receipt) -> dict[str, Any]:
    code, number, random = row.reversal
    return {"eScarletBillBatchCode": code, "eScarletBillNo": number, "eScarletRandom": random}


def _object(data: str) -> dict[str, Any]:
    try:
        found = json.loads(base64.b64decode(data, validate=True))
    except ValueError as error:
        raise ReceiptFailure("S0003", "data 格式错误") from error
    if not isinstance(found, dict):
        raise ReceiptFailure("S0003", "data 格式错误")
    return found


def _money(value: Any) -> Decimal:
    try:
        amount = Decimal(str(value))
    except InvalidOperation as error:
        raise ReceiptFailure("S0010", "金额格式错误") from error
    if amount < 0 or amount != round(amount, 2):
        raise ReceiptFailure("S0010", "金额格式错误")
    return amount
