from django.contrib.postgres.operations import AddIndexConcurrently, ValidateConstraint
from django.db import migrations, models


class Migration(migrations.Migration):
    """What keeps a day open is found at once."""

    atomic = False
    dependencies = [("payments", "0008_closes")]
    operations = [
        AddIndexConcurrently(
            model_name="paymentorder",
            index=models.Index(
                condition=models.Q(("state", "paid_unposted")),
                fields=["hospital", "recorded_at"],
                name="payment_order_unposted",
            ),
        ),
        ValidateConstraint("ledgertransaction", "ledger_corrects_the_past"),
    ]
