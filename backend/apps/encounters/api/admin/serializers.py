from apps.encounters.models import Encounter
from kernel.http.serializers import ModelSerializer


class EncounterSerializer(ModelSerializer):
    """就诊. `practitioner_id` is null until a doctor of the queue takes the patient."""

    class Meta:
        model = Encounter
        fields = [
            "id", "encounter_no", "kind", "state", "hospital_id", "hospital_name", "department_id", "department_name",
            "practitioner_id", "practitioner_name", "patient_id", "patient_name", "arrived_at", "started_at",
            "ended_at",
        ]  # fmt: skip
        read_only_fields = fields
