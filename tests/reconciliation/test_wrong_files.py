"""Files that are wrong in ways nobody thinks of: each is refused or told, and none stays for ever."""

import datetime as dt
import gzip
import io
import zipfile
from typing import Any

import pytest

from apps.payments.channels.base import PermanentChannelError
from apps.payments.channels.unionpay_file import rows_of_file
from apps.payments.channels.wechat_pay_bill import read_bill as read_wechat
from apps.payments.models import MerchantAccount
from apps.reconciliation.counterparties.base import Line, Statement
from apps.reconciliation.models import Difference, ReconciliationRun, SuppliedBill
from apps.reconciliation.services import hand_in as handing_in, runs, staging
from apps.reconciliation.services.runs import start_daily
from apps.worklist.models import WorkItem
from kernel import clock, leases
from tests.payments.support import TODAY, Till
from tests.reconciliation.his_support import HisTill
from tests.reconciliation.support import NEXT_MORNING, found, pay_bill, pay_by, reconcile, work
from tests.reconciliation.test_hand_in import URL, checked, file_of, hand_in, run_of
from tests.reconciliation.test_his_files import as_csv, checked as checked_of_his, lines_of, rows_of
from tests.scheduling.support import ADMIN, TOMORROW, code, sign_in_for_good

pytestmark = pytest.mark.requirement("PAY-11")


def text_of(till: Till, day: dt.date = TODAY) -> str:
    return gzip.decompress(file_of(till.merchant, day)).decode()


def refused(till: Till, content: bytes) -> str:
    bill = checked(till, till.merchant, content)
    assert bill.state == "refused", bill.state
    return str(bill.findings[0]["code"])


def test_a_neighbouring_days_file_is_refused(finance: Till) -> None:
    pay_bill(finance)
    finance.move_to(dt.datetime.combine(TOMORROW, dt.time(0, 30), clock.LOCAL))
    pay_bill(finance, 30)
    finance.move_to(NEXT_MORNING + dt.timedelta(days=1))
    assert refused(finance, file_of(finance.merchant, TOMORROW)) == "wrong_day"
    assert checked(finance, finance.merchant, file_of(finance.merchant)).state == "taken"
    assert run_of(finance.merchant).their_in_fen == 5_000


def test_a_neighbouring_days_file_of_unionpay_says_so_by_its_name(finance: Till) -> None:
    finance.offer("unionpay")
    merchant = MerchantAccount.objects.get(channel="unionpay")
    pay_by(finance, "unionpay")
    finance.move_to(NEXT_MORNING.replace(hour=12) + dt.timedelta(days=1))
    made = hand_in(finance, merchant, file_of(merchant), day=TOMORROW)
    work()
    bill = SuppliedBill.objects.get(pk=made.data["id"])
    assert (bill.state, bill.findings[0]["code"]) == ("refused", "other_day")


def test_a_file_of_wechat_that_is_cut_off_is_refused(finance: Till) -> None:
    for yuan in (10, 20, 30):
        pay_bill(finance, yuan)
    finance.move_to(NEXT_MORNING)
    packed, text = file_of(finance.merchant), text_of(finance)
    lines = text.splitlines(keepends=True)
    for cut in ("".join(lines[:-2]), "".join(lines[:-1]), "".join(lines[:2]), text.rstrip()[:-4]):
        assert refused(finance, cut.encode()) in ("cut_off", "bad_line", "bad_totals"), cut[-40:]
    assert refused(finance, packed[:-10]) == "cut_off"
    assert refused(finance, packed[: len(packed) // 2]) == "cut_off"
    assert checked(finance, finance.merchant, packed).state == "taken"


@pytest.mark.parametrize(
    "wrong", ["Infinity", "-Infinity", "NaN", "sNaN", "1e30", "1e999999", "9" * 30, "1e-99999999"]
)
def test_an_amount_that_is_none_is_a_bad_line(finance: Till, wrong: str) -> None:
    pay_bill(finance)
    finance.move_to(NEXT_MORNING)
    text = text_of(finance)
    lines = text.splitlines(keepends=True)
    lines[1] = lines[1].replace("`50.00", f"`{wrong}")
    bill = checked(finance, finance.merchant, "".join(lines).encode())
    assert (bill.state, bill.findings[0]["code"]) == ("refused", "bad_line")


@pytest.mark.parametrize("number", ["\x00", "9" * 65, r"\N", "a\tb", "\\"])
def test_a_number_that_no_number_is_ends_in_a_result_or_a_refusal(finance: Till, number: str) -> None:
    attempt = pay_bill(finance)
    finance.move_to(NEXT_MORNING)
    content = text_of(finance).replace(attempt.out_trade_no, number).encode()
    bill = checked(finance, finance.merchant, content)
    assert bill.state == ("refused" if number in ("\x00", "9" * 65) else "taken")
    if number == r"\N":
        assert (r"missing_ours", r"\N", "pending", 5_000) in found(run_of(finance.merchant))


@pytest.mark.requirement("PAY-10")
@pytest.mark.parametrize("name", ["his_no", "order_no"])
def test_a_number_of_his_that_looks_like_nothing_is_a_number(his: HisTill, name: str) -> None:
    his.settings(reconcile__his_bill="supplied")
    pay_bill(his.till)
    his.morning_after()
    rows = rows_of(his)
    rows[0][name] = r"\N"
    assert checked_of_his(his, as_csv(lines_of(rows)))["state"] == "taken"


@pytest.mark.requirement("PAY-10")
def test_a_moment_before_all_time_is_refused(his: HisTill) -> None:
    his.settings(reconcile__his_bill="supplied")
    pay_bill(his.till)
    his.morning_after()
    rows = rows_of(his)
    rows[0]["occurred_at"] = "0001-01-01T00:00:00"
    bill = checked_of_his(his, as_csv(lines_of(rows)))
    assert (bill["state"], bool(bill["findings"][0]["reason"])) == ("refused", True)


def zipped(name: str, content: bytes, *, locked: bool = False) -> bytes:
    target = io.BytesIO()
    with zipfile.ZipFile(target, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr(name, content)
    packed = bytearray(target.getvalue())
    if locked:
        for mark, at in ((b"PK\x03\x04", 6), (b"PK\x01\x02", 8)):
            packed[packed.index(mark) + at] |= 1
    return bytes(packed)


@pytest.mark.parametrize("channel", ["alipay", "unionpay"])
@pytest.mark.parametrize("damage", ["locked", "inside"])
def test_a_locked_or_damaged_archive_is_refused_at_once(finance: Till, channel: str, damage: str) -> None:
    finance.offer(channel)
    merchant = MerchantAccount.objects.get(channel=channel)
    finance.move_to(NEXT_MORNING.replace(hour=12))
    name = "20880_20260316_业务明细.csv" if channel == "alipay" else f"INN{TODAY:%y%m%d}88ZM_1"
    content = zipped(name, bytes(range(256)) * 50, locked=damage == "locked")
    if damage == "inside":
        content = content[:100] + b"\xff" * 60 + content[160:]
    bill = checked(finance, merchant, content)
    assert (bill.state, bill.findings[0]["code"]) == ("refused", "damaged")


def test_a_text_of_unionpay_has_a_limit(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("apps.payments.channels.unionpay_file.MAX_TEXT", 1_000)
    with pytest.raises(PermanentChannelError, match="long_text"):
        rows_of_file(io.BytesIO(b"a" * 1_001), TODAY)


def test_a_bill_that_fails_in_an_unforeseen_way_is_refused_after_some_tries(
    finance: Till, monkeypatch: pytest.MonkeyPatch
) -> None:
    pay_bill(finance)
    finance.move_to(NEXT_MORNING)
    made = hand_in(finance, finance.merchant, file_of(finance.merchant))

    def broken(*args: Any) -> Any:
        raise ArithmeticError("nobody thought of it")

    monkeypatch.setattr(staging, "read_bill", broken)
    for _ in range(handing_in.MAX_TRIES):
        work()
        finance.later(hours=1)
    bill = SuppliedBill.objects.get(pk=made.data["id"])
    assert (bill.state, bill.findings, bill.due_at) == ("refused", [{"code": "not_processed"}], None)


def test_a_bill_whose_workers_are_killed_is_refused_after_some_tries(finance: Till) -> None:
    pay_bill(finance)
    finance.move_to(NEXT_MORNING)
    made = hand_in(finance, finance.merchant, file_of(finance.merchant))
    SuppliedBill.objects.update(tries=handing_in.MAX_TRIES)
    work()
    assert SuppliedBill.objects.get(pk=made.data["id"]).findings == [{"code": "not_processed"}]


def test_a_fetched_bill_that_fails_in_an_unforeseen_way_waits_and_becomes_somebodys_work(
    finance: Till, monkeypatch: pytest.MonkeyPatch
) -> None:
    pay_bill(finance)
    with monkeypatch.context() as patch:
        patch.setattr(staging, "stage", lambda *args: 1 / 0)
        run = reconcile(finance)
        assert (run.state, run.error, run.tries) == ("waiting_bill", "unforeseen", 1)
        for _ in range(runs.MAX_TRIES):
            finance.later(minutes=31)
            work()
        assert WorkItem.objects.get(kind="reconciliation.bill_missing").state == "open"
    finance.later(minutes=31)
    work()
    assert run_of(finance.merchant).state == "balanced"
    assert WorkItem.objects.get(kind="reconciliation.bill_missing").state == "done"


def test_a_run_whose_worker_was_killed_counts_the_try_and_is_not_taken_by_another(finance: Till) -> None:
    pay_bill(finance)
    finance.move_to(NEXT_MORNING)
    start_daily(TODAY)
    seen: list[Any] = []

    def fetch(run: ReconciliationRun) -> Statement:
        row = ReconciliationRun.objects.get(pk=run.pk)
        seen.append((row.tries, row.due_at and row.due_at > clock.now() + leases.LEASE))
        return Statement(iter(()))

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(
            "apps.reconciliation.counterparties.merchant.Merchant.fetch", lambda self, run: fetch(run)
        )
        work()
    assert seen == [(1, True)]


def test_a_bill_handed_in_on_the_last_day_is_checked_after_midnight(finance: Till) -> None:
    pay_bill(finance)
    finance.move_to(NEXT_MORNING)
    content = file_of(finance.merchant)
    finance.move_to(
        dt.datetime.combine(TODAY + dt.timedelta(days=runs.KEPT_DAYS), dt.time(23, 59), clock.LOCAL)
    )
    sign_in_for_good(finance.world)
    made = hand_in(finance, finance.merchant, content)
    assert made.status_code == 201
    finance.later(minutes=2)
    work()
    assert SuppliedBill.objects.get(pk=made.data["id"]).state == "taken"


@pytest.mark.requirement("PAY-10")
@pytest.mark.parametrize("setting", [{"reconcile__his_bill": "off"}, {"his__driver": "embedded"}])
def test_an_account_without_bills_is_refused_and_no_run_is_made(his: HisTill, setting: Any) -> None:
    his.settings(**setting)
    his.morning_after()
    body = {"counterparty": "his", "hospital_id": str(his.till.world.h1.pk), "business_date": str(TODAY)}
    client = his.till.world.client("books")
    assert code(client.post(f"{ADMIN}/reconciliation-runs", body, "json")) == (409, "not_reconciled")
    from django.core.files.uploadedfile import SimpleUploadedFile

    file = SimpleUploadedFile("his.csv", b"business_date\r\n#total,0,0,0\r\n")
    assert code(client.post(URL, {**body, "file": file}, format="multipart")) == (409, "not_reconciled")
    body = {"business_date": str(TODAY), "file": SimpleUploadedFile("his.csv", b"#total,0,0,0\r\n")}
    put = his.till.world.client("partner").post("/api/partner/v1/his-bills", body, format="multipart")
    assert code(put) == (409, "not_reconciled")
    assert not ReconciliationRun.objects.exists()


def test_a_counter_has_no_bills(finance: Till) -> None:
    counter = MerchantAccount.objects.create(hospital=finance.world.h1, channel="cash", name="窗口现金")
    finance.move_to(NEXT_MORNING)
    assert code(hand_in(finance, counter, b"x")) == (409, "not_reconciled")
    assert not ReconciliationRun.objects.exists()


@pytest.mark.requirement("PAY-10")
def test_an_empty_bill_of_a_long_day_is_not_believed(his: HisTill) -> None:
    his.settings(reconcile__his_bill="supplied")
    for _ in range(10):
        pay_bill(his.till, 10)
    his.morning_after()
    bill = checked_of_his(his, b"business_date,kind,order_no,amount_fen\r\n#total,0,0,0\r\n")
    assert (bill["state"], bill["findings"][0]["code"]) == ("refused", "empty_bill")
    assert not Difference.objects.exists()


def test_a_foreign_line_that_stands_twice_fails_no_day(
    finance: Till, monkeypatch: pytest.MonkeyPatch
) -> None:
    attempt = pay_bill(finance)
    finance.move_to(NEXT_MORNING)
    number, at = attempt.out_trade_no, attempt.paid_at
    lines = [
        Line("in", number, "X1", 5_000, at=at, foreign=True), Line("in", number, "X1", 5_000, at=at, foreign=True),
        Line("in", number, "X2", 5_000, at=at), Line("in", "other", "X3", 700, at=at, foreign=True),
        Line("in", "other", "X3", 700, at=at, foreign=True),
    ]  # fmt: skip
    monkeypatch.setattr(
        "apps.reconciliation.counterparties.merchant.Merchant.fetch",
        lambda self, run: Statement(iter(lines)),
    )
    run = reconcile(finance)
    assert (run.state, run.error) == ("with_differences", "")
    assert found(run) == [
        ("duplicate", f"{number}#2", "open", 0),
        ("duplicate", f"{number}#3", "open", 0),
        ("duplicate", "other#2", "open", 0),
        ("foreign", "other", "open", 0),
    ]


def test_too_many_copies_of_a_line_are_counted_before_they_are_read(
    finance: Till, monkeypatch: pytest.MonkeyPatch
) -> None:
    finance.move_to(NEXT_MORNING)
    monkeypatch.setattr("apps.reconciliation.counterparties.merchant.Merchant.max_differences", 5)
    monkeypatch.setattr(staging, "split_surplus", lambda: pytest.fail("they were read"))
    monkeypatch.setattr(
        "apps.reconciliation.counterparties.merchant.Merchant.fetch",
        lambda self, run: Statement(iter([Line("in", "x", "", 100)] * 7)),
    )
    assert reconcile(finance).error == "too_many_differences"


def test_what_is_whole_is_read_without_a_digest() -> None:
    text = (
        "交易时间,微信订单号,商户订单号,交易状态,商户退款单号,退款金额,手续费,总金额\r\n"
        "总交易单数,总交易额,订单总金额,申请退款总金额\r\n`0,`0.00,`0.00,`0.00\r\n"
    )
    assert list(read_wechat(TODAY, [text.encode()], None).rows) == []
