"""Files of patients. Who may read one is asked of its owner."""

from apps.access.scoped.permissions import IsPatientAccount
from apps.files.api import views


class UploadFileView(views.UploadFileView):
    __doc__ = views.UploadFileView.__doc__
    permission_classes = [IsPatientAccount]


class FileView(views.FileView):
    __doc__ = views.FileView.__doc__
    permission_classes = [IsPatientAccount]


class FileContentView(views.FileContentView):
    __doc__ = views.FileContentView.__doc__
    permission_classes = [IsPatientAccount]
