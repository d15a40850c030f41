"""Secrets at rest: no plaintext, no moved value, found by exact value, readable after a rotation of keys."""

import base64
import os
from typing import Any

import pytest
from django.core.management import call_command
from django.db import connection

from apps.patients.models import Patient, PatientCard, RelatedPerson
from apps.patients.selectors import with_card, with_value
from apps.patients.services.archive import update_patient
from kernel.crypto.cipher import DecryptionFailed
from tests.support.world import World

SECRETS = {"national_id": "110101199003070134", "phone": "13800138001", "address": "北京市东城区东长安街1号"}


@pytest.fixture
def patient(world: World) -> Patient:
    contact = {"name": "张翠山", "relation": "father", "phone": "13900000009"}
    return update_patient(
        world.patients["patient_a"],
        version=1,
        address=SECRETS["address"],
        insurance_no="YB0000001",
        contacts=[contact],
    )


@pytest.mark.requirement("ACC-05")
def test_no_table_and_no_log_holds_a_secret_in_the_clear(world: World, patient: Patient) -> None:
    hidden = [*SECRETS.values(), "YB0000001", "13900000009", world.cards["patient_a"].card_number]
    with connection.cursor() as cursor:
        for table in ("patients_patient", "patients_patientcard", "patients_relatedperson", "patients_cardbinding",
                      "audit_auditevent"):  # fmt: skip
            cursor.execute(f"SELECT t::text FROM {table} t")
            text = " ".join(row[0] for row in cursor.fetchall())
            assert text
            for secret in hidden:
                assert secret not in text, table
                assert secret.encode().hex() not in text, table


@pytest.mark.requirement("ACC-05")
def test_a_value_moved_to_another_column_is_refused(patient: Patient) -> None:
    with connection.cursor() as cursor:
        cursor.execute("UPDATE patients_patient SET address = phone WHERE id = %s", [patient.pk])
    with pytest.raises(DecryptionFailed):
        Patient.objects.get(pk=patient.pk)


@pytest.mark.requirement("ACC-05")
def test_encrypted_fields_are_found_by_exact_value_only(world: World, patient: Patient) -> None:
    everyone = Patient.objects.all()
    for field in ("national_id", "phone"):
        assert list(with_value(everyone, field, SECRETS[field])) == [patient]
        assert not with_value(everyone, field, SECRETS[field][:-1]).exists()
        with pytest.raises(TypeError):
            everyone.filter(**{field: SECRETS[field]})
    assert list(with_card(everyone, world.cards["patient_a"].card_number)) == [patient]


@pytest.mark.requirement("ACC-05")
def test_everything_stays_readable_and_searchable_when_keys_are_rotated(
    world: World, patient: Patient, settings: Any
) -> None:
    old = settings.FIELD_KEYS
    old_id = int(old.split(":", 1)[0])
    fresh = f"{old_id + 1}:{base64.b64encode(os.urandom(32)).decode()}"
    settings.FIELD_KEYS = f"{fresh},{old}"
    call_command("rotate_field_keys", batch=1)
    settings.FIELD_KEYS = fresh  # the old key is gone
    again = Patient.objects.get(pk=patient.pk)
    assert {name: getattr(again, name) for name in SECRETS} == SECRETS
    assert RelatedPerson.objects.get(patient=patient).phone == "13900000009"
    assert PatientCard.objects.get(patient=patient).card_number == world.cards["patient_a"].card_number
    assert list(with_value(Patient.objects.all(), "phone", SECRETS["phone"])) == [patient]
