"""What an export of appointments shows."""

#: Column → the property that it is in the documents, whose words are its title.
APPOINTMENTS = {
    "appointment_no": "appointment_no", "visit_date": "visit_date", "starts_at": "starts_at", "ends_at": "ends_at",
    "hospital__name": "hospital_name", "department__name": "department_name",
    "practitioner__name": "practitioner_name", "session__tier": "tier", "number": "number",
    "patient__name": "patient_name", "patient__mrn": "mrn", "kind": "kind", "source": "source", "state": "state",
    "fee_fen": "fee_fen", "payment_status": "payment_status", "checked_in_at": "checked_in_at",
    "cancelled_at": "cancelled_at", "cancel_reason": "cancel_reason", "override_reason": "override_reason",
    "created_at": "created_at",
}  # fmt: skip
