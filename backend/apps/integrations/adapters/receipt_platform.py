"""医疗收费电子票据 through the platform that most hospitals use (博思): what the port asks, in its fields.

Its methods and fields are those that public clients of it agree on; docs/e-receipts.md says which of them are guesses.
"""

import datetime as dt
from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping
from decimal import Decimal, InvalidOperation
from typing import Any

from django.conf import settings

from apps.identity.models import Hospital
from apps.integrations.adapters.receipt_wire import SECONDS, ReceiptWire
from apps.integrations.settings import RECEIPT_NETWORKS
from apps.receipts.platforms import PlatformSpec
from apps.receipts.ports import (
    DayTotals,
    IssueRequest,
    Numbers,
    Paper,
    PlatformUnclear,
    ReceiptKey,
    ReceiptKind,
    Standing,
)
from kernel.clock import LOCAL
from kernel.errors import Expectation, InvalidValue
from kernel.targets import URL, Refused, networks, resolve

METHODS = {
    ReceiptKind.OUTPATIENT: ("invoiceEBillOutpatient", "02"),
    ReceiptKind.REGISTRATION: ("invEBillRegistration", "06"),
}
SEXES = {"male": "男", "female": "女"}
CASH, THIRD_PARTY = "02", "01"
#: Of a resident's identity card, and of the hospital's own number.
CARD_IDENTITY, CARD_PATIENT = "1101", "3101"
PAGE, MAX_PAGES = 100, 1_000
FIELDS = ("base_url", "app_id", "key", "place_code", "payee", "author", "checker")
ADDRESS = Expectation(
    "receipt_address",
    "须为 https:// 开头的完整地址;内网地址须先列入医院设置的票据平台网段",
    "A whole address that begins with https://; private ones have to be in the networks of the hospital's settings.",
)


class ReceiptPlatformOfBosssoft:
    """One hospital's, as `ReceiptPlatform` says."""

    def __init__(self, hospital: Hospital, config: Mapping[str, str], *, seconds: float = SECONDS) -> None:
        self._config = config
        inside = networks(RECEIPT_NETWORKS.of(hospital))
        self._wire = ReceiptWire(config["base_url"], config["app_id"], config["key"], inside, seconds=seconds)

    def issue(self, request: IssueRequest) -> Numbers:
        method, business = METHODS[request.kind]
        answer = self._wire.call(method, self._receipt(request, business))
        return _numbers(answer, "billBatchCode", "billNo", "random")

    def _receipt(self, request: IssueRequest, business: str) -> dict[str, Any]:
        total, payer = yuan(request.total_fen), request.payer
        card = (CARD_IDENTITY, payer.national_id) if payer.national_id else (CARD_PATIENT, payer.mrn)
        return {
            "busNo": request.receipt_no, "busType": business, "payer": payer.name, "busDateTime": stamp(request.at),
            "placeCode": self._config["place_code"], "payee": self._config["payee"],
            "author": self._config["author"], "checker": self._config["checker"], "totalAmt": total,
            "remark": "", "payerType": "1", "idCardNo": payer.national_id, "cardType": card[0], "cardNo": card[1],
            "tel": payer.phone, "patientNo": payer.mrn, "patientId": payer.patient_id,
            "sex": SEXES.get(payer.sex, ""), "age": "" if payer.age is None else str(payer.age),
            "category": request.department_name, "consultationDate": f"{request.paid_at.astimezone(LOCAL):%Y%m%d}",
            "accountPay": 0, "fundPay": 0, "otherfundPay": 0, "ownPay": total, "selfConceitedAmt": 0, "selfPayAmt": 0,
            "selfCashPay": total, "cashPay": yuan(request.cash_fen) if request.cash_fen else 0,
            "payChannelDetail": _channels(request),
            "isArrears": "0", "eBillRelateNo": request.replaces, "chargeDetail": _charges(request),
            "listDetail": [
                {"name": line.name, "std": line.spec, "unit": line.unit, "number": line.quantity,
                 "amt": yuan(line.amount_fen), "selfAmt": yuan(line.amount_fen)}
                for line in request.lines
            ],
        }  # fmt: skip

    def query(self, key: ReceiptKey) -> Standing | None:
        """By the very millisecond that it was told of: there is no question by our number."""
        for row in self._rows(key.at, key.at):
            if row.get("busNo") == key.receipt_no:
                return _standing(row)
        return None

    def reverse(self, key: ReceiptKey, *, at: dt.datetime, reason: str) -> Numbers:
        """Paper that it was turned to is void before: the platform reverses nothing that lies on a desk."""
        told = {
            "operator": self._config["author"],
            "busDateTime": stamp(at),
            "placeCode": self._config["place_code"],
        }
        if key.paper_no:
            paper = {"pBillBatchCode": key.paper_code, "pBillNo": key.paper_no, "reason": reason}
            self._wire.call("invalidPaper", paper | told)
        answer = self._wire.call(
            "writeOffEBill", {"billBatchCode": key.code, "billNo": key.number, "reason": reason} | told
        )
        return _numbers(answer, "eScarletBillBatchCode", "eScarletBillNo", "eScarletRandom")

    def next_paper(self) -> Paper:
        code = self._config.get("paper_code", "")
        asked = {"placeCode": self._config["place_code"], "pBillBatchCode": code}
        answer = self._wire.call("getPaperBillNo", asked)
        return Paper(_text(answer, "pBillBatchCode"), _text(answer, "pBillNo"))

    def turn_paper(self, key: ReceiptKey, paper: Paper, *, at: dt.datetime) -> None:
        self._wire.call(
            "turnPaper",
            {
                "billBatchCode": key.code, "billNo": key.number, "pBillBatchCode": paper.code,
                "pBillNo": paper.number, "busDateTime": stamp(at), "placeCode": self._config["place_code"],
                "operator": self._config["author"],
            },
        )  # fmt: skip

    def day_totals(self, day: dt.date) -> DayTotals:
        begin, end = _bounds(day)
        asked = {
            "busBgnDate": stamp(begin),
            "busEndDate": stamp(end),
            "placeCode": self._config["place_code"],
        }
        issued = self._wire.call("checkTotalData", asked)
        reversed_ = self._wire.call("checkWriteOffData", asked)
        return DayTotals(
            _count(issued, "copyNum"), fen(issued, "allTotalAmt"), _count(reversed_, "copyNum"),
            fen(reversed_, "allTotalAmt"),
        )  # fmt: skip

    def numbers_of(self, day: dt.date) -> Iterable[tuple[str, int]]:
        for row in self._rows(*_bounds(day)):
            yield _text(row, "busNo"), fen(row, "totalAmt")

    def _rows(self, begin: dt.datetime, end: dt.datetime) -> Iterator[dict[str, Any]]:
        """Receipts whose moment lies between the two, both among them."""
        asked = {
            "busBgnDate": stamp(begin), "busEndDate": stamp(end), "placeCode": self._config["place_code"],
            "dataType": "1", "pageSize": PAGE,
        }  # fmt: skip
        for page in range(1, MAX_PAGES + 1):
            answer = self._wire.call("getBillByBusDate", asked | {"pageNo": page})
            rows = answer.get("billList") if isinstance(answer, dict) else None
            if not isinstance(rows, list) or not all(isinstance(row, dict) for row in rows):
                raise PlatformUnclear("bad_reply: billList")
            yield from rows
            if page * PAGE >= _count(answer, "total"):
                return
        raise PlatformUnclear("bad_reply: too many pages")


def stamp(moment: dt.datetime) -> str:
    """yyyyMMddHHmmssSSS in the hospital's time."""
    local = moment.astimezone(LOCAL)
    return f"{local:%Y%m%d%H%M%S}{local.microsecond // 1000:03d}"


def yuan(amount_fen: int) -> float:
    """As the platform has money: a number of yuan, exact to the fen for any receipt."""
    return round(amount_fen / 100, 2)


def fen(answer: Any, name: str) -> int:
    """An amount of the platform; PlatformUnclear for what is no whole number of fen."""
    value = answer.get(name) if isinstance(answer, dict) else None
    try:
        amount = Decimal(str(value)) * 100
        whole = int(amount)
    except (InvalidOperation, ValueError, OverflowError) as error:
        raise PlatformUnclear(f"bad_reply: {name}") from error
    if amount != whole or isinstance(value, bool):
        raise PlatformUnclear(f"bad_reply: {name}")
    return whole


def _count(answer: Any, name: str) -> int:
    value = answer.get(name) if isinstance(answer, dict) else None
    if isinstance(value, bool) or not str(value).isdecimal():
        raise PlatformUnclear(f"bad_reply: {name}")
    return int(str(value))


def _text(answer: Any, name: str, most: int = 50) -> str:
    value = answer.get(name) if isinstance(answer, dict) else None
    if not isinstance(value, str) or not 0 < len(value) <= most:
        raise PlatformUnclear(f"bad_reply: {name}")
    return value


def _numbers(answer: Any, code: str, number: str, check: str) -> Numbers:
    picture = str(answer.get("pictureUrl") or "") if isinstance(answer, dict) else ""
    usable = len(picture) <= 500 and picture.startswith(("https://", "http://"))
    return Numbers(
        _text(answer, code), _text(answer, number, 32), _text(answer, check, 32), picture if usable else ""
    )


def _standing(row: dict[str, Any]) -> Standing:
    reversal = None
    if str(row.get("isScarlet")) == "1":
        reversal = _numbers(row, "eScarletBillBatchCode", "eScarletBillNo", "eScarletRandom")
    return Standing(fen(row, "totalAmt"), _numbers(row, "billBatchCode", "billNo", "random"), reversal)


def _channels(request: IssueRequest) -> list[dict[str, Any]]:
    parts = {THIRD_PARTY: request.total_fen - request.cash_fen, CASH: request.cash_fen}
    return [{"payChannelCode": code, "payChannelValue": yuan(fen)} for code, fen in parts.items() if fen]


def _charges(request: IssueRequest) -> list[dict[str, Any]]:
    """The lines summed up by charge code, in the order in which they come."""
    sums: dict[tuple[str, str], int] = defaultdict(int)
    for line in request.lines:
        sums[line.charge_code, line.charge_name] += line.amount_fen
    return [
        {
            "sortNo": position, "chargeCode": code, "chargeName": name, "number": 1, "std": yuan(amount),
            "amt": yuan(amount), "selfAmt": yuan(amount), "remark": "",
        }
        for position, ((code, name), amount) in enumerate(sums.items(), start=1)
    ]  # fmt: skip


def _bounds(day: dt.date) -> tuple[dt.datetime, dt.datetime]:
    """Its first and its last millisecond."""
    begin = dt.datetime.combine(day, dt.time(), LOCAL)
    return begin, begin + dt.timedelta(days=1, milliseconds=-1)


def check(hospital: Hospital, config: Mapping[str, str]) -> None:
    """InvalidValue for an address that no receipt may be sent to."""
    try:
        resolve(
            f"{config['base_url'].rstrip('/')}/api/medical/", networks(RECEIPT_NETWORKS.of(hospital)),
            loopback=settings.WEBHOOKS_TO_LOOPBACK,
        )  # fmt: skip
    except Refused as refused:
        shape = refused.expected is URL
        raise InvalidValue(
            field="connection.base_url", expected=ADDRESS if shape else refused.expected
        ) from refused


BOSSSOFT = PlatformSpec(
    "bosssoft", "博思医疗电子票据平台", "Bosssoft medical e-receipts", build=ReceiptPlatformOfBosssoft, check=check,
    fields=FIELDS, optional=("paper_code",), secrets=("key",),
)  # fmt: skip
