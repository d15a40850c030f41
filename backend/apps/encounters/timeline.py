"""What this app writes into the patient's timeline."""

from apps.patients.timeline import define_entry

VISIT = define_entry("visit", "就诊", "Visit")
