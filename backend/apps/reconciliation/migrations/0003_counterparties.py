import django.db.models.deletion
import pgtrigger.compiler
import pgtrigger.migrations
from django.db import migrations, models

KINDS = [("merchant", "Merchant"), ("his", "His")]


class Migration(migrations.Migration):
    """A run is of a counterparty; those that there are, and those of a version beside this one, are of merchants."""

    dependencies = [("reconciliation", "0002_carried_bills"), ("payments", "0013_corrects_the_past")]

    operations = [
        migrations.AddField(
            model_name="reconciliationrun",
            name="counterparty",
            field=models.CharField(choices=KINDS, db_default="merchant", default="merchant", max_length=16),
        ),
        migrations.AddField(
            model_name="reconciliationrun",
            name="account_id",
            field=models.UUIDField(null=True),
        ),
        migrations.AddField(
            model_name="reconciliationrun",
            name="account_name",
            field=models.CharField(blank=True, db_default="", default="", max_length=80),
        ),
        migrations.AddField(
            model_name="reconciliationrun",
            name="stated_fees_fen",
            field=models.BigIntegerField(null=True),
        ),
        migrations.AddField(
            model_name="difference",
            name="counterparty",
            field=models.CharField(choices=KINDS, db_default="merchant", default="merchant", max_length=16),
        ),
        migrations.AlterField(
            model_name="reconciliationrun",
            name="channel",
            field=models.CharField(blank=True, default="", max_length=24),
        ),
        migrations.AlterField(
            model_name="difference",
            name="channel",
            field=models.CharField(blank=True, default="", max_length=24),
        ),
        migrations.AlterField(
            model_name="reconciliationrun",
            name="merchant",
            field=models.ForeignKey(
                db_index=False,
                null=True,
                on_delete=django.db.models.deletion.PROTECT,
                related_name="+",
                to="payments.merchantaccount",
            ),
        ),
        migrations.AlterField(
            model_name="difference",
            name="kind",
            field=models.CharField(
                choices=[
                    ("missing_ours", "Missing Ours"),
                    ("missing_theirs", "Missing Theirs"),
                    ("amount", "Amount"),
                    ("state", "State"),
                    ("fee", "Fee"),
                    ("duplicate", "Duplicate"),
                    ("foreign", "Foreign"),
                    ("late_refund", "Late Refund"),
                    ("totals", "Totals"),
                ],
                max_length=16,
            ),
        ),
        migrations.AlterField(
            model_name="difference",
            name="action",
            field=models.CharField(
                blank=True,
                choices=[
                    ("write_off", "Write Off"),
                    ("take_up", "Take Up"),
                    ("link", "Link"),
                    ("carry_forward", "Carry Forward"),
                    ("void_test", "Void Test"),
                    ("tell_his", "Tell His"),
                    ("withdraw_his", "Withdraw His"),
                ],
                default="",
                max_length=16,
            ),
        ),
        pgtrigger.migrations.AddTrigger(
            model_name='reconciliationrun',
            trigger=pgtrigger.compiler.Trigger(name='account_of_merchant', sql=pgtrigger.compiler.UpsertTriggerSql(func='NEW.account_id := coalesce(NEW.account_id, NEW.merchant_id); RETURN NEW;', hash='e0f0ba9aad1da4afbd2bab31aeb4c91debf816b8', operation='INSERT', pgid='pgtrigger_account_of_merchant_025a8', table='reconciliation_reconciliationrun', when='BEFORE')),
        ),
    ]
