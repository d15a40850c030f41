from django.db import models
from django.db.models import Q

from apps.audit.triggers import audited
from apps.files.states import FILES, FileState
from kernel.models import BaseModel


class File(BaseModel):
    """文件: what is known of stored bytes. Users and hospitals stand above, so that their ids are plain columns."""

    owner_type = models.CharField(max_length=64, help_text="code of kernel.files.FileOwner")
    owner_id = models.UUIDField(null=True, help_text="what it hangs on, once it is attached")
    hospital_id = models.UUIDField(null=True, help_text="the owner's; null: the group's, or not attached")
    name = models.CharField(max_length=120, help_text="as it was uploaded, without what nobody sees")
    media_type = models.CharField(max_length=127, help_text="as the content shows it")
    size = models.BigIntegerField(help_text="bytes")
    checksum = models.CharField(max_length=64, help_text="SHA-256 of the content, hexadecimal")
    stored_as = models.CharField(max_length=80, unique=True)
    is_sealed = models.BooleanField(default=False)
    uploader_id = models.UUIDField(null=True, help_text="the user")
    state = models.CharField(max_length=8, choices=FILES.choices, default=FileState.STAGED)
    attached_at = models.DateTimeField(null=True)
    deleted_at = models.DateTimeField(null=True)
    purged_at = models.DateTimeField(null=True, help_text="when the bytes had gone")

    class Meta:
        constraints = [
            models.CheckConstraint(condition=Q(size__gt=0), name="file_not_empty"),
            models.CheckConstraint(
                condition=~Q(state=FileState.ATTACHED) | Q(owner_id__isnull=False),
                name="file_attached_to_something",
            ),
            models.CheckConstraint(
                condition=Q(purged_at__isnull=True) | Q(state=FileState.DELETED),
                name="file_purged_once_deleted",
            ),
        ]
        indexes = [
            models.Index(fields=["owner_type", "owner_id"], name="files_of_owner"),
            models.Index(fields=["created_at"], condition=Q(state=FileState.STAGED), name="files_staged"),
            models.Index(
                fields=["deleted_at"], condition=Q(state=FileState.DELETED, purged_at__isnull=True),
                name="files_to_purge",
            ),
        ]  # fmt: skip
        triggers = [audited()]
