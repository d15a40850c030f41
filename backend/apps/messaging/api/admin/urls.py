from rest_framework.routers import SimpleRouter

from apps.messaging.api.admin.messages import MessageViewSet
from apps.messaging.api.admin.templates import MessageTemplateViewSet

router = SimpleRouter(trailing_slash=False, use_regex_path=False)
router.register("messages", MessageViewSet, basename="messages")
router.register("message-templates", MessageTemplateViewSet, basename="message-templates")

urlpatterns = router.urls
