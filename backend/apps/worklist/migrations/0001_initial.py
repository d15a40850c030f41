from pathlib import Path
import django.contrib.postgres.fields
import django.core.validators
import django.db.models.deletion
import kernel.clock
import kernel.ids
import kernel.money
import pgtrigger.compiler
import pgtrigger.migrations
from django.db import migrations, models


HERE = Path(__file__).parent


class Migration(migrations.Migration):

    initial = True

    dependencies = [
        ("audit", "0001_initial"),
        ('access', '0001_initial'),
        ('identity', '0001_initial'),
    ]

    operations = [
        migrations.CreateModel(
            name='Approval',
            fields=[
                ('id', models.UUIDField(default=kernel.ids.uuid7, editable=False, primary_key=True, serialize=False)),
                ('created_at', models.DateTimeField(default=kernel.clock.now, editable=False)),
                ('updated_at', models.DateTimeField(default=kernel.clock.now, editable=False)),
                ('version', models.PositiveIntegerField(default=1, editable=False)),
                ('kind', models.CharField(max_length=60)),
                ('subject_type', models.CharField(max_length=60)),
                ('subject_id', models.UUIDField()),
                ('title', models.CharField(max_length=160)),
                ('amount_fen', kernel.money.FenField(null=True, validators=[django.core.validators.MinValueValidator(0), django.core.validators.MaxValueValidator(10000000000)])),
                ('note', models.CharField(blank=True, default='', help_text='why it is asked for', max_length=500)),
                ('content', models.JSONField(default=dict)),
                ('state', models.CharField(choices=[('requested', 'requested'), ('approved', 'approved'), ('rejected', 'rejected'), ('withdrawn', 'withdrawn'), ('expired', 'expired')], default='requested', max_length=12)),
                ('expires_at', models.DateTimeField(null=True)),
                ('reason', models.CharField(blank=True, default='', help_text='why it was decided so', max_length=200)),
                ('ended_at', models.DateTimeField(null=True)),
                ('decided_by', models.ForeignKey(db_index=False, null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to='identity.staffmember')),
                ('department', models.ForeignKey(db_index=False, null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to='identity.department')),
                ('hospital', models.ForeignKey(db_index=False, on_delete=django.db.models.deletion.PROTECT, related_name='+', to='identity.hospital')),
                ('owner', models.ForeignKey(db_index=False, null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to='identity.staffmember')),
                ('requester', models.ForeignKey(db_index=False, null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to='identity.staffmember')),
            ],
            options={
                'indexes': [
                    models.Index(fields=['hospital', '-id'], name='approval_of_hospital'),
                    models.Index(fields=['department', '-id'], name='approval_of_department'),
                    models.Index(fields=['owner', '-id'], name='approval_of_owner'),
                    models.Index(fields=['requester', '-id'], name='approval_of_requester'),
                    models.Index(fields=['subject_id'], name='approval_of_subject'),
                    models.Index(condition=models.Q(('state', 'requested')), fields=['expires_at'], name='approval_expires'),
                ],
                'constraints': [
                    models.UniqueConstraint(condition=models.Q(('state', 'requested')), fields=('kind', 'subject_id'), name='approval_open_once'),
                    models.CheckConstraint(condition=models.Q(('decided_by__isnull', True), ('requester__isnull', True), models.Q(('decided_by', models.F('requester')), _negated=True), _connector='OR'), name='approval_two_people'),
                    models.CheckConstraint(condition=models.Q(models.Q(('decided_by__isnull', False), ('state__in', ('approved', 'rejected'))), models.Q(models.Q(('state__in', ('approved', 'rejected')), _negated=True), ('decided_by__isnull', True)), _connector='OR'), name='approval_decided_by_somebody'),
                    models.CheckConstraint(condition=models.Q(models.Q(('ended_at__isnull', True), ('state', 'requested')), models.Q(models.Q(('state', 'requested'), _negated=True), ('ended_at__isnull', False)), _connector='OR'), name='approval_ended_has_time'),
                ],
            },
        ),
        migrations.CreateModel(
            name='ApprovalStep',
            fields=[
                ('id', models.UUIDField(default=kernel.ids.uuid7, editable=False, primary_key=True, serialize=False)),
                ('created_at', models.DateTimeField(default=kernel.clock.now, editable=False)),
                ('updated_at', models.DateTimeField(default=kernel.clock.now, editable=False)),
                ('number', models.PositiveSmallIntegerField()),
                ('code', models.CharField(max_length=40)),
                ('permission', models.CharField(blank=True, default='', max_length=100)),
                ('state', models.CharField(choices=[('waiting', 'waiting'), ('open', 'open'), ('approved', 'approved'), ('rejected', 'rejected'), ('skipped', 'skipped')], default='waiting', max_length=12)),
                ('decided_at', models.DateTimeField(null=True)),
                ('reason', models.CharField(blank=True, default='', max_length=200)),
                ('content', models.JSONField(null=True)),
                ('approval', models.ForeignKey(db_index=False, on_delete=django.db.models.deletion.PROTECT, related_name='steps', to='worklist.approval')),
                ('decided_by', models.ForeignKey(db_index=False, null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to='identity.staffmember')),
                ('department', models.ForeignKey(db_index=False, null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to='identity.department')),
                ('hospital', models.ForeignKey(db_index=False, on_delete=django.db.models.deletion.PROTECT, related_name='+', to='identity.hospital')),
                ('owner', models.ForeignKey(db_index=False, null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to='identity.staffmember')),
                ('role', models.ForeignKey(db_index=False, null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to='access.role')),
            ],
            options={
                'indexes': [
                    models.Index(fields=['decided_by', 'approval'], name='approval_step_of_decider'),
                    models.Index(fields=['permission', 'hospital'], name='approval_step_by_permission'),
                    models.Index(fields=['role', 'hospital'], name='approval_step_by_role'),
                ],
                'constraints': [
                    models.UniqueConstraint(fields=('approval', 'number'), name='approval_step_once'),
                    models.UniqueConstraint(fields=('approval', 'decided_by'), name='approval_step_each_another'),
                    models.UniqueConstraint(condition=models.Q(('state', 'open')), fields=('approval',), name='approval_one_step_open'),
                    models.CheckConstraint(condition=models.Q(models.Q(('permission', ''), ('role__isnull', False)), models.Q(models.Q(('permission', ''), _negated=True), ('role__isnull', True)), _connector='OR'), name='approval_step_permission_or_role'),
                    models.CheckConstraint(condition=models.Q(models.Q(('decided_at__isnull', False), ('decided_by__isnull', False), ('state__in', ('approved', 'rejected'))), models.Q(models.Q(('state__in', ('approved', 'rejected')), _negated=True), ('decided_at__isnull', True), ('decided_by__isnull', True)), _connector='OR'), name='approval_step_decided_by_somebody'),
                ],
            },
        ),
        migrations.CreateModel(
            name='Signature',
            fields=[
                ('id', models.UUIDField(default=kernel.ids.uuid7, editable=False, primary_key=True, serialize=False)),
                ('created_at', models.DateTimeField(default=kernel.clock.now, editable=False)),
                ('updated_at', models.DateTimeField(default=kernel.clock.now, editable=False)),
                ('subject_type', models.CharField(max_length=60)),
                ('subject_id', models.UUIDField()),
                ('place', models.CharField(max_length=60)),
                ('method', models.CharField(help_text='how the signer proved who it is: password, totp', max_length=12)),
                ('digest', models.CharField(max_length=64)),
                ('signed_at', models.DateTimeField()),
                ('voided_at', models.DateTimeField(null=True)),
                ('void_reason', models.CharField(blank=True, default='', max_length=200)),
                ('hospital', models.ForeignKey(db_index=False, on_delete=django.db.models.deletion.PROTECT, related_name='+', to='identity.hospital')),
                ('role', models.ForeignKey(db_index=False, on_delete=django.db.models.deletion.PROTECT, related_name='+', to='access.role')),
                ('signer', models.ForeignKey(db_index=False, on_delete=django.db.models.deletion.PROTECT, related_name='+', to='identity.staffmember')),
            ],
            options={
                'indexes': [
                    models.Index(fields=['subject_id', '-id'], name='signature_of_subject'),
                    models.Index(fields=['hospital', '-id'], name='signature_of_hospital'),
                ],
                'constraints': [
                    models.UniqueConstraint(condition=models.Q(('voided_at__isnull', True)), fields=('subject_type', 'subject_id', 'place'), name='signature_place_once'),
                    models.UniqueConstraint(condition=models.Q(('voided_at__isnull', True)), fields=('subject_type', 'subject_id', 'signer'), name='signature_signer_once'),
                ],
            },
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
                'constraints': [
                    models.UniqueConstraint(fields=('hospital', 'kind'), name='work_duty_once'),
                ],
            },
        ),
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
                ('barred', django.contrib.postgres.fields.ArrayField(base_field=models.UUIDField(), default=list, size=None)),
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
            options={
                'indexes': [
                    models.Index(fields=['hospital', '-id'], name='work_item_of_hospital'),
                    models.Index(fields=['department', '-id'], name='work_item_of_department'),
                    models.Index(condition=models.Q(('state', 'open')), fields=['executor', '-id'], name='work_open_of_executor'),
                    models.Index(condition=models.Q(('state', 'open')), fields=['manager', '-id'], name='work_open_of_manager'),
                    models.Index(condition=models.Q(('state', 'open')), fields=['supervisor', '-id'], name='work_open_of_supervisor'),
                    models.Index(condition=models.Q(('state', 'open')), fields=['executor_role', '-id'], name='work_open_of_executor_role'),
                    models.Index(condition=models.Q(('state', 'open')), fields=['manager_role', '-id'], name='work_open_of_manager_role'),
                    models.Index(condition=models.Q(('state', 'open')), fields=['supervisor_role', '-id'], name='work_open_of_supervisor_role'),
                    models.Index(condition=models.Q(('escalates_at__isnull', False)), fields=['escalates_at'], name='work_item_escalates'),
                ],
                'constraints': [
                    models.UniqueConstraint(condition=models.Q(('state', 'open')), fields=('kind', 'subject_id'), name='work_item_open_once'),
                    models.CheckConstraint(condition=models.Q(models.Q(('ended_at__isnull', True), ('state', 'open')), models.Q(models.Q(('state', 'open'), _negated=True), ('ended_at__isnull', False)), _connector='OR'), name='work_item_ended_has_time'),
                ],
            },
        ),
        pgtrigger.migrations.AddTrigger(
            model_name='approval',
            trigger=pgtrigger.compiler.Trigger(name='audit', sql=pgtrigger.compiler.UpsertTriggerSql(func="PERFORM audit_record('worklist.approval', TG_OP, CASE WHEN TG_OP = 'INSERT' THEN NULL ELSE to_jsonb(OLD) END, CASE WHEN TG_OP = 'DELETE' THEN NULL ELSE to_jsonb(NEW) END, ARRAY['updated_at']::text[], ARRAY[]::text[]); RETURN NULL;", hash='b3969519a0392b6d52b2e44d0fc3a26969e0e302', operation='INSERT OR UPDATE OR DELETE', pgid='pgtrigger_audit_85d3d', table='worklist_approval', when='AFTER')),
        ),
        pgtrigger.migrations.AddTrigger(
            model_name='workduty',
            trigger=pgtrigger.compiler.Trigger(name='audit', sql=pgtrigger.compiler.UpsertTriggerSql(func="PERFORM audit_record('worklist.workduty', TG_OP, CASE WHEN TG_OP = 'INSERT' THEN NULL ELSE to_jsonb(OLD) END, CASE WHEN TG_OP = 'DELETE' THEN NULL ELSE to_jsonb(NEW) END, ARRAY['updated_at']::text[], ARRAY[]::text[]); RETURN NULL;", hash='8dd00c90d34ddd4fc039832e7dd4a6a86dd23c86', operation='INSERT OR UPDATE OR DELETE', pgid='pgtrigger_audit_299fd', table='worklist_workduty', when='AFTER')),
        ),
        pgtrigger.migrations.AddTrigger(
            model_name='workitem',
            trigger=pgtrigger.compiler.Trigger(name='audit', sql=pgtrigger.compiler.UpsertTriggerSql(func="PERFORM audit_record('worklist.workitem', TG_OP, CASE WHEN TG_OP = 'INSERT' THEN NULL ELSE to_jsonb(OLD) END, CASE WHEN TG_OP = 'DELETE' THEN NULL ELSE to_jsonb(NEW) END, ARRAY['updated_at', 'escalates_at']::text[], ARRAY[]::text[]); RETURN NULL;", hash='02d314dd8f991c3d79d4cb26c4f57b6641738a7a', operation='INSERT OR UPDATE OR DELETE', pgid='pgtrigger_audit_2844c', table='worklist_workitem', when='AFTER')),
        ),
        migrations.RunSQL((HERE / "0001_approvals.sql").read_text(), (HERE / "0001_approvals_undo.sql").read_text()),
        migrations.RunSQL((HERE / "0001_signatures.sql").read_text(), (HERE / "0001_signatures_undo.sql").read_text()),
    ]
