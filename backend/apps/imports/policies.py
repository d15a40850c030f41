"""Jobs are shown by the kind they are of: each proxy has a policy of its own."""

from apps.access.policies import hide
from apps.imports.models import ImportJob

hide(ImportJob)
