from django.urls import path

from apps.identity.api.partner import directory, oauth

urlpatterns = [
    path("oauth/token", oauth.TokenView.as_view()),
    path("oauth/revoke", oauth.RevokeView.as_view()),
    path("hospitals", directory.HospitalsView.as_view()),
    path("departments", directory.DepartmentsView.as_view()),
    path("doctors", directory.DoctorsView.as_view()),
]
