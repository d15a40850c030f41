from django.contrib.postgres.operations import AddIndexConcurrently
from django.db import migrations, models


class Migration(migrations.Migration):
    """Without a lock on a large table."""

    atomic = False

    dependencies = [("payments", "0006_departments")]

    operations = [
        AddIndexConcurrently(
            model_name="paymentorder",
            index=models.Index(fields=["department", "-id"], name="payment_order_of_department"),
        ),
        AddIndexConcurrently(
            model_name="refund",
            index=models.Index(fields=["department", "-id"], name="payment_refund_of_department"),
        ),
    ]
