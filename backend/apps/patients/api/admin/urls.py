from django.urls import path
from rest_framework.routers import SimpleRouter

from apps.patients.api.admin.of_patient import CareTeamViewSet, PatientCardViewSet, PatientTimelineViewSet
from apps.patients.api.admin.patients import PatientViewSet

router = SimpleRouter(trailing_slash=False, use_regex_path=False)
router.register("patients", PatientViewSet, basename="patients")

OF = "patients/<uuid:patient_id>"

urlpatterns = [
    *router.urls,
    path(f"{OF}/cards", PatientCardViewSet.as_view({"get": "list", "post": "create"})),
    path(f"{OF}/cards/<uuid:pk>/deactivate", PatientCardViewSet.as_view({"post": "deactivate"})),
    path(f"{OF}/cards/<uuid:pk>/activate", PatientCardViewSet.as_view({"post": "activate"})),
    path(f"{OF}/care-team", CareTeamViewSet.as_view({"get": "list", "post": "join"})),
    path(f"{OF}/care-team/share", CareTeamViewSet.as_view({"post": "share"})),
    path(f"{OF}/care-team/<uuid:pk>/end", CareTeamViewSet.as_view({"post": "end"})),
    path(f"{OF}/timeline", PatientTimelineViewSet.as_view({"get": "list"})),
]
