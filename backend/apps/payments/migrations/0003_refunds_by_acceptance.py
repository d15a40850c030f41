import django.db.models.functions.comparison
from django.contrib.postgres.operations import AddIndexConcurrently
from django.db import migrations, models


class Migration(migrations.Migration):
    """The refunds of a day, as the provider's bill of it has them."""

    atomic = False
    dependencies = [("payments", "0002_finance_accounts")]
    operations = [
        AddIndexConcurrently(
            model_name="refund",
            index=models.Index(
                models.F("hospital"),
                django.db.models.functions.comparison.Coalesce("accepted_at", "succeeded_at"),
                name="payment_refund_accepted",
            ),
        ),
    ]
