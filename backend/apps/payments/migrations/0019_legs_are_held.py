from django.contrib.postgres.operations import ValidateConstraint
from django.db import migrations


class Migration(migrations.Migration):
    """Every attempt is looked at, however long that takes; nobody who pays waits for it."""

    dependencies = [("payments", "0018_one_whole_pays")]
    operations = [
        migrations.RunSQL("SET LOCAL statement_timeout = 0", migrations.RunSQL.noop),
        ValidateConstraint("paymentattempt", "payment_attempt_legs_are_held"),
    ]
