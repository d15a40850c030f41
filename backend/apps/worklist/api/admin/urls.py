from django.urls import path
from rest_framework.routers import SimpleRouter

from apps.worklist.api.admin.approvals import ApprovalViewSet, SignatureViewSet
from apps.worklist.api.admin.views import MyWorkViewSet, WorkDutyViewSet, WorkItemViewSet

router = SimpleRouter(trailing_slash=False, use_regex_path=False)
router.register("work-items", WorkItemViewSet, basename="work-items")
router.register("approvals", ApprovalViewSet, basename="approvals")
router.register("signatures", SignatureViewSet, basename="signatures")
router.register("work-duties", WorkDutyViewSet, basename="work-duties")

urlpatterns = [
    path("work-items/mine", MyWorkViewSet.as_view({"get": "list"})),
    path("work-items/hand-over", WorkItemViewSet.as_view({"post": "hand_over"})),
    path("work-duties/kinds", WorkDutyViewSet.as_view({"get": "kinds"})),
    *(
        path(f"work-items/<uuid:pk>/{action}", WorkItemViewSet.as_view({"post": action}))
        for action in ("take", "finish", "assign")
    ),
    *(
        path(f"approvals/<uuid:pk>/{action}", ApprovalViewSet.as_view({"post": action}))
        for action in ("approve", "complete", "reject", "withdraw")
    ),
    *router.urls,
]
