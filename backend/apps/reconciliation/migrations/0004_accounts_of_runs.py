from django.db import migrations

FILL = """
UPDATE reconciliation_reconciliationrun AS r SET account_id = r.merchant_id, account_name = left(m.name, 80)
  FROM payments_merchantaccount AS m WHERE m.id = r.merchant_id AND r.account_id IS NULL
"""


class Migration(migrations.Migration):
    """The account of a merchant's run is the merchant's."""

    dependencies = [("reconciliation", "0003_counterparties")]
    operations = [migrations.RunSQL(FILL, migrations.RunSQL.noop)]
