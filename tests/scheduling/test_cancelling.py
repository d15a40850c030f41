"""退号: cut-off per kind, reasons that are kept, paid ones at the window."""

import datetime as dt

import pytest

from apps.scheduling.models import Appointment
from kernel import clock
from tests.scheduling.support import MINI, NOW, TOMORROW, book, code, first_slot, open_session, states
from tests.scheduling.test_desk import act
from tests.support.world import World


@pytest.mark.requirement("BOOK-08")
def test_the_cut_off_is_one_setting_per_kind(clinic: World) -> None:
    clinic.h1.settings = {
        "booking.cancel_cutoff_minutes": 24 * 60, "booking.same_day_cancel_cutoff_minutes": 30,
        "booking.same_day_pay_timing": "counter",
    }  # fmt: skip
    clinic.h1.save()
    today = book(clinic, "patient_a", first_slot(open_session(clinic))).json()
    ahead = book(clinic, "patient_a", first_slot(open_session(clinic, date=TOMORROW)), "advance").json()
    client = clinic.client("patient_a")
    with clock.frozen(NOW + dt.timedelta(minutes=30)):
        assert code(client.post(f"{MINI}/appointments/{today['id']}/cancel")) == (409, "cancel_too_late")
    with clock.frozen(NOW + dt.timedelta(minutes=29)):
        assert client.post(f"{MINI}/appointments/{today['id']}/cancel").status_code == 200
    with clock.frozen(NOW + dt.timedelta(hours=1)):
        assert code(client.post(f"{MINI}/appointments/{ahead['id']}/cancel")) == (409, "cancel_too_late")


@pytest.mark.requirement("BOOK-08")
def test_the_patient_says_why_and_the_records_show_it(clinic: World) -> None:
    session = open_session(clinic, date=TOMORROW)
    made = book(clinic, "patient_a", first_slot(session), "advance").json()
    url = f"{MINI}/appointments/{made['id']}/cancel"
    client = clinic.client("patient_a")
    for wrong in ({"code": "bored"}, {"reason": "长" * 201}, {"why": "x"}):
        assert client.post(url, wrong, format="json").status_code == 400
    assert states(session)[0] == "taken"
    body = {"code": "patient_recovered", "reason": "已好转"}
    assert client.post(url, body, format="json").status_code == 200
    [shown] = client.get(f"{MINI}/appointments", {"state": "cancelled"}).json()["results"]
    assert (shown["cancel_code"], shown["cancel_reason"]) == ("patient_recovered", "已好转")
    assert code(client.post(url, body, format="json")) == (409, "state_conflict")


@pytest.mark.requirement("BOOK-08")
def test_a_paid_registration_is_refunded_at_the_window_and_says_what_to_bring(clinic: World) -> None:
    held = book(clinic, "patient_a", first_slot(open_session(clinic))).json()
    act(clinic, "clerk", held, "settle")
    refused = clinic.client("patient_a").post(f"{MINI}/appointments/{held['id']}/cancel")
    assert code(refused) == (409, "refund_at_counter")
    assert (refused.json()["fee_fen"], "发票" in refused.json()["bring"]) == (2_000, True)
    assert act(clinic, "clerk", held, "cancel", {}).status_code == 400, "staff say why"
    assert (
        act(clinic, "clerk", held, "cancel", {"code": "wrong_booking"}).json()["payment_status"]
        == "refund_due"
    )
    assert Appointment.objects.get().cancel_code == "wrong_booking"
