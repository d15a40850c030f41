"""What owners of schedules are told: that there is something to read, never what it says."""

from apps.identity.notices import declare
from apps.reports.models import ReportJob

REPORT_READY = declare(
    "report_ready", "报表“{report}”({period})已生成,请在报表任务中下载:{link}",
    "The report {report} ({period}) is ready to be downloaded: {link}",
)  # fmt: skip
REPORT_FAILED = declare(
    "report_failed", "报表“{report}”({period})生成失败,请查看原因:{link}",
    "The report {report} ({period}) could not be made; see why: {link}",
)  # fmt: skip
SCHEDULE_PAUSED = declare(
    "report_schedule_paused", "报表计划“{report}”已暂停:您已没有该报表的权限",
    "The report schedule {report} is paused: you may not see its report any more.",
)  # fmt: skip

SCHEDULE_INVALID = declare(
    "report_schedule_invalid", "报表计划“{report}”已暂停:报表参数已失效,请修改后重新启用",
    "The report schedule {report} is paused: its parameters are not valid any more; change them and switch it on.",
)  # fmt: skip


def link(job: ReportJob) -> str:
    """The path of the job in the admin app."""
    return f"/reports/jobs/{job.pk}"
