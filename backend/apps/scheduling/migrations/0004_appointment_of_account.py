from django.contrib.postgres.operations import AddIndexConcurrently
from django.db import migrations, models


class Migration(migrations.Migration):
    """Built beside the traffic: appointments are many."""

    atomic = False
    dependencies = [("scheduling", "0003_booking_limits")]

    operations = [
        AddIndexConcurrently(
            model_name="appointment",
            index=models.Index(condition=models.Q(('account__isnull', False)), fields=['account', 'created_at'], name='appointment_of_account'),
        ),
    ]
