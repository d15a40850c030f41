"""What is shown masked says so, wherever it is shown."""

import re
from pathlib import Path
from typing import Any

import pytest

from tests.contract.conftest import AUDIENCES

pytestmark = pytest.mark.requirement("INT-04")
Node = dict[str, Any]
APPS = Path(__file__).resolve().parents[2] / "backend" / "apps"
#: Components that show whole what others mask: of houses, or after a reading that was logged.
WHOLE = {"Hospital", "Overview", "SensitiveContact", "SensitivePatient", "SensitiveStaff"}
#: Names of secrets of a person.
SECRETS = {"phone", "national_id", "card_number", "address", "insurance_no", "recipient"}
#: Views whose answers are masked texts of another serializer, and labels and refusals, which are no property.
MASKED_BEFORE = {
    "billing/api/admin/cards.py": "the label of an option",
    "billing/api/card_top_ups.py": "CardBalance.card_number",
    "billing/api/partner/payments.py": "PayableCard.patient_name",
    "inpatient/api/miniprogram/admissions.py": "FoundAdmission.patient_name",
    "patients/api/admin/filing.py": "members of a refusal",
    "patients/api/admin/serializers.py": "PatientRow, from a plain dict",
}


@pytest.mark.parametrize("audience", AUDIENCES)
def test_secrets_of_persons_are_marked_where_they_are_masked(documents: Node, audience: str) -> None:
    unmarked = [
        f"{component}.{name}"
        for component, schema in documents[audience]["components"]["schemas"].items()
        for name in SECRETS & schema.get("properties", {}).keys()
        if not component.endswith("Request")
        and component not in WHOLE
        and "x-masked" not in schema["properties"][name]
    ]
    assert unmarked == []


def test_what_serializers_mask_is_marked_by_their_fields(documents: Node) -> None:
    """A mask stands in a field that marks it; what is masked before it comes to one is named above."""
    loose = {
        str(path.relative_to(APPS))
        for path in APPS.glob("*/api/**/*.py")
        if re.search(r"(?<!Field\()masking\.\w+\(", path.read_text())
    }
    assert loose == MASKED_BEFORE.keys()
    shown = {name: document["components"]["schemas"] for name, document in documents.items()}
    assert "x-masked" in shown["miniprogram"]["CardBalance"]["properties"]["card_number"]
    assert "x-masked" in shown["partner"]["PayableCard"]["properties"]["patient_name"]
    assert "x-masked" in shown["miniprogram"]["FoundAdmission"]["properties"]["patient_name"]
    assert shown["admin"]["PatientRow"]["properties"]["phone"]["x-masked"] == {
        "operation": "patients_sensitive"
    }
    assert "x-masked" in shown["miniprogram"]["Deposit"]["properties"]["patient_name"]
