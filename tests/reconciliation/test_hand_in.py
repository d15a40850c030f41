"""A channel's bill that finance takes from the provider's own pages and hands in: the same engine, the same result."""

import datetime as dt
import gzip
import os
import signal
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.db import connection, connections

from apps.payments.channels import unionpay_messages
from apps.payments.models import MerchantAccount
from apps.payments.services.merchants import channel_of
from apps.reconciliation.models import Difference, ReconciliationRun, SuppliedBill
from apps.reconciliation.services.hand_in import check_bill
from apps.reconciliation.services.runs import start_daily
from kernel import leases
from tests.payments.support import TODAY, Till
from tests.reconciliation.support import NEXT_MORNING, found, pay_bill, pay_by, plant, work
from tests.scheduling.support import ADMIN

pytestmark = pytest.mark.requirement("PAY-11")
URL = f"{ADMIN}/reconciliation-bills"


def file_of(merchant: MerchantAccount, day: dt.date = TODAY) -> bytes:
    """What people download from the provider's pages."""
    channel: Any = channel_of(merchant)
    if merchant.channel == "wechat_pay":
        told = channel._client.get(f"/v3/bill/tradebill?bill_date={day}&bill_type=ALL&tar_type=GZIP")
        address = told["download_url"].partition("/v3/")
        return b"".join(channel._client.file(f"/v3/{address[2]}"))
    if merchant.channel == "alipay":
        biz = {"bill_type": "trade", "bill_date": str(day)}
        told = channel._client.call("alipay.data.dataservice.bill.downloadurl.query", biz)
        content: bytes = channel._client.download(told["bill_download_url"]).read()
        return content
    answer = channel._client.send(
        channel._file_url, unionpay_messages.file_of(day, channel._now()), timeout=30
    )
    return str(answer["fileContent"]).encode()


def hand_in(
    till: Till, merchant: MerchantAccount, content: bytes, who: str = "books", day: dt.date = TODAY
) -> Any:
    body = {
        "merchant_id": str(merchant.pk),
        "business_date": str(day),
        "file": SimpleUploadedFile("bill", content),
    }
    return till.world.client(who).post(URL, body, format="multipart")


def checked(till: Till, merchant: MerchantAccount, content: bytes) -> SuppliedBill:
    made = hand_in(till, merchant, content)
    assert made.status_code in (200, 201), made.content
    work()
    return SuppliedBill.objects.get(pk=made.data["id"])


def run_of(merchant: MerchantAccount) -> ReconciliationRun:
    return ReconciliationRun.objects.exclude(state="superseded").get(merchant=merchant)


@pytest.mark.parametrize("channel", ["wechat_pay", "alipay", "unionpay"])
def test_a_bill_from_the_providers_pages_is_matched_as_one_that_is_fetched(
    finance: Till, channel: str
) -> None:
    if channel != "wechat_pay":
        finance.offer(channel)
    merchant = MerchantAccount.objects.get(channel=channel)
    pay_by(finance, channel)
    finance.move_to(NEXT_MORNING.replace(hour=12))
    bill = checked(finance, merchant, file_of(merchant))
    assert (bill.state, bill.findings) == ("taken", [])
    run = run_of(merchant)
    assert (run.state, run.their_count, run.their_in_fen) == ("balanced", 1, 5_000)
    start_daily(TODAY)
    work()
    assert run_of(merchant).attempt == 1


def test_the_wrong_channels_or_days_or_a_broken_file_is_refused_and_says_why(finance: Till) -> None:
    for _ in range(3):
        pay_bill(finance)
    finance.move_to(NEXT_MORNING)
    content = file_of(finance.merchant)
    for wrong in (b"what people write", b"PK\x03\x04" + b"0" * 50):
        bill = checked(finance, finance.merchant, wrong)
        assert (bill.state, bill.findings[0]["code"]) == ("refused", "missing_columns")
    text = gzip.decompress(content).decode().splitlines()
    text[2] = text[2].replace("`50.00", "`fifty")
    bill = checked(finance, finance.merchant, "\n".join(text).encode())
    assert bill.findings[0]["code"] == "bad_line" and bill.findings[0]["line"] == 3
    finance.move_to(NEXT_MORNING + dt.timedelta(days=3))
    made = hand_in(finance, finance.merchant, content, day=TODAY + dt.timedelta(days=2))
    work()
    bill = SuppliedBill.objects.get(pk=made.data["id"])
    assert (bill.state, bill.findings[0]["code"]) == ("refused", "wrong_day")
    assert not Difference.objects.exists()


def test_a_run_that_failed_or_waits_in_vain_takes_the_file_and_its_work_is_over(finance: Till) -> None:
    pay_bill(finance)
    plant(finance, {"kind": "cut"})
    finance.move_to(NEXT_MORNING)
    start_daily(TODAY)
    work()
    assert run_of(finance.merchant).state == "failed"
    plant(finance)
    assert checked(finance, finance.merchant, file_of(finance.merchant)).state == "taken"
    assert run_of(finance.merchant).state == "balanced"
    assert finance.world.client("books").get(f"{ADMIN}/work-items", {"state": "open"}).json()["count"] == 0


def test_a_bill_of_a_day_that_is_not_over_or_long_past_is_refused(finance: Till) -> None:
    for day in (TODAY, TODAY - dt.timedelta(days=120)):
        answer = hand_in(finance, finance.merchant, b"x", day=day)
        assert (answer.status_code, answer.json()["errors"][0]["code"]) == (400, "bill_day")


@pytest.mark.django_db(transaction=True)
@pytest.mark.filterwarnings("ignore:.*fork:DeprecationWarning")
@pytest.mark.parametrize(
    "point", ["reconciliation.bill_read", "reconciliation.written", "reconciliation.finished"]
)
def test_a_worker_killed_between_the_file_and_its_differences_leaves_nothing_and_the_next_one_does_all(
    finance: Till, monkeypatch: pytest.MonkeyPatch, tmp_path: Path, point: str
) -> None:
    attempt = pay_bill(finance)
    plant(finance, {"kind": "amount", "number": attempt.out_trade_no, "fen": 5_001})
    finance.move_to(NEXT_MORNING)
    made = hand_in(finance, finance.merchant, file_of(finance.merchant))
    switch = tmp_path / "faults"
    switch.write_text(point)
    monkeypatch.setenv("YIHUI_FAULT_FILE", str(switch))
    child = os.fork()
    if child == 0:
        connection.connection = None  # the parent's
        check_bill(made.data["id"])
        os._exit(0)
    assert os.WTERMSIG(os.waitpid(child, 0)[1]) == signal.SIGKILL
    assert not Difference.objects.exists()
    finance.later(minutes=31)
    for pk in leases.due(SuppliedBill, 10):
        check_bill(pk)
    assert SuppliedBill.objects.get().state == "taken"
    assert found(run_of(finance.merchant)) == [("amount", attempt.out_trade_no, "open", 1)]


@pytest.mark.django_db(transaction=True)
def test_the_same_file_of_several_people_at_once_is_one_bill_with_each_difference_once(finance: Till) -> None:
    attempt = pay_bill(finance)
    plant(finance, {"kind": "amount", "number": attempt.out_trade_no, "fen": 5_001})
    finance.move_to(NEXT_MORNING)
    content = file_of(finance.merchant)
    for name in ("books", "books2"):
        finance.world.client(name)

    def both(at: int) -> int:
        try:
            status: int = hand_in(finance, finance.merchant, content, ("books", "books2")[at % 2]).status_code
            for pk in SuppliedBill.objects.values_list("pk", flat=True):
                check_bill(pk)
        finally:
            connections.close_all()
        return status

    with ThreadPoolExecutor(4) as pool:
        statuses = list(pool.map(both, range(4)))
    assert set(statuses) <= {200, 201}
    work()
    assert (SuppliedBill.objects.count(), Difference.objects.count()) == (1, 1)
    assert SuppliedBill.objects.get().state == "taken"
