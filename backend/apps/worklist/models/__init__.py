from apps.worklist.models.duty import WorkDuty
from apps.worklist.models.item import WorkItem

__all__ = ["WorkDuty", "WorkItem"]
