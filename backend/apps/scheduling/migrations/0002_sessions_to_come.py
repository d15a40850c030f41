from django.contrib.postgres.operations import AddIndexConcurrently
from django.db import migrations, models


class Migration(migrations.Migration):
    """The next sessions of a hospital are read in their order, however many are published."""

    atomic = False
    dependencies = [("scheduling", "0001_initial")]
    operations = [
        AddIndexConcurrently(
            model_name="clinicsession",
            index=models.Index(
                condition=models.Q(("state", "published")),
                fields=["hospital", "date", "starts_at", "id"],
                name="session_to_come",
            ),
        ),
    ]
