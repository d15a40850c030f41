from django.db import models


class FileFormat(models.TextChoices):
    """What file a report becomes."""

    XLSX = "xlsx"
    CSV = "csv"
    PDF = "pdf"
