from django.contrib.postgres.operations import ValidateConstraint
from django.db import migrations


class Migration(migrations.Migration):
    """Every order is looked at, however long that takes; nobody who pays waits for it."""

    dependencies = [("payments", "0019_legs_are_held")]
    operations = [
        migrations.RunSQL("SET LOCAL statement_timeout = 0", migrations.RunSQL.noop),
        ValidateConstraint("paymentorder", "payment_order_holds_less"),
    ]
