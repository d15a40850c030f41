from kernel.errors import DomainError


class ImportUnreadable(DomainError):
    """`why`: unreadable, too_large, old_format, web_page …; `said` in words."""

    code, status = "import_unreadable", 400
    members = ("why", "said")
    zh, en = "无法读取文件:{said}", "The file can't be read: {said}"


class TooManyOpenImports(DomainError):
    """`limit`: how many of one person may be open at once."""

    code, status = "too_many_open_imports", 409
    members = ("limit",)
    zh, en = (
        "您已有 {limit} 个未完成的导入,请先执行或取消其中一个",
        "{limit} imports of yours are open; apply or cancel one of them first.",
    )


class ResultNotReady(DomainError):
    """A worker is writing it: `result_ready` of the import says when it is there."""

    code, status = "result_not_ready", 409
    zh, en = "结果文件正在生成,请稍后再试", "The sheet of results is being written; try again shortly."


class ImportHasErrors(DomainError):
    """`bad` rows; nothing is imported unless they may be skipped."""

    code, status = "import_has_errors", 409
    members = ("bad",)
    zh, en = (
        "文件中有错误的行,请修正后重新上传,或选择跳过",
        "Some rows are wrong; correct them, or allow to skip them.",
    )
