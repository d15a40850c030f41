"""A booking request that is sent again takes effect once."""

import pytest

from apps.scheduling.models import Appointment
from kernel.models import IdempotencyRecord
from tests.scheduling.support import MINI, book, code, first_slot, open_session, states
from tests.support.world import World


@pytest.mark.requirement("BOOK-05")
def test_a_repeated_request_answers_with_the_same_appointment(clinic: World) -> None:
    session = open_session(clinic)
    first = book(clinic, "patient_a", first_slot(session), key="k1")
    again = book(clinic, "patient_a", first_slot(session), key="k1")
    assert (first.status_code, again.status_code) == (201, 201)
    assert again["Idempotency-Replayed"] == "true"
    assert again.json() == first.json()
    assert Appointment.objects.count() == 1
    assert states(session) == ["held", "free"]


@pytest.mark.requirement("BOOK-05")
def test_the_same_key_with_another_body_is_refused(clinic: World) -> None:
    session = open_session(clinic)
    book(clinic, "patient_a", first_slot(session), key="k1")
    answer = book(clinic, "patient_a", session.slots.order_by("-starts_at")[0], key="k1")
    assert code(answer) == (422, "idempotency_key_reused")
    assert Appointment.objects.count() == 1


@pytest.mark.requirement("BOOK-05")
def test_a_request_that_still_runs_is_refused_and_a_failed_one_may_be_repeated(clinic: World) -> None:
    session = open_session(clinic, slot_minutes=0)
    slot = first_slot(session)
    first = book(clinic, "patient_a", slot, key="k1")
    IdempotencyRecord.objects.update(done=False, result=None, status=None)
    assert code(book(clinic, "patient_a", slot, key="k1")) == (409, "request_in_progress")
    assert code(book(clinic, "patient_b", slot, key="k1")) == (409, "slot_full")
    clinic.client("patient_a").post(f"{MINI}/appointments/{first.json()['id']}/cancel")
    assert book(clinic, "patient_b", slot, key="k1").status_code == 201


@pytest.mark.requirement("BOOK-05")
@pytest.mark.parametrize("key", ["two words", "k" * 129, "键", "k\x7f"])
def test_a_key_is_taken_only_in_the_form_that_the_document_says(clinic: World, key: str) -> None:
    answer = book(clinic, "patient_a", first_slot(open_session(clinic)), key=key)
    assert answer.status_code == 400
    assert [error["field"] for error in answer.json()["errors"]] == ["Idempotency-Key"]
    assert not Appointment.objects.exists()
    assert not IdempotencyRecord.objects.exists()


@pytest.mark.requirement("BOOK-05")
def test_a_booking_without_a_key_is_refused(clinic: World) -> None:
    slot = first_slot(open_session(clinic))
    body = {"slot_id": str(slot.pk), "kind": "same_day"}
    answer = clinic.client("patient_a").post(f"{MINI}/appointments", body, format="json")
    assert code(answer) == (400, "idempotency_key_required")
    assert not Appointment.objects.exists()
