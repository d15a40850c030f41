from django.contrib.postgres.operations import ValidateConstraint
from django.db import migrations


class Migration(migrations.Migration):
    """Every row of the ledger is looked at, however long that takes; nobody who posts waits for it."""

    dependencies = [("payments", "0012_unposted")]
    operations = [
        migrations.RunSQL("SET LOCAL statement_timeout = 0", migrations.RunSQL.noop),
        ValidateConstraint("ledgertransaction", "ledger_corrects_the_past"),
    ]
