"""Which of several bills of a day counts: no single person decides it, and none of them is lost."""

import datetime as dt
import gzip
from concurrent.futures import ThreadPoolExecutor
from typing import Any
from uuid import uuid4

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.db import connections

from apps.audit.models import AuditEvent
from apps.payments.day_blockers import open_items
from apps.payments.models import PaymentOrder
from apps.reconciliation.models import Difference, ReconciliationRun, SuppliedBill
from apps.reconciliation.services import hand_in as hand_in_service, runs
from apps.reconciliation.services.hand_in import check_bill
from apps.reconciliation.services.runs import advance_run, start_daily
from apps.worklist.models import Approval, WorkItem
from kernel import clock
from tests.payments.support import TODAY, Till
from tests.reconciliation.his_support import HisTill
from tests.reconciliation.support import NEXT_MORNING, agree, found, pay_bill, plant, reconcile, work
from tests.reconciliation.test_hand_in import URL, checked, file_of, hand_in, run_of
from tests.reconciliation.test_his_files import PUT, as_csv, lines_of, rows_of
from tests.scheduling.support import code

pytestmark = pytest.mark.requirement("PAY-11")


def edited(till: Till, wrong: str, right: str) -> bytes:
    """The provider's file, as somebody would like it to be."""
    text = gzip.decompress(file_of(till.merchant)).decode()
    return text.replace(wrong, right).encode()


@pytest.fixture
def over(finance: Till) -> ReconciliationRun:
    """The provider has one yuan more than we have: 51.00 for 50.00."""
    attempt = pay_bill(finance)
    plant(finance, {"kind": "amount", "number": attempt.out_trade_no, "fen": 5_100})
    return reconcile(finance)


def test_one_person_makes_no_difference_vanish_by_a_file(finance: Till, over: ReconciliationRun) -> None:
    before = found(over)
    bill = checked(finance, finance.merchant, edited(finance, "51.00", "50.00"))
    over.refresh_from_db()
    assert (bill.state, over.state, found(over)) == ("held", "with_differences", before)
    assert str(Difference.objects.get().pk) in [row.subject_id for row in open_items(over.hospital_id, TODAY)]
    assert agree(finance, "books").status_code in (403, 409)
    assert agree(finance, "cfo", "reject").status_code == 200
    bill.refresh_from_db()
    assert (bill.state, bill.findings) == ("refused", [{"code": "not_agreed"}])
    work()
    over.refresh_from_db()
    assert (over.state, found(over)) == ("with_differences", before)


def test_who_handed_it_in_does_not_agree_and_another_persons_approval_lets_it_count(
    finance: Till, over: ReconciliationRun
) -> None:
    made = hand_in(finance, finance.merchant, edited(finance, "51.00", "50.00"), who="admin1")
    work()
    assert agree(finance, "admin1").status_code in (403, 409)
    assert agree(finance, "cfo").status_code == 200
    work()
    run = run_of(finance.merchant)
    assert (run.state, run.attempt) == ("balanced", 2)
    assert SuppliedBill.objects.get(pk=made.data["id"]).state == "taken"
    finance.later(hours=2)
    work()
    assert run_of(finance.merchant).attempt == 2, "nobody asks the provider by itself after two people agreed"


def test_a_refused_file_handed_in_again_waits_for_another_person_again(
    finance: Till, over: ReconciliationRun
) -> None:
    content = edited(finance, "51.00", "50.00")
    checked(finance, finance.merchant, content)
    agree(finance, "cfo", "reject")
    assert checked(finance, finance.merchant, content).state == "held"
    over.refresh_from_db()
    assert over.state == "with_differences"


def test_a_file_that_came_before_the_providers_bill_is_compared_with_it(finance: Till) -> None:
    attempt = pay_bill(finance)
    plant(finance, {"kind": "amount", "number": attempt.out_trade_no, "fen": 5_100})
    finance.move_to(NEXT_MORNING.replace(hour=10, minute=5))
    assert checked(finance, finance.merchant, edited(finance, "51.00", "50.00")).state == "taken"
    assert run_of(finance.merchant).state == "balanced"
    finance.move_to(NEXT_MORNING + dt.timedelta(minutes=30))
    start_daily(TODAY)
    work()
    run = run_of(finance.merchant)
    assert (run.attempt, found(run)) == (2, [("amount", attempt.out_trade_no, "open", 100)])


def as_hand(his: HisTill, content: bytes) -> Any:
    """A person hands in what HIS is said to have."""
    body = {
        "counterparty": "his", "hospital_id": str(his.till.world.h1.pk), "business_date": str(TODAY),
        "file": SimpleUploadedFile("his.csv", content),
    }  # fmt: skip
    made = his.till.world.client("books").post(URL, body, format="multipart")
    assert made.status_code in (200, 201), made.content
    return made


@pytest.mark.requirement("PAY-10")
def test_what_one_person_handed_in_is_asked_of_the_counterparty_until_it_answers(his: HisTill) -> None:
    pay_bill(his.till, 50)
    his.plant({"kind": "not_ready"})
    his.morning_after()
    as_hand(his, as_csv(lines_of(rows_of(his))))
    work()
    assert his.run().state == "balanced"
    for _ in range(runs.MAX_TRIES):
        his.till.later(hours=1)
        work()
    missing = WorkItem.objects.filter(kind="reconciliation.bill_missing", state="open")
    assert "人工上传" in missing.get().title
    his.plant({"kind": "amount", "number": PaymentOrder.objects.get().order_no, "fen": 5_100})
    his.till.later(hours=1)
    work()
    assert (his.run().attempt, his.run().state) == (2, "with_differences")
    assert not missing.exists()


def test_a_file_that_could_not_count_is_refused_before_anybody_is_asked_to_agree(
    finance: Till, over: ReconciliationRun
) -> None:
    bill = checked(finance, finance.merchant, edited(finance, str(TODAY), str(TODAY - dt.timedelta(days=5))))
    assert (bill.state, bill.findings[0]["code"]) == ("refused", "wrong_day")
    over.refresh_from_db()
    assert (over.state, Approval.objects.count()) == ("with_differences", 0)
    assert ReconciliationRun.objects.count() == 1


def test_only_so_many_files_of_an_account_wait_and_only_so_many_are_of_one_day(
    finance: Till, monkeypatch: pytest.MonkeyPatch
) -> None:
    pay_bill(finance)
    finance.move_to(NEXT_MORNING)
    for number in range(hand_in_service.MAX_CHECKING):
        assert hand_in(finance, finance.merchant, b"%d" % number).status_code == 201
    assert code(hand_in(finance, finance.merchant, b"more")) == (409, "too_many_bills")
    assert hand_in(finance, finance.merchant, b"1").status_code == 200, "what is known already"
    work()
    monkeypatch.setattr(hand_in_service, "MAX_OF_A_DAY", 4)
    assert hand_in(finance, finance.merchant, b"more").status_code == 201
    work()
    assert code(hand_in(finance, finance.merchant, b"even more")) == (409, "too_many_bills")
    assert SuppliedBill.objects.count() == 4


def test_the_file_can_be_looked_at_before_and_that_is_on_record(
    finance: Till, over: ReconciliationRun
) -> None:
    content = edited(finance, "51.00", "50.00")
    bill = checked(finance, finance.merchant, content)
    for who in ("books2", "cfo"):
        answer = finance.world.client(who).get(f"{URL}/{bill.pk}/file")
        assert (answer.status_code, b"".join(answer.streaming_content)) == (200, content)
    downloads = AuditEvent.objects.filter(action="download", object_id=str(bill.file_id))
    assert downloads.count() == 2
    assert finance.world.client("clerk").get(f"{URL}/{bill.pk}/file").status_code == 403
    assert finance.world.client("admin2").get(f"{URL}/{bill.pk}/file").status_code == 404


@pytest.mark.django_db(transaction=True)
def test_of_two_different_bills_at_once_one_counts_and_the_other_waits_for_people(finance: Till) -> None:
    pay_bill(finance)
    finance.move_to(NEXT_MORNING)
    good, other = file_of(finance.merchant), edited(finance, "50.00", "51.00")
    pks = [hand_in(finance, finance.merchant, content).data["id"] for content in (good, other)]

    def check(pk: Any) -> None:
        try:
            check_bill(pk)
        finally:
            connections.close_all()

    with ThreadPoolExecutor(2) as pool:
        list(pool.map(check, pks))
    bills = {bill.state: bill for bill in SuppliedBill.objects.all()}
    assert set(bills) == {"taken", "held"}
    assert run_of(finance.merchant).content_sha256 == bills["taken"].content_sha256


def test_a_bill_that_another_one_was_matched_before_is_not_said_to_count(finance: Till) -> None:
    pay_bill(finance)
    finance.move_to(NEXT_MORNING)
    start_daily(TODAY)
    run = ReconciliationRun.objects.get()
    checked(finance, finance.merchant, edited(finance, "50.00", "51.00"))
    assert run_of(finance.merchant).state == "with_differences"
    ReconciliationRun.objects.filter(pk=run.pk).update(due_at=clock.now())
    advance_run(run.pk)
    assert (run_of(finance.merchant).state, run_of(finance.merchant).attempt) == ("balanced", 2)


def test_work_about_a_missing_bill_is_not_opened_after_it_has_come(finance: Till) -> None:
    pay_bill(finance)
    finance.move_to(NEXT_MORNING)
    start_daily(TODAY)
    stale = ReconciliationRun.objects.select_related("hospital").get()
    work()
    stale.tries = runs.MAX_TRIES
    runs._wait(stale, "slow", clock.now())
    assert not WorkItem.objects.filter(kind="reconciliation.bill_missing").exists()


@pytest.fixture
def two(his: HisTill) -> tuple[HisTill, bytes, bytes]:
    """HIS has sent a wrong bill, and then the right one."""
    his.settings(reconcile__his_bill="supplied")
    pay_bill(his.till, 50)
    his.morning_after()
    rows = rows_of(his)
    right = as_csv(lines_of(rows))
    wrong = as_csv(lines_of([{**rows[0], "amount_fen": "5001"}]))
    for content in (wrong, right):
        assert put(his, content).status_code == 201
        work()
    assert his.run().attempt == 2
    return his, wrong, right


def put(his: HisTill, content: bytes) -> Any:
    body = {"business_date": str(TODAY), "file": SimpleUploadedFile("his.csv", content)}
    return his.till.world.client("partner").post(PUT, body, format="multipart")


@pytest.mark.requirement("PAY-10")
def test_an_older_file_again_is_the_same_answer_and_nothing_new(two: tuple[HisTill, bytes, bytes]) -> None:
    his, wrong, _ = two
    again = put(his, wrong)
    assert (again.status_code, again.json()["state"]) == (200, "taken")
    work()
    assert (his.run().attempt, his.run().state) == (2, "balanced")


@pytest.mark.requirement("PAY-10")
def test_two_people_let_an_older_bill_count_again(two: tuple[HisTill, bytes, bytes]) -> None:
    his, _, _ = two
    older, newer = SuppliedBill.objects.order_by("id")
    client = his.till.world.client("books")

    def ask(bill: SuppliedBill) -> Any:
        body = {"reason": "新文件有误"}
        return client.post(f"{URL}/{bill.pk}/count", body, "json", HTTP_IDEMPOTENCY_KEY=uuid4().hex)

    assert code(ask(newer)) == (409, "state_conflict")
    asked = ask(older)
    assert (asked.status_code, asked.json()["state"], asked.json()["counts"]) == (200, "held", False)
    assert agree(his.till, "cfo", "reject").status_code == 200
    older.refresh_from_db()
    assert older.state == "taken"
    assert ask(older).status_code == 200
    assert agree(his.till, "cfo").status_code == 200
    work()
    assert (his.run().attempt, his.run().state) == (3, "with_differences")
    assert client.get(f"{URL}/{older.pk}").json()["counts"] is True


@pytest.mark.requirement("PAY-10")
def test_a_refused_bill_of_a_program_is_somebodys_work_until_one_is_taken(his: HisTill) -> None:
    his.settings(reconcile__his_bill="supplied")
    pay_bill(his.till, 50)
    his.morning_after()
    lines = lines_of(rows_of(his))
    put(his, as_csv(lines[:-1]))
    work()
    item = WorkItem.objects.get(kind="reconciliation.bill_missing", state="open")
    assert "对账单有误" in item.title
    put(his, as_csv(lines))
    work()
    assert not WorkItem.objects.filter(kind="reconciliation.bill_missing", state="open").exists()


@pytest.mark.requirement("PAY-10")
def test_a_program_sees_what_it_has_put_and_nothing_of_others(his: HisTill) -> None:
    his.settings(reconcile__his_bill="supplied")
    pay_bill(his.till, 50)
    his.morning_after()
    content = as_csv(lines_of(rows_of(his)))
    made = as_hand(his, content)
    client = his.till.world.client("partner")
    assert client.get(f"{PUT}/{made.data['id']}").status_code == 404
    again = put(his, content)
    assert (again.status_code, again.json()["id"]) == (200, made.data["id"])
    assert client.get(f"{PUT}/{made.data['id']}").status_code == 200


@pytest.mark.requirement("PAY-10")
def test_what_a_person_and_the_program_hand_in_at_once_is_the_programs(
    two: tuple[HisTill, bytes, bytes],
) -> None:
    his, _, right = two
    newest = right + b"\n"
    made = as_hand(his, newest)
    assert put(his, newest).status_code == 200
    work()
    bill = SuppliedBill.objects.get(pk=made.data["id"])
    assert (bill.state, bill.source) == ("taken", "upload")


@pytest.mark.requirement("PAY-10")
def test_what_waits_for_another_person_counts_when_the_counterparty_sends_it_itself(
    two: tuple[HisTill, bytes, bytes],
) -> None:
    his, _, _ = two
    rows = rows_of(his)
    content = as_csv(lines_of([{**rows[0], "amount_fen": "5002"}]))
    body = {
        "counterparty": "his", "hospital_id": str(his.till.world.h1.pk), "business_date": str(TODAY),
        "file": SimpleUploadedFile("his.csv", content),
    }  # fmt: skip
    made = his.till.world.client("books").post(URL, body, format="multipart")
    work()
    bill = SuppliedBill.objects.get(pk=made.data["id"])
    approval = Approval.objects.get(kind="reconciliation.another_bill")
    assert (bill.state, approval.state) == ("held", "requested")
    assert put(his, content).status_code == 200
    work()
    bill.refresh_from_db()
    approval.refresh_from_db()
    assert (bill.state, approval.state, his.run().attempt) == ("taken", "withdrawn", 3)
