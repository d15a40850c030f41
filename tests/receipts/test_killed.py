"""A worker that is killed between two steps: whatever point it was, the platform issues once and reverses once."""

import os
from pathlib import Path

import pytest
from django.db import connection

from apps.receipts.models import EReceipt
from apps.receipts.services.advance import advance_receipt
from tests.receipts.support import Office

pytestmark = [
    pytest.mark.requirement("PAY-14"),
    pytest.mark.thorough,
    pytest.mark.django_db(transaction=True),
]


def killed_at(point: str, receipt: EReceipt, folder: Path) -> None:
    """A worker process that dies there."""
    faults = folder / "faults"
    faults.write_text(point)
    child = os.fork()
    if not child:
        connection.connection = None  # the parent's
        os.environ["YIHUI_FAULT_FILE"] = str(faults)
        try:
            advance_receipt(receipt.pk)
        finally:
            os._exit(7)
    _, status = os.waitpid(child, 0)
    assert os.WIFSIGNALED(status), "it did not come to that point"


@pytest.mark.parametrize("point", ["receipt.sending", "receipt.issued"])
def test_a_killed_worker_leaves_one_receipt(office: Office, tmp_path: Path, point: str) -> None:
    bill, _ = office.paid()
    killed_at(point, office.receipt(bill), tmp_path)
    assert office.receipt(bill).state == "issuing"
    office.later(seconds=61)
    office.later(minutes=3)
    (there,) = office.book()
    assert (office.receipt(bill).state, there["sent"]) == ("issued", 1)


@pytest.mark.parametrize("point", ["receipt.reversing", "receipt.reversed"])
def test_a_killed_worker_leaves_one_reversal_and_one_rest(office: Office, tmp_path: Path, point: str) -> None:
    bill, order, receipt = office.issued()
    office.refund(bill, order, 1_000)
    killed_at(point, receipt, tmp_path)
    office.later(seconds=61)
    office.later(minutes=3)
    assert [(row["state"], row["sent"]) for row in office.book()] == [("reversed", 1), ("issued", 1)]
    standing = EReceipt.objects.get(bill_id=bill.pk, ended_at=None)
    assert (standing.state, standing.amount_fen) == ("issued", 3_500)
