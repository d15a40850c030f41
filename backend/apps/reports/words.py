from collections.abc import Mapping

from apps.reports.models import ReportEvery, ReportFormat
from apps.reports.states import PauseReason, ReportFailure, ReportStage, ReportState
from kernel.reports import REPORTS, ColumnKind, ParameterKind, ReportChartKind
from kernel.words import (
    ENUMS,
    ValueWords,
    help_on,
    known,
    objects,
    of,
    operations,
    properties,
    references,
    resources,
    technical,
    values,
)

_LISTS = ("report_jobs_list", "report_schedules_list")
properties(
    report=("报表", "Report"), report_name=("报表名称", "Report"), parameters=("参数", "Parameters"),
    progress=("进度(%)", "Progress (%)"), done_rows=("已处理行数", "Rows done"),
    total_rows=("需处理行数", "Rows to do"),
    schedule_id=("报表计划", "Schedule"), schedule_name=("报表计划名称", "Schedule"),
    data_at=("数据时间", "Data as of"), asked=("查询条件", "What was asked"),
    detail_name=("明细报表", "Report of the rows"),
    file_size=("文件大小(字节)", "Bytes of the file"), file_sha256=("文件 SHA-256", "SHA-256 of the file"),
    every=("频率", "How often"), month_day=("每月几号", "Day of the month"),
    working_days_only=("仅工作日", "Working days only"), paused_reason=("暂停原因", "Why it is paused"),
)  # fmt: skip
of("ReportJob", "WholeReportJob", period=("所属期间", "Period"), row_count=("行数", "Number of rows"))
of("ReportSchedule", "WholeReportSchedule", due_at=("下次生成", "Next time"), at=("生成时刻", "Time of day"))
of(
    "ReportDefinition", columns=("列", "Columns"), chart_kind=("图表类型", "Kind of chart"),
    detail=("明细报表", "Report of the rows"),
)  # fmt: skip
of(
    "ReportParameter", names=("参数名", "Names"), is_required=("必填", "Required"),
    resource=("可选资源", "Resource"), max_days=("最多天数", "Days at most"),
)  # fmt: skip
of("ReportColumn", width=("列宽(字符)", "Width in characters"), is_total=("合计列", "Added up"))
of(
    "ReportPreview", columns=("列", "Columns"), keys=("行键", "Keys of the rows"), totals=("合计", "Totals"),
    chart=("图表", "Chart"), row_count=("行数", "Number of rows"),
)  # fmt: skip
technical("ReportPreview", "keys")
technical("ReportDefinition", "code", "detail")
technical("ReportJob", "parameters", "file_sha256")
technical("WholeReportJob", "parameters", "file_sha256")
technical("ReportSchedule", "parameters")
technical("WholeReportSchedule", "parameters")
technical("ReportParameter", "name", "names", "resource")
technical("ReportColumn", "name", "width")
of(
    "ReportChart", labels=("分类", "Labels"), series=("数据系列", "Series"), colours=("配色", "Colours"),
    empty=("无数据提示", "Said where there is nothing"),
)  # fmt: skip
of("AskedValue", text=("值", "Value"))
help_on(
    working_days_only=(
        "休息日不生成,顺延到下一个工作日", "On a day off it waits for the next working day",
    ),
)  # fmt: skip


def report_words() -> Mapping[str, ValueWords]:
    """Every report by its code."""
    return {code: ValueWords(report.zh, report.en) for code, report in sorted(REPORTS.items())}


def pause_words() -> Mapping[str, ValueWords]:
    """Why a schedule stands still."""
    return ENUMS[PauseReason]


known("ReportPauseReason", pause_words, "paused_reason", "ReportSchedule", "WholeReportSchedule")
known(
    "ReportCode",
    report_words,
    "report",
    "ReportJob",
    "WholeReportJob",
    "ReportRun",
    "ReportSchedule",
    "WholeReportSchedule",
    *_LISTS,
)
references("report_schedules", "schedule_id")

resources(
    report_definitions=("报表", "report", "reports"),
    report_jobs=("报表任务", "report job", "report jobs"),
    report_schedules=("报表计划", "report schedule", "report schedules"),
)
operations(
    report_definitions_preview=("查看报表", "Look at a report"), report_jobs_create=("生成报表", "Run a report"),
    report_jobs_cancel=("取消", "Give it up"), report_jobs_content=("下载", "Download"),
)  # fmt: skip
values(ReportState, {
    "queued": ("排队中", "Waiting", "info"), "running": ("生成中", "Being made", "info"),
    "cancelling": ("取消中", "Being cancelled", "warning"), "cancelled": ("已取消", "Cancelled"),
    "succeeded": ("已生成", "Ready", "success"), "failed": ("失败", "Failed", "danger"),
    "expired": ("已过期", "Expired"),
})  # fmt: skip
values(ReportStage, {
    "waiting": ("等待", "Waiting"), "reading": ("读取数据", "Reading"), "writing": ("写入文件", "Writing"),
    "storing": ("保存文件", "Storing"), "done": ("完成", "Done"),
})  # fmt: skip
values(ReportFailure, {
    "rights_withdrawn": ("权限已变更", "The rights were withdrawn"), "too_long": ("超过时限", "It took too long"),
    "too_many_rows": ("行数过多,请缩小范围,或改用 Excel 或 CSV", "Too many rows; ask for less, or for Excel or CSV"),
    "file_too_large": ("文件过大,请缩小范围", "The file is too large; ask for less"),
    "storage_failed": ("文件无法保存", "The file could not be stored"),
    "database_failed": ("数据库资源不足", "The database lacks room for it"),
    "worker_died": ("生成过程两次中断", "It was broken off twice"),
    "gone": ("报表或其参数已不存在", "What it asks for is gone"),
    "error": ("系统错误", "An error of ours"),
})  # fmt: skip
values(PauseReason, {
    "rights_withdrawn": ("计划人已没有该报表的权限", "Its owner may not see its report any more"),
    "parameters_invalid": ("报表参数已失效", "Its parameters are not valid any more"),
})  # fmt: skip
values(ReportFormat, {"xlsx": ("Excel", "Excel"), "csv": ("CSV", "CSV"), "pdf": ("PDF", "PDF")})
values(
    ReportEvery,
    {"day": ("每天", "Every day"), "week": ("每周", "Every week"), "month": ("每月", "Every month")},
)
values(ColumnKind, {
    "text": ("文本", "Text"), "money": ("金额", "Money"), "count": ("数量", "Count"), "percent": ("百分比", "Percent"),
    "moment": ("时间", "Moment"), "day": ("日期", "Day"), "key": ("键", "Key"),
})  # fmt: skip
values(ParameterKind, {
    "day_range": ("日期范围", "Range of days"), "choice": ("选项", "Choice"), "reference": ("引用", "Reference"),
    "text": ("文本", "Text"),
})  # fmt: skip
values(ReportChartKind, {"line": ("折线图", "Line"), "bar": ("柱状图", "Bars"), "pie": ("饼图", "Pie")})
objects({
    "reports.reportjob": ("报表任务", "Report job"), "reports.reportschedule": ("报表计划", "Report schedule"),
})  # fmt: skip
