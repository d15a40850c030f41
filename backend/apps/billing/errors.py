from kernel.errors import DomainError, Expectation

RANGE_NUMBERS = Expectation(
    "range_numbers", "起止号码须为位数相同的数字,止号不小于起号,最多 100000 张",
    "First and last number are digits of one length, in order, 100,000 forms at most.",
)  # fmt: skip
HOLDS_RANGES = Expectation(
    "holds_ranges",
    "须为本院在职且可打印发票的员工",
    "Somebody of the hospital in service who may print invoices.",
)
PAPER_OFF = Expectation("paper_off", "本院不使用编号票据", "The hospital does not print on numbered forms.")


class InsuranceNotSupported(DomainError):
    """The payer is modelled, its settlement is not (rules.md 13)."""

    code, status = "insurance_not_supported", 422
    zh, en = "暂不支持医保结算,请选择自费", "Insured settlement is not supported; choose self-pay."


class MandatoryBillMissing(DomainError):
    """`bill_ids`: ids of the bills that have to be in the payment, too (rules.md 11)."""

    code, status = "mandatory_bill_missing", 409
    members = ("bill_ids",)
    zh, en = (
        "请先缴纳或一并缴纳挂号费和门诊费",
        "The registration and its mandatory bills must be paid with it.",
    )


class RegistrationVoid(DomainError):
    """`bill_ids`: ids of the bills whose registration was cancelled or refunded."""

    code, status = "registration_void", 409
    members = ("bill_ids",)
    zh, en = "账单所属的挂号已取消或退费", "The registration of the bill was cancelled or refunded."


class BillNotPayable(DomainError):
    """`bill_ids`: ids of the bills that are paid, cancelled, replaced or expired."""

    code, status = "bill_not_payable", 409
    members = ("bill_ids",)
    zh, en = "账单已缴费、已取消或已失效,请刷新", "A bill is paid, cancelled or expired; reload."


class BillsNotTogether(DomainError):
    """A deposit or a top-up is paid by itself."""

    code, status = "bills_not_together", 409
    zh, en = "押金和充值须单独支付", "A deposit or a top-up is paid by itself."


class BillAlreadyPaid(DomainError):
    """What was paid no longer changes; it can be refunded."""

    code, status = "bill_already_paid", 409
    zh, en = "账单已缴费,不能修改", "The bill is paid and can't be changed."


class BillAmountMismatch(DomainError):
    """`sum_fen` is what the items come to."""

    code, status = "bill_amount_mismatch", 400
    members = ("sum_fen",)
    zh, en = "账单金额与明细合计不一致", "The amount of the bill is not the sum of its items."


class BillStands(DomainError):
    """`bill` is the id of the bill that there is."""

    code, status = "bill_stands", 409
    members = ("bill_id",)
    zh, en = "已有有效账单", "There is a bill for it already."


class RefundExceedsBill(DomainError):
    """`refundable_fen`: what may still go back."""

    code, status = "refund_exceeds_bill", 409
    members = ("bill_id", "refundable_fen")
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


class NoInvoiceRange(DomainError):
    code, status = "no_invoice_range", 409
    zh, en = "没有可用的票据,请先向财务领取号段", "There are no forms left; draw a range from finance first."


class InvoiceRangeOverlaps(DomainError):
    code, status = "invoice_range_overlaps", 409
    zh, en = "号段与已领用的号段重叠", "Some of these numbers were drawn before."


class InvoiceNumberNotNext(DomainError):
    """`paper_code` and `paper_no`: of the form that is to be used next."""

    code, status = "invoice_number_not_next", 409
    members = ("paper_code", "paper_no")
    zh, en = (
        "下一张票据为 {paper_code} 的 {paper_no},请核对打印机内的票据",
        "The next form is {paper_no} of {paper_code}; check what lies in the printer.",
    )


class VerifierIsHolder(DomainError):
    code, status = "verifier_is_holder", 409
    zh, en = "领用人不能核销自己的号段", "Somebody else than its holder verifies a range."


class ItemRefunded(DomainError):
    code, status = "item_refunded", 409
    zh, en = "账单已退费,不能执行此操作", "Some of the bill was refunded."


class InvoiceStands(DomainError):
    """`invoice` is the id of the invoice that there is."""

    code, status = "invoice_stands", 409
    members = ("invoice_id",)
    zh, en = "已开具发票", "The bill has an invoice."


class InvoiceReversed(DomainError):
    code, status = "invoice_reversed", 409
    zh, en = "发票已冲红", "The invoice was reversed."


class InvoiceDeskRefused(DomainError):
    """`desk` is where the first copy is printed."""

    code, status = "invoice_desk", 409
    members = ("desk",)
    zh, en = "发票首次打印请到{desk}", "The first copy is printed at {desk}."


class InvoiceNotPrinted(DomainError):
    """The file is of the newest copy, for who has printed that: another one is counted first."""

    code, status = "invoice_not_printed", 409
    zh = "最近一份发票不是您打印的,请先打印(计数)再下载"
    en = "You have not printed the newest copy: print one, which is counted, and download it then."


class InvoiceReprintNeedsReason(DomainError):
    code, status = "invoice_reprint_needs_reason", 400
    zh, en = "补打发票请填写原因", "A reprint needs a reason."


class OutpatientPrepaymentBarred(DomainError):
    """Public, military and insurance-designated hospitals take none since 2025, whatever their settings say."""

    code, status = "outpatient_prepayment_barred", 409
    zh = "按规定,公立、军队及医保定点医院不再收取门诊预交金,就诊卡不能充值;卡内余额可使用或申请退回"
    en = "This hospital may take no outpatient prepayment; what is on the card can be used or refunded."


class PrepaymentAllowed(DomainError):
    code, status = "prepayment_allowed", 409
    zh, en = "本院未停止收取门诊预交金,无需公告", "The hospital still takes outpatient prepayment."


class AnnouncementUnderWay(DomainError):
    """`announcement_id`: the one that is not told to everybody yet."""

    code, status = "announcement_under_way", 409
    members = ("announcement_id",)
    zh, en = "上一次公告尚未发送完毕", "The last announcement is still being sent."


class TopUpDisabled(DomainError):
    code, status = "top_up_disabled", 409
    zh, en = "医院未开通就诊卡充值", "The hospital does not offer top-ups of cards."


class TopUpAmountNotAllowed(DomainError):
    """`minimum_fen` and `maximum_fen` bound one top-up."""

    code, status = "top_up_amount_not_allowed", 400
    members = ("minimum_fen", "maximum_fen")
    zh, en = "单次充值金额超出允许范围", "The amount of a top-up is outside the allowed range."


class CardBalanceLimit(DomainError):
    """`most_fen` is what a card may hold, `balance_fen` what it holds."""

    code, status = "card_balance_limit", 409
    members = ("most_fen", "balance_fen")
    zh, en = "充值后余额超过就诊卡余额上限", "The card would hold more than it may."


class RefundExceedsBalance(DomainError):
    """`allowed_fen`: the most that can go back now."""

    code, status = "refund_exceeds_balance", 409
    members = ("allowed_fen",)
    zh, en = "退款金额超过就诊卡余额", "More than the balance of the card."


class RefundExceedsOnlineTotal(DomainError):
    """`allowed_fen`: the most that can go back now."""

    code, status = "refund_exceeds_online_total", 409
    members = ("allowed_fen",)
    zh, en = "退款金额超过可退的充值总额", "More than what was topped up and has not gone back."


class RefundAtCounter(DomainError):
    """`bring` says what to bring to the counter, `fee_fen` what was paid."""

    code, status = "refund_at_counter", 409
    members = ("bring", "bill_ids", "fee_fen")
    zh, en = "请到窗口办理退费:{bring}", "It is refunded at the counter: {bring}"


class RefundNotPaidHere(DomainError):
    """`application` and `channel` are those of the payment."""

    code, status = "refund_not_paid_here", 409
    members = ("application", "channel")
    zh = "非本应用线上支付,请到窗口退费"
    en = "It was not paid online through this application; go to the counter."


class NothingRefundable(DomainError):
    """`bill_ids`: ids of the bills of which nothing may go back."""

    code, status = "nothing_refundable", 409
    members = ("bill_ids",)
    zh, en = "没有可退的金额", "Nothing of it can be refunded."


class RefundRequested(DomainError):
    """`request_ids`: the open requests; `allowed_fen`: what they leave."""

    code, status = "refund_requested", 409
    members = ("request_ids", "allowed_fen")
    zh = "该金额已在待处理的退费申请中,请先处理该申请"
    en = "An open refund request asks for this money; see to that one first."


class AppointmentStands(DomainError):
    """`bill_ids`: ids of the registrations that have to be cancelled before their fee goes back."""

    code, status = "appointment_stands", 409
    members = ("bill_ids",)
    zh, en = "请先退号,挂号费随退号一并退还", "Cancel the appointment; the fee goes back with it."


class RefundNeedsApproval(DomainError):
    code, status = "refund_needs_approval", 409
    zh, en = "退费须先经医生审批", "A doctor has to approve the refund first."


class ExecutorIsRequester(DomainError):
    """Nobody else has looked at the request (rules.md 34)."""

    code, status = "executor_is_requester", 409
    zh = "退费申请未经他人审批,须由他人执行"
    en = "Nobody approved this refund: somebody else than who asked has to execute it."


class InvoiceReprintRequired(DomainError):
    """`bill_ids`: ids of the bills whose invoice has to be printed for the refund."""

    code, status = "invoice_reprint_required", 409
    members = ("bill_ids",)
    zh, en = "退费前请先补打发票", "The invoice must be reprinted before the refund."


class RefundOfSeveralDoctors(DomainError):
    code, status = "refund_of_several_doctors", 409
    zh = "需审批的账单属于不同医生,请分别申请"
    en = "The bills are several doctors'; ask for each doctor's alone."


class HisRefusedRefund(DomainError):
    """`reason` is what HIS says."""

    code, status = "his_refused_refund", 409
    members = ("reason",)
    zh, en = "HIS 不允许退费:{reason}", "HIS does not allow the refund: {reason}"
