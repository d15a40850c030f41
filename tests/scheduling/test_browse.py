"""Browsing what can be booked, and the patient's records."""

import datetime as dt
from typing import Any

import pytest

from kernel import clock
from tests.scheduling.support import (
    MINI,
    NOW,
    TODAY,
    TOMORROW,
    bind,
    book,
    code,
    first_slot,
    make_patient,
    open_session,
)
from tests.support.world import World


def get(world: World, path: str, who: str | None = "patient_a", **query: Any) -> Any:
    return world.client(who).get(f"{MINI}/{path}", query)


@pytest.mark.requirement("BOOK-02")
def test_from_the_department_to_the_doctor_the_day_and_the_slot(clinic: World) -> None:
    session = open_session(clinic, date=TOMORROW, capacity=3)
    department, doctor = clinic.departments["cardiology"], clinic.staff["doctor_a"]
    departments = {row["name"]: row["is_bookable"] for row in get(clinic, "booking/departments").json()}
    assert departments == {"心内科": True, "外科": False, "口腔科": False}
    [shown] = get(clinic, "booking/doctors", department_id=department.pk, date=TOMORROW.isoformat()).json()
    assert (shown["name"], shown["department_name"], shown["remaining"]) == ("doctor_a", "心内科", 6)
    assert {"title", "speciality"} <= shown.keys()
    [day] = get(clinic, "booking/days", practitioner_id=doctor.pk).json()
    assert (day["date"], day["remaining"]) == (TOMORROW.isoformat(), 6)
    slots = get(clinic, "booking/slots", session_id=session.pk).json()
    assert [slot["remaining"] for slot in slots] == [3, 3]
    book(clinic, "patient_b", first_slot(session), "advance")
    assert [s["remaining"] for s in get(clinic, "booking/slots", session_id=session.pk).json()] == [2, 3]


@pytest.mark.requirement("BOOK-02")
def test_an_expired_hold_counts_as_left_and_a_past_slot_does_not(clinic: World) -> None:
    session = open_session(clinic)
    book(clinic, "patient_b", first_slot(session))
    query = {"department_id": clinic.departments["cardiology"].pk, "date": TODAY.isoformat()}
    assert get(clinic, "booking/doctors", **query).json()[0]["remaining"] == 1
    with clock.frozen(NOW + dt.timedelta(minutes=15)):
        assert get(clinic, "booking/doctors", **query).json()[0]["remaining"] == 2
    with clock.frozen(first_slot(session).ends_at):
        assert get(clinic, "booking/doctors", **query).json()[0]["remaining"] == 1
        assert len(get(clinic, "booking/slots", session_id=session.pk).json()) == 1


@pytest.mark.requirement("BOOK-02")
def test_drafts_and_days_beyond_the_window_are_not_shown(clinic: World) -> None:
    open_session(clinic, date=TOMORROW, publish=False)
    far = open_session(clinic, date=TODAY + dt.timedelta(days=4))
    assert get(clinic, "booking/days", practitioner_id=clinic.staff["doctor_a"].pk).json() == []
    assert get(clinic, "booking/slots", session_id=far.pk).json() == []


@pytest.mark.requirement("BOOK-02")
@pytest.mark.parametrize(
    ("path", "query"),
    [
        ("booking/doctors", {}),
        ("booking/doctors", {"department_id": "x", "date": "2026-11-23"}),
        ("booking/doctors", {"department_id": "0199c3a5-d1f2-7c3e-9a4b-8e21f0a7d6c5", "date": "2026-13-01"}),
        ("booking/slots", {"session_id": "x" * 300}),
        ("booking/departments", {"hostpital": "0199c3a5-d1f2-7c3e-9a4b-8e21f0a7d6c5"}),
    ],
)
def test_wrong_parameters_are_refused(clinic: World, path: str, query: dict[str, str]) -> None:
    assert code(get(clinic, path, **query)) == (400, "validation_error")
    assert get(clinic, path, who=None, **query).status_code == 401
    assert get(clinic, path, who="doctor_a", **query).status_code == 403


@pytest.mark.requirement("BOOK-02")
def test_browsing_takes_one_query_beside_the_token(clinic: World, django_assert_num_queries: Any) -> None:
    for hour in range(9, 15):
        open_session(clinic, start=f"{hour:02}:00", end=f"{hour:02}:30")
    query = {"department_id": clinic.departments["cardiology"].pk, "date": TODAY.isoformat()}
    with django_assert_num_queries(2):
        assert get(clinic, "booking/doctors", **query).json()[0]["remaining"] == 6


@pytest.mark.requirement("BOOK-09")
def test_records_of_a_chosen_patient_with_state_department_doctor_time_and_number(clinic: World) -> None:
    child = bind(clinic, "patient_a", make_patient(clinic.h1, "小明"))
    session = open_session(clinic, capacity=4)
    book(clinic, "patient_a", first_slot(session))
    book(clinic, "patient_a", first_slot(session), binding=child)
    book(clinic, "patient_b", first_slot(session))
    rows = get(clinic, "appointments").json()["results"]
    assert [row["patient_name"] for row in rows] == ["小明", "张三丰"]
    [row] = get(clinic, "appointments", binding_id=child.pk).json()["results"]
    assert (row["state"], row["department_name"], row["practitioner_name"], row["number"]) == (
        "pending", "心内科", "doctor_a", 2,
    )  # fmt: skip
    assert dt.datetime.fromisoformat(row["starts_at"]) == first_slot(session).starts_at
    assert get(clinic, "appointments", state="cancelled").json()["results"] == []
    foreign = clinic.bindings["patient_b"].pk
    assert code(get(clinic, "appointments", binding_id=foreign)) == (404, "not_found")
    assert code(get(clinic, "appointments", patient_id=child.patient_id))[0] == 400


@pytest.mark.requirement("BOOK-09")
def test_records_take_a_constant_number_of_queries(clinic: World, django_assert_max_num_queries: Any) -> None:
    for hour in range(9, 15):
        book(
            clinic, "patient_a", first_slot(open_session(clinic, start=f"{hour:02}:00", end=f"{hour:02}:30"))
        )
    with django_assert_max_num_queries(4):
        assert get(clinic, "appointments").json()["count"] == 6


@pytest.mark.requirement("BOOK-09")
def test_records_of_an_unbound_patient_are_gone(clinic: World) -> None:
    held = book(clinic, "patient_a", first_slot(open_session(clinic))).json()
    clinic.accounts["patient_a"].bindings.update(unbound_at=NOW)
    assert code(get(clinic, "appointments")) == (409, "card_required")
    assert code(get(clinic, f"appointments/{held['id']}")) == (404, "not_found")
