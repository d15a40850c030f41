from pathlib import Path

import django.db.models.deletion
import pgtrigger.compiler
import pgtrigger.migrations
from django.conf import settings
from django.db import migrations, models

import kernel.clock
import kernel.ids

HERE = Path(__file__).parent


class Migration(migrations.Migration):
    """Closed periods, and what keeps them as they are; other tables follow one by one."""

    dependencies = [
        ('identity', '0004_money_per_minute'),
        ('patients', '0003_mrn_as_written'),
        ('payments', '0007_attempts_of_partner'),
        ('worklist', '0001_initial'),
        migrations.swappable_dependency(settings.OAUTH2_PROVIDER_APPLICATION_MODEL),
    ]

    operations = [
        migrations.CreateModel(
            name='DailyClose',
            fields=[
                ('id', models.UUIDField(default=kernel.ids.uuid7, editable=False, primary_key=True, serialize=False)),
                ('created_at', models.DateTimeField(default=kernel.clock.now, editable=False)),
                ('updated_at', models.DateTimeField(default=kernel.clock.now, editable=False)),
                ('version', models.PositiveIntegerField(default=1, editable=False)),
                ('number', models.PositiveSmallIntegerField(default=1)),
                ('state', models.CharField(choices=[('closed', 'closed'), ('reopened', 'reopened')], default='closed', max_length=12)),
                ('closed_at', models.DateTimeField(default=kernel.clock.now)),
                ('totals', models.JSONField()),
                ('sha256', models.CharField(max_length=64)),
                ('reopened_at', models.DateTimeField(null=True)),
                ('reopen_reason', models.CharField(blank=True, default='', max_length=200)),
                ('business_date', models.DateField()),
            ],
        ),
        migrations.CreateModel(
            name='MonthlyClose',
            fields=[
                ('id', models.UUIDField(default=kernel.ids.uuid7, editable=False, primary_key=True, serialize=False)),
                ('created_at', models.DateTimeField(default=kernel.clock.now, editable=False)),
                ('updated_at', models.DateTimeField(default=kernel.clock.now, editable=False)),
                ('version', models.PositiveIntegerField(default=1, editable=False)),
                ('number', models.PositiveSmallIntegerField(default=1)),
                ('state', models.CharField(choices=[('closed', 'closed'), ('reopened', 'reopened')], default='closed', max_length=12)),
                ('closed_at', models.DateTimeField(default=kernel.clock.now)),
                ('totals', models.JSONField()),
                ('sha256', models.CharField(max_length=64)),
                ('reopened_at', models.DateTimeField(null=True)),
                ('reopen_reason', models.CharField(blank=True, default='', max_length=200)),
                ('month', models.CharField(max_length=7)),
            ],
        ),
        migrations.AddField(
            model_name='dailyclose',
            name='approval',
            field=models.ForeignKey(db_index=False, null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to='worklist.approval'),
        ),
        migrations.AddField(
            model_name='dailyclose',
            name='closed_by',
            field=models.ForeignKey(db_index=False, on_delete=django.db.models.deletion.PROTECT, related_name='+', to='identity.staffmember'),
        ),
        migrations.AddField(
            model_name='dailyclose',
            name='hospital',
            field=models.ForeignKey(db_index=False, on_delete=django.db.models.deletion.PROTECT, related_name='+', to='identity.hospital'),
        ),
        migrations.AddField(
            model_name='dailyclose',
            name='previous',
            field=models.OneToOneField(null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to='payments.dailyclose'),
        ),
        migrations.AddField(
            model_name='dailyclose',
            name='reopened_by',
            field=models.ForeignKey(db_index=False, null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to='identity.staffmember'),
        ),
        migrations.AddField(
            model_name='monthlyclose',
            name='approval',
            field=models.ForeignKey(db_index=False, null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to='worklist.approval'),
        ),
        migrations.AddField(
            model_name='monthlyclose',
            name='closed_by',
            field=models.ForeignKey(db_index=False, on_delete=django.db.models.deletion.PROTECT, related_name='+', to='identity.staffmember'),
        ),
        migrations.AddField(
            model_name='monthlyclose',
            name='hospital',
            field=models.ForeignKey(db_index=False, on_delete=django.db.models.deletion.PROTECT, related_name='+', to='identity.hospital'),
        ),
        migrations.AddField(
            model_name='monthlyclose',
            name='previous',
            field=models.OneToOneField(null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to='payments.monthlyclose'),
        ),
        migrations.AddField(
            model_name='monthlyclose',
            name='reopened_by',
            field=models.ForeignKey(db_index=False, null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to='identity.staffmember'),
        ),
        migrations.AddIndex(
            model_name='dailyclose',
            index=models.Index(fields=['hospital', '-id'], name='daily_close_of_hospital'),
        ),
        migrations.AddConstraint(
            model_name='dailyclose',
            constraint=models.UniqueConstraint(fields=('hospital', 'business_date', 'number'), name='daily_close_once'),
        ),
        migrations.AddConstraint(
            model_name='dailyclose',
            constraint=models.UniqueConstraint(condition=models.Q(('state', 'closed')), fields=('hospital', 'business_date'), name='daily_close_one_stands'),
        ),
        pgtrigger.migrations.AddTrigger(
            model_name='dailyclose',
            trigger=pgtrigger.compiler.Trigger(name='audit', sql=pgtrigger.compiler.UpsertTriggerSql(func="PERFORM audit_record('payments.dailyclose', TG_OP, CASE WHEN TG_OP = 'INSERT' THEN NULL ELSE to_jsonb(OLD) END, CASE WHEN TG_OP = 'DELETE' THEN NULL ELSE to_jsonb(NEW) END, ARRAY['updated_at', 'totals']::text[], ARRAY[]::text[]); RETURN NULL;", hash='30632cfcbe9cc064f94fb1117aaabed73d0ae132', operation='INSERT OR UPDATE OR DELETE', pgid='pgtrigger_audit_38913', table='payments_dailyclose', when='AFTER')),
        ),
        migrations.AddIndex(
            model_name='monthlyclose',
            index=models.Index(fields=['hospital', '-id'], name='monthly_close_of_hospital'),
        ),
        migrations.AddConstraint(
            model_name='monthlyclose',
            constraint=models.UniqueConstraint(fields=('hospital', 'month', 'number'), name='monthly_close_once'),
        ),
        migrations.AddConstraint(
            model_name='monthlyclose',
            constraint=models.UniqueConstraint(condition=models.Q(('state', 'closed')), fields=('hospital', 'month'), name='monthly_close_one_stands'),
        ),
        migrations.AddConstraint(
            model_name='monthlyclose',
            constraint=models.CheckConstraint(condition=models.Q(('month__regex', '^\\d{4}-(0[1-9]|1[0-2])$')), name='monthly_close_month'),
        ),
        pgtrigger.migrations.AddTrigger(
            model_name='monthlyclose',
            trigger=pgtrigger.compiler.Trigger(name='audit', sql=pgtrigger.compiler.UpsertTriggerSql(func="PERFORM audit_record('payments.monthlyclose', TG_OP, CASE WHEN TG_OP = 'INSERT' THEN NULL ELSE to_jsonb(OLD) END, CASE WHEN TG_OP = 'DELETE' THEN NULL ELSE to_jsonb(NEW) END, ARRAY['updated_at', 'totals']::text[], ARRAY[]::text[]); RETURN NULL;", hash='43c896a2c3cf9638cd518d2c025c6dc2dd478a97', operation='INSERT OR UPDATE OR DELETE', pgid='pgtrigger_audit_35301', table='payments_monthlyclose', when='AFTER')),
        ),
        migrations.RunSQL((HERE / "0008_closes.sql").read_text(), (HERE / "0008_closes_undo.sql").read_text()),
    ]
