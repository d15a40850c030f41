from kernel.errors import DomainError


class InsuranceNotSupported(DomainError):
    """The payer is modelled, its settlement is not (rules.md 13)."""

    code, status = "insurance_not_supported", 422
    zh, en = "暂不支持医保结算,请选择自费", "Insured settlement is not supported; choose self-pay."


class MandatoryBillMissing(DomainError):
    """`missing`: ids of the bills that have to be in the payment, too (rules.md 11)."""

    code, status = "mandatory_bill_missing", 409
    zh, en = (
        "请先缴纳或一并缴纳挂号费和门诊费",
        "The registration and its mandatory bills must be paid with it.",
    )


class RegistrationVoid(DomainError):
    """`bills`: ids of the bills whose registration was cancelled or refunded."""

    code, status = "registration_void", 409
    zh, en = "账单所属的挂号已取消或退费", "The registration of the bill was cancelled or refunded."


class BillNotPayable(DomainError):
    """`bills`: ids of the bills that are paid, cancelled, replaced or expired."""

    code, status = "bill_not_payable", 409
    zh, en = "账单已缴费、已取消或已失效,请刷新", "A bill is paid, cancelled or expired; reload."


class BillAlreadyPaid(DomainError):
    """What was paid no longer changes; it can be refunded."""

    code, status = "bill_already_paid", 409
    zh, en = "账单已缴费,不能修改", "The bill is paid and can't be changed."


class BillAmountMismatch(DomainError):
    """`sum_fen` is what the items come to."""

    code, status = "bill_amount_mismatch", 400
    zh, en = "账单金额与明细合计不一致", "The amount of the bill is not the sum of its items."


class BillStands(DomainError):
    """`bill` is the id of the bill that there is."""

    code, status = "bill_stands", 409
    zh, en = "已有有效账单", "There is a bill for it already."


class RefundExceedsBill(DomainError):
    """`refundable_fen`: what may still go back."""

    code, status = "refund_exceeds_bill", 409
    zh, en = "退费金额超过账单可退金额", "More than the bill's refundable amount."


class ItemNotPaid(DomainError):
    code, status = "item_not_paid", 409
    zh, en = "未缴费,不能执行或发药", "The item is not paid."


class ItemPerformed(DomainError):
    code, status = "item_performed", 409
    zh, en = "该项目已执行或发药", "The item was performed or dispensed."


class ItemNotPerformed(DomainError):
    code, status = "item_not_performed", 409
    zh, en = "该项目未执行或发药", "The item was not performed or dispensed."


class ItemRefunded(DomainError):
    code, status = "item_refunded", 409
    zh, en = "账单已退费,不能执行此操作", "Some of the bill was refunded."


class InvoiceStands(DomainError):
    """`invoice` is the id of the invoice that there is."""

    code, status = "invoice_stands", 409
    zh, en = "已开具发票", "The bill has an invoice."


class InvoiceReversed(DomainError):
    code, status = "invoice_reversed", 409
    zh, en = "发票已冲红", "The invoice was reversed."


class InvoiceDeskRefused(DomainError):
    """`desk` is where the first copy is printed."""

    code, status = "invoice_desk", 409
    zh, en = "发票首次打印请到{desk}", "The first copy is printed at {desk}."


class InvoiceReprintNeedsReason(DomainError):
    code, status = "invoice_reprint_needs_reason", 400
    zh, en = "补打发票请填写原因", "A reprint needs a reason."
