"""Duplicates and merging: every record of both is kept, and an undone merge loses nothing (PAT-02)."""

import datetime as dt
import threading
from typing import Any

import pytest
from django.db import connection, transaction
from django.test.utils import CaptureQueriesContext

from apps.audit.models import AuditEvent
from apps.encounters.timeline import VISIT
from apps.patients import duplicates as likeness
from apps.patients.models import (
    CardBinding,
    CareRole,
    CareTeamMember,
    DuplicatePair,
    Patient,
    PatientCard,
    PatientDepartment,
    PatientMerge,
    PatientTag,
    PatientUserObjectPermission,
    RelatedPerson,
    Relationship,
    TimelineEntry,
)
from apps.patients.services import bindings, care_team, merge, merge_rows
from apps.patients.services.duplicates import scan
from apps.patients.services.timeline import write_entry
from apps.scheduling.models import Appointment, AppointmentKind, AppointmentSource, ClinicSession
from apps.scheduling.services import book, sessions
from apps.scheduling.services.publish import publish_session
from kernel import clock, ids
from kernel.errors import DomainError
from tests.support.world import World

URL = "/api/admin/v1/patients"
ALL = "/api/admin/v1/patient-duplicates"
MERGES = "/api/admin/v1/patient-merges"
ID = "310101199511111155"


def twins(world: World) -> tuple[Patient, Patient]:
    """One person filed twice at H1: with a document, and provisionally by phone."""
    PatientTag.objects.get_or_create(hospital=world.h1, name="VIP")
    first = world.add_patient("first", name="赵六六", national_id=ID, phone="13900000001", allergies="青霉素")
    second = world.add_patient(
        "second", name="赵六六", id_kind="none", phone="13900000001", address="北京路1号", allergies="海鲜",
        tags=["VIP"], is_provisional=True, occupation="teacher",
    )  # fmt: skip
    PatientTag.objects.filter(name="VIP").update(
        is_active=False
    )  # a word out of force is no reason not to merge
    return first, second


def body(merged: Patient, survivor: Patient, **more: Any) -> dict[str, Any]:
    for patient in (merged, survivor):
        patient.refresh_from_db()
    return {
        "merged_id": str(merged.pk), "version": survivor.version, "merged_version": merged.version, **more,
    }  # fmt: skip


def session(world: World, doctor: str = "doctor_a") -> ClinicSession:
    made = sessions.create_session(
        hospital=world.h1, department=world.departments["cardiology"], practitioner=world.staff[doctor],
        period="morning", slot_minutes=0, capacity_per_slot=9, tier="normal", date=clock.today() + dt.timedelta(days=1),
        start_time=dt.time(8), end_time=dt.time(12), registration_fee_fen=0,
    )  # fmt: skip
    return publish_session(made)


def booking(world: World, patient: Patient, at: ClinicSession) -> Appointment:
    done = book.book_on_behalf(
        staff_id=world.staff["clerk"].pk, patient=patient, slot_id=at.slots.get().pk, kind=AppointmentKind.ADVANCE,
        source=AppointmentSource.WINDOW, paid_at_counter=False,
    )  # fmt: skip
    return Appointment.objects.get(pk=done.values["id"])


def owned(patient: Patient) -> dict[str, set[str]]:
    """Every row that refers to the patient, of every table of every app."""
    tables: list[Any] = [*merge_rows.columns(), (CardBinding, "patient_id"), (CareTeamMember, "patient_id"),
              (PatientDepartment, "patient_id")]  # fmt: skip
    rows = {
        f"{model._meta.label_lower}.{column}": {
            str(pk)
            for pk in model._default_manager.filter(**{column: patient.pk}).values_list("pk", flat=True)
        }
        for model, column in tables
    }
    return {name: keys for name, keys in rows.items() if keys}


def full_life(world: World, first: Patient, second: Patient) -> None:
    """Rows of every kind on both sides, with relations that one patient can have only once."""
    for number, patient in enumerate((first, second)):
        write_entry(
            hospital_id=world.h1.pk, patient_id=patient.pk, at=clock.now(), kind=VISIT, title=f"{number}",
            ref_type="test", ref_id=ids.uuid7(),
        )  # fmt: skip
        patient.related_persons.create(hospital=world.h1, name="家人", relation="parent")
        care_team.join(
            patient=patient, staff=world.staff["doctor_b"], role=CareRole.CONSULTANT, can_change=bool(number)
        )
    account = world.accounts["patient_a"]
    bindings.attach(
        account=account, card_id=world.cards["first"].pk, address="x", relationship=Relationship.OTHER
    )
    bindings.attach(
        account=account, card_id=world.cards["second"].pk, address="x", relationship=Relationship.OTHER
    )
    booking(world, first, session(world))
    booking(world, second, session(world, "doctor_b"))


@pytest.mark.requirement("PAT-02")
def test_a_merge_keeps_every_record_of_both_and_undoing_it_restores_them(world: World) -> None:
    first, second = twins(world)
    full_life(world, first, second)
    before = {patient.pk: owned(patient) for patient in (first, second)}
    values = {patient.pk: Patient.objects.filter(pk=patient.pk).values().get() for patient in (first, second)}
    live = set(CareTeamMember.objects.filter(ended_at=None).values_list("pk", flat=True))
    bound = set(CardBinding.objects.filter(unbound_at=None).values_list("pk", flat=True))
    client = world.client("admin1")
    answer = client.post(
        f"{URL}/{first.pk}/merge", body(second, first, take_from_merged=["address"]), format="json"
    )
    assert answer.status_code == 201, answer.json()
    assert answer.json()["moved"]["scheduling.appointment"] == 1
    together = owned(first)
    for rows in before.values():
        for table, keys in rows.items():
            assert keys <= together[table] | owned(second).get(table, set()), table
    assert set(owned(second)) <= {"patients.patientdepartment.patient_id"}, "only what the survivor has too"
    first.refresh_from_db()
    second.refresh_from_db()
    assert (first.address, first.occupation, first.tags) == ("北京路1号", "teacher", ["VIP"])
    assert first.allergies == "青霉素\n海鲜"
    assert (second.is_active, second.merged_into_id) == (False, first.pk)
    relation = CareTeamMember.objects.get(staff=world.staff["doctor_b"], role="consultant", ended_at=None)
    assert (relation.patient_id, relation.can_change) == (first.pk, True), "the wider relation goes on"
    assert not PatientUserObjectPermission.objects.filter(content_object=second).exists()
    assert (
        CardBinding.objects.filter(
            account=world.accounts["patient_a"], patient=first, unbound_at=None
        ).count()
        == 1
    )
    write_entry(
        hospital_id=world.h1.pk, patient_id=first.pk, at=clock.now(), kind=VISIT, title="since", ref_type="test",
        ref_id=ids.uuid7(),
    )  # fmt: skip
    undone = client.post(f"{MERGES}/{answer.json()['id']}/undo")
    assert undone.status_code == 200, undone.json()
    assert (undone.json()["kept_fields"], undone.json()["not_revived"]) == ([], [])
    since = str(TimelineEntry.objects.get(title="since").pk)
    after = owned(first)
    after["patients.timelineentry.patient_id"].remove(since)
    assert (after, owned(second)) == (before[first.pk], before[second.pk]), (
        "what came since stays with the survivor"
    )
    assert set(CareTeamMember.objects.filter(ended_at=None).values_list("pk", flat=True)) == live
    assert set(CardBinding.objects.filter(unbound_at=None).values_list("pk", flat=True)) == bound
    for patient in (first, second):
        now = Patient.objects.filter(pk=patient.pk).values().get()
        changing = {"version", "updated_at"}
        assert {n: v for n, v in now.items() if n not in changing} == {
            n: v for n, v in values[patient.pk].items() if n not in changing
        }
    again = client.post(f"{MERGES}/{answer.json()['id']}/undo")
    assert (again.status_code, again.json()["code"]) == (409, "state_conflict")


@pytest.mark.requirement("PAT-02")
def test_what_was_edited_since_the_merge_stays_and_is_named(world: World) -> None:
    first, second = twins(world)
    client = world.client("admin1")
    made = client.post(
        f"{URL}/{first.pk}/merge", body(second, first, take_from_merged=["address"]), format="json"
    )
    first.refresh_from_db()
    edit = {"occupation": "worker", "version": first.version}
    assert client.patch(f"{URL}/{first.pk}", edit, format="json").status_code == 200
    undone = client.post(f"{MERGES}/{made.json()['id']}/undo").json()
    assert undone["kept_fields"] == ["occupation"]
    first.refresh_from_db()
    assert (first.occupation, first.address, first.allergies) == ("worker", "", "青霉素")


@pytest.mark.requirement("PAT-02")
def test_a_merged_archive_reads_is_found_as_its_survivor_and_takes_no_change(world: World) -> None:
    first, second = twins(world)
    client = world.client("admin1")
    second = Patient.objects.get(pk=second.pk)
    client.patch(
        f"{URL}/{second.pk}", {"phone": "13900000009", "version": 1, "reason": "换号"}, format="json"
    )
    client.post(f"{URL}/{first.pk}/merge", body(second, first), format="json")
    read = client.get(f"{URL}/{second.pk}").json()
    assert (read["merged_into_id"], read["is_active"]) == (str(first.pk), False)
    for query in (
        "?phone=13900000009",
        "?search=13900000009",
        f"?search={second.mrn}",
        "?search=zll",
        "?name=赵六",
    ):
        found = [row["id"] for row in client.get(f"{URL}{query}").json()["results"]]
        assert found == [str(first.pk)], query
    second.refresh_from_db()
    change = client.patch(f"{URL}/{second.pk}", {"occupation": "x", "version": second.version}, format="json")
    assert (change.status_code, change.json()["code"]) == (409, "patient_merged")
    card = client.post(f"{URL}/{second.pk}/cards", {"card_number": "9999000011"}, format="json")
    joined = client.post(
        f"{URL}/{second.pk}/care-team",
        {"staff_id": str(world.staff["doctor_b"].pk), "role": "examining"},
        format="json",
    )
    assert (card.status_code, joined.status_code) == (409, 409)
    assert PatientCard.objects.filter(patient=first).count() == 2


@pytest.mark.requirement("PAT-02")
def test_merges_that_make_no_sense_are_refused_and_change_nothing(world: World) -> None:
    first, second = twins(world)
    other = world.add_patient(
        "foreign", name="赵六六", national_id=ID, phone="13900000001", hospital=world.h2
    )
    third = world.add_patient("third", name="赵六六", id_kind="none", phone="13900000001")
    admin, boss, url = world.client("admin1"), world.client("boss"), f"{URL}/{first.pk}/merge"

    def refused(client: Any, path: str, sent: dict[str, Any]) -> tuple[int, str]:
        answer = client.post(path, sent, format="json")
        return answer.status_code, answer.json()["code"]

    good = body(second, first)
    assert refused(admin, url, {**good, "merged_id": str(first.pk)}) == (400, "validation_error")
    assert refused(admin, url, {**good, "merged_id": str(other.pk)}) == (404, "not_found")
    assert refused(boss, url, {**good, "merged_id": str(other.pk)}) == (400, "validation_error")
    assert refused(admin, url, {**good, "version": 99}) == (409, "stale_version")
    assert refused(admin, url, {**good, "merged_version": 99}) == (409, "stale_version")
    for wrong in (
        {"merged_id": "x"},
        {"version": "one"},
        {"take_from_merged": ["mrn"]},
        {"reason": "x" * 201},
    ):
        assert refused(admin, url, {**good, **wrong})[0] == 400
    assert not PatientMerge.objects.exists()
    assert refused(world.client("clerk"), url, good) == (403, "permission_denied")
    assert admin.post(url, good, format="json").status_code == 201
    assert refused(admin, url, body(second, first)) == (409, "patient_merged")
    assert refused(admin, f"{URL}/{second.pk}/merge", body(third, second)) == (409, "patient_merged")
    chain = admin.post(f"{URL}/{third.pk}/merge", body(first, third), format="json")
    assert chain.status_code == 201, chain.json()
    second.refresh_from_db()
    assert second.merged_into_id == third.pk, "a chain has one step"
    old = PatientMerge.objects.get(merged=second)
    assert refused(admin, f"{MERGES}/{old.pk}/undo", {}) == (409, "survivor_merged")
    assert admin.post(f"{MERGES}/{chain.json()['id']}/undo").status_code == 200
    assert admin.post(f"{MERGES}/{old.pk}/undo").status_code == 200
    assert not Patient.objects.exclude(merged_into=None).exists()


@pytest.mark.requirement("PAT-02")
def test_patients_who_both_hold_a_number_of_one_session_are_not_merged(world: World) -> None:
    first, second = twins(world)
    at = session(world)
    ours, theirs = booking(world, first, at), booking(world, second, at)
    answer = world.client("admin1").post(f"{URL}/{first.pk}/merge", body(second, first), format="json")
    assert (answer.status_code, answer.json()["code"]) == (409, "merge_clash")
    named = str(answer.json())
    assert ours.appointment_no in named
    assert theirs.appointment_no in named
    assert Appointment.objects.get(pk=theirs.pk).patient_id == second.pk
    assert Patient.objects.get(pk=second.pk).merged_into_id is None


@pytest.mark.requirement("PAT-02")
def test_duplicates_have_a_score_with_reasons_and_a_decision_is_kept(world: World) -> None:
    first, second = twins(world)
    family = world.add_patient("family", name="赵七", national_id="110101198801012014", phone="13900000001")
    client = world.client("admin1")
    found = client.get(f"{URL}/{first.pk}/duplicates").json()
    assert [(row["patient"]["id"], row["score"]) for row in found] == [(str(second.pk), 70)]
    assert found[0]["reasons"] == ["same_phone", "same_name"]
    assert found[0]["patient"]["phone"] == "139****0001"
    assert scan(world.h1.pk) == scan(world.h1.pk) == 1
    assert scan(world.h2.pk) == 0
    pair = client.get(ALL).json()["results"][0]
    assert {pair["first"]["id"], pair["second"]["id"]} == {str(first.pk), str(second.pk)}
    assert world.client("admin2").get(ALL).json()["results"] == []
    assert world.client("clerk").get(ALL).status_code == 403
    said = client.post(
        f"{URL}/{second.pk}/distinct", {"other_id": str(first.pk), "note": "看过证件"}, format="json"
    )
    assert (said.status_code, said.json()["state"]) == (200, "distinct")
    scan(world.h1.pk)
    assert client.get(ALL).json()["results"] == client.get(f"{URL}/{first.pk}/duplicates").json() == []
    assert len(client.get(f"{ALL}?state=distinct").json()["results"]) == 1
    assert AuditEvent.objects.filter(action="distinct", object_id=str(pair["id"])).exists()
    assert client.post(f"{ALL}/{pair['id']}/reopen").json()["state"] == "open"
    assert len(client.get(ALL).json()["results"]) == 1
    assert (
        client.post(f"{URL}/{first.pk}/distinct", {"other_id": str(first.pk)}, format="json").status_code
        == 400
    )
    assert client.post(f"{ALL}/scan", {"hospital_id": str(world.h2.pk)}, format="json").status_code == 404
    assert client.post(f"{ALL}/scan", {"hospital_id": str(world.h1.pk)}, format="json").status_code == 204
    assert not likeness.compare(likeness.Archive.of(first), likeness.Archive.of(family)).likely
    client.post(f"{URL}/{first.pk}/merge", body(second, first), format="json")
    scan(world.h1.pk)
    assert not DuplicatePair.objects.filter(state="open").exists()


@pytest.mark.requirement("PAT-02")
def test_a_row_written_while_the_two_were_merged_follows(world: World) -> None:
    first, second = twins(world)
    done = merge.merge(survivor_id=first.pk, version=1, merged_id=second.pk, merged_version=1)
    write_entry(
        hospital_id=world.h1.pk, patient_id=second.pk, at=clock.now(), kind=VISIT, title="late", ref_type="test",
        ref_id=ids.uuid7(),
    )  # fmt: skip
    assert (merge.settle(done.pk), merge.settle(done.pk)) == (1, 0)
    late = TimelineEntry.objects.get(title="late")
    assert late.patient_id == first.pk
    merge.unmerge(merge_id=done.pk)
    late.refresh_from_db()
    assert late.patient_id == second.pk
    assert merge.settle(done.pk) == 0


@pytest.mark.requirement("PAT-02")
@pytest.mark.django_db(transaction=True)
def test_of_two_merges_of_the_same_pair_at_once_one_wins(world: World) -> None:
    first, second = twins(world)
    gate, answers = threading.Barrier(2), []

    def run(survivor: Patient, merged: Patient) -> None:
        try:
            gate.wait()
            merge.merge(survivor_id=survivor.pk, version=1, merged_id=merged.pk, merged_version=1)
            answers.append("done")
        except DomainError as error:
            answers.append(error.code)
        finally:
            connection.close()

    threads = [threading.Thread(target=run, args=pair) for pair in ((first, second), (second, first))]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert sorted(answers) == ["done", "patient_merged"]
    assert PatientMerge.objects.count() == 1
    with transaction.atomic():
        assert Patient.objects.filter(merged_into=None, is_active=True, name="赵六六").count() == 1


@pytest.mark.requirement("PAT-02")
def test_lists_of_likely_duplicates_and_relatives_ask_no_more_often_with_more_rows(world: World) -> None:
    admin, counts = world.client("admin1"), []
    paths = (
        "/api/admin/v1/patient-duplicates",
        f"/api/admin/v1/patients/{world.patients['patient_a'].pk}/related-persons",
    )
    for path in paths:
        assert admin.get(path).status_code == 200  # rights are read once
    for more in range(2):
        for number in range(3):
            name = f"同名{more}{number}"
            twins = [world.add_patient(f"{name}{n}", name=name, id_kind="none") for n in range(2)]
            DuplicatePair.objects.create(
                hospital=world.h1, first=min(twins, key=lambda p: p.pk), second=max(twins, key=lambda p: p.pk),
                score=90, seen_at=clock.now(),
            )  # fmt: skip
            RelatedPerson.objects.create(
                hospital=world.h1, patient=world.patients["patient_a"], name=name, relation="friend",
                linked_patient=twins[0], verified_by=world.staff["clerk"],
            )  # fmt: skip
        for path in paths:
            with CaptureQueriesContext(connection) as queries:
                assert admin.get(path).status_code == 200
            counts.append(len(queries))
    assert counts[:2] == counts[2:]
