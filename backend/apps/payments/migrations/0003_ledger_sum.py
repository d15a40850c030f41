from django.db import migrations

from apps.payments import sql


class Migration(migrations.Migration):
    """The sum that the proof of the ledger adds entries up with."""

    dependencies = [("payments", "0002_orders")]
    operations = [migrations.RunSQL(sql.CREATE_SUM, sql.DROP_SUM)]
