"""Bills: asked for one by one, downloaded within five minutes through an address with a token."""

import datetime as dt
import gzip
import hashlib
import re
import secrets
from collections import OrderedDict

from sandbox.provider import Routes
from sandbox.wechat_pay import fields
from sandbox.wechat_pay.account import Account
from sandbox.wechat_pay.bill_text import COLUMNS, BillText
from sandbox.wechat_pay.errors import PayFailure
from sandbox.wire import Request, Response, reply

TOKEN_SECONDS = 300
TOKENS_KEPT = 20
FROM_HOUR = 10
KEPT_DAYS = 92
DAY = re.compile(r"\d{4}-\d{2}-\d{2}")


class Bills:
    def __init__(self, account: Account) -> None:
        self._account = account
        self._text = BillText(account)
        self.reset()

    def reset(self) -> None:
        self._files: OrderedDict[str, tuple[float, bool, bytes]] = OrderedDict()

    def routes(self) -> Routes:
        return {
            ("GET", "/v3/bill/tradebill"): self._trade_bill,
            ("GET", "/v3/bill/fundflowbill"): self._fund_bill,
            ("GET", "/v3/billdownload/file"): self._download,
        }

    def _trade_bill(self, request: Request) -> Response:
        kind = request.query.get("bill_type", "ALL")
        if kind not in COLUMNS:
            raise PayFailure("PARAM_ERROR", "参数错误：bill_type")
        return self._file(request, self._text.trades(self._day(request), kind))

    def _fund_bill(self, request: Request) -> Response:
        kind = request.query.get("account_type", "BASIC")
        if kind not in ("BASIC", "OPERATION", "FEES"):
            raise PayFailure("PARAM_ERROR", "参数错误：account_type")
        day = self._day(request)
        return self._file(request, self._text.funds(day) if kind == "BASIC" else None)

    def _day(self, request: Request) -> dt.date:
        """The day, if its bill can be had by now."""
        text = fields.required_query(request, "bill_date", lambda value: bool(DAY.fullmatch(value)))
        try:
            day = dt.date.fromisoformat(text)
        except ValueError as error:
            raise PayFailure("PARAM_ERROR", "参数错误：bill_date") from error
        now, bills = self._account.clock.shanghai(), self._account.settings.bills
        age = (now.date() - day).days
        if age > KEPT_DAYS or age < (0 if bills == "at_once" else 1):
            raise PayFailure("INVALID_REQUEST", "参数错误：bill_date应为三个月内、昨日及以前的日期")
        if bills == "none":
            raise PayFailure("NO_STATEMENT_EXIST")
        if bills == "creating" or (bills == "next_day" and age == 1 and now.hour < FROM_HOUR):
            raise PayFailure("STATEMENT_CREATING")
        return day

    def _file(self, request: Request, text: str | None) -> Response:
        packed = request.query.get("tar_type", "")
        if packed not in ("", "GZIP"):
            raise PayFailure("PARAM_ERROR", "参数错误：tar_type")
        if text is None:
            raise PayFailure("NO_STATEMENT_EXIST")
        data, token = text.encode(), secrets.token_urlsafe(48)
        self._files[token] = (self._account.clock.now() + TOKEN_SECONDS, bool(packed), gzip.compress(data))
        while len(self._files) > TOKENS_KEPT:
            self._files.popitem(last=False)
        host = request.headers.get("host", "")
        return reply(
            {
                "hash_type": "SHA1",
                "hash_value": hashlib.sha1(data).hexdigest(),  # noqa: S324 - the provider's choice
                "download_url": f"http://{host}/v3/billdownload/file?token={token}",
            }
        )

    def _download(self, request: Request) -> Response:
        expires_at, packed, data = self._files.get(request.query.get("token", ""), (0.0, False, b""))
        if expires_at <= self._account.clock.now():
            raise PayFailure("INVALID_REQUEST", "下载地址已失效，请重新申请账单")
        body = data if packed else gzip.decompress(data)
        return Response(200, body, "application/x-gzip" if packed else "text/plain; charset=utf-8")
