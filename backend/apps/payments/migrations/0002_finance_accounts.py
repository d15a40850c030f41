from django.db import migrations, models


class Migration(migrations.Migration):
    """What reconciliation and the cashier's desk keep money on."""

    dependencies = [
        ('identity', '0002_fold_user_names'),
        ('patients', '0003_mrn_as_written'),
        ('payments', '0001_initial'),
    ]

    operations = [
        migrations.RemoveConstraint(
            model_name='ledgeraccount',
            name='ledger_account_kind',
        ),
        migrations.AlterField(
            model_name='ledgeraccount',
            name='kind',
            field=models.CharField(choices=[('clearing', '渠道待清算'), ('unposted_receipts', '未入账收款'), ('revenue', '收入'), ('refunds_payable', '应退款'), ('differences', '对账差异'), ('promotions', '赠送'), ('over_suspense', '长款待处理'), ('short_receivable', '短款应收'), ('bank', '银行存款'), ('channel_fees', '渠道手续费'), ('cash_drawer', '钱箱现金'), ('cash_in_transit', '在途现金'), ('booking_deposit', '预约定金'), ('stored_value', '储值'), ('inpatient_deposit', '住院押金'), ('card_balance', '就诊卡余额')], max_length=20),
        ),
        migrations.AddConstraint(
            model_name='ledgeraccount',
            constraint=models.CheckConstraint(condition=models.Q(('kind__in', ['clearing', 'unposted_receipts', 'revenue', 'refunds_payable', 'differences', 'promotions', 'over_suspense', 'short_receivable', 'bank', 'channel_fees', 'cash_drawer', 'cash_in_transit', 'booking_deposit', 'stored_value', 'inpatient_deposit', 'card_balance'])), name='ledger_account_kind'),
        ),
    ]
