"""Who is called before whom: appointments and walk-ins, who comes early or late, priorities, returns, transfers."""

import datetime as dt
from typing import Any

import pytest

from apps.audit.models import AuditEvent
from apps.encounters.models import Encounter
from apps.patients.models import Patient
from apps.queueing.models import Queue, QueueMember, QueuePriority, QueueRule, QueueTicket
from apps.queueing.services import calls as queue
from apps.queueing.services.check_in import check_in
from apps.scheduling.models import Appointment, AppointmentKind, ClinicSession
from apps.scheduling.services.book import book_on_behalf
from kernel import clock
from kernel.models import OutboxEvent
from tests.scheduling.support import ADMIN, MINI, NOW, TODAY, code, make_patient, open_session
from tests.support.world import World

pytestmark = pytest.mark.requirement("QUE-01")
SLOTS = {"nine": 0, "half": 1, "ten": 2, "later": 3}


def at(clock_time: str) -> dt.datetime:
    return clock.local(TODAY, dt.time.fromisoformat(clock_time))


def booked(
    world: World, session: ClinicSession, name: str, slot: int, kind: str, **patient: Any
) -> Appointment:
    """An appointment (made the day before) or a walk-in of a new patient."""
    person = make_patient(world.h1, name)
    Patient.objects.filter(pk=person.pk).update(**patient)
    moment = NOW - dt.timedelta(days=1) if kind == "advance" else clock.now()
    with clock.frozen(moment):
        made = book_on_behalf(
            staff_id=world.staff["clerk"].pk,
            patient=person,
            slot_id=session.slots.order_by("starts_at")[slot].pk,
            kind=AppointmentKind(kind),
            paid_at_counter=True,
        )
    return Appointment.objects.get(pk=made.values["id"])


def arrive(
    world: World,
    session: ClinicSession,
    name: str,
    time: str,
    slot: int = 0,
    kind: str = "advance",
    **more: Any,
) -> QueueTicket:
    """Book and check in at that time of the day."""
    patient = {name: more.pop(name) for name in ("birth_date",) if name in more}
    with clock.frozen(at(time)):
        appointment = booked(world, session, name, slot, kind, **patient)
        return check_in(appointment, **more)


def order(session: ClinicSession) -> list[str]:
    """Names as they will be called."""
    rows = QueueTicket.objects.filter(session=session, state="waiting")
    return list(rows.order_by("due_at", "queued_at", "id").values_list("patient__name", flat=True))


@pytest.fixture
def session(clinic: World) -> ClinicSession:
    return open_session(clinic, end="11:00", capacity=10)


def post(world: World, path: str, body: Any = None, who: str = "clerk") -> Any:
    return world.client(who).post(f"{ADMIN}/{path}", body or {}, format="json")


def test_the_line_follows_appointments_walk_ins_lateness_and_age(
    clinic: World, session: ClinicSession
) -> None:
    arrive(clinic, session, "早到", "08:10", SLOTS["ten"])
    arrive(clinic, session, "散客", "08:20", SLOTS["nine"], "same_day")
    arrive(clinic, session, "九点", "08:30", SLOTS["nine"])
    arrive(clinic, session, "九点半", "08:40", SLOTS["half"])
    arrive(clinic, session, "老人", "08:50", SLOTS["half"], birth_date=dt.date(1950, 1, 1))
    arrive(clinic, session, "散客二", "09:05", SLOTS["nine"], "same_day")
    assert order(session) == ["九点", "散客", "散客二", "老人", "九点半", "早到"]
    arrive(clinic, session, "迟到", "09:16", SLOTS["nine"])
    assert order(session) == ["九点", "散客", "散客二", "迟到", "老人", "九点半", "早到"]
    arrive(clinic, session, "急诊", "09:17", SLOTS["later"], priority="emergency", reason="胸痛")
    assert order(session)[0] == "急诊"
    assert QueueTicket.objects.get(patient__name="老人").priority == "elderly"


def test_a_department_orders_its_lines_its_own_way(clinic: World, session: ClinicSession) -> None:
    cardiology = str(clinic.departments["cardiology"].pk)
    body = {"department_id": cardiology, "order": "arrival"}
    rule = post(clinic, "queue-rules", body, "head").json()
    assert code(post(clinic, "queue-rules", body, "head")) == (409, "duplicate")
    assert post(clinic, "queue-rules", body).status_code == 403
    arrive(clinic, session, "先到", "08:10", SLOTS["ten"])
    arrive(clinic, session, "后到", "08:20", SLOTS["nine"])
    assert order(session) == ["先到", "后到"]
    url = f"{ADMIN}/queue-rules/{rule['id']}"
    change = {"order": "appointment", "late_behind": 0, "version": rule["version"]}
    assert clinic.client("head").patch(url, change, format="json").json()["late_behind"] == 0
    assert code(clinic.client("head").patch(url, change, format="json")) == (409, "stale_version")
    arrive(clinic, session, "迟到", "09:20", SLOTS["nine"])
    assert QueueTicket.objects.get(patient__name="迟到").due_at == at("09:30")  # the end of the running slot
    for wrong in ({"skip_behind": 0}, {"order": "x"}, {"late_behind": "many"}, {"unknown": 1}):
        assert clinic.client("head").patch(url, {**wrong, "version": 2}, format="json").status_code == 400
    assert clinic.client("admin2").get(url).status_code == 404
    assert clinic.client("head").delete(url).status_code == 204
    assert not QueueRule.objects.exists()


def test_priorities_are_data_and_are_given_with_a_reason(clinic: World, session: ClinicSession) -> None:
    arrive(clinic, session, "甲", "08:10", SLOTS["nine"])
    second = arrive(clinic, session, "乙", "08:20", SLOTS["half"])
    path = f"queue-tickets/{second.pk}/prioritise"
    assert post(clinic, path, {"priority": "pregnant"}).status_code == 400
    assert code(post(clinic, path, {"priority": "nobody", "reason": "x"})) == (400, "validation_error")
    assert post(clinic, path, {"priority": "military", "reason": "现役"}, "doctor_a").status_code == 403
    assert post(clinic, path, {"priority": "military", "reason": "现役"}).json()["reason"] == "现役"
    assert order(session) == ["乙", "甲"]
    line = AuditEvent.objects.filter(object_id=str(second.pk), action="update").latest("id")
    assert (line.after or {})["priority"] == "military"
    post(clinic, path, {"priority": "", "reason": "误选"})
    assert order(session) == ["甲", "乙"]
    own = {"hospital_id": str(clinic.h1.pk), "code": "military", "name": "军人军属", "minutes": 5}
    row = post(clinic, "queue-priorities", own, "admin1").json()
    assert code(post(clinic, "queue-priorities", own, "admin1")) == (409, "duplicate")
    post(clinic, path, {"priority": "military", "reason": "现役"})
    assert order(session) == ["甲", "乙"]
    shown = clinic.client("clerk").get(f"{ADMIN}/queue-priorities/in-force").json()
    assert {g["code"]: g["minutes"] for g in shown}["military"] == 5
    edit = {"is_active": False, "version": row["version"]}
    url = f"{ADMIN}/queue-priorities/{row['id']}"
    assert clinic.client("admin1").patch(url, edit, format="json").status_code == 200
    assert code(post(clinic, path, {"priority": "military", "reason": "x"})) == (400, "validation_error")
    assert clinic.client("admin1").delete(url).status_code == 204
    assert not QueuePriority.objects.exists()
    queue.call_next(second.queue)
    queue.call_next(second.queue)
    assert code(post(clinic, path, {"priority": "military", "reason": "x"})) == (409, "state_conflict")


def test_who_comes_back_from_an_examination_is_seen_after_the_next(
    clinic: World, session: ClinicSession
) -> None:
    tickets = [arrive(clinic, session, name, f"08:{n}0") for n, name in enumerate("甲乙丙")]
    first = tickets[0]
    with clock.frozen(at("09:00")):
        queue.call_next(first.queue)
        assert post(clinic, f"queue-tickets/{first.pk}/start", who="doctor_a").status_code == 200
    with clock.frozen(at("09:10")):
        shown = post(clinic, f"queue-tickets/{first.pk}/send-out", who="doctor_a").json()
        assert shown["state"] == "examination"
    assert code(post(clinic, f"appointments/{first.appointment_id}/cancel", {"reason": "改日"})) == (
        409,
        "state_conflict",
    )
    with clock.frozen(at("09:40")):
        assert (
            post(clinic, f"queue-tickets/{first.pk}/take-back", who="doctor_a").json()["state"] == "waiting"
        )
        assert order(session) == ["乙", "甲", "丙"]
        queue.call_next(first.queue)
        queue.call_next(first.queue)
        queue.start(QueueTicket.objects.get(pk=first.pk))
    with clock.frozen(at("09:45")):
        queue.finish(QueueTicket.objects.select_related("queue").get(pk=first.pk))
    assert QueueTicket.objects.get(pk=first.pk).consulted_seconds == 15 * 60


def test_a_patient_is_called_out_of_turn_only_with_a_reason(clinic: World, session: ClinicSession) -> None:
    tickets = [arrive(clinic, session, name, f"08:{n}0") for n, name in enumerate("甲乙丙")]
    path = f"queue-tickets/{tickets[2].pk}/call"
    assert post(clinic, path, {}, "doctor_a").status_code == 400
    shown = post(clinic, path, {"reason": "复诊取药"}, "doctor_a").json()
    assert (shown["state"], shown["reason"], shown["served_by_name"]) == ("called", "复诊取药", "doctor_a")
    assert code(post(clinic, path, {"reason": "again"}, "doctor_a")) == (409, "state_conflict")
    other = {"reason": "x", "practitioner_id": str(clinic.staff["doctor_b"].pk)}
    assert post(clinic, f"queue-tickets/{tickets[0].pk}/call", other).status_code == 400
    assert OutboxEvent.objects.filter(topic="queueing.ticket_called").count() == 1


def test_nobody_is_called_in_a_pause_and_the_estimate_is_honest(
    clinic: World, session: ClinicSession
) -> None:
    appointment = None
    with clock.frozen(at("08:10")):
        mine = clinic.patients["patient_a"]
        slot = session.slots.order_by("starts_at")[0]
        made = book_on_behalf(
            staff_id=clinic.staff["clerk"].pk, patient=mine, slot_id=slot.pk, kind=AppointmentKind.SAME_DAY,
            paid_at_counter=True,
        )  # fmt: skip
        appointment = Appointment.objects.get(pk=made.values["id"])
        ticket = check_in(appointment)
    url = f"queues/{ticket.queue_id}"

    def seen() -> Any:
        return clinic.client("patient_a").get(f"{MINI}/appointments/{appointment.pk}/queue").json()

    with clock.frozen(at("09:00")):
        assert code(post(clinic, f"{url}/resume", who="doctor_a")) == (409, "state_conflict")
        assert post(clinic, f"{url}/pause", {"until": "2020-01-01T00:00:00Z"}, "doctor_a").status_code == 400
        shown = post(clinic, f"{url}/pause", {"reason": "急诊手术"}, "doctor_a").json()
        assert (shown["is_paused"], shown["pause_reason"]) == (True, "急诊手术")
        assert code(post(clinic, f"{url}/pause", {}, "doctor_a")) == (409, "state_conflict")
        assert code(post(clinic, f"{url}/call-next", {}, "doctor_a")) == (409, "queue_paused")
        assert code(post(clinic, f"queue-tickets/{ticket.pk}/call", {"reason": "x"})) == (409, "queue_paused")
        assert (seen()["is_paused"], seen()["position"], seen()["estimated_wait_minutes"]) == (True, 1, None)
        assert post(clinic, f"{url}/resume", who="doctor_a").json()["is_paused"] is False
        until = at("09:30").isoformat()
        assert post(clinic, f"{url}/pause", {"until": until}, "doctor_a").status_code == 200
        assert seen()["estimated_wait_minutes"] == 30
    with clock.frozen(at("09:30")):
        assert seen()["is_paused"] is False
        assert post(clinic, f"{url}/call-next", {}, "doctor_a").json()["ticket_no"] == 1
    assert post(clinic, f"{url}/pause", {}, "doctor_b").status_code == 404


def test_doctors_share_a_queue_and_each_calls_into_the_own_room(
    clinic: World, session: ClinicSession
) -> None:
    doctors = [str(clinic.staff[name].pk) for name in ("doctor_a", "doctor_b")]
    body = {"department_id": str(clinic.departments["cardiology"].pk), "kind": "shared", "name": "普通号"}
    assert code(post(clinic, "queues", body, "head")) == (400, "validation_error")
    made = post(clinic, "queues", {**body, "practitioner_ids": doctors}, "head").json()
    assert sorted(made["served_by_ids"]) == sorted(doctors)
    second = open_session(clinic, doctor="doctor_b", capacity=10)
    tickets = [
        arrive(clinic, s, name, f"08:{n}0")
        for n, (s, name) in enumerate(((session, "甲"), (second, "乙"), (session, "丙")))
    ]
    assert [t.ticket_no for t in tickets] == [1, 2, 3]
    path = f"queues/{made['id']}/call-next"
    for who, name in (("doctor_b", "甲"), ("doctor_a", "乙")):
        shown = post(clinic, path, {}, who).json()
        assert (shown["patient_name"], shown["served_by_name"]) == (name, who)
    assert post(clinic, path, {}, "doctor_c").status_code == 404
    assert post(clinic, f"queue-tickets/{tickets[0].pk}/start", who="doctor_b").status_code == 200
    room = {"practitioner_id": str(clinic.staff["doctor_c"].pk)}
    assert code(post(clinic, path, room)) == (400, "validation_error")
    board = clinic.client("doctor_b").get(f"{ADMIN}/queues/{made['id']}/board").json()
    assert (board["counts"]["waiting"], board["waiting"][0]["patient_name"]) == (1, "丙")
    url = f"{ADMIN}/queues/{made['id']}"
    change = {"practitioner_ids": doctors[:1], "version": made["version"]}
    assert clinic.client("head").patch(url, change, format="json").json()["served_by_ids"] == doctors[:1]
    assert QueueMember.objects.count() == 1
    assert code(clinic.client("head").delete(url)) == (409, "in_use")
    assert post(clinic, path, {}, "doctor_b").status_code == 404


def test_a_department_queue_takes_everybody_of_the_department(clinic: World, session: ClinicSession) -> None:
    body = {
        "department_id": str(clinic.departments["cardiology"].pk),
        "kind": "department",
        "name": "心内科候诊",
    }
    made = post(clinic, "queues", body, "head").json()
    assert code(post(clinic, "queues", body, "head")) == (409, "duplicate")
    arrive(clinic, session, "甲", "08:10")
    assert (
        post(clinic, f"queues/{made['id']}/call-next", {}, "doctor_b").json()["served_by_name"] == "doctor_b"
    )
    assert post(clinic, "queues", {**body, "kind": "doctor"}, "head").status_code == 400


def test_a_ticket_is_transferred_with_its_claim_and_a_number_there(
    clinic: World, session: ClinicSession
) -> None:
    other = open_session(clinic, doctor="doctor_b", end="11:00", capacity=10)
    arrive(clinic, other, "乙", "08:00", SLOTS["half"])
    mine = arrive(clinic, session, "甲", "08:10")
    path = f"queue-tickets/{mine.pk}"
    targets = clinic.client("doctor_a").get(f"{ADMIN}/{path}/transfer-targets").json()
    there = Queue.objects.get(practitioner=clinic.staff["doctor_b"])
    assert [row["id"] for row in targets] == [str(there.pk)]
    body = {"queue_id": str(there.pk), "reason": "专科转诊"}
    assert post(clinic, f"{path}/transfer", {"queue_id": str(there.pk)}, "doctor_a").status_code == 400
    assert code(post(clinic, f"{path}/transfer", {**body, "queue_id": str(mine.queue_id)})) == (
        400,
        "validation_error",
    )
    shown = post(clinic, f"{path}/transfer", body, "doctor_a").json()
    assert (shown["ticket_no"], shown["queue_name"], shown["reason"]) == (2, there.name, "专科转诊")
    assert Encounter.objects.get(pk=mine.encounter_id).practitioner == clinic.staff["doctor_b"]
    record = f"{ADMIN}/patients/{mine.patient_id}"
    assert clinic.client("doctor_b").get(record).status_code == 200, "while the patient waits"
    assert post(clinic, f"queues/{there.pk}/call-next", {}, "doctor_b").json()["patient_name"] == "甲"
    assert post(clinic, f"{path}/start", who="doctor_b").status_code == 200
    assert post(clinic, f"{path}/finish", who="doctor_b").json()["state"] == "finished"
    assert code(post(clinic, f"{path}/transfer", body)) == (400, "validation_error")
    changed = OutboxEvent.objects.filter(topic="queueing.queue_changed", payload__queue_id=str(mine.queue_id))
    assert changed.count() == 2  # came and left


def test_the_pace_is_learnt_from_the_doctor_then_from_the_department(
    clinic: World, session: ClinicSession
) -> None:
    from apps.queueing.selectors.pace import ENOUGH_VISITS, minutes_per_patient

    waits = arrive(clinic, session, "等候", "08:00", SLOTS["later"])
    assert minutes_per_patient(waits) == 8
    other = open_session(clinic, doctor="doctor_b", capacity=20)
    for n in range(ENOUGH_VISITS):
        visit = arrive(clinic, other, f"同事{n}", "08:00")
        seconds = 10_000 if n == 0 else 600
        QueueTicket.objects.filter(pk=visit.pk).update(
            state="finished",
            consulted_seconds=seconds,
            finished_at=at("08:30"),
            served_by=clinic.staff["doctor_b"],
        )
    assert minutes_per_patient(waits) == 10  # the department's median; one long visit changes nothing
    QueueTicket.objects.filter(queue=visit.queue).update(
        served_by=clinic.staff["doctor_a"], consulted_seconds=240
    )
    assert minutes_per_patient(waits) == 4


def test_who_waits_at_midnight_is_still_in_the_queue_and_gone_the_next_morning(clinic: World) -> None:
    late = open_session(clinic, start="22:00", end="23:50", capacity=5)
    ticket = arrive(clinic, late, "夜诊", "22:10", kind="same_day")
    with clock.frozen(at("23:59") + dt.timedelta(hours=1)):
        assert queue.call_next(ticket.queue).pk == ticket.pk
    QueueTicket.objects.update(state="waiting")
    with clock.frozen(at("08:00") + dt.timedelta(days=1)), pytest.raises(Exception, match="queue_empty"):
        queue.call_next(ticket.queue)


def test_a_stopped_session_takes_its_tickets_with_it(clinic: World, session: ClinicSession) -> None:
    tickets = [arrive(clinic, session, name, f"08:{n}0") for n, name in enumerate("甲乙丙")]
    for _ in range(2):
        queue.call_next(tickets[0].queue)
    for step in (queue.start, queue.send_out):
        step(QueueTicket.objects.get(pk=tickets[0].pk))
    assert post(clinic, f"clinic-sessions/{session.pk}/stop", {"reason": "停诊"}, "head").status_code == 200
    states = QueueTicket.objects.order_by("ticket_no").values_list("state", flat=True)
    assert list(states) == ["examination", "cancelled", "cancelled"]
