from kernel.pages import action, columns, groups, moving

columns(
    "report_jobs_list", "report_name", "state", "progress", "file_format", "row_count", "owner_name", "created_at",
    "finished_at", "failure",
)  # fmt: skip
columns(
    "report_schedules_list", "name", "report_name", "every", "at", "file_format", "is_active", "due_at", "owner_name",
    "paused_reason",
)  # fmt: skip
action("report_jobs_cancel", confirm=("确定取消该报表?", "Give this report up?"), state=["queued", "running"])
moving("report_jobs_list", state=["queued", "running", "cancelling"])
groups(
    "ReportJob",
    "WholeReportJob",
    report=(
        "报表", "Report",
        "report report_name asked parameters file_format hospital_id owner_id schedule_id period",
    ),
    progress=(
        "进度", "Progress", "state stage progress done_rows total_rows row_count failure data_at"
    ),
    file=("文件", "File", "file_name file_size file_sha256 expires_at"),
    times=("时间", "Times", "created_at started_at finished_at"),
)  # fmt: skip
groups(
    "ReportSchedule",
    "WholeReportSchedule",
    what=("报表", "Report", "name report report_name asked parameters file_format hospital_id owner_id"),
    when=(
        "时间", "When",
        "every at weekday month_day working_days_only is_active paused_reason due_at created_at",
    ),
)  # fmt: skip
