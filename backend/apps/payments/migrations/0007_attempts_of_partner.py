from django.contrib.postgres.operations import AddIndexConcurrently
from django.db import migrations, models


class Migration(migrations.Migration):
    """What an application has begun to pay on a day."""

    atomic = False
    dependencies = [("payments", "0006_attempt_partner")]
    operations = [
        AddIndexConcurrently(
            model_name="paymentattempt",
            index=models.Index(
                condition=models.Q(("partner__isnull", False)),
                fields=["partner", "channel", "started_at"],
                name="payment_attempt_of_partner",
            ),
        ),
    ]
