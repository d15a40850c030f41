"""Rows of patients for the rules that every resource keeps: one of patient_a, doctor_a and hospital 1 each."""

from django.core.files.base import ContentFile

from apps.imports.models import DuplicatePolicy
from apps.imports.services import jobs
from apps.patients.models import (
    CaptureField,
    CareTeamMember,
    DuplicatePair,
    PatientImport,
    PatientMerge,
    PatientTag,
    RelatedPerson,
)
from apps.patients.services.duplicates import decide_distinct
from apps.patients.services.import_kind import PATIENTS
from apps.patients.services.merge import merge
from tests.support.estates import Estate, Values


class PatientsEstate(Estate):
    """Of patients."""

    def make_care_team_member(self) -> CareTeamMember:
        return CareTeamMember.objects.get(patient=self.world.patients["patient_a"])

    def make_duplicate_pair(self) -> DuplicatePair:
        other = self.world.add_patient("alike", name="张三丰", id_kind="none")
        return decide_distinct(first=self.world.patients["patient_a"], second=other, by_id=None)

    def make_patient_merge(self) -> PatientMerge:
        other = self.world.add_patient("merged", name="张三丰", id_kind="none")
        survivor = self.world.add_patient("survivor", name="张三丰", id_kind="none")
        return merge(survivor_id=survivor.pk, version=1, merged_id=other.pk, merged_version=1)

    def make_capture_field(self) -> CaptureField:
        values = {"stage": "triage", "key": "matrix", "label": "matrix", "kind": "text"}
        return CaptureField.objects.create(hospital=self.world.h1, **values)

    def make_patient_tag(self) -> PatientTag:
        return PatientTag.objects.create(hospital=self.world.h1, name="matrix")

    def make_related_person(self) -> RelatedPerson:
        values = {"patient": self.world.patients["patient_a"], "name": "matrix", "relation": "parent"}
        return RelatedPerson.objects.create(hospital=self.world.h1, **values)

    def make_patient_import(self) -> PatientImport:
        job, _ = jobs.start(
            PATIENTS, hospital=self.world.h1, upload=ContentFile("姓名\n甲\n".encode(), "matrix.csv"),
            duplicates=DuplicatePolicy.SKIP, by_id=self.world.staff["admin1"].pk,
        )  # fmt: skip
        PatientImport.objects.filter(pk=job.pk).update(state="checked")
        return PatientImport.objects.get(pk=job.pk)


#: Path up to the parameter → the value that stands there.
OBJECTS: Values = {
    "admin/v1/patient-cards/": lambda e: e.world.cards["patient_a"].pk,
    "miniprogram/v1/cards/": lambda e: e.world.bindings["patient_a"].pk,
    "admin/v1/patient-capture-fields/": lambda e: e.get("capture_field").pk,
    "admin/v1/patient-duplicates/": lambda e: e.get("duplicate_pair").pk,
    "admin/v1/patient-imports/": lambda e: e.get("patient_import").pk,
    "admin/v1/patient-merges/": lambda e: e.get("patient_merge").pk,
    "admin/v1/patient-tags/": lambda e: e.get("patient_tag").pk,
    "admin/v1/patients/": lambda e: e.world.patients["patient_a"].pk,
    "admin/v1/patients/{}/cards/": lambda e: e.world.cards["patient_a"].pk,
    "admin/v1/patients/{}/related-persons/": lambda e: e.get("related_person").pk,
    "admin/v1/patients/{}/care-team/": lambda e: e.get("care_team_member").pk,
    "miniprogram/v1/cards/bindings/": lambda e: e.world.bindings["patient_a"].pk,
}
