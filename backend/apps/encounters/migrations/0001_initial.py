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
        ('identity', '0001_initial'),
        ('patients', '0001_initial'),
    ]

    operations = [
        migrations.CreateModel(
            name='Encounter',
            fields=[
                ('id', models.UUIDField(default=kernel.ids.uuid7, editable=False, primary_key=True, serialize=False)),
                ('created_at', models.DateTimeField(default=kernel.clock.now, editable=False)),
                ('updated_at', models.DateTimeField(default=kernel.clock.now, editable=False)),
                ('encounter_no', models.CharField(help_text='就诊号', max_length=32)),
                ('kind', models.CharField(choices=[('outpatient', '门诊'), ('inpatient', '住院'), ('home', '上门'), ('online', '线上')], max_length=12)),
                ('state', models.CharField(choices=[('arrived', 'arrived'), ('in_progress', 'in_progress'), ('finished', 'finished'), ('cancelled', 'cancelled')], default='arrived', max_length=12)),
                ('arrived_at', models.DateTimeField()),
                ('started_at', models.DateTimeField(help_text='somebody began to see the patient', null=True)),
                ('ended_at', models.DateTimeField(null=True)),
                ('department', models.ForeignKey(db_index=False, on_delete=django.db.models.deletion.PROTECT, related_name='+', to='identity.department')),
                ('hospital', models.ForeignKey(db_index=False, on_delete=django.db.models.deletion.PROTECT, related_name='+', to='identity.hospital')),
                ('patient', models.ForeignKey(db_index=False, on_delete=django.db.models.deletion.PROTECT, related_name='+', to='patients.patient')),
                ('practitioner', models.ForeignKey(db_index=False, null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to='identity.staffmember')),
            ],
            options={
                'indexes': [models.Index(fields=['hospital', '-id'], name='encounter_of_hospital'), models.Index(fields=['department', '-id'], name='encounter_of_department'), models.Index(fields=['practitioner', '-id'], name='encounter_of_practitioner'), models.Index(fields=['patient', '-id'], name='encounter_of_patient'), models.Index(fields=['hospital', '-arrived_at'], name='encounter_by_arrival')],
                'constraints': [models.UniqueConstraint(fields=('hospital', 'encounter_no'), name='encounter_no_once'), models.CheckConstraint(condition=models.Q(models.Q(('ended_at__isnull', True), ('state__in', ('arrived', 'in_progress'))), models.Q(models.Q(('state__in', ('arrived', 'in_progress')), _negated=True), ('ended_at__isnull', False)), _connector='OR'), name='encounter_ended_has_time')],
            },
        ),
        pgtrigger.migrations.AddTrigger(
            model_name='encounter',
            trigger=pgtrigger.compiler.Trigger(name='audit', sql=pgtrigger.compiler.UpsertTriggerSql(func="PERFORM audit_record('encounters.encounter', TG_OP, CASE WHEN TG_OP = 'INSERT' THEN NULL ELSE to_jsonb(OLD) END, CASE WHEN TG_OP = 'DELETE' THEN NULL ELSE to_jsonb(NEW) END, ARRAY['updated_at']::text[], ARRAY[]::text[]); RETURN NULL;", hash='b9d61b9e9e2d6825246feb9b6639ef9c73191d12', operation='INSERT OR UPDATE OR DELETE', pgid='pgtrigger_audit_56ca4', table='encounters_encounter', when='AFTER')),
        ),
    ]
