"""Whole bodies of operations whose examples no list of names can make."""

from typing import Any

REPORT_OF_HALF_A_MONTH = {
    "hospital_id": "0199c3a5-d1f2-799a-9b7c-948c1658514d",
    "parameters": {"date_from": "2026-03-01", "date_to": "2026-03-15", "group_by": "day"},
}

#: Bodies whose maps depend on their route: operation → the whole body.
API_EXAMPLE_BODIES: dict[str, dict[str, Any]] = {
    "report_definitions_preview": REPORT_OF_HALF_A_MONTH,
    "report_jobs_create": {"report": "billing.income", "file_format": "xlsx", **REPORT_OF_HALF_A_MONTH},
    "hospital_settings_update": {"version": 1, "values": {"session_hours": 12}},
    "patients_captures_booking_create": {
        "values": {"wanted_services": "冠心病复查", "preferred_time": "周三上午"}
    },
    "patients_captures_triage_create": {"values": {"chief_complaint": "活动后胸闷三天"}},
    "patients_captures_reception_create": {"values": {"hobbies": "散步"}},
    "patients_captures_examination_create": {"values": {"findings_explained": True}},
    "patients_captures_consultation_create": {"values": {"doubts": "担心支架的长期影响"}},
    "patients_captures_member_follow_up_create": {"values": {"services_wanted": "年度体检"}},
}
