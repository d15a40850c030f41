from kernel.errors import DomainError, Expectation


class ShiftOpenAlready(DomainError):
    """`shift_no`: the clerk's shift that is not handed over yet."""

    code, status = "shift_open_already", 409
    members = ("shift_no",)
    zh, en = "您的班次 {shift_no} 尚未交班,不能再开班", "Your shift {shift_no} is not handed over yet."


class DrawerInUse(DomainError):
    """`clerk_name`: whose shift has it."""

    code, status = "drawer_in_use", 409
    members = ("clerk_name",)
    zh, en = (
        "该钱箱正由{clerk_name}使用,尚未交班",
        "{clerk_name} works with this drawer and has not handed it over.",
    )


class CountedAlready(DomainError):
    code, status = "shift_counted_already", 409
    zh, en = "清点结果已录入,不能重复录入", "The count was entered already."


class NotCounted(DomainError):
    code, status = "shift_not_counted", 409
    zh, en = "请先录入清点结果", "Enter the count first."


class DifferenceUnexplained(DomainError):
    """`difference_fen`: counted minus expected."""

    code, status = "difference_unexplained", 409
    members = ("difference_fen",)
    zh, en = "账实不符,请先说明原因", "The count differs: say why first."


class CountersignRequired(DomainError):
    """`difference_fen`: counted minus expected."""

    code, status = "countersign_required", 409
    members = ("difference_fen",)
    zh, en = (
        "差额超过限额,须先由主管复核签字",
        "The difference is above the limit: a supervisor countersigns first.",
    )


class SamePerson(DomainError):
    """Who answers for the cash so far never confirms it, under another account neither (rule 34)."""

    code, status = "same_person", 409
    zh, en = (
        "须由另一人办理,不能是本人(含本人的其他账号)",
        "Another person has to do this, not the same one by another account.",
    )


RECEIVES = Expectation(
    "receives_cash",
    "须为本院在职、有接班权限的另一名员工",
    "Somebody else of the hospital, in service, who may receive cash.",
)
SUM_OF_SHIFTS = Expectation(
    "sum_of_shifts",
    "须等于所选班次应缴金额之和,且大于零",
    "The sum of the takings of these shifts, above zero.",
)
ACCEPTED_SHIFTS = Expectation(
    "accepted_shifts",
    "须为同一医院已接收、尚未缴款的班次,不能重复",
    "Shifts of one hospital that were accepted and are in no deposit yet, each once.",
)
