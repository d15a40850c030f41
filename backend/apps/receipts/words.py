from apps.billing.types import ItemCategory
from apps.receipts.platforms import PLATFORMS, platform_words
from apps.receipts.ports import ReceiptKind
from apps.receipts.states import DayCheckState, ReceiptState
from kernel.words import (
    ENUMS,
    Key,
    keys,
    known,
    objects,
    of,
    operations,
    properties,
    references,
    references_of,
    resources,
    values,
)

properties(
    receipt_no=("电子票据业务号", "E-receipt's own number"), reversal_code=("红票代码", "Code of the reversal"),
    reversal_number=("红票号码", "Number of the reversal"), paper_at=("换开时间", "Turned to paper"),
    paper_by_id=("换开人", "Turned to paper by"), paper_by_name=("换开人姓名", "Turned to paper by"),
    error_text=("失败原因", "Why it failed"), is_reversing=("冲红中", "Being reversed"),
    is_waiting=("等待处理", "Being worked on"), may_retry=("可重试", "May be tried again"),
    receipt_account_id=("开票账户", "Receipt account"), receipt_account_name=("开票账户名称", "Receipt account"),
    picture_url=("票据查看地址", "Where the receipt is shown"), business_at=("业务时间", "Business time"),
    sends=("发送次数", "Times sent"), charge_code=("收费项目编码", "Charge code"),
    charge_name=("收费项目", "Charge"), bill_title=("账单内容", "Bill"), platform=("票据平台", "Receipt platform"),
    connection=("连接配置", "Connection"), shown_connection=("已配置内容", "Configured"),
    connection_fields=("必填配置项", "Fields to fill in"), charge_codes=("收费项目编码对照", "Charge codes"),
    issued_fen=("我方开具金额", "Amount issued here"),
    reversed_count=("我方冲红张数", "Reversed here"), reversed_fen=("我方冲红金额", "Amount reversed here"),
    their_issued_count=("平台开具张数", "Issued there"), their_issued_fen=("平台开具金额", "Amount issued there"),
    their_reversed_count=("平台冲红张数", "Reversed there"),
    their_reversed_fen=("平台冲红金额", "Amount reversed there"),
    missing_there=("平台缺少的票据", "Missing at the platform"), missing_here=("我方缺少的票据", "Missing here"),
    amount_differs=("金额不符的票据", "Other amount"), platform_code=("平台代码", "The platform's code"),
    platform_text=("平台说明", "The platform's words"),
)  # fmt: skip
_RECEIPTS = ("EReceipt", "WholeEReceipt", "OwnEReceipt", "OwnEReceiptDetail")
of(*_RECEIPTS, kind=("票据类别", "Kind of receipt"), reversed_at=("冲红时间", "Reversed"))
of("EReceipt", "WholeEReceipt", error=("失败代码", "Code of the failure"))
of("WholeEReceipt", replaces_id=("原票据", "Receipt that it replaces"), sent_at=("发送时间", "Sent"))
of("ReceiptDayCheck", issued_count=("我方开具张数", "Issued here"))
of("ReceiptDayCheck", error=("未应答原因", "Why there was no answer"), checked_at=("核对时间", "Compared"))
of("ReceiptAccount", name=("账户名称", "Account"))
references("receipt_accounts", "receipt_account_id")
references("staff", "paper_by_id")
references_of("e_receipts", "replaces_id", "WholeEReceipt")

CONNECTION = {
    "base_url": ("平台地址", "Address of the platform"), "app_id": ("应用标识", "App id"),
    "key": ("签名密钥", "Signing key"), "place_code": ("开票点编码", "Place code"), "payee": ("收费员", "Payee"),
    "author": ("开票人", "Issuer"), "checker": ("复核人", "Checker"),
    "paper_code": ("纸质票据代码", "Code of paper forms"),
}  # fmt: skip


def _connection_keys() -> dict[str, Key]:
    """What the connections of all platforms have, each key with its platforms."""
    of_platform = {code: {*spec.fields, *spec.optional} for code, spec in PLATFORMS.items()}
    return {
        key: Key(*words, {"platform": tuple(code for code, has in of_platform.items() if key in has)})
        for key, words in CONNECTION.items()
    }


def _category_keys() -> dict[str, Key]:
    return {code: Key(said.zh, said.en) for code, said in ENUMS[ItemCategory].items()}


keys(_connection_keys, "connection", "shown_connection")
keys(_category_keys, "charge_codes")
known("ReceiptPlatformCode", platform_words, "platform", "ReceiptAccount")
known("ReceiptPlatformCode", platform_words, "code", "ReceiptPlatform")

resources(
    e_receipts=("电子票据", "e-receipt", "e-receipts"),
    receipt_accounts=("开票账户", "receipt account", "receipt accounts"),
    receipt_day_checks=("日汇总核对", "comparison of a day", "comparisons of days"),
    receipt_platforms=("票据平台", "receipt platform", "receipt platforms"),
)
operations(
    e_receipts_retry=("重试", "Try again"), e_receipts_query=("查询状态", "Ask the platform"),
    e_receipts_turn_paper=("换开纸质票据", "Turn to paper"), receipt_day_checks_create=("核对", "Compare a day"),
)  # fmt: skip
values(ReceiptKind, {"outpatient": ("门诊", "Outpatient"), "registration": ("挂号", "Registration")})
values(ReceiptState, {
    "queued": ("待开具", "To be issued", "info"), "issuing": ("开具中", "Being issued", "info"),
    "unknown": ("待确认", "Not known yet", "warning"), "issued": ("已开具", "Issued", "success"),
    "reversed": ("已冲红", "Reversed"), "failed": ("开具失败", "Failed", "danger"),
})  # fmt: skip
values(DayCheckState, {
    "matched": ("一致", "Matches", "success"), "differs": ("不一致", "Differs", "danger"),
    "unanswered": ("平台未应答", "No answer", "warning"),
})  # fmt: skip
objects({
    "receipts.ereceipt": ("电子票据", "E-receipt"), "receipts.receiptaccount": ("开票账户", "Receipt account"),
    "receipts.receiptdaycheck": ("日汇总核对", "Comparison of a day"),
})  # fmt: skip
