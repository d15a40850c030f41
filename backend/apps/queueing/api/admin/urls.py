from typing import Any

from django.urls import path
from rest_framework.routers import SimpleRouter

from apps.queueing.api.admin.overview import DayBoardView, OverviewView
from apps.queueing.api.admin.queues import QueueViewSet
from apps.queueing.api.admin.rules import PriorityOptionsView, QueuePriorityViewSet, QueueRuleViewSet
from apps.queueing.api.admin.screens import QueueScreenViewSet
from apps.queueing.api.admin.sessions import CallNextOfSessionViewSet
from apps.queueing.api.admin.tickets import STEPS, QueueTicketViewSet

router = SimpleRouter(trailing_slash=False, use_regex_path=False)
router.register("queues", QueueViewSet, basename="queues")
router.register("queue-rules", QueueRuleViewSet, basename="queue-rules")
router.register("queue-priorities", QueuePriorityViewSet, basename="queue-priorities")
router.register("queue-screens", QueueScreenViewSet, basename="queue-screens")
router.register("queue-tickets", QueueTicketViewSet, basename="queue-tickets")

urlpatterns: list[Any] = [
    path("clinic-sessions/<uuid:pk>/call-next", CallNextOfSessionViewSet.as_view({"post": "call_next"})),
    path("clinic-overview", OverviewView.as_view()),
    path("day-board", DayBoardView.as_view()),
    path("queues/stream-token", QueueViewSet.as_view({"post": "stream_token"})),
    path("queue-screens/<uuid:pk>/revoke", QueueScreenViewSet.as_view({"post": "revoke"})),
    path("queue-priorities/options", PriorityOptionsView.as_view()),
    path("queue-priorities/in-force", QueuePriorityViewSet.as_view({"get": "in_force"})),
]
for action, method in (
    *((step, "post") for step in (*STEPS, "call", "prioritise", "transfer")),
    ("transfer_targets", "get"),
):
    name = action.replace("_", "-")
    urlpatterns.append(path(f"queue-tickets/<uuid:pk>/{name}", QueueTicketViewSet.as_view({method: action})))
for action, method in (("call_next", "post"), ("pause", "post"), ("resume", "post"), ("board", "get")):
    name = action.replace("_", "-")
    urlpatterns.append(path(f"queues/<uuid:pk>/{name}", QueueViewSet.as_view({method: action})))
urlpatterns += router.urls
