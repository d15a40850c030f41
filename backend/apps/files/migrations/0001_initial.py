import kernel.clock
import kernel.ids
import pgtrigger.compiler
import pgtrigger.migrations
from django.db import migrations, models


class Migration(migrations.Migration):

    initial = True

    dependencies = [
        ("audit", "0001_initial"),
    ]

    operations = [
        migrations.CreateModel(
            name='File',
            fields=[
                ('id', models.UUIDField(default=kernel.ids.uuid7, editable=False, primary_key=True, serialize=False)),
                ('created_at', models.DateTimeField(default=kernel.clock.now, editable=False)),
                ('updated_at', models.DateTimeField(default=kernel.clock.now, editable=False)),
                ('owner_type', models.CharField(help_text='code of kernel.files.FileOwner', max_length=64)),
                ('owner_id', models.UUIDField(help_text='what it hangs on, once it is attached', null=True)),
                ('hospital_id', models.UUIDField(help_text="the owner's; null: the group's, or not attached", null=True)),
                ('name', models.CharField(help_text='as it was uploaded, without what nobody sees', max_length=120)),
                ('media_type', models.CharField(help_text='as the content shows it', max_length=127)),
                ('size', models.BigIntegerField(help_text='bytes')),
                ('checksum', models.CharField(help_text='SHA-256 of the content, hexadecimal', max_length=64)),
                ('stored_as', models.CharField(max_length=80, unique=True)),
                ('is_sealed', models.BooleanField(default=False)),
                ('uploader_id', models.UUIDField(help_text='the user', null=True)),
                ('state', models.CharField(choices=[('staged', 'staged'), ('attached', 'attached'), ('deleted', 'deleted')], default='staged', max_length=8)),
                ('attached_at', models.DateTimeField(null=True)),
                ('deleted_at', models.DateTimeField(null=True)),
                ('purged_at', models.DateTimeField(help_text='when the bytes had gone', null=True)),
            ],
            options={
                'indexes': [models.Index(fields=['owner_type', 'owner_id'], name='files_of_owner'), models.Index(condition=models.Q(('state', 'staged')), fields=['created_at'], name='files_staged'), models.Index(condition=models.Q(('purged_at__isnull', True), ('state', 'deleted')), fields=['deleted_at'], name='files_to_purge')],
                'constraints': [models.CheckConstraint(condition=models.Q(('size__gt', 0)), name='file_not_empty'), models.CheckConstraint(condition=models.Q(models.Q(('state', 'attached'), _negated=True), ('owner_id__isnull', False), _connector='OR'), name='file_attached_to_something'), models.CheckConstraint(condition=models.Q(('purged_at__isnull', True), ('state', 'deleted'), _connector='OR'), name='file_purged_once_deleted')],
            },
        ),
        pgtrigger.migrations.AddTrigger(
            model_name='file',
            trigger=pgtrigger.compiler.Trigger(name='audit', sql=pgtrigger.compiler.UpsertTriggerSql(func="PERFORM audit_record('files.file', TG_OP, CASE WHEN TG_OP = 'INSERT' THEN NULL ELSE to_jsonb(OLD) END, CASE WHEN TG_OP = 'DELETE' THEN NULL ELSE to_jsonb(NEW) END, ARRAY['updated_at']::text[], ARRAY[]::text[]); RETURN NULL;", hash='1f1fb05bbd911b1e774040927bf1883c25f98b2f', operation='INSERT OR UPDATE OR DELETE', pgid='pgtrigger_audit_4171a', table='files_file', when='AFTER')),
        ),
    ]
