from typing import Any

from django.urls import path

from apps.inpatient.api.partner import admissions, charges

urlpatterns: list[Any] = [
    path("admissions", admissions.AdmissionsView.as_view()),
    path("admissions/<str:external_id>", admissions.AdmissionView.as_view()),
    path("inpatient-charges", charges.InpatientChargesView.as_view()),
]
