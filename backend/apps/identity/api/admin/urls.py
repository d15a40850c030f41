from rest_framework.routers import SimpleRouter

from apps.identity.api.admin.departments import DepartmentViewSet

router = SimpleRouter(trailing_slash=False, use_regex_path=False)
router.register("departments", DepartmentViewSet, basename="departments")

urlpatterns = router.urls
