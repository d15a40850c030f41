from typing import Any

from drf_spectacular.utils import extend_schema

from apps.imports.scoped.views import ImportViewSet
from apps.patients.models import PatientImport
from apps.patients.services.import_kind import PATIENTS


@extend_schema(tags=["patients"])
class PatientImportViewSet(ImportViewSet):
    """患者导入: a table as the template has it, Outlook contacts as CSV, or contact cards (vCard)."""

    model = PatientImport
    kind = PATIENTS
    resource = "patients.import"

    def job_options(self) -> dict[str, Any]:
        """Tags of the file are put on by who may do so."""
        return {"may_tag": self.actor.has("patients.tag.assign")}
