import django.db.models.deletion
import kernel.clock
import kernel.ids
import pgtrigger.compiler
import pgtrigger.migrations
from django.db import migrations, models


class Migration(migrations.Migration):

    initial = True

    dependencies = [
        ("audit", "0001_initial"),
        ('files', '0001_initial'),
        ('identity', '0001_initial'),
    ]

    operations = [
        migrations.CreateModel(
            name='ImportJob',
            fields=[
                ('id', models.UUIDField(default=kernel.ids.uuid7, editable=False, primary_key=True, serialize=False)),
                ('created_at', models.DateTimeField(default=kernel.clock.now, editable=False)),
                ('updated_at', models.DateTimeField(default=kernel.clock.now, editable=False)),
                ('kind', models.CharField(editable=False, help_text='what is imported', max_length=32)),
                ('form', models.CharField(blank=True, default='', help_text='the form of file that was recognised; empty before', max_length=16)),
                ('file_type', models.CharField(help_text='csv, xlsx or vcard, by content', max_length=8)),
                ('digest', models.BinaryField(max_length=32)),
                ('duplicates', models.CharField(choices=[('skip', 'Skip'), ('error', 'Error')], default='skip', max_length=8)),
                ('options', models.JSONField(default=dict, help_text='what else the kind needs: {name: value}')),
                ('state', models.CharField(choices=[('checking', 'checking'), ('checked', 'checked'), ('applying', 'applying'), ('applied', 'applied'), ('rejected', 'rejected'), ('cancelled', 'cancelled')], max_length=12)),
                ('failure', models.CharField(blank=True, default='', help_text='why nothing was imported', max_length=255)),
                ('findings', models.JSONField(default=list, help_text='all that is wrong with the file itself: [{code, …place}]')),
                ('left_out', models.JSONField(default=list, help_text='titles of columns that have content and are not imported')),
                ('skip_bad_rows', models.BooleanField(default=False)),
                ('row_count', models.PositiveIntegerField(default=0)),
                ('bad_count', models.PositiveIntegerField(default=0)),
                ('duplicate_count', models.PositiveIntegerField(default=0)),
                ('imported_count', models.PositiveIntegerField(default=0)),
                ('reserved', models.JSONField(default=dict, help_text='numbers set aside before applying: {name: value}')),
                ('checked_at', models.DateTimeField(null=True)),
                ('applied_at', models.DateTimeField(null=True)),
                ('by', models.ForeignKey(db_index=False, null=True, on_delete=django.db.models.deletion.SET_NULL, related_name='+', to='identity.staffmember')),
                ('file', models.ForeignKey(db_index=False, on_delete=django.db.models.deletion.PROTECT, related_name='+', to='files.file')),
                ('hospital', models.ForeignKey(db_index=False, on_delete=django.db.models.deletion.PROTECT, related_name='+', to='identity.hospital')),
            ],
            options={
                'indexes': [models.Index(fields=['hospital', 'kind', '-id'], name='imports_of_hospital')],
                'constraints': [models.UniqueConstraint(condition=models.Q(('state__in', ['checking', 'checked', 'applying'])), fields=('hospital', 'kind', 'by', 'digest', 'duplicates'), name='import_open_once')],
            },
        ),
        pgtrigger.migrations.AddTrigger(
            model_name='importjob',
            trigger=pgtrigger.compiler.Trigger(name='audit', sql=pgtrigger.compiler.UpsertTriggerSql(func="PERFORM audit_record('imports.importjob', TG_OP, CASE WHEN TG_OP = 'INSERT' THEN NULL ELSE to_jsonb(OLD) END, CASE WHEN TG_OP = 'DELETE' THEN NULL ELSE to_jsonb(NEW) END, ARRAY['updated_at', 'digest']::text[], ARRAY[]::text[]); RETURN NULL;", hash='22a7f72ab6344275b7e72819f289f05b6121f39e', operation='INSERT OR UPDATE OR DELETE', pgid='pgtrigger_audit_e8f6f', table='imports_importjob', when='AFTER')),
        ),
    ]
