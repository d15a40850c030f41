from typing import Any

from rest_framework import serializers

from apps.patients.api.admin.serializers import PatientRowSerializer
from apps.patients.models import DuplicatePair, Patient, PatientMerge
from apps.patients.services.merge_rows import counts
from apps.patients.services.merge_values import CHOICES
from kernel.http.serializers import ModelSerializer, Serializer

SHOWN = (
    "id", "hospital_id", "mrn", "name", "gender", "birth_date", "phone", "national_id", "vip_level", "tags",
    "is_provisional", "is_active", "registered_at",
)  # fmt: skip


def brief(patient: Patient) -> dict[str, Any]:
    """A patient as a row of the list shows it: secrets masked."""
    values = {name: getattr(patient, name) for name in SHOWN} | {"hospital__name": patient.hospital.name}
    row: dict[str, Any] = PatientRowSerializer().to_representation(values)
    return row | {"version": patient.version}


class BriefPatientSerializer(PatientRowSerializer):
    version = serializers.IntegerField()

    def to_representation(self, row: Any) -> dict[str, Any]:
        return brief(row)


class CandidateSerializer(Serializer):
    """An archive that may be the same person's."""

    patient = BriefPatientSerializer()
    score = serializers.IntegerField(help_text="0 – 100")
    reasons = serializers.ListField(child=serializers.CharField())


class DuplicatePairSerializer(ModelSerializer):
    """疑似重复: two archives with the likeness found last."""

    first = BriefPatientSerializer(read_only=True)
    second = BriefPatientSerializer(read_only=True)
    reasons = serializers.ListField(child=serializers.CharField(), read_only=True)

    class Meta:
        model = DuplicatePair
        fields = [
            "id", "hospital_id", "hospital_name", "first", "second", "score", "reasons", "state", "decided_at",
            "note", "seen_at",
        ]  # fmt: skip
        read_only_fields = fields


class DistinctSerializer(Serializer):
    other_id = serializers.UUIDField(help_text="the other archive, within reach")
    note = serializers.CharField(max_length=200, required=False, allow_blank=True, default="")


class ScanSerializer(Serializer):
    hospital_id = serializers.UUIDField()


class MergeRequestSerializer(Serializer):
    """`merged_id` is continued by the patient of the path; both versions are those that were read."""

    merged_id = serializers.UUIDField(help_text="the other archive, within reach")
    version = serializers.IntegerField(min_value=1, max_value=2_147_483_647)
    merged_version = serializers.IntegerField(min_value=1, max_value=2_147_483_647)
    take_from_merged = serializers.MultipleChoiceField(
        choices=sorted(CHOICES), required=False, default=set, help_text="values of the other that win"
    )
    reason = serializers.CharField(max_length=200, required=False, allow_blank=True, default="")


class PatientMergeSerializer(ModelSerializer):
    """合并: which archive continues which, and how many rows of each kind moved."""

    moved = serializers.SerializerMethodField(help_text="rows per kind that belong to the survivor since")

    class Meta:
        model = PatientMerge
        fields = [
            "id", "hospital_id", "hospital_name", "survivor_id", "survivor_name", "merged_id", "merged_name", "by_id",
            "by_name", "at", "reason", "moved", "undone_by_id", "undone_by_name", "undone_at",
        ]  # fmt: skip
        read_only_fields = fields

    def get_moved(self, merge: PatientMerge) -> dict[str, int]:
        return counts(merge.moved)


class PartedSerializer(Serializer):
    """What undoing put back, and what it could not. Rows made since the merge stay with the survivor."""

    merge = PatientMergeSerializer()
    kept_fields = serializers.ListField(
        child=serializers.CharField(), help_text="edited since the merge: the survivor keeps the newer value"
    )
    not_revived = serializers.ListField(
        child=serializers.CharField(),
        help_text="relations that ended with the merge; their place is taken since",
    )
