"""Files are never shown as rows: who may read one is asked of its owner (kernel.files)."""

from apps.access.policies.base import hide
from apps.files.models import File

hide(File)
