import django.contrib.postgres.fields
import django.core.validators
import django.db.models.deletion
import kernel.clock
import kernel.ids
import kernel.money
import pgtrigger.compiler
import pgtrigger.migrations
from django.conf import settings
from django.db import migrations, models


class Migration(migrations.Migration):

    dependencies = [
        ('identity', '0003_partner_secrets'),
        ('patients', '0003_mrn_as_written'),
        ('payments', '0003_refunds_by_acceptance'),
        migrations.swappable_dependency(settings.OAUTH2_PROVIDER_APPLICATION_MODEL),
    ]

    operations = [
        migrations.CreateModel(
            name='PartnerChannel',
            fields=[
                ('id', models.UUIDField(default=kernel.ids.uuid7, editable=False, primary_key=True, serialize=False)),
                ('created_at', models.DateTimeField(default=kernel.clock.now, editable=False)),
                ('updated_at', models.DateTimeField(default=kernel.clock.now, editable=False)),
                ('version', models.PositiveIntegerField(default=1, editable=False)),
                ('channel', models.CharField(max_length=24)),
                ('operations', django.contrib.postgres.fields.ArrayField(base_field=models.CharField(choices=[('pay', 'Pay'), ('top_up', 'Top Up'), ('refund', 'Refund')], max_length=12), default=list, size=None)),
                ('order_limit_fen', kernel.money.FenField(blank=True, null=True, validators=[django.core.validators.MinValueValidator(0), django.core.validators.MaxValueValidator(10000000000)])),
                ('day_limit_fen', kernel.money.FenField(blank=True, null=True, validators=[django.core.validators.MinValueValidator(0), django.core.validators.MaxValueValidator(10000000000)])),
                ('card_day_limit_fen', kernel.money.FenField(blank=True, null=True, validators=[django.core.validators.MinValueValidator(0), django.core.validators.MaxValueValidator(10000000000)])),
                ('refund_day_limit_fen', kernel.money.FenField(blank=True, null=True, validators=[django.core.validators.MinValueValidator(0), django.core.validators.MaxValueValidator(10000000000)])),
            ],
        ),
        migrations.AddField(
            model_name='partnerchannel',
            name='application',
            field=models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.OAUTH2_PROVIDER_APPLICATION_MODEL),
        ),
        migrations.AddField(
            model_name='partnerchannel',
            name='hospital',
            field=models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='+', to='identity.hospital'),
        ),
        migrations.AddIndex(
            model_name='partnerchannel',
            index=models.Index(fields=['hospital', '-id'], name='partner_channel_of_hospital'),
        ),
        migrations.AddConstraint(
            model_name='partnerchannel',
            constraint=models.UniqueConstraint(fields=('application', 'channel'), name='partner_channel_once'),
        ),
        pgtrigger.migrations.AddTrigger(
            model_name='partnerchannel',
            trigger=pgtrigger.compiler.Trigger(name='audit', sql=pgtrigger.compiler.UpsertTriggerSql(func="PERFORM audit_record('payments.partnerchannel', TG_OP, CASE WHEN TG_OP = 'INSERT' THEN NULL ELSE to_jsonb(OLD) END, CASE WHEN TG_OP = 'DELETE' THEN NULL ELSE to_jsonb(NEW) END, ARRAY['updated_at']::text[], ARRAY[]::text[]); RETURN NULL;", hash='73507ecc5b6991ba8cc7c43ccde028c022c0275e', operation='INSERT OR UPDATE OR DELETE', pgid='pgtrigger_audit_8bc71', table='payments_partnerchannel', when='AFTER')),
        ),
    ]
