"""What fields of many apps expect; an app's own expectations stand beside what checks them."""

from kernel.errors import Expectation

OF_THE_HOSPITAL = Expectation("of_the_hospital", "须属于同一家医院", "It has to be of the same hospital.")
DOCTOR_OR_DEPARTMENT = Expectation(
    "doctor_or_department", "医生、科室至少填一项", "At least one of doctor and department."
)
UNKNOWN = Expectation("unknown", "没有找到,请核对", "There is none like that; check it.")
IN_ORDER = Expectation("in_order", "下限不能大于上限", "The least may not be more than the most.")
ISO_DAY = Expectation("iso_day", "日期须写作 YYYY-MM-DD", "A day as YYYY-MM-DD.")
ISO_MOMENT = Expectation(
    "iso_moment", "时间须写作 YYYY-MM-DDThh:mm:ss+08:00", "A moment as YYYY-MM-DDThh:mm:ss+08:00."
)
MONTH = Expectation("month", "月份须写作 YYYY-MM", "A month as YYYY-MM.")
NO_SUCH_DAY = Expectation("no_such_day", "没有这一天", "There is no such day.")
UTF8 = Expectation("utf8", "查询参数须为 UTF-8 编码", "Query parameters have to be UTF-8.")
NO_NUL = Expectation(
    "null_characters_not_allowed", "不能含有空字符(U+0000)", "Null characters are not allowed: U+0000."
)
REPEATED = Expectation("repeated_parameter", "此参数只能出现一次", "This parameter may be given once only.")
ANOTHER = Expectation("another", "须为另一个,不能是自身", "It has to be another one.")
DOCTOR = Expectation(
    "doctor_in_service",
    "须为在职且有执业证号的医生",
    "It has to be a doctor in service with a licence number.",
)
DOCTOR_OF_DEPARTMENT = Expectation(
    "doctor_of_department",
    "须为在该科室工作的在职医生",
    "It has to be a doctor in service who works in the department.",
)
COLLEAGUE = Expectation(
    "colleague_in_service", "须为本院在职员工", "It has to be somebody of the hospital in active service."
)
IN_FORCE = Expectation("in_force", "须为启用状态", "It has to be in force.")
EACH_ONCE = Expectation("each_once", "不能重复", "Nothing may stand twice.")
END_NOT_BEFORE_START = Expectation(
    "end_before_start", "结束不能早于开始", "The end must not lie before the start."
)
POSITIVE = Expectation("positive", "须大于零", "It has to be greater than zero.")
PLAUSIBLE_MOMENT = Expectation(
    "plausible_moment", "日期须在合理范围内,请核对年份", "It has to lie in a plausible time; check the year."
)
QUANTITY = Expectation(
    "quantity", "数量须大于 0、小于 1000000,最多三位小数",
    "A quantity above 0 and below 1,000,000 with at most three decimals.",
)  # fmt: skip
AMOUNT = Expectation(
    "amount",
    "金额以分计,须为 0 至 10000000000 之间的整数",
    "An amount in fen, a whole number from 0 to 10,000,000,000.",
)
FORMAT_CARD = Expectation(
    "card_format", "卡号须为 4 至 32 位字母或数字", "A card number has 4 to 32 letters or digits."
)

IDS = Expectation("ids", "须为以逗号分隔的标识,最多 100 个", "Ids with commas between, at most 100.")
SIX_DIGITS = Expectation("six_digits", "须为 6 位数字", "Six digits.")
USER_NAME = Expectation(
    "user_name",
    "用户名为 3 至 64 位字母、数字或 . _ @ -,以字母或数字开头,不区分大小写",
    "A user name has 3 to 64 letters, digits, or . _ @ -, and begins with a letter or digit; case does not matter.",
)
OWN_CODE = Expectation(
    "own_code", "须为字母、数字或连字符,最多 32 位", "Letters, digits and hyphens, 32 at most."
)
FOREIGN_KEY = Expectation(
    "external_id", "须为 1 至 64 位字母、数字或 . _ -", "1 to 64 letters, digits, or . _ -"
)
FOREIGN_NUMBER = Expectation(
    "external_no", "须为 1 至 32 位字母、数字或 . _ -", "1 to 32 letters, digits, or . _ -"
)
LOWER_CODE = Expectation(
    "lower_code", "须以小写字母开头,只含小写字母、数字、下划线或点",
    "It begins with a lower-case letter and holds lower-case letters, digits, underscores and dots.",
)  # fmt: skip
STORED_CODE = Expectation(
    "stored_code",
    "须以字母或数字开头,只含字母、数字或 . _ -",
    "It begins with a letter or digit and holds those and . _ -",
)
UNBROKEN = Expectation("unbroken", "编码中间不能有空格", "A code has no blanks within.")
COLOUR = Expectation("colour", "颜色须写作 #RRGGBB", "A colour as #RRGGBB.")
PROVIDER_ID = Expectation("provider_id", "须为 5 至 64 位字母、数字或 _ -", "5 to 64 letters, digits, _ or -")
VARIABLE = Expectation(
    "variable", "须以字母或下划线开头,只含字母、数字或下划线,最多 32 位",
    "It begins with a letter or underscore and holds letters, digits and underscores, 32 at most.",
)  # fmt: skip
BOOLEAN = Expectation("boolean", "须为 true 或 false", "true or false.")
TEXT = Expectation("text", "须为文本", "A text.")


def whole_number(minimum: int | None, maximum: int | None) -> Expectation:
    """A whole number between these, None: unbounded."""
    low, high = minimum if minimum is not None else "…", maximum if maximum is not None else "…"
    return Expectation(
        f"whole_number_{low}_{high}".replace("…", "any"),
        f"须为整数({low} 至 {high})",
        f"A whole number ({low} to {high}).",
    )


def within_days(days: int) -> Expectation:
    """A last day that is not before the first, and so many days at most."""
    return Expectation(
        f"within_{days}_days",
        f"不能早于开始日期,且最多 {days} 天",
        f"Not before the first day, and {days} days at most.",
    )
