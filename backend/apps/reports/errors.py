from kernel.errors import DomainError


class NoSuchReport(DomainError):
    """Of that name, or none that the caller may see."""

    code, status = "no_such_report", 404
    zh, en = "没有这个报表,或您无权查看", "There is no such report, or it is not for you to see."


class ReportRightsWithdrawn(DomainError):
    """What the report shows is more than its reader may see by now."""

    code, status = "report_rights_withdrawn", 403
    zh, en = (
        "您已没有查看该报表内容的权限,请重新生成",
        "You may not see all that this report shows any more; run it again.",
    )


class ReportNotReady(DomainError):
    """`state`: of the job."""

    code, status = "report_not_ready", 409
    members = ("state",)
    zh, en = "报表尚未生成", "There is no file of this report yet."


class ReportExpired(DomainError):
    code, status = "report_expired", 409
    zh, en = "报表文件已过期,请重新生成", "The file of this report has expired; run it again."


class TooManyReports(DomainError):
    """`limit`: how many of one person may be open at once."""

    code, status = "too_many_reports", 409
    members = ("limit",)
    zh, en = (
        "您已有 {limit} 个未完成的报表,请等待或取消其中一个",
        "{limit} reports of yours are open; wait, or cancel one of them.",
    )


class ReportTooLarge(DomainError):
    """It takes too long while somebody waits."""

    code, status = "report_too_large", 422
    zh, en = "数据过多,无法直接显示,请生成文件", "There is too much to show it at once; run it as a file."
