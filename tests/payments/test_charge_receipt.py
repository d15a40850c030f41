"""收费凭条: every tender, the change and the total as they were paid."""

from io import BytesIO

import pytest
from pypdf import PdfReader

from apps.audit.models import AuditEvent
from apps.payments.models import PaymentOrder
from tests.payments.his import Away, use_his, well_afterwards
from tests.payments.support import Till
from tests.payments.tenders import order_of, settle
from tests.payments.test_counter import fill_card
from tests.scheduling.support import ADMIN, code

pytestmark = pytest.mark.requirement("CLN-08")


def text_of(content: bytes) -> str:
    return "".join(page.extract_text() for page in PdfReader(BytesIO(content)).pages).replace(" ", "")


def printed(till: Till, order: PaymentOrder, language: str = "zh-CN", who: str = "clerk") -> str:
    path = f"{ADMIN}/payment-orders/{order.pk}/receipt"
    answer = till.world.client(who).get(path, HTTP_ACCEPT_LANGUAGE=language)
    assert (answer.status_code, answer["Content-Type"]) == (200, "application/pdf"), answer.content
    return text_of(answer.content)


def test_a_receipt_shows_every_tender_and_the_change(till: Till) -> None:
    fill_card(till, 3_000)
    order = order_of(till)
    settle(till, order, "pos", amount_fen=4_000, reference="SLIP1")
    settle(till, order, "card_balance", amount_fen=3_000)
    settle(till, order, "cash", tendered_fen=10_000)
    text = printed(till, order)
    for words in (
        "收费凭条", order.order_no, till.world.h1.name, till.world.patients["patient_a"].name, "70.00", "50.00",
        "120.00", "POS刷卡", "SLIP1", "40.00", "就诊卡余额", "30.00", "现金", "实收现金", "100.00", "找零",
        till.world.staff["clerk"].name,
    ):  # fmt: skip
        assert words.replace(" ", "") in text, (words, text)
    assert "Change" in printed(till, order, "en")
    assert AuditEvent.objects.filter(action="print", object_id=str(order.pk)).count() == 2


def test_one_payment_has_a_receipt_too(till: Till) -> None:
    order = order_of(till)
    settle(till, order, "cash", tendered_fen=12_000)
    text = printed(till, order)
    assert "找零" in text and "0.00" in text and "POS" not in text


def test_there_is_none_of_what_is_not_paid(till: Till) -> None:
    order = order_of(till)
    settle(till, order, "pos", amount_fen=4_000)
    path = f"{ADMIN}/payment-orders/{order.pk}/receipt"
    assert code(till.world.client("clerk").get(path)) == (409, "state_conflict")
    assert till.world.client("doctor_a").get(path).status_code == 403
    assert not AuditEvent.objects.filter(action="print").exists()


def test_one_that_his_has_not_taken_says_so(till: Till) -> None:
    order = order_of(till)
    with well_afterwards():
        use_his(Away)
        assert settle(till, order, "cash").json()["state"] == "paid_unposted"
        assert "待入账" in printed(till, order)
