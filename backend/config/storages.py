"""Where uploaded files are kept, by the environment: on the disk, or in a bucket of an S3-compatible service."""

from typing import Any

from django.core.exceptions import ImproperlyConfigured

from kernel.environment import env

DISK, S3 = "disk", "s3"
KINDS = (DISK, S3)
ADDRESSING = ("auto", "path", "virtual")


def files_storage() -> dict[str, Any]:
    """The entry of STORAGES; ImproperlyConfigured names the variable that is wrong or missing."""
    kind: str = env.str("YIHUI_FILES_STORAGE", default=DISK)
    if kind not in KINDS:
        raise ImproperlyConfigured(f"YIHUI_FILES_STORAGE: {' or '.join(KINDS)}")
    if kind == DISK:
        return {"BACKEND": "apps.files.disk.DiskStorage"}
    options = {
        "bucket_name": env.str("YIHUI_FILES_BUCKET", default=""),
        "endpoint_url": env.str("YIHUI_FILES_ENDPOINT", default=""),
        "access_key": env.str("YIHUI_FILES_ACCESS_KEY_ID", default=""),
        "secret_key": env.str("YIHUI_FILES_SECRET_ACCESS_KEY", default=""),
    }
    names = ("BUCKET", "ENDPOINT", "ACCESS_KEY_ID", "SECRET_ACCESS_KEY")
    missing = [
        f"YIHUI_FILES_{name}" for name, value in zip(names, options.values(), strict=True) if not value
    ]
    if missing:
        raise ImproperlyConfigured(
            "\n".join(f"{name}: needed for YIHUI_FILES_STORAGE=s3" for name in missing)
        )
    return {"BACKEND": "apps.files.bucket.BucketStorage", "OPTIONS": options | _fixed()}


def _fixed() -> dict[str, Any]:
    addressing: str = env.str("YIHUI_FILES_ADDRESSING", default="auto")
    if addressing not in ADDRESSING:
        raise ImproperlyConfigured(f"YIHUI_FILES_ADDRESSING: {', '.join(ADDRESSING)}")
    return {
        "region_name": env.str("YIHUI_FILES_REGION", default="") or None,
        "addressing": addressing,
        "default_acl": None,
        "file_overwrite": True,  # names are ours and never come twice: no request to look
    }
