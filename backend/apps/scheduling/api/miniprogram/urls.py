from django.urls import path

from apps.scheduling.api.miniprogram import suspensions, views, waitlist

APPOINTMENTS = views.AppointmentViewSet
ENTRIES = waitlist.WaitlistEntryViewSet
SUSPENSIONS = suspensions.BookingSuspensionViewSet

urlpatterns = [
    path("booking/departments", views.BookableDepartmentsView.as_view()),
    path("booking/doctors", views.BookableDoctorsView.as_view()),
    path("booking/days", views.BookableDaysView.as_view()),
    path("booking/slots", views.BookableSlotsView.as_view()),
    path("appointments", APPOINTMENTS.as_view({"get": "list", "post": "create"})),
    path("appointments/<uuid:pk>", APPOINTMENTS.as_view({"get": "retrieve"})),
    path("appointments/<uuid:pk>/cancel", APPOINTMENTS.as_view({"post": "cancel"})),
    path("appointments/<uuid:pk>/reschedule", APPOINTMENTS.as_view({"post": "reschedule"})),
    path("appointments/<uuid:pk>/changes", APPOINTMENTS.as_view({"get": "changes"})),
    path("waitlist-entries", ENTRIES.as_view({"get": "list", "post": "create"})),
    path("waitlist-entries/<uuid:pk>", ENTRIES.as_view({"get": "retrieve"})),
    path("waitlist-entries/<uuid:pk>/accept", ENTRIES.as_view({"post": "accept"})),
    path("waitlist-entries/<uuid:pk>/decline", ENTRIES.as_view({"post": "decline"})),
    path("waitlist-entries/<uuid:pk>/leave", ENTRIES.as_view({"post": "leave"})),
    path("booking-suspensions", SUSPENSIONS.as_view({"get": "list"})),
    path("booking-suspensions/<uuid:pk>/appeals", SUSPENSIONS.as_view({"get": "appeals", "post": "appeal"})),
]
