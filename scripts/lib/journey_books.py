"""Steps of the main journey: a day beside the provider's bill, and a report of the money."""

import datetime as dt
from functools import partial
from typing import Any

from journey_cashier import BILL, Desk, Shift
from journey_partner import Application
from journey_steps import SHANGHAI, answered, eventually, expect, step

WRONG_BY = 500


class Books(Desk):
    """Patients of its own, so that it can be repeated; it ends with nothing open."""

    def run(self) -> None:
        """All of it."""
        self.staff.signed_in.clear()
        step("a patient of the books is filed, signs in and binds a card", self.arrive)
        Shift(self).run()
        self.reconciliation()
        self.report()
        Application(self).run()

    def reconciliation(self) -> None:
        """A payment which the provider's bill gives otherwise: one proposes, another approves, nobody the own."""
        number = step("a payment by a code of WeChat", self._paid_by_wechat)
        day = dt.datetime.now(SHANGHAI).date()  # providers book by the day as it really is
        fault = {"rules": [{"kind": "amount", "number": number, "fen": BILL + WRONG_BY}]}
        answered(self.sandbox.http.put("/wechat_pay/bill-faults", json=fault))
        answered(self.sandbox.http.patch("/settings/wechat_pay", json={"bills": "at_once"}))
        try:
            self.clock.set_local(days=max(1, (self.clock.today() - day).days), hour=11)
            self.staff.signed_in.clear()
            step("finance has the day compared with WeChat's bill", lambda: self._compare(day))
            found = step(
                "the wrong amount is found, and is somebody's work", lambda: self._difference(number)
            )
        finally:
            answered(self.sandbox.http.put("/wechat_pay/bill-faults", json={"rules": []}))
            answered(self.sandbox.http.patch("/settings/wechat_pay", json={"bills": "next_day"}))
        step("finance proposes, the head approves", lambda: self._settle(found))

    def _paid_by_wechat(self) -> str:
        order = self.order()
        self.post("clerk", f"payment-orders/{order}/show-code", {"channel": "wechat_pay"})
        number = self.number(order)
        self.sandbox.post("/wechat_pay/pay", {"out_trade_no": number})
        eventually("posted", lambda: self.staff.get("clerk", f"payment-orders/{order}")["state"] == "posted")
        return number

    def _compare(self, day: dt.date) -> None:
        rows = self.staff.get("admin", "merchant-accounts", hospital_id=self.hospital.id, is_active="true")[
            "results"
        ]
        merchant = next(row for row in rows if row["channel"] == "wechat_pay")
        body = {"counterparty": "merchant", "merchant_id": merchant["id"], "business_date": day.isoformat()}
        self.post("finance", "reconciliation-runs", body)

    def _difference(self, number: str) -> dict[str, Any]:
        query = {"hospital_id": self.hospital.id, "key": number, "state": "open"}
        found = eventually(
            "the difference", lambda: self.staff.get("finance", "reconciliation-differences", **query)["results"], 150
        )  # fmt: skip
        [row] = found
        expect((row["kind"], row["effect_fen"]) == ("amount", WRONG_BY), "five yuan too much", row)
        return dict(row)

    def _settle(self, found: dict[str, Any]) -> None:
        path = f"reconciliation-differences/{found['id']}"
        body = {"action": "write_off", "reason_code": "system_fault", "reason": "微信账单金额有误,已核实"}
        proposed = self.staff.post("finance", f"{path}/propose", body)
        approval = self.staff.get("finance", f"approvals/{proposed['approval_id']}")
        said = {"version": approval["version"], "reason": "同意"}
        own = self.staff.raw_post("finance", f"approvals/{approval['id']}/approve", said, key=False)
        expect(own.status_code in (403, 404, 409), "nobody approves the own proposal", own.text[:300])
        self.staff.post("finance_head", f"approvals/{approval['id']}/approve", said)
        eventually("done", lambda: self.staff.get("finance", path)["state"] == "done", 60)

    def report(self) -> None:
        """The income of the day as a page of figures, as Excel and as PDF."""
        day = self.clock.today()
        span = {
            "date_from": (day - dt.timedelta(days=3)).isoformat(),
            "date_to": day.isoformat(),
            "group_by": "channel",
        }
        for kind, begin in (("xlsx", b"PK"), ("pdf", b"%PDF")):
            step(f"the report of income as {kind}", partial(self._file, span, kind, begin))

    def _file(self, span: dict[str, str], kind: str, begin: bytes) -> None:
        body = {
            "hospital_id": self.hospital.id,
            "report": "billing.income",
            "parameters": span,
            "file_format": kind,
        }
        job = self.post("finance", "report-jobs", body)
        path = f"report-jobs/{job['id']}"

        def ready() -> bool:
            row = self.staff.get("finance", path)
            expect(row["state"] not in ("failed", "cancelled"), "a file", row)
            return bool(row["state"] == "succeeded")

        eventually("the file", ready, 90)
        got = self.staff.raw_get("finance", f"{path}/content")
        expect(got.content.startswith(begin), f"a file of {kind}", got.content[:80])
