from kernel.errors import DomainError


class AlreadyTaken(DomainError):
    """`executor_name` says by whom."""

    code, status = "work_already_taken", 409
    members = ("executor_name",)
    zh, en = "该待办已由{executor_name}处理", "{executor_name} has taken this already."


class BarredFromWork(DomainError):
    """Who asked for something does not decide on it, nor who decided on a step before."""

    code, status = "work_barred", 409
    zh, en = "该待办须由他人办理", "Somebody else has to do this."


class WorkEndsByItself(DomainError):
    code, status = "work_ends_by_itself", 409
    zh, en = "该待办随所涉事项办结,请直接处理该事项", "It ends with what it is about; see to that."


class ApprovalOpen(DomainError):
    code, status = "approval_open", 409
    zh, en = "已有审批正在进行", "An approval is asked for already."


class NobodyDecides(DomainError):
    """The kind names no step for this: that nobody has to decide is for its owner to say, not for an approval."""

    code, status = "approval_without_steps", 409
    zh, en = "未设置审批人,不能提交审批", "There is nobody to decide on this."


class ApproverIsRequester(DomainError):
    code, status = "approver_is_requester", 409
    zh, en = "审批人不能是申请人", "The approver can't be the one who asked."


class ApproverDecidedBefore(DomainError):
    code, status = "approver_decided_before", 409
    zh, en = (
        "您已审批过其中一步,须由他人审批",
        "You have decided on another step of this; somebody else has to.",
    )


class ApprovalKindGone(DomainError):
    """The app that asked has given its kind up: nobody could say what would follow from a decision."""

    code, status = "approval_kind_gone", 409
    zh, en = (
        "此类审批已停用,不能再审批;申请人可以撤回",
        "This kind of approval is given up and not decided on any more; who asked may withdraw it.",
    )


class PlaceSigned(DomainError):
    """`signer_name` says by whom."""

    code, status = "place_signed", 409
    members = ("signer_name",)
    zh, en = "此处已由{signer_name}签名", "{signer_name} has signed here already."


class SignsTwice(DomainError):
    code, status = "signs_twice", 409
    zh, en = (
        "您已在别处签名,此处须由他人签名",
        "You have signed in another place of this; somebody else has to.",
    )
