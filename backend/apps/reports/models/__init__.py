from apps.reports.models.job import ReportFormat, ReportJob
from apps.reports.models.schedule import ReportEvery, ReportSchedule

__all__ = ["ReportEvery", "ReportFormat", "ReportJob", "ReportSchedule"]
