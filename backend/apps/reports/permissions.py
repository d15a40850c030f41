from apps.access.codes import give, module, reach, resource
from apps.access.menus import directory, page

module("reports", "报表", "Reports", 80)
resource(
    "reports", "job", "报表任务", ("list",),
    run=("生成报表", "Run reports"), view_all=("查看全院报表任务", "See the report jobs of the whole hospital"),
)  # fmt: skip
resource("reports", "schedule", "报表计划", ("list", "add", "change", "delete"))

for _role in ("doctor", "department_head", "clerk", "finance"):
    give(_role, "reports.job.list", "reports.job.run")
    reach(_role, "reports", "hospital")  # how far they see into one is for its own code to say
for _role in ("department_head", "finance"):
    give(_role, *(f"reports.schedule.{verb}" for verb in ("list", "add", "change", "delete")))

directory("reports", module="reports", zh="报表", en="Reports", path="/reports", icon="chart", sort=80)
page("report_jobs", resource="reports.job", zh="报表任务", en="Report jobs", path="jobs",
     component="reports/jobs/index", parent="reports", icon="list", sort=1, parts=("view_all",))  # fmt: skip
page("report_schedules", resource="reports.schedule", zh="报表计划", en="Report schedules", path="schedules",
     component="reports/schedules/index", parent="reports", icon="calendar", sort=2)  # fmt: skip
