"""SQL of patients' tables that other apps build into their statements: what stands here, they may rely on."""

PATIENT = "(SELECT id, hospital_id, name, is_active FROM patients_patient)"


def bound_patient(*, account: str, binding: str, hospital: str) -> str:
    """A subquery of one `patient_id`: that of the account's binding at the hospital (null: of its default one).

    The arguments are expressions of ours.
    """
    return f"""
  SELECT b.patient_id FROM patients_cardbinding b
  JOIN patients_patientcard k ON k.id = b.card_id AND k.is_active
  WHERE b.account_id = {account} AND b.unbound_at IS NULL AND b.hospital_id = {hospital}
    AND ({binding}::uuid IS NULL OR b.id = {binding}::uuid)
  ORDER BY b.is_default DESC, b.id LIMIT 1
"""  # noqa: S608 - expressions of our own
