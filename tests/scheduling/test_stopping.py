"""停诊 and 替诊: everybody on a session is moved, handed over or cancelled in one step, and told."""

import datetime as dt
from typing import Any

import pytest

from apps.identity.models import Location
from apps.messaging.models import Message
from apps.patients.models import CareTeamMember, PatientUserObjectPermission, TimelineEntry
from apps.queueing.models import QueueTicket
from apps.queueing.services import calls as queue
from apps.queueing.services.check_in import check_in
from apps.scheduling.models import Appointment, ClinicSession, PaymentStatus, SlotNumber
from apps.scheduling.services.confirm import settle_fee
from apps.scheduling.services.substitute import substitute_session
from kernel import clock
from kernel.errors import StateConflict
from tests.scheduling.support import (
    ADMIN,
    NOW,
    TOMORROW,
    bind,
    book,
    code,
    deliver,
    first_slot,
    make_patient,
    open_session,
    states,
)
from tests.support.world import World

pytestmark = pytest.mark.requirement("BOOK-01")


def post(world: World, who: str, session: ClinicSession, action: str, body: dict[str, Any]) -> Any:
    return world.client(who).post(f"{ADMIN}/clinic-sessions/{session.pk}/{action}", body, format="json")


def substitute(world: World, session: ClinicSession, doctor: str, who: str = "head") -> Any:
    body = {"practitioner_id": str(world.staff[doctor].pk), "reason": "医生生病"}
    return post(world, who, session, "substitute", body)


def attends(world: World, doctor: str) -> set[str]:
    """Names of the patients whom the doctor attends, as relations and as grants say."""
    rows = CareTeamMember.objects.filter(staff=world.staff[doctor], ended_at=None)
    names = set(rows.values_list("patient__name", flat=True))
    grants = PatientUserObjectPermission.objects.filter(user=world.staff[doctor].user)
    assert set(grants.values_list("content_object__name", flat=True)) == names
    return names


def test_a_substitute_takes_over_bookings_tickets_and_care_and_everybody_is_told(clinic: World) -> None:
    session = open_session(clinic, slot_minutes=0, capacity=4, fee=0)
    slot = first_slot(session)
    booked = [book(clinic, account, slot).json() for account in ("patient_a", "patient_b")]
    other = bind(clinic, "patient_b", make_patient(clinic.h1, "王五"))
    seen = book(clinic, "patient_b", slot, binding=other).json()
    deliver()  # the doctor attends them
    for row in (seen, booked[0]):
        check_in(Appointment.objects.get(pk=row["id"]))
    queue.start(queue.call_next_of(session.pk))  # 王五 is with doctor_a
    answer = substitute(clinic, session, "doctor_b")
    body = answer.json()
    assert (answer.status_code, body["moved"], body["cancelled"], body["in_service"]) == (200, 2, 0, 1), body
    assert (body["practitioner_name"], body["substituted_for_name"], body["state"]) == (
        "doctor_b", "doctor_a", "published",
    )  # fmt: skip
    rows = {row.pk: row for row in Appointment.objects.select_related("practitioner")}
    shown = {str(pk): (row.practitioner.name, row.number) for pk, row in rows.items()}
    assert shown == {
        booked[0]["id"]: ("doctor_b", 1), booked[1]["id"]: ("doctor_b", 2), seen["id"]: ("doctor_a", 3),
    }  # fmt: skip
    tickets = dict(QueueTicket.objects.values_list("patient__name", "practitioner__name"))
    assert tickets == {"张三丰": "doctor_b", "王五": "doctor_a"}
    # patient_a was in doctor_a's care before this booking, 王五 is with doctor_a: both stay there too.
    assert attends(clinic, "doctor_a") == {"张三丰", "王五"}
    assert attends(clinic, "doctor_b") == {"张三丰", "李四光"}
    assert clinic.client("doctor_b").get(f"{ADMIN}/appointments/{booked[1]['id']}").status_code == 200
    assert clinic.client("doctor_a").get(f"{ADMIN}/appointments/{booked[1]['id']}").status_code == 404
    deliver()
    deliver()
    told = Message.objects.filter(scene="session_substituted")
    assert {(row.account_id, row.urgent) for row in told} == {
        (clinic.accounts[name].pk, True) for name in ("patient_a", "patient_b")
    }
    assert told.count() == 2
    assert all("doctor_b" in row.text and "doctor_a" in row.text for row in told)
    assert "doctor_b" in TimelineEntry.objects.get(ref_id=booked[1]["id"]).title
    assert [row["remaining"] for row in clinic.client("head").get(
        f"{ADMIN}/clinic-sessions/{session.pk}/slots").json()] == [1]  # fmt: skip
    assert (
        book(clinic, "patient_b", slot).status_code == 409
    )  # once per doctor and session, whoever the doctor is


def test_a_doctor_is_substituted_twice_and_back_again(clinic: World) -> None:
    session = open_session(clinic, slot_minutes=0, capacity=3, fee=0)
    slot = first_slot(session)
    first = book(clinic, "patient_b", slot).json()["id"]
    assert substitute(clinic, session, "doctor_b").status_code == 200
    assert substitute(clinic, session, "doctor_c", who="admin1").json()["moved"] == 1
    assert attends(clinic, "doctor_b") == set()
    check_in(Appointment.objects.get(pk=first))
    ticket = queue.call_next_of(session.pk)
    assert ticket.practitioner_id == clinic.staff["doctor_c"].pk
    queue.finish(queue.start(ticket))
    assert substitute(clinic, session, "doctor_a", who="admin1").json()["moved"] == 0
    assert attends(clinic, "doctor_c") == {"李四光"}  # the visit took place
    again = book(clinic, "patient_b", slot)
    assert again.status_code == 201, again.json()
    body = substitute(clinic, session, "doctor_c", who="admin1").json()
    # One number per patient, doctor and session: doctor_c has seen this patient here.
    assert (body["moved"], body["cancelled"]) == (0, 1)
    url = f"{ADMIN}/clinic-sessions/{session.pk}/substitutions"
    history = clinic.client("head").get(url).json()
    assert [(row["from_practitioner_name"], row["to_practitioner_name"], row["moved"]) for row in history] == [
        ("doctor_a", "doctor_b", 1), ("doctor_b", "doctor_c", 1), ("doctor_c", "doctor_a", 0),
        ("doctor_a", "doctor_c", 0),
    ]  # fmt: skip
    assert {row["substituted_by_name"] for row in history} == {"head", "admin1"}
    stored = ClinicSession.objects.get()
    assert (stored.substituted_for_id, stored.substitution_count) == (clinic.staff["doctor_a"].pk, 4)


def test_who_may_not_stand_in_is_refused_with_the_reason_and_nothing_changes(clinic: World) -> None:
    session = open_session(clinic, date=TOMORROW, capacity=2)
    book(clinic, "patient_b", first_slot(session), "advance")
    busy = open_session(clinic, date=TOMORROW, start="09:30", end="11:00", doctor="doctor_b")
    refused = substitute(clinic, session, "doctor_b")
    assert code(refused) == (409, "session_conflict")
    assert [(row["id"], row["because"]) for row in refused.json()["conflicts"]] == [
        (str(busy.pk), "practitioner")
    ]
    assert "doctor_b" in refused.json()["detail"]
    assert "09:30-11:00" in refused.json()["detail"]
    for doctor in ("doctor_a", "clerk", "doctor_h2"):  # the same, no doctor, another hospital
        assert substitute(clinic, session, doctor, who="admin1").status_code == 400
    clinic.staff["doctor_c"].status = "left"
    clinic.staff["doctor_c"].save()
    assert substitute(clinic, session, "doctor_c", who="admin1").status_code == 400
    assert substitute(clinic, session, "doctor_b", who="doctor_a").status_code == 403
    assert substitute(clinic, session, "doctor_b", who="admin2").status_code == 404
    assert (
        post(clinic, "head", session, "substitute", {"practitioner_id": 5, "reason": "x" * 201}).status_code
        == 400
    )
    stored = ClinicSession.objects.get(pk=session.pk)
    assert (stored.practitioner_id, stored.version) == (session.practitioner_id, 2)
    post(clinic, "head", busy, "stop", {"reason": "x"})
    post(clinic, "head", session, "stop", {"reason": "x"})
    assert code(substitute(clinic, session, "doctor_b")) == (409, "state_conflict")
    over = open_session(clinic, start="10:30", end="11:00")
    with clock.frozen(over.ends_at):
        assert code(substitute(clinic, over, "doctor_b")) == (409, "slot_past")


def test_two_clerks_substitute_at_once_and_the_second_is_told_so(clinic: World) -> None:
    session = open_session(clinic, date=TOMORROW)
    stale = ClinicSession.objects.get(pk=session.pk)
    substitute_session(session, practitioner=clinic.staff["doctor_b"], reason="x", by_id=None)
    with pytest.raises(StateConflict):
        substitute_session(stale, practitioner=clinic.staff["doctor_c"], reason="x", by_id=None)
    assert set(SlotNumber.objects.values_list("substitution_count", flat=True)) == {1}


def test_a_late_payment_finds_the_substitute(clinic: World) -> None:
    session = open_session(clinic, slot_minutes=0)
    held = book(clinic, "patient_b", first_slot(session)).json()["id"]
    with clock.frozen(NOW + dt.timedelta(minutes=16)):
        from apps.scheduling.services.numbers import expire_holds

        expire_holds()
        assert substitute(clinic, session, "doctor_b").json()["moved"] == 0
        settle_fee(appointment_id=held, payment_status=PaymentStatus.PAID_ONLINE)
    appointment = Appointment.objects.get(pk=held)
    assert (appointment.state, appointment.practitioner.name) == ("booked", "doctor_b")


def test_stopping_says_what_became_of_the_bookings_and_marks_refunds(clinic: World) -> None:
    session = open_session(clinic, capacity=2)
    held = book(clinic, "patient_a", first_slot(session)).json()["id"]
    paid = book(clinic, "patient_b", first_slot(session)).json()["id"]
    settle_fee(appointment_id=paid, payment_status=PaymentStatus.PAID_ONLINE)
    check_in(Appointment.objects.get(pk=paid))
    body = post(clinic, "head", session, "stop", {"reason": "停电"}).json()
    assert [body[name] for name in ("state", "moved", "cancelled", "refund_due", "in_service")] == [
        "stopped", 0, 2, 1, 0,
    ]  # fmt: skip
    assert dict(Appointment.objects.values_list("pk", "payment_status")) == {
        Appointment.objects.get(pk=held).pk: "unpaid", Appointment.objects.get(pk=paid).pk: "refund_due",
    }  # fmt: skip
    assert QueueTicket.objects.get().state == "cancelled"
    assert set(states(session)) == {"stopped"}


def test_patients_of_a_stopped_session_move_to_another_as_far_as_it_has_room(clinic: World) -> None:
    session = open_session(clinic, date=TOMORROW, capacity=2)
    target = open_session(clinic, date=TOMORROW, start="09:30", end="10:30", doctor="doctor_b")
    third = bind(clinic, "patient_b", make_patient(clinic.h1, "王五"))
    rows = [
        book(clinic, "patient_a", first_slot(session), "advance"),
        book(clinic, "patient_b", first_slot(session), "advance"),
        book(clinic, "patient_b", session.slots.order_by("starts_at")[1], "advance", binding=third),
    ]
    ids = [row.json()["id"] for row in rows]
    deliver()  # the doctor attends them
    foreign = open_session(clinic, date=TOMORROW, doctor="doctor_c", department="surgery")
    for wrong in (session, foreign):
        body = {"reason": "x", "move_to_id": str(wrong.pk)}
        assert post(clinic, "admin1", session, "stop", body).status_code == 400
    assert (
        post(clinic, "head", session, "stop", {"reason": "x", "move_to_id": str(foreign.pk)}).status_code
        == 400
    )
    body = post(clinic, "head", session, "stop", {"reason": "医生出差", "move_to_id": str(target.pk)}).json()
    assert (body["state"], body["moved"], body["cancelled"]) == ("stopped", 2, 1)
    found = {str(row.pk): row for row in Appointment.objects.all()}
    assert [found[pk].state for pk in ids] == ["booked", "booked", "cancelled"]
    assert [found[pk].starts_at for pk in ids[:2]] == [
        slot.starts_at for slot in target.slots.order_by("starts_at")
    ]
    assert {found[pk].practitioner_id for pk in ids[:2]} == {clinic.staff["doctor_b"].pk}
    assert {found[pk].check_in_until for pk in ids[:2]} == {found[pk].ends_at for pk in ids[:2]}
    assert (states(session), states(target)) == (["stopped"] * 4, ["taken"] * 2)
    owners = (
        SlotNumber.objects.filter(session=target).order_by("number").values_list("appointment_id", flat=True)
    )
    assert [str(owner) for owner in owners] == ids[:2]
    assert attends(clinic, "doctor_b") == {"张三丰", "李四光"}
    assert attends(clinic, "doctor_a") == {"张三丰", "王五"}  # a cancelled booking ends no care
    deliver()
    assert sorted(Message.objects.filter(scene__startswith="appointment_").values_list("scene", flat=True)) == [
        "appointment_booked", "appointment_booked", "appointment_booked", "appointment_cancelled",
        "appointment_moved", "appointment_moved",
    ]  # fmt: skip


def test_a_room_or_a_doctor_is_planned_once_at_a_time(clinic: World) -> None:
    room, elsewhere = (
        Location.objects.create(hospital=hospital, building="门诊楼", floor="3", room="301")
        for hospital in (clinic.h1, clinic.h2)
    )
    body = {
        "department_id": str(clinic.departments["cardiology"].pk), "practitioner_id": str(clinic.staff["doctor_a"].pk),
        "date": TOMORROW.isoformat(), "period": "morning", "start_time": "08:00", "end_time": "10:00",
        "slot_minutes": 0, "capacity_per_slot": 1, "registration_fee_fen": 0, "room_id": str(room.pk),
    }  # fmt: skip
    url = f"{ADMIN}/clinic-sessions"
    head, admin = clinic.client("head"), clinic.client("admin1")
    assert head.post(url, body | {"room_id": str(elsewhere.pk)}, format="json").status_code == 400
    first = head.post(url, body, format="json")
    assert first.status_code == 201, first.json()
    overlap = {"start_time": "09:59", "end_time": "11:00"}
    surgery = {
        "department_id": str(clinic.departments["surgery"].pk), "practitioner_id": str(clinic.staff["doctor_c"].pk),
    }  # fmt: skip
    same_doctor = head.post(url, body | overlap | {"room_id": None}, format="json")
    same_room = admin.post(url, body | overlap | surgery, format="json")
    for refused, because in ((same_doctor, "practitioner"), (same_room, "room")):
        assert code(refused) == (409, "session_conflict")
        assert [(row["id"], row["because"]) for row in refused.json()["conflicts"]] == [
            (first.json()["id"], because)
        ]
    made = admin.post(url, body | overlap | surgery | {"room_id": None}, format="json")
    assert made.status_code == 201
    patch = {"room_id": str(room.pk), "version": 1}
    refused = admin.patch(f"{url}/{made.json()['id']}", patch, format="json")
    assert code(refused) == (409, "session_conflict")
    after = head.post(url, body | {"start_time": "10:00", "end_time": "11:00"}, format="json")
    assert after.status_code == 201  # one after the other is no conflict
    post(clinic, "head", ClinicSession.objects.get(pk=first.json()["id"]), "stop", {"reason": "x"})
    assert (
        admin.patch(f"{url}/{made.json()['id']}", patch, format="json").status_code == 409
    )  # the one from 10:00
    assert (
        head.post(url, body | {"end_time": "09:00"}, format="json").status_code == 201
    )  # what stopped is no conflict
