from typing import Any, ClassVar

import django_filters
from drf_spectacular.utils import extend_schema

from apps.access.scoped.exporting import ExportMixin
from apps.access.scoped.filters import OfPractitionerFilter
from apps.access.scoped.options import OptionsMixin
from apps.access.scoped.views import ListMixin, RetrieveMixin, ScopedViewSet
from apps.encounters.api.admin.serializers import EncounterSerializer
from apps.encounters.models import Encounter, EncounterKind
from apps.encounters.selectors import encounter_rows
from apps.encounters.states import EncounterState
from apps.patients.own_filters import NAMED
from apps.patients.selectors import of_patients


class EncounterFilter(OfPractitionerFilter):
    """`arrived_from` and `arrived_to` are moments."""

    patient_id = django_filters.UUIDFilter()
    encounter_no = django_filters.CharFilter(max_length=32)
    search = django_filters.CharFilter(
        method="find", max_length=32, help_text=f"a whole encounter number, or {NAMED}"
    )
    kind = django_filters.MultipleChoiceFilter(choices=EncounterKind.choices)
    state = django_filters.MultipleChoiceFilter(choices=[(s.value, s.value) for s in EncounterState])
    arrived_from = django_filters.IsoDateTimeFilter(field_name="arrived_at", lookup_expr="gte")
    arrived_to = django_filters.IsoDateTimeFilter(field_name="arrived_at", lookup_expr="lt")

    def find(self, queryset: Any, name: str, value: str) -> Any:
        return of_patients(queryset, value, "encounter_no")


@extend_schema(tags=["encounters"])
class EncounterViewSet(OptionsMixin, ExportMixin, ListMixin, RetrieveMixin, ScopedViewSet):
    """就诊: visits and stays, as the apps that know of them open and end them."""

    model = Encounter
    resource = "encounters.encounter"
    serializer_class = EncounterSerializer
    filterset_class = EncounterFilter
    ordering_fields = ["arrived_at"]
    ordering = ["-id"]
    option_columns = ("encounter_no", "patient__name", "department__name", "arrived_at")
    in_force: ClassVar[dict[str, Any]] = {}
    export_columns = {
        "encounter_no": "encounter_no", "kind": "kind", "state": "state", "arrived_at": "arrived_at",
        "started_at": "started_at", "ended_at": "ended_at", "patient__name": "patient_name", "patient__mrn": "mrn",
        "hospital__name": "hospital_name", "department__name": "department_name",
        "practitioner__name": "practitioner_name",
    }  # fmt: skip

    def base_queryset(self) -> Any:
        return encounter_rows()
