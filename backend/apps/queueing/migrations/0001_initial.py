import django.contrib.postgres.fields
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
        ('encounters', '0001_initial'),
        ('identity', '0001_initial'),
        ('patients', '0001_initial'),
        ('scheduling', '0001_initial'),
    ]

    operations = [
        migrations.CreateModel(
            name='Queue',
            fields=[
                ('id', models.UUIDField(default=kernel.ids.uuid7, editable=False, primary_key=True, serialize=False)),
                ('created_at', models.DateTimeField(default=kernel.clock.now, editable=False)),
                ('updated_at', models.DateTimeField(default=kernel.clock.now, editable=False)),
                ('version', models.PositiveIntegerField(default=1, editable=False)),
                ('kind', models.CharField(choices=[('doctor', 'Doctor'), ('department', 'Department'), ('shared', 'Shared')], max_length=12)),
                ('name', models.CharField(max_length=80)),
                ('is_active', models.BooleanField(default=True)),
                ('paused_at', models.DateTimeField(null=True)),
                ('paused_until', models.DateTimeField(help_text='known end of the pause; null = unknown', null=True)),
                ('pause_reason', models.CharField(blank=True, default='', max_length=200)),
                ('department', models.ForeignKey(db_index=False, on_delete=django.db.models.deletion.PROTECT, related_name='+', to='identity.department')),
                ('hospital', models.ForeignKey(db_index=False, on_delete=django.db.models.deletion.PROTECT, related_name='+', to='identity.hospital')),
                ('practitioner', models.ForeignKey(db_index=False, null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to='identity.staffmember')),
            ],
            options={
                'indexes': [
                    models.Index(fields=['hospital', '-id'], name='queue_of_hospital'),
                    models.Index(fields=['department', '-id'], name='queue_of_department'),
                    models.Index(fields=['practitioner', '-id'], name='queue_of_practitioner'),
                ],
                'constraints': [
                    models.UniqueConstraint(condition=models.Q(('kind', 'doctor')), fields=('practitioner', 'department'), name='queue_of_doctor_once'),
                    models.UniqueConstraint(condition=models.Q(('is_active', True), ('kind', 'department')), fields=('department',), name='queue_of_department_once'),
                    models.CheckConstraint(condition=models.Q(models.Q(('kind', 'doctor'), ('practitioner__isnull', False)), models.Q(models.Q(('kind', 'doctor'), _negated=True), ('practitioner__isnull', True)), _connector='OR'), name='queue_has_its_doctor'),
                ],
            },
        ),
        migrations.CreateModel(
            name='QueueDay',
            fields=[
                ('pk', models.CompositePrimaryKey('queue', 'day', blank=True, editable=False, primary_key=True, serialize=False)),
                ('day', models.DateField()),
                ('issued', models.PositiveIntegerField(default=0)),
                ('queue', models.ForeignKey(db_index=False, on_delete=django.db.models.deletion.CASCADE, related_name='+', to='queueing.queue')),
            ],
        ),
        migrations.CreateModel(
            name='QueueMember',
            fields=[
                ('id', models.UUIDField(default=kernel.ids.uuid7, editable=False, primary_key=True, serialize=False)),
                ('created_at', models.DateTimeField(default=kernel.clock.now, editable=False)),
                ('updated_at', models.DateTimeField(default=kernel.clock.now, editable=False)),
                ('hospital', models.ForeignKey(db_index=False, on_delete=django.db.models.deletion.PROTECT, related_name='+', to='identity.hospital')),
                ('practitioner', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='+', to='identity.staffmember')),
                ('queue', models.ForeignKey(db_index=False, on_delete=django.db.models.deletion.CASCADE, related_name='members', to='queueing.queue')),
            ],
            options={
                'constraints': [
                    models.UniqueConstraint(fields=('queue', 'practitioner'), name='queue_member_once'),
                ],
            },
        ),
        migrations.CreateModel(
            name='QueuePriority',
            fields=[
                ('id', models.UUIDField(default=kernel.ids.uuid7, editable=False, primary_key=True, serialize=False)),
                ('created_at', models.DateTimeField(default=kernel.clock.now, editable=False)),
                ('updated_at', models.DateTimeField(default=kernel.clock.now, editable=False)),
                ('version', models.PositiveIntegerField(default=1, editable=False)),
                ('code', models.CharField(max_length=32)),
                ('name', models.CharField(max_length=40)),
                ('minutes', models.PositiveSmallIntegerField(help_text='called as if so much earlier', validators=[django.core.validators.MaxValueValidator(1440)])),
                ('from_age', models.PositiveSmallIntegerField(blank=True, help_text='given by itself from this age', null=True, validators=[django.core.validators.MaxValueValidator(150)])),
                ('is_active', models.BooleanField(default=True)),
                ('hospital', models.ForeignKey(db_index=False, on_delete=django.db.models.deletion.PROTECT, related_name='+', to='identity.hospital')),
            ],
            options={
                'constraints': [
                    models.UniqueConstraint(fields=('hospital', 'code'), name='queue_priority_once'),
                ],
            },
        ),
        migrations.CreateModel(
            name='QueueRule',
            fields=[
                ('id', models.UUIDField(default=kernel.ids.uuid7, editable=False, primary_key=True, serialize=False)),
                ('created_at', models.DateTimeField(default=kernel.clock.now, editable=False)),
                ('updated_at', models.DateTimeField(default=kernel.clock.now, editable=False)),
                ('version', models.PositiveIntegerField(default=1, editable=False)),
                ('order', models.CharField(blank=True, choices=[('appointment', 'Appointment'), ('arrival', 'Arrival')], max_length=12, null=True)),
                ('late_after_minutes', models.PositiveSmallIntegerField(blank=True, help_text='after the start of the slot; 0 = nobody is late', null=True)),
                ('late_behind', models.PositiveSmallIntegerField(blank=True, help_text='places a late patient waits behind; 0 = until the current slot ends', null=True)),
                ('return_behind', models.PositiveSmallIntegerField(blank=True, help_text='places behind which one who comes back from an examination waits', null=True)),
                ('skip_behind', models.PositiveSmallIntegerField(blank=True, help_text='places that one who did not come goes back', null=True)),
                ('max_skips', models.PositiveSmallIntegerField(blank=True, help_text='so often; once more and the patient is passed over', null=True)),
                ('department', models.OneToOneField(on_delete=django.db.models.deletion.PROTECT, related_name='+', to='identity.department')),
                ('hospital', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='+', to='identity.hospital')),
            ],
            options={
                'indexes': [
                    models.Index(fields=['hospital', '-id'], name='queue_rule_of_hospital'),
                ],
            },
        ),
        migrations.CreateModel(
            name='QueueScreen',
            fields=[
                ('id', models.UUIDField(default=kernel.ids.uuid7, editable=False, primary_key=True, serialize=False)),
                ('created_at', models.DateTimeField(default=kernel.clock.now, editable=False)),
                ('updated_at', models.DateTimeField(default=kernel.clock.now, editable=False)),
                ('name', models.CharField(max_length=80)),
                ('queue_ids', django.contrib.postgres.fields.ArrayField(base_field=models.UUIDField(), blank=True, default=list, help_text='empty: all of the department', size=100)),
                ('digest', models.CharField(editable=False, max_length=64, unique=True)),
                ('revoked_at', models.DateTimeField(editable=False, null=True)),
                ('department', models.ForeignKey(db_index=False, on_delete=django.db.models.deletion.PROTECT, related_name='+', to='identity.department')),
                ('hospital', models.ForeignKey(db_index=False, on_delete=django.db.models.deletion.PROTECT, related_name='+', to='identity.hospital')),
            ],
            options={
                'indexes': [
                    models.Index(fields=['hospital', '-id'], name='screen_of_hospital'),
                    models.Index(fields=['department', '-id'], name='screen_of_department'),
                ],
            },
        ),
        migrations.CreateModel(
            name='QueueTicket',
            fields=[
                ('id', models.UUIDField(default=kernel.ids.uuid7, editable=False, primary_key=True, serialize=False)),
                ('created_at', models.DateTimeField(default=kernel.clock.now, editable=False)),
                ('updated_at', models.DateTimeField(default=kernel.clock.now, editable=False)),
                ('day', models.DateField(help_text='the day of the visit')),
                ('ticket_no', models.PositiveIntegerField(help_text="counted from 1 within the queue's day")),
                ('state', models.CharField(choices=[('waiting', 'waiting'), ('called', 'called'), ('in_service', 'in_service'), ('examination', 'examination'), ('missed', 'missed'), ('finished', 'finished'), ('cancelled', 'cancelled')], default='waiting', max_length=12)),
                ('priority', models.CharField(blank=True, default='', help_text='code of the priority group', max_length=32)),
                ('priority_minutes', models.PositiveSmallIntegerField(default=0)),
                ('checked_in_at', models.DateTimeField()),
                ('due_at', models.DateTimeField(help_text='place in the queue: the earlier the sooner')),
                ('queued_at', models.DateTimeField(help_text='decides between two that are due at the same time')),
                ('called_at', models.DateTimeField(null=True)),
                ('started_at', models.DateTimeField(null=True)),
                ('finished_at', models.DateTimeField(null=True)),
                ('consulted_seconds', models.PositiveIntegerField(default=0, help_text='with the doctor, until now')),
                ('call_count', models.PositiveSmallIntegerField(default=0)),
                ('skip_count', models.PositiveSmallIntegerField(default=0)),
                ('reason', models.CharField(blank=True, default='', help_text='of the last priority, transfer or call out of turn', max_length=200)),
                ('appointment', models.OneToOneField(null=True, on_delete=django.db.models.deletion.PROTECT, related_name='ticket', to='scheduling.appointment')),
                ('department', models.ForeignKey(db_index=False, on_delete=django.db.models.deletion.PROTECT, related_name='+', to='identity.department')),
                ('encounter', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='tickets', to='encounters.encounter')),
                ('hospital', models.ForeignKey(db_index=False, on_delete=django.db.models.deletion.PROTECT, related_name='+', to='identity.hospital')),
                ('patient', models.ForeignKey(db_index=False, on_delete=django.db.models.deletion.PROTECT, related_name='+', to='patients.patient')),
                ('practitioner', models.ForeignKey(db_index=False, null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to='identity.staffmember')),
                ('queue', models.ForeignKey(db_index=False, on_delete=django.db.models.deletion.PROTECT, related_name='tickets', to='queueing.queue')),
                ('served_by', models.ForeignKey(db_index=False, null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to='identity.staffmember')),
                ('session', models.ForeignKey(db_index=False, null=True, on_delete=django.db.models.deletion.PROTECT, related_name='tickets', to='scheduling.clinicsession')),
            ],
            options={
                'indexes': [
                    models.Index(fields=['queue', 'day', 'state', 'due_at', 'queued_at', 'id'], name='ticket_line'),
                    models.Index(fields=['session', 'state'], name='ticket_of_session'),
                    models.Index(condition=models.Q(('state__in', ('waiting', 'called', 'missed'))), fields=['day', 'id'], name='ticket_unseen'),
                    models.Index(fields=['hospital', '-id'], name='ticket_of_hospital'),
                    models.Index(fields=['department', '-id'], name='ticket_of_department'),
                    models.Index(fields=['practitioner', '-id'], name='ticket_of_practitioner'),
                    models.Index(fields=['patient', '-id'], name='ticket_of_patient'),
                    models.Index(fields=['served_by', '-id'], name='ticket_served_by'),
                    models.Index(condition=models.Q(('state', 'finished')), fields=['served_by', '-finished_at'], name='ticket_pace_doctor'),
                    models.Index(condition=models.Q(('state', 'finished')), fields=['queue', '-finished_at'], name='ticket_pace_queue'),
                    models.Index(condition=models.Q(('state', 'finished')), fields=['department', '-finished_at'], name='ticket_pace_dept'),
                ],
                'constraints': [
                    models.UniqueConstraint(fields=('queue', 'day', 'ticket_no'), name='ticket_no_once'),
                ],
            },
        ),
        pgtrigger.migrations.AddTrigger(
            model_name='queue',
            trigger=pgtrigger.compiler.Trigger(name='audit', sql=pgtrigger.compiler.UpsertTriggerSql(func="PERFORM audit_record('queueing.queue', TG_OP, CASE WHEN TG_OP = 'INSERT' THEN NULL ELSE to_jsonb(OLD) END, CASE WHEN TG_OP = 'DELETE' THEN NULL ELSE to_jsonb(NEW) END, ARRAY['updated_at']::text[], ARRAY[]::text[]); RETURN NULL;", hash='b2b6180df6d130a7bf5fe4be4907dc5822a952b9', operation='INSERT OR UPDATE OR DELETE', pgid='pgtrigger_audit_3c46e', table='queueing_queue', when='AFTER')),
        ),
        pgtrigger.migrations.AddTrigger(
            model_name='queuemember',
            trigger=pgtrigger.compiler.Trigger(name='audit', sql=pgtrigger.compiler.UpsertTriggerSql(func="PERFORM audit_record('queueing.queuemember', TG_OP, CASE WHEN TG_OP = 'INSERT' THEN NULL ELSE to_jsonb(OLD) END, CASE WHEN TG_OP = 'DELETE' THEN NULL ELSE to_jsonb(NEW) END, ARRAY['updated_at']::text[], ARRAY[]::text[]); RETURN NULL;", hash='0cca852ef9f41f92cb11b525dbe13765db22dd7d', operation='INSERT OR UPDATE OR DELETE', pgid='pgtrigger_audit_f9d42', table='queueing_queuemember', when='AFTER')),
        ),
        pgtrigger.migrations.AddTrigger(
            model_name='queuepriority',
            trigger=pgtrigger.compiler.Trigger(name='audit', sql=pgtrigger.compiler.UpsertTriggerSql(func="PERFORM audit_record('queueing.queuepriority', TG_OP, CASE WHEN TG_OP = 'INSERT' THEN NULL ELSE to_jsonb(OLD) END, CASE WHEN TG_OP = 'DELETE' THEN NULL ELSE to_jsonb(NEW) END, ARRAY['updated_at']::text[], ARRAY[]::text[]); RETURN NULL;", hash='6e3fd665e21254c6e980a7f0b18a3354bcf59fe3', operation='INSERT OR UPDATE OR DELETE', pgid='pgtrigger_audit_5b7e7', table='queueing_queuepriority', when='AFTER')),
        ),
        pgtrigger.migrations.AddTrigger(
            model_name='queuerule',
            trigger=pgtrigger.compiler.Trigger(name='audit', sql=pgtrigger.compiler.UpsertTriggerSql(func="PERFORM audit_record('queueing.queuerule', TG_OP, CASE WHEN TG_OP = 'INSERT' THEN NULL ELSE to_jsonb(OLD) END, CASE WHEN TG_OP = 'DELETE' THEN NULL ELSE to_jsonb(NEW) END, ARRAY['updated_at']::text[], ARRAY[]::text[]); RETURN NULL;", hash='d9589e013e707ecc6dc52d3799b34dd5b6913fbe', operation='INSERT OR UPDATE OR DELETE', pgid='pgtrigger_audit_4845d', table='queueing_queuerule', when='AFTER')),
        ),
        pgtrigger.migrations.AddTrigger(
            model_name='queuescreen',
            trigger=pgtrigger.compiler.Trigger(name='audit', sql=pgtrigger.compiler.UpsertTriggerSql(func="PERFORM audit_record('queueing.queuescreen', TG_OP, CASE WHEN TG_OP = 'INSERT' THEN NULL ELSE to_jsonb(OLD) END, CASE WHEN TG_OP = 'DELETE' THEN NULL ELSE to_jsonb(NEW) END, ARRAY['updated_at', 'digest']::text[], ARRAY[]::text[]); RETURN NULL;", hash='89646c39baa8a456d940f2ab2dd87a3489843530', operation='INSERT OR UPDATE OR DELETE', pgid='pgtrigger_audit_b27b4', table='queueing_queuescreen', when='AFTER')),
        ),
        pgtrigger.migrations.AddTrigger(
            model_name='queueticket',
            trigger=pgtrigger.compiler.Trigger(name='audit', sql=pgtrigger.compiler.UpsertTriggerSql(func="PERFORM audit_record('queueing.queueticket', TG_OP, CASE WHEN TG_OP = 'INSERT' THEN NULL ELSE to_jsonb(OLD) END, CASE WHEN TG_OP = 'DELETE' THEN NULL ELSE to_jsonb(NEW) END, ARRAY['updated_at']::text[], ARRAY[]::text[]); RETURN NULL;", hash='dcb9b99d2317b9ed85563e4b201accf70abddcb1', operation='INSERT OR UPDATE OR DELETE', pgid='pgtrigger_audit_5cd46', table='queueing_queueticket', when='AFTER')),
        ),
    ]
