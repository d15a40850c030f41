import django.core.validators
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
        ('access', '0001_initial'),
        ('identity', '0001_initial'),
    ]

    operations = [
        migrations.CreateModel(
            name='WorkItem',
            fields=[
                ('id', models.UUIDField(default=kernel.ids.uuid7, editable=False, primary_key=True, serialize=False)),
                ('created_at', models.DateTimeField(default=kernel.clock.now, editable=False)),
                ('updated_at', models.DateTimeField(default=kernel.clock.now, editable=False)),
                ('version', models.PositiveIntegerField(default=1, editable=False)),
                ('kind', models.CharField(max_length=60)),
                ('subject_type', models.CharField(max_length=60)),
                ('subject_id', models.UUIDField()),
                ('title', models.CharField(max_length=160)),
                ('state', models.CharField(choices=[('open', 'open'), ('done', 'done'), ('withdrawn', 'withdrawn')], default='open', max_length=12)),
                ('level', models.PositiveSmallIntegerField(choices=[(0, '执行人'), (1, '管理人'), (2, '监督人')], default=0)),
                ('due_at', models.DateTimeField()),
                ('escalates_at', models.DateTimeField(null=True)),
                ('ended_at', models.DateTimeField(null=True)),
                ('outcome', models.CharField(blank=True, default='', help_text='what was done, or why not', max_length=300)),
                ('department', models.ForeignKey(db_index=False, null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to='identity.department')),
                ('ended_by', models.ForeignKey(db_index=False, null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to='identity.staffmember')),
                ('executor', models.ForeignKey(db_index=False, null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to='identity.staffmember')),
                ('executor_role', models.ForeignKey(db_index=False, on_delete=django.db.models.deletion.PROTECT, related_name='+', to='access.role')),
                ('hospital', models.ForeignKey(db_index=False, on_delete=django.db.models.deletion.PROTECT, related_name='+', to='identity.hospital')),
                ('manager', models.ForeignKey(db_index=False, null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to='identity.staffmember')),
                ('manager_role', models.ForeignKey(db_index=False, on_delete=django.db.models.deletion.PROTECT, related_name='+', to='access.role')),
                ('supervisor', models.ForeignKey(db_index=False, null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to='identity.staffmember')),
                ('supervisor_role', models.ForeignKey(db_index=False, on_delete=django.db.models.deletion.PROTECT, related_name='+', to='access.role')),
            ],
        ),
        migrations.CreateModel(
            name='WorkDuty',
            fields=[
                ('id', models.UUIDField(default=kernel.ids.uuid7, editable=False, primary_key=True, serialize=False)),
                ('created_at', models.DateTimeField(default=kernel.clock.now, editable=False)),
                ('updated_at', models.DateTimeField(default=kernel.clock.now, editable=False)),
                ('version', models.PositiveIntegerField(default=1, editable=False)),
                ('kind', models.CharField(max_length=60)),
                ('hours', models.PositiveSmallIntegerField(validators=[django.core.validators.MinValueValidator(1), django.core.validators.MaxValueValidator(2000)])),
                ('executor_role', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='+', to='access.role')),
                ('hospital', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='+', to='identity.hospital')),
                ('manager_role', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='+', to='access.role')),
                ('supervisor_role', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='+', to='access.role')),
            ],
            options={
                'constraints': [models.UniqueConstraint(fields=('hospital', 'kind'), name='work_duty_once')],
            },
        ),
        pgtrigger.migrations.AddTrigger(
            model_name='workduty',
            trigger=pgtrigger.compiler.Trigger(name='audit', sql=pgtrigger.compiler.UpsertTriggerSql(func="PERFORM audit_record('worklist.workduty', TG_OP, CASE WHEN TG_OP = 'INSERT' THEN NULL ELSE to_jsonb(OLD) END, CASE WHEN TG_OP = 'DELETE' THEN NULL ELSE to_jsonb(NEW) END, ARRAY['updated_at']::text[], ARRAY[]::text[]); RETURN NULL;", hash='8dd00c90d34ddd4fc039832e7dd4a6a86dd23c86', operation='INSERT OR UPDATE OR DELETE', pgid='pgtrigger_audit_299fd', table='worklist_workduty', when='AFTER')),
        ),
        migrations.AddIndex(
            model_name='workitem',
            index=models.Index(fields=['hospital', '-id'], name='work_item_of_hospital'),
        ),
        migrations.AddIndex(
            model_name='workitem',
            index=models.Index(fields=['department', '-id'], name='work_item_of_department'),
        ),
        migrations.AddIndex(
            model_name='workitem',
            index=models.Index(condition=models.Q(('state', 'open')), fields=['executor', '-id'], name='work_open_of_executor'),
        ),
        migrations.AddIndex(
            model_name='workitem',
            index=models.Index(condition=models.Q(('state', 'open')), fields=['manager', '-id'], name='work_open_of_manager'),
        ),
        migrations.AddIndex(
            model_name='workitem',
            index=models.Index(condition=models.Q(('state', 'open')), fields=['supervisor', '-id'], name='work_open_of_supervisor'),
        ),
        migrations.AddIndex(
            model_name='workitem',
            index=models.Index(condition=models.Q(('state', 'open')), fields=['executor_role', '-id'], name='work_open_of_executor_role'),
        ),
        migrations.AddIndex(
            model_name='workitem',
            index=models.Index(condition=models.Q(('state', 'open')), fields=['manager_role', '-id'], name='work_open_of_manager_role'),
        ),
        migrations.AddIndex(
            model_name='workitem',
            index=models.Index(condition=models.Q(('state', 'open')), fields=['supervisor_role', '-id'], name='work_open_of_supervisor_role'),
        ),
        migrations.AddIndex(
            model_name='workitem',
            index=models.Index(condition=models.Q(('escalates_at__isnull', False)), fields=['escalates_at'], name='work_item_escalates'),
        ),
        migrations.AddConstraint(
            model_name='workitem',
            constraint=models.UniqueConstraint(condition=models.Q(('state', 'open')), fields=('kind', 'subject_id'), name='work_item_open_once'),
        ),
        migrations.AddConstraint(
            model_name='workitem',
            constraint=models.CheckConstraint(condition=models.Q(models.Q(('ended_at__isnull', True), ('state', 'open')), models.Q(models.Q(('state', 'open'), _negated=True), ('ended_at__isnull', False)), _connector='OR'), name='work_item_ended_has_time'),
        ),
        pgtrigger.migrations.AddTrigger(
            model_name='workitem',
            trigger=pgtrigger.compiler.Trigger(name='audit', sql=pgtrigger.compiler.UpsertTriggerSql(func="PERFORM audit_record('worklist.workitem', TG_OP, CASE WHEN TG_OP = 'INSERT' THEN NULL ELSE to_jsonb(OLD) END, CASE WHEN TG_OP = 'DELETE' THEN NULL ELSE to_jsonb(NEW) END, ARRAY['updated_at', 'escalates_at']::text[], ARRAY[]::text[]); RETURN NULL;", hash='02d314dd8f991c3d79d4cb26c4f57b6641738a7a', operation='INSERT OR UPDATE OR DELETE', pgid='pgtrigger_audit_2844c', table='worklist_workitem', when='AFTER')),
        ),
    ]
