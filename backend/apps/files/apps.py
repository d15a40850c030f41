from django.apps import AppConfig


class FilesConfig(AppConfig):
    """文件: private objects with owner, checksum, size cap and access log."""

    name = "apps.files"
    label = "files"
