from typing import Any

from rest_framework import serializers

from apps.access.scoped.fields import ScopedRelatedField
from apps.identity.models import Hospital
from apps.identity.phones import PHONE_PATTERN
from apps.patients.api.fields import FullContactSerializer, age
from apps.patients.documents import NUMBER_PATTERN
from apps.patients.models import CareRole, CareTeamMember, Gender, IdKind, Patient, PatientCard, TimelineEntry
from apps.patients.services.related_persons import MAX_PERSONS, PERSONS_FULL
from apps.patients.timeline import KINDS
from kernel.crypto import masking
from kernel.errors import Expectation, InvalidValue
from kernel.expectations import OWN_CODE
from kernel.http.fields import CodeField, MaskedField, MaskedText, NameField
from kernel.http.serializers import ModelSerializer, Serializer, VersionedModelSerializer

#: What a row of the list needs: two values are decrypted for each row shown, no more.
ROW_FIELDS = (
    "id", "hospital_id", "hospital__name", "mrn", "name", "gender", "birth_date", "phone", "national_id", "vip_level",
    "tags", "is_provisional", "is_active", "registered_at",
)  # fmt: skip
CONSENTS = Expectation(
    "consents", "最多 50 项,名称最长 40 个字符", "At most 50, each named in 40 characters or fewer."
)


class PatientRowSerializer(Serializer):
    """A row of the patient list, written from a plain dict: a hundred rows cost what five model rows would."""

    id = serializers.UUIDField()
    hospital_id = serializers.UUIDField()
    hospital_name = serializers.CharField()
    mrn = serializers.CharField()
    name = serializers.CharField()
    gender = serializers.ChoiceField(choices=Gender.choices)
    birth_date = serializers.DateField(allow_null=True)
    age = serializers.IntegerField(allow_null=True)
    phone = MaskedText()
    national_id = MaskedText()
    vip_level = serializers.CharField()
    tags = serializers.ListField(child=serializers.CharField())
    is_provisional = serializers.BooleanField()
    is_active = serializers.BooleanField()
    registered_at = serializers.DateTimeField(allow_null=True)

    def to_representation(self, row: Any) -> dict[str, Any]:
        row["hospital_name"] = row.pop("hospital__name")
        row["age"] = age(row["birth_date"])
        row["phone"] = masking.phone(row["phone"])
        row["national_id"] = masking.document(row["national_id"])
        plain: dict[str, Any] = row
        return plain


class PatientSerializer(VersionedModelSerializer):
    """患者档案. Phone, ID, address and insurance number are shown masked; write them whole."""

    fixed = frozenset({"hospital", "mrn", "is_provisional"})

    hospital_id = ScopedRelatedField(source="hospital", queryset=Hospital.objects.all())
    mrn = CodeField(r"^[A-Za-z0-9-]{1,32}$", OWN_CODE, required=False, help_text="病历号; made if missing")
    name = NameField(max_length=80)
    age = serializers.SerializerMethodField()
    national_id = MaskedField(
        masking.document, pattern=NUMBER_PATTERN, max_length=32, required=False, allow_blank=True
    )
    phone = MaskedField(masking.phone, pattern=PHONE_PATTERN, max_length=32, required=False, allow_blank=True)
    address = MaskedField(masking.address, max_length=255, required=False, allow_blank=True)
    insurance_no = MaskedField(masking.document, max_length=32, required=False, allow_blank=True)
    allergies = serializers.CharField(max_length=2000, required=False, allow_blank=True)
    hereditary_history = serializers.CharField(max_length=2000, required=False, allow_blank=True)
    cardiac_history = serializers.CharField(max_length=2000, required=False, allow_blank=True)
    tags = serializers.ListField(child=serializers.CharField(max_length=40), max_length=50, required=False)
    consents = serializers.DictField(
        child=serializers.DateTimeField(allow_null=True), required=False, help_text="kind → when it was given"
    )
    contacts = FullContactSerializer(many=True, required=False, source="related_persons")
    reason = serializers.CharField(
        max_length=200, required=False, allow_blank=True, write_only=True,
        help_text="why the identity changes, or the archive is closed or reopened; kept in the operation log",
    )  # fmt: skip

    duplicate_reason = serializers.CharField(
        max_length=200, required=False, allow_blank=True, write_only=True,
        help_text="why a second archive with the same document is filed; needs patients.patient.duplicate",
    )  # fmt: skip

    confirm_duplicate = serializers.BooleanField(
        required=False, write_only=True,
        help_text="the archives that `possible_duplicate` named are other people's: file this one",
    )  # fmt: skip

    class Meta:
        model = Patient
        fields = [
            "id", "hospital_id", "hospital_name", "mrn", "name", "gender", "birth_date", "age", "id_kind",
            "national_id", "phone", "address", "insurance_no", "occupation", "industry", "source", "referrer",
            "vip_level", "allergies", "hereditary_history", "cardiac_history", "tags", "consents", "contacts",
            "reason", "duplicate_reason", "confirm_duplicate", "is_provisional", "registered_at", "is_active",
            "merged_into_id", "merged_into_name", "version", "created_at", "updated_at",
        ]  # fmt: skip
        read_only_fields = ["registered_at", "merged_into_id", "created_at", "updated_at"]
        validators: list[Any] = []  # a record number is checked where it may be made: in the service

    def get_age(self, patient: Patient) -> int | None:
        return age(patient.birth_date)

    def validate_contacts(self, value: list[dict[str, Any]]) -> list[dict[str, Any]]:
        if len(value) > MAX_PERSONS:
            raise InvalidValue(field="contacts", expected=PERSONS_FULL)
        return value

    def validate_consents(self, value: dict[str, Any]) -> dict[str, Any]:
        if len(value) > 50 or any(len(kind) > 40 for kind in value):
            raise InvalidValue(field="consents", expected=CONSENTS)
        return {kind: moment and moment.isoformat() for kind, moment in value.items()}


class SensitiveContactSerializer(Serializer):
    id = serializers.UUIDField()
    name = serializers.CharField()
    relation = serializers.CharField()
    phone = serializers.CharField()
    id_kind = serializers.ChoiceField(choices=IdKind.choices)
    national_id = serializers.CharField()
    is_guardian = serializers.BooleanField()


class SensitivePatientSerializer(Serializer):
    """The unmasked values; each reading is written to the operation log."""

    id = serializers.UUIDField()
    id_kind = serializers.ChoiceField(choices=IdKind.choices)
    national_id = serializers.CharField()
    phone = serializers.CharField()
    address = serializers.CharField()
    insurance_no = serializers.CharField()
    card_numbers = serializers.ListField(child=serializers.CharField())
    contacts = SensitiveContactSerializer(many=True, source="related_persons")


class VersionSerializer(Serializer):
    version = serializers.IntegerField(min_value=1, max_value=2_147_483_647)


class PatientCardSerializer(ModelSerializer):
    """就诊卡; the number is shown masked."""

    card_number = MaskedField(masking.document, max_length=64)

    class Meta:
        model = PatientCard
        fields = ["id", "card_number", "is_active", "created_at"]
        read_only_fields = ["is_active", "created_at"]


class StaffNameSerializer(Serializer):
    id = serializers.UUIDField()
    name = serializers.CharField()
    title = serializers.CharField()


class CareTeamMemberSerializer(ModelSerializer):
    """A relation to the patient, live or past."""

    staff = StaffNameSerializer(read_only=True)
    staff_name = serializers.CharField(source="staff.name", read_only=True)
    shared_by = StaffNameSerializer(read_only=True, allow_null=True)
    shared_by_name = serializers.CharField(source="shared_by.name", read_only=True, default="")

    class Meta:
        model = CareTeamMember
        fields = [
            "id", "staff", "staff_name", "role", "can_change", "shared_by", "shared_by_name", "valid_until",
            "ended_at", "created_at",
        ]  # fmt: skip
        read_only_fields = fields


class ShareSerializer(Serializer):
    """Let a colleague of the hospital see (and change) the patient."""

    staff_id = serializers.UUIDField(help_text="an active staff member of the patient's hospital")
    can_change = serializers.BooleanField(default=False)
    valid_until = serializers.DateTimeField(
        allow_null=True,
        required=False,
        help_text="null: for good; left out: until the end it has, else for good",
    )


class JoinSerializer(ShareSerializer):
    """Take a colleague into the care team."""

    role = serializers.ChoiceField(choices=[c for c in CareRole.choices if c[0] != CareRole.SHARED])
    can_change = serializers.BooleanField(default=True)


class TimelineEntrySerializer(ModelSerializer):
    department_name = serializers.CharField(read_only=True, allow_null=True)
    staff_name = serializers.CharField(read_only=True, allow_null=True)
    kind_name = serializers.SerializerMethodField()

    class Meta:
        model = TimelineEntry
        fields = [
            "id", "at", "kind", "kind_name", "state", "title", "department_id", "department_name",
            "staff_id", "staff_name", "ref_type", "ref_id",
        ]  # fmt: skip
        read_only_fields = fields

    def get_kind_name(self, entry: TimelineEntry) -> str:
        kind = KINDS.get(entry.kind)
        return kind.name if kind else entry.kind
