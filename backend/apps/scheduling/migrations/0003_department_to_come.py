from django.contrib.postgres.operations import AddIndexConcurrently
from django.db import migrations, models


class Migration(migrations.Migration):
    """Whether a department can be booked is asked of what is published alone."""

    atomic = False
    dependencies = [("scheduling", "0002_sessions_to_come")]
    operations = [
        AddIndexConcurrently(
            model_name="clinicsession",
            index=models.Index(
                condition=models.Q(("state", "published")),
                fields=["department", "date"],
                name="department_to_come",
            ),
        ),
    ]
