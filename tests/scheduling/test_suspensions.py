"""Missed appointments suspend a patient; appeals, lifting and corrections."""

import datetime as dt
from typing import Any

import pytest

from apps.messaging.models import Message
from apps.scheduling.models import Appointment, BookingSuspension, SuspensionAppeal
from apps.scheduling.services import numbers
from kernel import clock
from tests.scheduling.support import ADMIN, MINI, NOW, TODAY, book, code, deliver, first_slot, open_session
from tests.scheduling.test_limits import window
from tests.support.world import World

DAY = dt.timedelta(days=1)


@pytest.fixture
def strict(clinic: World) -> World:
    """Two missed appointments within 30 days suspend for 10 days."""
    clinic.h1.settings = {
        "booking.no_show_limit": 2, "booking.no_show_days": 30, "booking.suspension_days": 10,
        "booking.max_advance_days": 60,
    }  # fmt: skip
    clinic.h1.save()
    return clinic


def miss(world: World, *days: int) -> list[Appointment]:
    """patient_a books those days ahead and does not come."""
    for day in days:
        slot = first_slot(open_session(world, date=TODAY + day * DAY))
        assert book(world, "patient_a", slot, "advance").status_code == 201
    for day in days:
        with clock.frozen(NOW + day * DAY + dt.timedelta(hours=10)):
            numbers.end_uncollected()
            deliver()
    return list(Appointment.objects.order_by("visit_date"))


def suspended(world: World) -> Any:
    return world.client("patient_a").get(f"{MINI}/booking-suspensions").json()["results"]


@pytest.mark.requirement("BOOK-06")
def test_so_many_missed_appointments_suspend_and_the_patient_is_told(strict: World) -> None:
    miss(strict, 1)
    assert not BookingSuspension.objects.exists()
    slot = first_slot(open_session(strict, date=TODAY + 9 * DAY))
    assert book(strict, "patient_a", slot, "advance").status_code == 201
    miss(strict, 2)
    suspension = BookingSuspension.objects.get()
    missed_at = NOW + 2 * DAY + dt.timedelta(hours=10)
    assert (suspension.source, suspension.until, len(suspension.no_shows)) == (
        "no_shows", missed_at + 10 * DAY, 2,
    )  # fmt: skip
    with clock.frozen(missed_at):
        deliver()
        deliver()
        other = first_slot(open_session(strict, doctor="doctor_b", date=TODAY + 4 * DAY))
        refused = book(strict, "patient_a", other, "advance")
        assert code(refused) == (409, "booking_suspended")
        assert dt.datetime.fromisoformat(refused.json()["until"]) == suspension.until
        assert code(window(strict, other, kind="advance")) == (409, "booking_suspended")
        assert window(strict, other, "admin1", kind="advance", override_reason="急").status_code == 201
        assert book(strict, "patient_b", other, "advance").status_code == 409, "full, not suspended"
    assert Message.objects.filter(scene="booking_suspended").count() == 1
    assert BookingSuspension.objects.count() == 1
    with clock.frozen(suspension.until):
        later = first_slot(open_session(strict, date=TODAY + 20 * DAY))
        assert book(strict, "patient_a", later, "advance").status_code == 201


@pytest.mark.requirement("BOOK-06")
def test_missed_appointments_far_apart_or_used_up_do_not_suspend_again(strict: World) -> None:
    miss(strict, 1, 40)
    assert not BookingSuspension.objects.exists()
    with clock.frozen(NOW + 41 * DAY):
        assert not suspended(strict)


@pytest.mark.requirement("BOOK-06")
def test_an_appeal_is_open_once_and_accepting_it_lifts_at_once(strict: World) -> None:
    miss(strict, 1, 2)
    patient, clerk = strict.client("patient_a"), strict.client("clerk")
    with clock.frozen(NOW + 3 * DAY):
        [shown] = suspended(strict)
        assert (shown["missed"], shown["has_open_appeal"]) == (2, False)
        url = f"{MINI}/booking-suspensions/{shown['id']}/appeals"
        assert patient.post(url, {"text": ""}, format="json").status_code == 400
        assert patient.post(url, {"text": "长" * 501}, format="json").status_code == 400
        assert strict.client("patient_b").post(url, {"text": "不是我"}, format="json").status_code == 404
        assert patient.post(url, {"text": "当天住院了"}, format="json").status_code == 201
        assert code(patient.post(url, {"text": "再说一次"}, format="json")) == (409, "appeal_open")
        assert suspended(strict)[0]["has_open_appeal"]
        [waiting] = clerk.get(f"{ADMIN}/suspension-appeals", {"state": "open"}).json()["results"]
        rejected = clerk.post(
            f"{ADMIN}/suspension-appeals/{waiting['id']}/reject", {"note": "无证明"}, format="json"
        )
        assert rejected.json()["state"] == "rejected"
        second = patient.post(url, {"text": "附出院小结"}, format="json").json()
        decision = f"{ADMIN}/suspension-appeals/{second['id']}"
        assert strict.client("admin2").post(f"{decision}/accept").status_code == 404
        assert clerk.post(f"{decision}/accept", {"note": "属实"}, format="json").status_code == 200
        assert code(clerk.post(f"{decision}/reject", {}, format="json")) == (409, "state_conflict")
        slot = first_slot(open_session(strict, date=TODAY + 5 * DAY))
        assert book(strict, "patient_a", slot, "advance").status_code == 201
        assert code(patient.post(url, {"text": "晚了"}, format="json")) == (409, "suspension_over")
        deliver()
        assert len(patient.get(url).json()) == 2
    texts = list(Message.objects.filter(scene="appeal_decided").order_by("id").values_list("text", flat=True))
    assert len(texts) == 2
    assert "未通过" in texts[0]
    assert "已通过" in texts[1]


@pytest.mark.requirement("BOOK-06", "ORG-04")
def test_an_appeal_is_the_window_s_work_until_somebody_decides(strict: World) -> None:
    miss(strict, 1, 2)
    with clock.frozen(NOW + 3 * DAY):
        [shown] = suspended(strict)
        url = f"{MINI}/booking-suspensions/{shown['id']}/appeals"
        made = strict.client("patient_a").post(url, {"text": "当天住院了"}, format="json").json()
        [work] = strict.client("clerk").get(f"{ADMIN}/work-items/mine").json()["results"]
        assert (work["kind"], work["executor_role_name"]) == ("scheduling.suspension_appeal", "窗口人员")
        [waiting] = strict.client("clerk").get(f"{ADMIN}/approvals", {"mine": "to_decide"}).json()["results"]
        assert (waiting["requester_id"], waiting["note"]) == (None, "当天住院了")
        decision = f"{ADMIN}/approvals/{waiting['id']}"
        body = {"version": waiting["version"], "reason": "属实"}
        assert strict.client("doctor_a").post(f"{decision}/approve", body, format="json").status_code == 404
        assert strict.client("clerk").post(f"{decision}/approve", body, format="json").status_code == 200
        found = strict.client("clerk").get(f"{ADMIN}/suspension-appeals/{made['id']}").json()
        assert (found["state"], found["decided_by_name"], found["decision_note"]) == (
            "accepted",
            "clerk",
            "属实",
        )
        assert BookingSuspension.objects.get().lift_reason == "属实"
        assert strict.client("clerk").get(f"{ADMIN}/work-items/mine").json()["results"] == []


@pytest.mark.requirement("BOOK-06")
def test_a_missed_appointment_that_was_corrected_no_longer_counts(strict: World) -> None:
    first, _ = miss(strict, 1, 2)
    clerk = strict.client("clerk")
    url = f"{ADMIN}/appointments/{first.pk}/excuse"
    with clock.frozen(NOW + 3 * DAY):
        assert clerk.post(url, {}, format="json").status_code == 400
        assert clerk.post(url, {"reason": "窗口停电,未能取号"}, format="json").status_code == 200
        assert code(clerk.post(url, {"reason": "再次"}, format="json")) == (409, "appointment_not_missed")
        suspension = BookingSuspension.objects.get()
        assert (suspension.lift_reason, suspension.lifted_by) == ("窗口停电,未能取号", strict.staff["clerk"])
        slot = first_slot(open_session(strict, date=TODAY + 5 * DAY))
        made = book(strict, "patient_a", slot, "advance").json()
        not_missed = f"{ADMIN}/appointments/{made['id']}/excuse"
        assert code(clerk.post(not_missed, {"reason": "x"}, format="json")) == (409, "appointment_not_missed")


@pytest.mark.requirement("BOOK-06")
def test_staff_suspend_and_lift_by_hand_with_a_reason(clinic: World) -> None:
    clerk, url = clinic.client("clerk"), f"{ADMIN}/booking-suspensions"
    body = {
        "patient_id": str(clinic.patients["patient_a"].pk),
        "until": "2026-12-01T00:00:00Z",
        "reason": "倒号",
    }
    assert clerk.post(url, body | {"until": "2026-01-01T00:00:00Z"}, format="json").status_code == 400
    assert clerk.post(url, body | {"reason": ""}, format="json").status_code == 400
    assert clinic.client("admin2").post(url, body, format="json").status_code == 400
    made = clerk.post(url, body, format="json").json()
    slot = first_slot(open_session(clinic))
    assert code(book(clinic, "patient_a", slot)) == (409, "booking_suspended")
    listed = clerk.get(url, {"patient_id": body["patient_id"], "is_lifted": "false"}).json()
    assert [row["id"] for row in listed["results"]] == [made["id"]]
    assert clinic.client("admin2").post(f"{url}/{made['id']}/lift", {"reason": "x"}).status_code == 404
    lifted = clerk.post(f"{url}/{made['id']}/lift", {"reason": "误判"}, format="json").json()
    assert (lifted["lift_reason"], lifted["lifted_at"] is not None) == ("误判", True)
    assert code(clerk.post(f"{url}/{made['id']}/lift", {"reason": "x"}, format="json")) == (
        409,
        "suspension_over",
    )
    assert book(clinic, "patient_a", slot).status_code == 201
    assert not SuspensionAppeal.objects.exists()
