"""What this app writes into the patient's timeline."""

from apps.patients.timeline import define_entry

BOOKING = define_entry("booking", "挂号", "Booking")
