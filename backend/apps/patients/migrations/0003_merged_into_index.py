from django.contrib.postgres.operations import AddIndexConcurrently
from django.db import migrations, models


class Migration(migrations.Migration):
    """Without a lock on a large table."""

    atomic = False

    dependencies = [("patients", "0002_merging")]

    operations = [
        AddIndexConcurrently(
            model_name="patient",
            index=models.Index(
                condition=models.Q(("merged_into__isnull", False)),
                fields=["merged_into"],
                name="patient_merged_into",
            ),
        ),
    ]
