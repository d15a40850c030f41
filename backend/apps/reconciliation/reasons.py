"""What is wrong with a bill that was handed in, beside what is wrong with any table (imports.reasons)."""

from apps.imports.reasons import Words

WORDS: Words = {
    "another_day": ("业务日期不是该日", "The business date is another day's."),
    "another_hospital": ("医院编码不是本院", "The hospital's code is another one."),
    "unknown_kind": ("类型须为 payment 或 refund", "The kind has to be payment or refund."),
    "bad_number": ("单号为空或超过 64 个字符", "The number is empty or longer than 64 characters."),
    "bad_amount": ("金额须为大于零的数", "The amount has to be a number above 0."),
    "unknown_state": ("无法识别的状态", "The state is not known."),
    "bad_moment": ("发生时间格式错误", "The moment can't be read."),
    "no_unit": ("金额列须注明单位,如 金额(分) 或 金额(元)", "The title of the amount has to say its unit: 分 or 元."),
    "no_total": (
        "缺少合计行(#total),文件可能不完整", "There is no line of totals (#total): the file may be cut off."
    ),
    "bad_total": (
        "合计行须为 #total,笔数,收款分,退款分", "The line of totals has to be #total, count, fen paid, fen given back."
    ),
    "count_differs": (
        "合计行的笔数 {shown} 与实际 {counted} 不符,文件可能不完整",
        "The last line says {shown} rows, there are {counted}: the file may be cut off.",
    ),
    "after_total": ("合计行之后还有内容", "Something stands below the line of totals."),
    "too_many_rows": ("行数超过上限 200 万", "More than 2,000,000 rows."),
    "foreign_bill": (
        "不是该账户的账单:没有一笔是我方单号",
        "Not this account's bill: none of its lines has a number of ours.",
    ),
    "wrong_day": ("多数记录不在该日", "Most of its lines are of another day."),
    "too_many_differences": ("差异过多,请核对账单", "There are too many differences; look at the bill."),
    "unbalanced": ("无法自证平衡,请联系技术支持", "The result can't be proven; ask for support."),
    "not_the_channels": ("不是该渠道该日的账单", "Not the channel's bill of that day."),
    "cut_off": ("文件不完整,请重新下载", "The file is cut off: download it again."),
    "damaged": (
        "文件已损坏、加密或不是该渠道的账单文件,请重新下载",
        "The file is damaged, locked or not the channel's: download it again.",
    ),
    "no_list": ("文件中没有交易明细({shown})", "There is no list of trades ({shown}) in the file."),
    "several_lists": (
        "文件中有 {count} 份交易明细,请每次只提交一份", "There are {count} lists of trades in the file: hand in one."
    ),
    "other_merchant": ("是其他商户的账单", "The bill of another merchant."),
    "other_day": ("是其他日期的账单", "The bill of another day."),
    "missing_columns": ("缺少列:{columns}", "Columns are missing: {columns}."),
    "unpacks_too_large": ("文件解压后超过 {limit} MB", "The file unpacks to more than {limit} MB."),
    "long_text": ("文本超过 {limit} MB,请提交 ZIP 文件", "A text of more than {limit} MB: hand in the ZIP."),
    "long_line": ("第 {line} 行超过 {limit} 字节", "Line {line} has more than {limit} bytes."),
    "bad_totals": ("合计行无法识别:{shown}", "The totals can't be read: {shown}"),
    "sums_differ": ("{shown}合计与明细之和不符,文件可能不完整", "The total of {shown} differs from the rows."),
    "bad_row": ("第 {number} 条记录无法识别:{shown}", "Record {number} can't be read: {shown}"),
    "empty_bill": ("账单为空,而我方该日有多笔", "The bill is empty, and we have many of that day."),
    "not_agreed": ("未获同意,该日仍以原账单为准", "It was not agreed to: the bill before goes on counting."),
    "not_processed": (
        "系统未能读完该文件,请重新提交;仍然失败请联系技术支持",
        "The file could not be read to its end: hand it in again; if it fails again, ask for support.",
    ),
    "bad_line": ("该行无法识别:{shown}", "The line can't be read: {shown}"),
}  # fmt: skip
