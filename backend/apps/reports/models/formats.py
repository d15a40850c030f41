from django.db import models


class ReportFormat(models.TextChoices):
    """What file a report becomes."""

    XLSX = "xlsx"
    CSV = "csv"
    PDF = "pdf"
