from apps.worklist.models.approval import Approval, ApprovalStep
from apps.worklist.models.duty import WorkDuty
from apps.worklist.models.item import WorkItem
from apps.worklist.models.signature import Signature

__all__ = ["Approval", "ApprovalStep", "Signature", "WorkDuty", "WorkItem"]
