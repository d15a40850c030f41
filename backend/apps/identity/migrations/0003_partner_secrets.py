import django.contrib.postgres.fields
import pgtrigger.compiler
import pgtrigger.migrations
from django.db import migrations, models


class Migration(migrations.Migration):

    dependencies = [
        ('identity', '0002_fold_user_names'),
    ]

    operations = [
        pgtrigger.migrations.RemoveTrigger(
            model_name='partnerapplication',
            name='audit',
        ),
        migrations.AddField(
            model_name='partnerapplication',
            name='allowed_addresses',
            field=django.contrib.postgres.fields.ArrayField(base_field=models.CharField(max_length=49), blank=True, default=list, size=None),
        ),
        migrations.AddField(
            model_name='partnerapplication',
            name='previous_secret',
            field=models.CharField(blank=True, default='', editable=False, max_length=255),
        ),
        migrations.AddField(
            model_name='partnerapplication',
            name='previous_secret_until',
            field=models.DateTimeField(editable=False, null=True),
        ),
        pgtrigger.migrations.AddTrigger(
            model_name='partnerapplication',
            trigger=pgtrigger.compiler.Trigger(name='audit', sql=pgtrigger.compiler.UpsertTriggerSql(func="PERFORM audit_record('identity.partnerapplication', TG_OP, CASE WHEN TG_OP = 'INSERT' THEN NULL ELSE to_jsonb(OLD) END, CASE WHEN TG_OP = 'DELETE' THEN NULL ELSE to_jsonb(NEW) END, ARRAY['updated_at', 'client_secret', 'previous_secret']::text[], ARRAY[]::text[]); RETURN NULL;", hash='a46fa945fd9a4b8b0269a2b2979f4ff4639b5b0d', operation='INSERT OR UPDATE OR DELETE', pgid='pgtrigger_audit_6634c', table='identity_partnerapplication', when='AFTER')),
        ),
    ]
