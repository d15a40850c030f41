from django.urls import path

from apps.patients.api.miniprogram.bindings import (
    BindingDefaultView,
    BindingListView,
    BindingUnbindView,
    FilingView,
)
from apps.patients.api.miniprogram.personal import PersonalView, ProfileListView

urlpatterns = [
    path("cards/bindings", BindingListView.as_view()),
    path("cards/bindings/<uuid:pk>/default", BindingDefaultView.as_view()),
    path("cards/bindings/<uuid:pk>/unbind", BindingUnbindView.as_view()),
    path("cards/bindings/<uuid:pk>/patient", PersonalView.as_view()),
    path("cards/profiles", ProfileListView.as_view()),
    path("cards/filings", FilingView.as_view()),
]
