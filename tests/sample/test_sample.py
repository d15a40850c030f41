"""The sample hospital: nobody's data, complete, and safe to load again."""

import json
from pathlib import Path

import pytest
from django.core.management import call_command
from django.db.models import Count, F
from stdnum.cn import ric

from apps.access.actor import actor_of
from apps.access.policies.base import policy_of
from apps.identity.models import Department, StaffMember, User
from apps.inpatient.models import Admission
from apps.inpatient.selectors.statement import statement_of
from apps.inpatient.settings import DEPOSIT_ENABLED
from apps.patients.models import Patient, PatientCard
from apps.scheduling.models import Appointment, ClinicSession, SlotNumber
from kernel.crypto import blind_index
from sample.people import person

pytestmark = pytest.mark.usefixtures("nobody_yet")
MODELS = (User, StaffMember, Department, Patient, PatientCard, Appointment, ClinicSession, SlotNumber)


def counts() -> list[int]:
    return [model._default_manager.count() for model in MODELS]


def load(path: Path) -> dict[str, list[dict[str, object]]]:
    call_command("load_sample", accounts_file=path, patients=300, appointments=600, verbosity=0)
    document: dict[str, list[dict[str, object]]] = json.loads(path.read_text())
    return document


@pytest.mark.parametrize("serial", [1, 2, 31_999, 64_007, 999_999])
def test_a_sample_person_has_a_valid_national_id_that_nobody_bears(serial: int) -> None:
    who = person(serial)
    assert ric.validate(who.national_id) == who.national_id
    assert ric.get_birth_date(who.national_id) == who.birth_date
    assert who.national_id.startswith("110000")
    assert who.phone.startswith("154")


def test_sample_persons_are_told_apart_by_their_national_id() -> None:
    assert len({person(serial).national_id for serial in range(70_000, 75_000)}) == 5_000


@pytest.mark.django_db
def test_loading_again_adds_nothing_and_keeps_the_passwords(tmp_path: Path) -> None:
    first = load(tmp_path / "accounts.json")
    before = counts()
    assert load(tmp_path / "accounts.json") == first
    assert counts() == before


@pytest.mark.django_db
def test_the_sample_is_complete_and_fits_together(tmp_path: Path) -> None:
    document = load(tmp_path / "accounts.json")
    for account in document["accounts"]:
        user = User.objects.get(username=account["username"])
        assert user.check_password(str(account["password"]))
        assert user.must_change_password is (account["username"] == "admin")
    assert Department.objects.count() == 30
    assert StaffMember.objects.exclude(licence_no="").count() == 120
    assert Patient.objects.count() == 300
    assert SlotNumber.objects.filter(session__state="published", state="free").exists()
    assert not Appointment.objects.exclude(patient__hospital=F("hospital")).exists()
    kept = Appointment.objects.filter(state="fulfilled")
    assert kept.exists() and not kept.exclude(slot_number__appointment_id=F("id")).exists()
    assert not Patient.objects.alias(n=Count("cards")).exclude(n=1).exists()


@pytest.mark.django_db
def test_what_a_mini_program_user_knows_is_what_the_hospital_has_on_file(tmp_path: Path) -> None:
    for known in load(tmp_path / "accounts.json")["miniprogram"]:
        binding = known["binding"]
        assert isinstance(binding, dict)
        card = PatientCard.objects.get(card_number_index=blind_index(binding["card_number"], "card_number"))
        patient = card.patient
        assert card.hospital.code == binding["hospital"]
        assert (patient.name, patient.national_id, patient.phone) == (
            binding["name"], binding["national_id"], binding["phone"],
        )  # fmt: skip


@pytest.mark.django_db
@pytest.mark.requirement("INP-01", "INP-02")
def test_some_patients_lie_in_with_charges_and_deposits(tmp_path: Path) -> None:
    load(tmp_path / "accounts.json")
    stays = Admission.objects.order_by("admission_no")
    shown = [(stay.status, statement_of(stay)) for stay in stays]
    assert [status for status, _ in shown] == ["admitted"] * 3 + ["discharged"]
    assert [total.deposit_fen for _, total in shown] == [500_000, 80_000, 100_000, 300_000]
    assert shown[0][1].balance_fen > 0 < shown[1][1].arrears_fen, "one has money left, one is in arrears"
    assert all(total.charged_fen > 0 for _, total in shown)
    assert DEPOSIT_ENABLED.of(stays[0].hospital)


@pytest.mark.django_db
def test_every_role_of_the_sample_has_patients_within_its_reach(tmp_path: Path) -> None:
    load(tmp_path / "accounts.json")
    seen = {}
    for username in ("doctor_a", "head", "clerk"):
        actor = actor_of(User.objects.get(username=username))
        assert actor is not None
        seen[username] = (
            policy_of(Patient).scope(actor, "patients.patient.list", Patient.objects.all()).count()
        )
    assert 0 < seen["doctor_a"] < seen["head"] < seen["clerk"] < 300
