from kernel.errors import DomainError


class DepositDisabled(DomainError):
    code, status = "deposit_disabled", 409
    zh, en = "医院未开通住院押金补缴", "The hospital does not take inpatient deposits this way."


class DepositAmountNotAllowed(DomainError):
    """`minimum_fen` and `maximum_fen` bound one deposit."""

    code, status = "deposit_amount_not_allowed", 400
    members = ("minimum_fen", "maximum_fen")
    zh, en = "单次押金金额超出允许范围", "The amount of a deposit is outside the allowed range."


class AdmissionDischarged(DomainError):
    """Whoever has paid meanwhile gets the money back."""

    code, status = "admission_discharged", 409
    zh, en = "患者已出院,不能补缴押金", "The patient was discharged; no deposit can be paid."


class AlreadyAdmitted(DomainError):
    """`admission` is the id of the stay that there is."""

    code, status = "already_admitted", 409
    members = ("admission_id",)
    zh, en = "患者正在住院", "The patient is in hospital already."


class AdmissionMismatch(DomainError):
    """Never tells which value differs, nor whether the number exists."""

    code, status = "admission_mismatch", 409
    zh, en = (
        "住院号与患者姓名不一致,请核对或到窗口办理",
        "Admission number and name do not match; check them or ask at the window.",
    )


class LookupSlowed(DomainError):
    """Others failed with this number lately: try again after Retry-After, the second try counts."""

    code, status = "admission_lookup_slowed", 429
    zh, en = "操作过于频繁,请稍候再试", "Wait a few seconds and try again."


class LookupLocked(DomainError):
    code, status = "admission_lookup_locked", 429
    zh, en = "查询失败次数过多,请稍后再试", "Too many failed attempts; try again later."


class ChargeDiffers(DomainError):
    """`external_ids`: keys under which another charge was written before."""

    code, status = "charge_differs", 409
    members = ("external_ids",)
    zh, en = "该费用已以不同内容记账", "A charge of that key was written with different content."


class ReversalExceedsCharge(DomainError):
    """`left_quantity` and `left_fen`: what of the charge is not reversed yet."""

    code, status = "reversal_exceeds_charge", 409
    members = ("charge", "left_quantity", "left_fen")
    zh, en = "冲销超过该费用的剩余数量或金额", "More than what is left of the charge."


class ReversalOfReversal(DomainError):
    code, status = "reversal_of_reversal", 409
    zh, en = "冲销记录不能再冲销", "A reversal can't be reversed; charge it again."


class AdmissionOfHis(DomainError):
    """HIS keeps the stay: what is changed here would be overwritten by its next word."""

    code, status = "admission_of_his", 409
    zh, en = "该住院记录由 HIS 管理,请在 HIS 中办理", "HIS keeps this stay; change it there."
