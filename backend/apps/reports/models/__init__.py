from apps.reports.models.job import FileFormat, ReportJob
from apps.reports.models.schedule import Every, ReportSchedule

__all__ = ["Every", "FileFormat", "ReportJob", "ReportSchedule"]
