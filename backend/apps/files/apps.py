from django.apps import AppConfig


class FilesConfig(AppConfig):
    """文件: private objects with owner, checksum, size cap and access log."""

    name = "apps.files"
    label = "files"

    def ready(self) -> None:
        """Sealed files follow the key ring."""
        from apps.files.services.reseal import reseal_files
        from kernel.crypto.rotation import ROTATED

        ROTATED["files.file"] = reseal_files
