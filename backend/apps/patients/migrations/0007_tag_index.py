from django.contrib.postgres.indexes import GinIndex
from django.contrib.postgres.operations import AddIndexConcurrently
from django.db import migrations


class Migration(migrations.Migration):
    """Without a lock on a large table."""

    atomic = False

    dependencies = [("patients", "0006_tags_and_guardians")]

    operations = [
        AddIndexConcurrently(
            model_name="patient",
            index=GinIndex(fields=["tags"], name="patient_by_tag", opclasses=["jsonb_path_ops"]),
        ),
    ]
