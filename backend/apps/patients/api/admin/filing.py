"""Filing and changing an archive: what asks for codes of its own, and the same person filed twice."""

from typing import Any
from uuid import UUID

from django.db.models import Prefetch
from rest_framework.response import Response

from apps.access.policies import policy_of
from apps.access.scoped.views import ScopedViewSet
from apps.patients.errors import PatientDuplicate, PatientMerged, PossibleDuplicate, ReasonRequired
from apps.patients.models import IdKind, Patient, RelatedPerson
from apps.patients.services.archive import draft_patient, file_patient, update_patient
from apps.patients.services.identifying import CLOSE, IDENTIFY, closes_or_reopens, identity_changes
from apps.patients.services.searching import SECRET, note_search
from apps.patients.services.twins import DUPLICATE, find_namesakes, find_twin, note_namesakes, note_twin
from kernel.crypto import masking
from kernel.errors import DuplicateValue, InvalidValue, StaleVersion
from kernel.http.schema import raises

#: The right to put tags on and take them off, by whatever door.
ASSIGN = "patients.tag.assign"
SEEN = "patients.patient.list"
#: Refusals by which one learns whether somebody is on file.
TELLING = (PatientDuplicate, PossibleDuplicate, DuplicateValue)
CONTACTS = Prefetch("related_persons", queryset=RelatedPerson.objects.order_by("id"))


class FilingMixin(ScopedViewSet):
    """What the desk writes into the archive. A refusal that tells who is on file counts as a search (rules.md 28)."""

    def create(self, request: Any, *args: Any, **kwargs: Any) -> Response:
        try:
            return super().create(request, *args, **kwargs)  # type: ignore[misc,no-any-return]
        except TELLING:
            self._count(request)
            raise

    @raises(StaleVersion)
    def partial_update(self, request: Any, *args: Any, **kwargs: Any) -> Response:
        try:
            return super().partial_update(request, *args, **kwargs)  # type: ignore[misc,no-any-return]
        except TELLING:
            self._count(request)
            raise

    def _count(self, request: Any) -> None:
        """TooManyRequests beyond the person's limit of exact searches; after the transaction, so that it stays."""
        asked = {name: str(request.data.get(name) or "") for name in SECRET}
        note_search(by=self.me, asked=asked)

    @raises(DuplicateValue, InvalidValue, PatientDuplicate, PossibleDuplicate)
    def perform_create(self, data: dict[str, Any]) -> Patient:
        data.pop("reason", None)
        is_confirmed, contacts = data.pop("confirm_duplicate", False), data.pop("related_persons", ())
        if data.get("tags"):
            self.require(ASSIGN)
        why = data.pop("duplicate_reason", "").strip()
        twin = self._twin(data["hospital"].pk, data, why)
        draft = draft_patient(**data)
        namesakes = self._namesakes(draft, is_confirmed=is_confirmed)
        patient = file_patient(draft, contacts)
        if twin is not None:
            note_twin(patient, twin, why)
        if namesakes:
            note_namesakes(patient, namesakes)
        return self._read(patient.pk)

    @raises(InvalidValue, PatientMerged, ReasonRequired, PatientDuplicate)
    def perform_update(self, instance: Patient, data: dict[str, Any], version: int) -> Patient:
        if version != instance.version:
            raise StaleVersion  # before anybody is looked up
        contacts, reason = data.pop("related_persons", None), data.pop("reason", "")
        why = data.pop("duplicate_reason", "").strip()
        data.pop("confirm_duplicate", None)
        if identity_changes(instance, data):
            self.require(IDENTIFY, instance)
        if closes_or_reopens(instance, data):
            self.require(CLOSE, instance)
        if set(data.get("tags", instance.tags)) != set(instance.tags):
            self.require(ASSIGN, instance)
        anew = bool({"national_id", "id_kind"} & set(identity_changes(instance, data, always=True)))
        document = {"id_kind": instance.id_kind, "national_id": instance.national_id, **data}
        twin = self._twin(instance.hospital_id, document, why, instance) if anew else None
        update_patient(instance, version=version, contacts=contacts, reason=reason, **data)
        if twin is not None:
            note_twin(instance, twin, why)
        return self._read(instance.pk)

    def _twin(
        self, hospital_id: UUID, data: dict[str, Any], why: str, patient: Patient | None = None
    ) -> Patient | None:
        """The archive that has this document already, if the actor goes on all the same; PatientDuplicate."""
        twin = find_twin(
            hospital_id=hospital_id, id_kind=data.get("id_kind", IdKind.NONE), number=data.get("national_id", ""),
            other_than=patient.pk if patient else None,
        )  # fmt: skip
        if twin is None:
            return None
        if not why:
            seen = policy_of(Patient).allows(self.actor, SEEN, twin)
            existing = {"id": str(twin.pk), "name": masking.name(twin.name)} if seen else None
            raise PatientDuplicate(field="national_id", existing=existing)
        self.require(DUPLICATE)
        return twin

    def _namesakes(self, draft: Patient, *, is_confirmed: bool) -> list[Patient]:
        """Archives within reach that may be the same person's, if the actor goes on all the same; PossibleDuplicate."""
        found = find_namesakes(draft, policy_of(Patient).scope(self.actor, SEEN, Patient.objects.all()))
        if found and not is_confirmed:
            shown = [
                {"id": str(other.pk), "name": masking.name(other.name), "mrn": other.mrn} for other in found
            ]
            raise PossibleDuplicate(field="name", candidates=shown)
        return found

    def _read(self, pk: UUID) -> Patient:
        return Patient.objects.prefetch_related(CONTACTS).get(pk=pk)
