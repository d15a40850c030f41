"""What this app writes into the patient's timeline."""

from apps.patients.timeline import define_entry

ADMISSION = define_entry("admission", "住院", "Admission")
INPATIENT_DEPOSIT = define_entry("inpatient_deposit", "住院押金", "Inpatient deposit")
