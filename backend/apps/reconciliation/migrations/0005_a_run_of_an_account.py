from django.db import migrations, models


class Migration(migrations.Migration):
    """One run of a day counts for each account of a counterparty."""

    dependencies = [("reconciliation", "0004_accounts_of_runs")]

    operations = [
        migrations.AlterField(
            model_name="reconciliationrun",
            name="account_id",
            field=models.UUIDField(),
        ),
        migrations.RemoveConstraint(model_name="reconciliationrun", name="reconciliation_attempt_once"),
        migrations.RemoveConstraint(model_name="reconciliationrun", name="reconciliation_one_counts"),
        migrations.AddConstraint(
            model_name="reconciliationrun",
            constraint=models.UniqueConstraint(
                fields=("hospital", "counterparty", "account_id", "business_date", "attempt"),
                name="reconciliation_attempt_once",
            ),
        ),
        migrations.AddConstraint(
            model_name="reconciliationrun",
            constraint=models.UniqueConstraint(
                condition=models.Q(("state", "superseded"), _negated=True),
                fields=("hospital", "counterparty", "account_id", "business_date"),
                name="reconciliation_one_counts",
            ),
        ),
        migrations.AddConstraint(
            model_name="reconciliationrun",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    models.Q(("counterparty", "merchant"), _negated=True),
                    ("merchant__isnull", False),
                    _connector="OR",
                ),
                name="reconciliation_merchant_named",
            ),
        ),
    ]
