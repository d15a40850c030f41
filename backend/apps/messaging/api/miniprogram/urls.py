from rest_framework.routers import SimpleRouter

from apps.messaging.api.miniprogram.messages import InboxViewSet

router = SimpleRouter(trailing_slash=False, use_regex_path=False)
router.register("messages", InboxViewSet, basename="messages")

urlpatterns = router.urls
