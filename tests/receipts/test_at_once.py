"""Workers, handlers and people at one receipt at the same time: it is issued and reversed once."""

from functools import partial

import pytest

from apps.receipts.models import EReceipt
from apps.receipts.services.advance import advance_receipt, ask_now
from apps.receipts.services.queue import follow_bill
from tests.receipts.support import Office
from tests.scheduling.support import at_once

pytestmark = [pytest.mark.requirement("PAY-14"), pytest.mark.django_db(transaction=True)]


def test_of_many_workers_one_issues(office: Office) -> None:
    bill, _ = office.paid()
    receipt = office.receipt(bill)
    jobs = [partial(advance_receipt, receipt.pk)] * 6 + [partial(ask_now, receipt.pk)] * 3
    assert [each for each in at_once(jobs) if each is not None] == []
    office.later(minutes=3)
    (there,) = office.book()
    assert (office.receipt(bill).state, there["sent"]) == ("issued", 1)


def test_of_many_workers_one_reverses_and_the_rest_is_issued_once(office: Office) -> None:
    bill, order, receipt = office.issued()
    office.refund(bill, order, 1_000)
    jobs = [partial(advance_receipt, receipt.pk)] * 6 + [partial(ask_now, receipt.pk)] * 3
    assert [each for each in at_once(jobs) if each is not None] == []
    office.later(minutes=3)
    assert [(row["state"], row["sent"]) for row in office.book()] == [("reversed", 1), ("issued", 1)]
    assert EReceipt.objects.filter(bill_id=bill.pk, ended_at=None).get().amount_fen == 3_500


def test_a_bill_has_one_receipt_however_often_it_is_told_of(office: Office) -> None:
    bill, _ = office.paid()
    EReceipt.objects.all().delete()
    made = at_once([partial(follow_bill, bill.pk, is_new=True)] * 8)
    assert all(isinstance(each, EReceipt) for each in made), made
    assert EReceipt.objects.count() == 1
