from django.urls import path

from apps.files.api.admin.views import FileContentView, FileView, UploadFileView

urlpatterns = [
    path("files", UploadFileView.as_view()),
    path("files/<uuid:file_id>", FileView.as_view()),
    path("files/<uuid:file_id>/content", FileContentView.as_view()),
]
