from rest_framework.routers import SimpleRouter

from apps.encounters.api.admin.views import EncounterViewSet

router = SimpleRouter(trailing_slash=False, use_regex_path=False)
router.register("encounters", EncounterViewSet, basename="encounters")
urlpatterns = router.urls
