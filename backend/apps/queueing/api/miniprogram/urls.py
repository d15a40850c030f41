from django.urls import path

from apps.queueing.api.miniprogram.queue import OwnQueueView, QueuePlaceView

urlpatterns = [
    path("queue", OwnQueueView.as_view()),
    path("appointments/<uuid:pk>/queue", QueuePlaceView.as_view()),
]
