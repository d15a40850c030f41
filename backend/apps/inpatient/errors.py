from kernel.errors import DomainError, Expectation

BED_KEPT = Expectation(
    "bed_kept", "患者已安排床位,请办理转床", "The patient has a bed: move them to another one instead."
)


AFTER_LAST_MOVE = Expectation(
    "after_last_move", "须不早于最近一次入床时间", "Not before the patient was put into the last bed."
)
HIS_SHARE = Expectation(
    "his_share",
    "费用记完时须告知 HIS 持有的押金",
    "With the last charge HIS has to tell what it holds itself.",
)


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


class BedNotFree(DomainError):
    """`current`: what it is instead."""

    code, status = "bed_not_free", 409
    members = ("current",)
    zh, en = "床位已被占用或未开放,请刷新后另选", "The bed is taken or not open; reload and choose another."


class WardClosed(DomainError):
    code, status = "ward_closed", 409
    zh, en = "病区已停用", "The ward is no longer in use."


class StayNotOver(DomainError):
    code, status = "stay_not_over", 409
    zh, en = "患者尚未出院,不能结算", "The patient is still in hospital; there is nothing to settle yet."


class ChargesMayCome(DomainError):
    """HIS has not said that the charges are complete."""

    code, status = "charges_may_come", 409
    zh, en = "HIS 尚未确认费用已记完,不能结算", "HIS has not said yet that no more charges come."


class StaySettled(DomainError):
    """`settlement_id`: the settlement that stands; `external_ids`: the new rows that came too late for it."""

    code, status = "stay_settled", 409
    members = ("settlement_id", "external_ids")
    zh, en = (
        "该住院已结算或正在结算,须先撤销结算",
        "The stay is settled or being settled; take the settlement back first.",
    )


class DepositNotReturnable(DomainError):
    """`left_fen`: what the payments of the deposit still hold."""

    code, status = "deposit_not_returnable", 409
    members = ("left_fen",)
    zh, en = (
        "押金余额与缴款记录不符,请财务核对",
        "The deposit holds more than its payments do; finance has to look.",
    )


class NothingToCollect(DomainError):
    code, status = "nothing_to_collect", 409
    zh, en = "该结算无须补缴", "Nothing is to be paid for this settlement."


class ReopenTooLate(DomainError):
    """Only on the day on which it was settled for good."""

    code, status = "reopen_too_late", 409
    zh, en = "仅结算当日可撤销", "A settlement can be taken back on its own day only."


class DepositAboveCeiling(DomainError):
    """`ceiling_fen`: the most that the deposit may hold; `left_fen`: what may still be paid."""

    code, status = "deposit_above_ceiling", 409
    members = ("ceiling_fen", "left_fen")
    zh, en = "超过该病种的住院押金上限", "More than the deposit may hold for this diagnosis."


class DepositNotTaken(DomainError):
    """What strangers hear instead of DepositAboveCeiling: it tells neither the illness nor what was paid."""

    code, status = "deposit_not_taken", 409
    zh, en = "暂不能缴纳该金额的押金,请联系医院", "This deposit cannot be taken now; ask the hospital."


class WardOccupied(DomainError):
    """`count`: how many patients lie there."""

    code, status = "ward_occupied", 409
    members = ("count",)
    zh, en = "有患者在床,不能更改", "Patients lie there: it can't be changed."
