from kernel.errors import DomainError


class ImportUnreadable(DomainError):
    """`why`: unreadable, too_large, old_format, web_page …; `said` in words."""

    code, status = "import_unreadable", 400
    zh, en = "无法读取文件:{said}", "The file can't be read: {said}"


class ImportHasErrors(DomainError):
    """`bad` rows; nothing is imported unless they may be skipped."""

    code, status = "import_has_errors", 409
    zh, en = (
        "文件中有错误的行,请修正后重新上传,或选择跳过",
        "Some rows are wrong; correct them, or allow to skip them.",
    )
