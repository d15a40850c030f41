from kernel.errors import DomainError


class CardRequired(DomainError):
    code, status = "card_required", 409
    zh, en = "请先绑定就诊卡", "Bind a medical card first."


class BindingMismatch(DomainError):
    """Never tells which value differs, nor whether the card exists."""

    code, status = "binding_mismatch", 409
    zh, en = (
        "填写的信息与医院档案不一致,请核对或到窗口办理",
        "The details do not match the hospital's archive; check them or ask at the window.",
    )


class CardMismatch(DomainError):
    """Never tells whether the card exists, nor whose it is."""

    code, status = "card_mismatch", 409
    zh, en = "卡号与姓名不符,请核对", "Card number and name do not fit; check them."


class BindingLocked(DomainError):
    code, status = "binding_locked", 429
    zh, en = "绑卡失败次数过多,请稍后再试", "Too many failed attempts to bind; try again later."


class BindingSlowed(DomainError):
    """Others failed with this card lately: try again after Retry-After, the second try counts."""

    code, status = "binding_slowed", 429
    zh, en = "操作过于频繁,请稍候再试", "Wait a few seconds and try again."


class BindingLimit(DomainError):
    """`relationship` says which of the two limits is reached."""

    code, status = "binding_limit", 409
    members = ("relationship", "limit")
    zh, en = "已达到可绑定就诊卡数量上限", "No more cards can be bound to this account."


class AlreadyBound(DomainError):
    code, status = "already_bound", 409
    zh, en = "该就诊人已绑定,请先解绑", "This person is already bound; unbind first."


class OnlineFilingOff(DomainError):
    code, status = "online_filing_off", 409
    zh, en = "请先到医院窗口建档", "Please register at the hospital's window first."


class ReasonRequired(DomainError):
    code, status = "reason_required", 400
    zh, en = "请填写原因", "Give the reason for this change."


class PatientMerged(DomainError):
    """`merged_into` names the archive that continues this one."""

    code, status = "patient_merged", 409
    members = ("merged_into_id", "patient_id")
    zh, en = "该档案已合并到其他档案", "This archive was merged into another one."


class PatientDuplicate(DomainError):
    """`existing` names the archive if the caller may see it; whoever holds the code goes on with `duplicate_reason`."""

    code, status = "patient_duplicate", 409
    members = ("existing",)
    zh, en = "本院已有相同证件号码的患者档案", "This hospital has an archive with the same document already."


class PossibleDuplicate(DomainError):
    """`candidates` may be the same person; filed all the same with `confirm_duplicate`."""

    code, status = "possible_duplicate", 409
    members = ("candidates",)
    zh, en = (
        "本院可能已有此人的档案,请先核对;确认不是同一人后再建档",
        "This person may be on file already; compare the archives, and confirm that it is somebody else.",
    )


class MergeClash(DomainError):
    """`clashes` names what both archives hold and only one can keep."""

    code, status = "merge_clash", 409
    members = ("clashes",)
    zh, en = (
        "两份档案存在冲突的记录,请先处理后再合并",
        "Both archives hold records of which one patient can have only one; resolve them first.",
    )


class SurvivorMerged(DomainError):
    """`survivor_merged_into` was merged later: that merge has to be undone first."""

    code, status = "survivor_merged", 409
    members = ("survivor_merged_into",)
    zh, en = (
        "保留档案后来又被合并,请先撤销后一次合并",
        "The surviving archive was itself merged later; undo that merge first.",
    )
