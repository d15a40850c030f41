"""Tests: as local, with cheap password hashing and quiet logs."""

import os

os.environ.setdefault("YIHUI_LOG_LEVEL", "ERROR")

from config.settings.local import *

PASSWORD_HASHERS = ["django.contrib.auth.hashers.MD5PasswordHasher"]
STORAGES = {
    "default": {"BACKEND": "django.core.files.storage.FileSystemStorage"},
    "staticfiles": {"BACKEND": "django.contrib.staticfiles.storage.StaticFilesStorage"},
}
