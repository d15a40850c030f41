"""The window's whole day: find the patient, register, take the number, print, give cash back."""

import datetime as dt
from typing import Any

import pytest

from apps.audit.models import AuditEvent
from apps.queueing.models import QueueTicket
from apps.queueing.services import calls as queue
from apps.scheduling.models import Appointment, SlipPrint
from apps.scheduling.services import numbers
from kernel import clock
from tests.scheduling.support import ADMIN, NOW, TOMORROW, book, code, first_slot, open_session, states
from tests.scheduling.test_desk import act, at_window, sent
from tests.support.world import World

pytestmark = pytest.mark.requirement("BOOK-10")


def test_the_window_finds_a_patient_by_every_key_and_registers_on_the_spot(clinic: World) -> None:
    clerk, mine = clinic.client("clerk"), clinic.patients["patient_a"]
    card = "6222000000000001"
    for text in (
        card,
        "110101199003070134",
        "13800138001",
        "+86 13800138001",
        "张三",
        "zsf",
        "zhangs",
        mine.mrn,
    ):
        rows = clerk.get(f"{ADMIN}/patients", {"search": text}).json()["results"]
        assert [row["id"] for row in rows] == [str(mine.pk)], text
    shown = at_window(clinic, "patient_a", first_slot(open_session(clinic)), paid_at_counter=True).json()
    assert (shown["state"], shown["source"]) == ("booked", "window")
    assert act(clinic, "clerk", shown, "check-in").json()["state"] == "checked_in"


def test_staff_book_from_the_web_on_a_patients_behalf(clinic: World) -> None:
    slot = first_slot(open_session(clinic, date=TOMORROW))
    shown = at_window(clinic, "patient_b", slot, kind="advance", source="web").json()
    assert (shown["state"], shown["source"]) == ("booked", "web")
    assert at_window(clinic, "patient_b", slot, kind="advance", source="letter").status_code == 400


def test_cash_is_given_back_until_the_patient_is_called(clinic: World) -> None:
    session = open_session(clinic, date=TOMORROW)
    booked = book(clinic, "patient_a", first_slot(session), "advance").json()
    with clock.frozen(first_slot(session).starts_at):
        assert code(act(clinic, "clerk", booked, "reverse-settlement", {"reason": "x"})) == (
            409, "not_settled_in_cash",
        )  # fmt: skip
        act(clinic, "clerk", booked, "settle")
        act(clinic, "clerk", booked, "check-in")
        assert act(clinic, "clerk", booked, "reverse-settlement", {}).status_code == 400
        assert act(clinic, "clerk", booked, "reverse-settlement", {"reason": "长" * 201}).status_code == 400
        assert act(clinic, "doctor_a", booked, "reverse-settlement", {"reason": "x"}).status_code == 403
        shown = act(clinic, "clerk", booked, "reverse-settlement", {"reason": "收错"}).json()
        assert (shown["state"], shown["payment_status"], shown["checked_in_at"]) == ("booked", "unpaid", None)
        assert not QueueTicket.objects.exists()
        line = AuditEvent.objects.get(action="reverse")
        assert (line.object_id, line.after) == (booked["id"], {"fee_fen": 2_000, "reason": "收错"})
        assert sent("settlement_reversed") == 1
        assert code(act(clinic, "clerk", booked, "check-in")) == (409, "registration_fee_unpaid")
        act(clinic, "clerk", booked, "settle")
        act(clinic, "clerk", booked, "check-in")
        ticket = QueueTicket.objects.get()
        queue.call_next(ticket.queue)
        assert code(act(clinic, "clerk", booked, "reverse-settlement", {"reason": "x"})) == (
            409, "state_conflict",
        )  # fmt: skip
    assert Appointment.objects.get().payment_status == "paid_at_counter"
    assert states(session) == ["taken", "free"]


def test_what_is_paid_in_advance_becomes_a_hold_again_and_falls_free(clinic: World) -> None:
    session = open_session(clinic)
    held = book(clinic, "patient_a", first_slot(session)).json()
    act(clinic, "clerk", held, "settle")
    with clock.frozen(NOW + dt.timedelta(minutes=30)):
        shown = act(clinic, "clerk", held, "reverse-settlement", {"reason": "改用线上支付"}).json()
        assert (shown["state"], shown["payment_status"]) == ("pending", "unpaid")
        assert states(session) == ["held", "free"]
        assert numbers.expire_holds() == 0
    with clock.frozen(NOW + dt.timedelta(minutes=45)):
        assert numbers.expire_holds() == 1
    assert states(session) == ["free", "free"]


def test_after_the_deadline_only_cancelling_gives_the_money_back(clinic: World) -> None:
    session = open_session(clinic)
    shown = at_window(clinic, "patient_b", first_slot(session), paid_at_counter=True).json()
    act(clinic, "clerk", shown, "check-in")
    with clock.frozen(session.ends_at):
        assert code(act(clinic, "clerk", shown, "reverse-settlement", {"reason": "x"})) == (
            409, "check_in_too_late",
        )  # fmt: skip
        assert (
            act(clinic, "clerk", shown, "cancel", {"reason": "改日"}).json()["payment_status"] == "refund_due"
        )


def test_every_print_of_the_slip_is_counted_and_a_reprint_needs_a_reason(clinic: World) -> None:
    session = open_session(clinic)
    held = book(clinic, "patient_a", first_slot(session)).json()
    assert code(act(clinic, "clerk", held, "slip-prints", {})) == (409, "state_conflict")
    act(clinic, "clerk", held, "settle")
    first = act(clinic, "clerk", held, "slip-prints", {})
    slip = first.json()
    assert (first.status_code, slip["copy_no"], slip["is_reprint"], slip["ticket_no"]) == (
        201,
        1,
        False,
        None,
    )
    assert (slip["patient_name"], slip["number"], slip["fee_fen"]) == ("张三丰", 1, 2_000)
    assert code(act(clinic, "clerk", held, "slip-prints", {})) == (400, "reprint_needs_reason")
    act(clinic, "clerk", held, "check-in")
    url = f"{ADMIN}/appointments/{held['id']}/slip-prints"
    body = {"reason": "遗失"}
    for _ in range(2):  # the same request again prints nothing new
        again = clinic.client("clerk").post(url, body, format="json", HTTP_IDEMPOTENCY_KEY="print-2").json()
        assert (again["copy_no"], again["is_reprint"], again["ticket_no"]) == (2, True, 1)
    rows: list[dict[str, Any]] = clinic.client("doctor_a").get(url).json()
    assert [(row["copy_no"], row["printed_by_name"], row["reason"]) for row in rows] == [
        (1, "clerk", ""), (2, "clerk", "遗失"),
    ]  # fmt: skip
    assert AuditEvent.objects.filter(object_type="scheduling.slipprint", action="insert").count() == 2
    assert clinic.client("doctor_b").get(url).status_code == 404
    assert act(clinic, "doctor_a", held, "slip-prints", body).status_code == 403
    assert SlipPrint.objects.count() == 2


def test_who_prints_a_slip_gets_the_paper(clinic: World) -> None:
    held = book(clinic, "patient_a", first_slot(open_session(clinic, date=TOMORROW)), "advance").json()
    url = f"{ADMIN}/appointments/{held['id']}/slip"
    assert code(clinic.client("clerk").get(url)) == (409, "slip_not_printed")
    act(clinic, "clerk", held, "slip-prints", {})
    sheet = clinic.client("clerk").get(url)
    assert (sheet.status_code, sheet["Content-Type"], sheet.content[:5]) == (200, "application/pdf", b"%PDF-")
    assert code(clinic.client("admin1").get(url)) == (409, "slip_not_printed")
    assert SlipPrint.objects.count() == 1, "reading the file counts nothing"
