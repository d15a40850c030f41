from django.urls import path
from rest_framework.routers import SimpleRouter

from apps.patients.api.admin.capture import CaptureFieldViewSet, CaptureViewSet
from apps.patients.api.admin.imports import PatientImportViewSet
from apps.patients.api.admin.merge import DuplicatePairViewSet, MergeOfPatientViewSet, PatientMergeViewSet
from apps.patients.api.admin.of_patient import CareTeamViewSet, PatientCardViewSet, PatientTimelineViewSet
from apps.patients.api.admin.patients import PatientViewSet
from apps.patients.api.admin.related_persons import RelatedPersonViewSet
from apps.patients.api.admin.tags import PatientTagViewSet
from apps.patients.models import Stage

router = SimpleRouter(trailing_slash=False, use_regex_path=False)
router.register("patients", PatientViewSet, basename="patients")
router.register("patient-tags", PatientTagViewSet, basename="patient-tags")
router.register("patient-capture-fields", CaptureFieldViewSet, basename="patient-capture-fields")

OF = "patients/<uuid:patient_id>"

urlpatterns = [
    path("patients/categories", PatientViewSet.as_view({"get": "categories"})),
    *router.urls,
    path(f"{OF}/cards", PatientCardViewSet.as_view({"get": "list", "post": "create"})),
    path(f"{OF}/cards/<uuid:pk>/deactivate", PatientCardViewSet.as_view({"post": "deactivate"})),
    path(f"{OF}/cards/<uuid:pk>/activate", PatientCardViewSet.as_view({"post": "activate"})),
    path(f"{OF}/care-team", CareTeamViewSet.as_view({"get": "list", "post": "join"})),
    path(f"{OF}/care-team/share", CareTeamViewSet.as_view({"post": "share"})),
    path(f"{OF}/care-team/<uuid:pk>/end", CareTeamViewSet.as_view({"post": "end"})),
    path(f"{OF}/captures", CaptureViewSet.as_view({"get": "list"})),
    path(f"{OF}/captures/history", CaptureViewSet.as_view({"get": "history"})),
    *(
        path(
            f"{OF}/captures/{stage.replace('_', '-')}",
            CaptureViewSet.as_view({"post": "write"}, stage=stage),
        )
        for stage in Stage.values
    ),
    path(f"{OF}/related-persons", RelatedPersonViewSet.as_view({"get": "list", "post": "create"})),
    path(
        f"{OF}/related-persons/<uuid:pk>",
        RelatedPersonViewSet.as_view({"patch": "partial_update", "delete": "destroy"}),
    ),
    path(f"{OF}/related-persons/<uuid:pk>/verify", RelatedPersonViewSet.as_view({"post": "verify"})),
    path("patient-tags/<uuid:pk>/put-on", PatientTagViewSet.as_view({"post": "put_on"})),
    path("patient-tags/<uuid:pk>/take-off", PatientTagViewSet.as_view({"post": "take_off"})),
    path(f"{OF}/duplicates", MergeOfPatientViewSet.as_view({"get": "list"})),
    path(f"{OF}/distinct", MergeOfPatientViewSet.as_view({"post": "distinct"})),
    path(f"{OF}/merge", MergeOfPatientViewSet.as_view({"post": "merge"})),
    path("patient-imports", PatientImportViewSet.as_view({"get": "list", "post": "create"})),
    path("patient-imports/template", PatientImportViewSet.as_view({"get": "template"})),
    path("patient-imports/<uuid:pk>", PatientImportViewSet.as_view({"get": "retrieve"})),
    path("patient-imports/<uuid:pk>/apply", PatientImportViewSet.as_view({"post": "apply"})),
    path("patient-imports/<uuid:pk>/cancel", PatientImportViewSet.as_view({"post": "cancel"})),
    path("patient-imports/<uuid:pk>/problems", PatientImportViewSet.as_view({"get": "problems"})),
    path("patient-imports/<uuid:pk>/result", PatientImportViewSet.as_view({"get": "result"})),
    path("patient-imports/<uuid:pk>/report", PatientImportViewSet.as_view({"get": "report"})),
    path("patient-duplicates", DuplicatePairViewSet.as_view({"get": "list"})),
    path("patient-duplicates/scan", DuplicatePairViewSet.as_view({"post": "scan"})),
    path("patient-duplicates/<uuid:pk>/reopen", DuplicatePairViewSet.as_view({"post": "reopen"})),
    path("patient-merges", PatientMergeViewSet.as_view({"get": "list"})),
    path("patient-merges/<uuid:pk>", PatientMergeViewSet.as_view({"get": "retrieve"})),
    path("patient-merges/<uuid:pk>/undo", PatientMergeViewSet.as_view({"post": "undo"})),
    path(f"{OF}/timeline", PatientTimelineViewSet.as_view({"get": "list"})),
]
