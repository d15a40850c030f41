from django.contrib.postgres.operations import AddIndexConcurrently
from django.db import migrations, models


class Migration(migrations.Migration):
    """What HIS was told of on a day, to compare with its bill."""

    atomic = False
    dependencies = [("payments", "0013_corrects_the_past")]
    operations = [
        AddIndexConcurrently(
            model_name="paymentorder",
            index=models.Index(
                condition=models.Q(("state", "posted")),
                fields=["hospital", "posted_at"],
                name="payment_order_told",
            ),
        ),
        AddIndexConcurrently(
            model_name="refund",
            index=models.Index(
                condition=models.Q(("his_notified_at__isnull", False)),
                fields=["hospital", "his_notified_at"],
                name="payment_refund_told",
            ),
        ),
    ]
