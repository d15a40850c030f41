import django.contrib.postgres.fields
import django.core.validators
import django.db.models.deletion
import kernel.clock
import kernel.ids
import kernel.money
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
        ('worklist', '0001_initial'),
    ]

    operations = [
        migrations.CreateModel(
            name='BookingSuspension',
            fields=[
                ('id', models.UUIDField(default=kernel.ids.uuid7, editable=False, primary_key=True, serialize=False)),
                ('created_at', models.DateTimeField(default=kernel.clock.now, editable=False)),
                ('updated_at', models.DateTimeField(default=kernel.clock.now, editable=False)),
                ('version', models.PositiveIntegerField(default=1, editable=False)),
                ('source', models.CharField(choices=[('no_shows', 'No Shows'), ('staff', 'Staff')], max_length=12)),
                ('reason', models.CharField(blank=True, default='', max_length=200)),
                ('no_shows', django.contrib.postgres.fields.ArrayField(base_field=models.UUIDField(), default=list, help_text='appointments that were missed', size=None)),
                ('threshold', models.PositiveSmallIntegerField(default=0, help_text='how many missed ones it took')),
                ('until', models.DateTimeField()),
                ('lifted_at', models.DateTimeField(null=True)),
                ('lift_reason', models.CharField(blank=True, default='', max_length=200)),
                ('hospital', models.ForeignKey(db_index=False, on_delete=django.db.models.deletion.PROTECT, related_name='+', to='identity.hospital')),
                ('lifted_by', models.ForeignKey(db_index=False, null=True, on_delete=django.db.models.deletion.SET_NULL, related_name='+', to='identity.staffmember')),
                ('patient', models.ForeignKey(db_index=False, on_delete=django.db.models.deletion.PROTECT, related_name='+', to='patients.patient')),
                ('suspended_by', models.ForeignKey(db_index=False, null=True, on_delete=django.db.models.deletion.SET_NULL, related_name='+', to='identity.staffmember')),
            ],
            options={
                'indexes': [
                    models.Index(fields=['hospital', '-id'], name='suspension_of_hospital'),
                    models.Index(fields=['patient', '-until'], name='suspension_of_patient'),
                ],
                'constraints': [
                    models.CheckConstraint(condition=models.Q(('until__gt', models.F('created_at'))), name='suspension_has_length'),
                ],
            },
        ),
        migrations.CreateModel(
            name='ClinicSession',
            fields=[
                ('id', models.UUIDField(default=kernel.ids.uuid7, editable=False, primary_key=True, serialize=False)),
                ('created_at', models.DateTimeField(default=kernel.clock.now, editable=False)),
                ('updated_at', models.DateTimeField(default=kernel.clock.now, editable=False)),
                ('version', models.PositiveIntegerField(default=1, editable=False)),
                ('channel_quotas', models.JSONField(blank=True, db_default=models.Value({}, models.JSONField()), default=dict, help_text='source → numbers kept for it')),
                ('quota_per', models.CharField(choices=[('slot', 'Slot'), ('session', 'Session')], db_default='slot', default='slot', max_length=8)),
                ('release_minutes', models.PositiveIntegerField(blank=True, help_text="minutes before the session's start when unused quota is anybody's", null=True, validators=[django.core.validators.MaxValueValidator(10080)])),
                ('release_at', models.TimeField(blank=True, help_text='or that time of the day before; neither: never', null=True)),
                ('substitution_count', models.SmallIntegerField(db_default=0, default=0)),
                ('date', models.DateField()),
                ('period', models.CharField(choices=[('morning', 'Morning'), ('afternoon', 'Afternoon'), ('evening', 'Evening')], max_length=12)),
                ('starts_at', models.DateTimeField()),
                ('ends_at', models.DateTimeField()),
                ('slot_minutes', models.PositiveSmallIntegerField(default=0)),
                ('capacity_per_slot', models.PositiveSmallIntegerField(default=1)),
                ('tier', models.CharField(choices=[('normal', 'Normal'), ('expert', 'Expert')], default='normal', max_length=8)),
                ('registration_fee_fen', kernel.money.FenField(validators=[django.core.validators.MinValueValidator(0), django.core.validators.MaxValueValidator(10000000000)])),
                ('state', models.CharField(choices=[('draft', 'draft'), ('published', 'published'), ('stopped', 'stopped'), ('closed', 'closed')], default='draft', max_length=12)),
                ('stop_reason', models.CharField(blank=True, default='', max_length=200)),
                ('department', models.ForeignKey(db_index=False, on_delete=django.db.models.deletion.PROTECT, related_name='+', to='identity.department')),
                ('hospital', models.ForeignKey(db_index=False, on_delete=django.db.models.deletion.PROTECT, related_name='+', to='identity.hospital')),
                ('practitioner', models.ForeignKey(db_index=False, on_delete=django.db.models.deletion.PROTECT, related_name='+', to='identity.staffmember')),
                ('room', models.ForeignKey(blank=True, db_index=False, null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to='identity.location')),
                ('substituted_for', models.ForeignKey(db_index=False, help_text='whose session it was before anybody stood in (替诊)', null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to='identity.staffmember')),
            ],
        ),
        migrations.CreateModel(
            name='Appointment',
            fields=[
                ('id', models.UUIDField(default=kernel.ids.uuid7, editable=False, primary_key=True, serialize=False)),
                ('created_at', models.DateTimeField(default=kernel.clock.now, editable=False)),
                ('updated_at', models.DateTimeField(default=kernel.clock.now, editable=False)),
                ('version', models.PositiveIntegerField(default=1, editable=False)),
                ('number', models.PositiveIntegerField()),
                ('appointment_no', models.CharField(help_text='挂号单号', max_length=32)),
                ('kind', models.CharField(choices=[('advance', 'Advance'), ('same_day', 'Same Day')], max_length=12)),
                ('state', models.CharField(choices=[('pending', 'pending'), ('booked', 'booked'), ('checked_in', 'checked_in'), ('fulfilled', 'fulfilled'), ('cancelled', 'cancelled'), ('no_show', 'no_show'), ('expired', 'expired')], max_length=12)),
                ('source', models.CharField(choices=[('miniprogram', 'Miniprogram'), ('window', 'Window'), ('phone', 'Phone'), ('web', 'Web'), ('partner', 'Partner'), ('follow_up', 'Follow Up')], max_length=12)),
                ('fee_fen', kernel.money.FenField(validators=[django.core.validators.MinValueValidator(0), django.core.validators.MaxValueValidator(10000000000)])),
                ('payer_type', models.CharField(choices=[('self_pay', 'Self Pay'), ('employee_insurance', 'Employee Insurance'), ('resident_insurance', 'Resident Insurance'), ('commercial_insurance', 'Commercial Insurance'), ('public_medical_care', 'Public Medical Care')], default='self_pay', max_length=24)),
                ('payment_status', models.CharField(choices=[('unpaid', 'Unpaid'), ('not_required', 'Not Required'), ('paid_at_counter', 'Paid At Counter'), ('paid_online', 'Paid Online'), ('refund_due', 'Refund Due'), ('refunded', 'Refunded')], max_length=16)),
                ('visit_date', models.DateField()),
                ('starts_at', models.DateTimeField()),
                ('ends_at', models.DateTimeField()),
                ('check_in_until', models.DateTimeField()),
                ('hold_expires_at', models.DateTimeField(null=True)),
                ('checked_in_at', models.DateTimeField(null=True)),
                ('fulfilled_at', models.DateTimeField(null=True)),
                ('cancelled_at', models.DateTimeField(null=True)),
                ('cancel_reason', models.CharField(blank=True, default='', max_length=200)),
                ('cancel_code', models.CharField(blank=True, choices=[('patient_plans', 'Patient Plans'), ('patient_recovered', 'Patient Recovered'), ('wrong_booking', 'Wrong Booking'), ('doctor_away', 'Doctor Away'), ('session_stopped', 'Session Stopped'), ('other', 'Other')], db_default='', default='', max_length=24)),
                ('override_reason', models.CharField(blank=True, db_default='', default='', help_text='why it was booked past a limit', max_length=200)),
                ('excuse_reason', models.CharField(blank=True, db_default='', default='', help_text='why a missed visit does not count', max_length=200)),
                ('reminded_at', models.DateTimeField(null=True)),
                ('account', models.ForeignKey(db_index=False, null=True, on_delete=django.db.models.deletion.SET_NULL, related_name='+', to='identity.wechataccount')),
                ('booked_by', models.ForeignKey(db_index=False, null=True, on_delete=django.db.models.deletion.SET_NULL, related_name='+', to='identity.staffmember')),
                ('department', models.ForeignKey(db_index=False, on_delete=django.db.models.deletion.PROTECT, related_name='+', to='identity.department')),
                ('encounter', models.OneToOneField(help_text='from check-in on', null=True, on_delete=django.db.models.deletion.PROTECT, related_name='appointment', to='encounters.encounter')),
                ('hospital', models.ForeignKey(db_index=False, on_delete=django.db.models.deletion.PROTECT, related_name='+', to='identity.hospital')),
                ('patient', models.ForeignKey(db_index=False, on_delete=django.db.models.deletion.PROTECT, related_name='+', to='patients.patient')),
                ('practitioner', models.ForeignKey(db_index=False, on_delete=django.db.models.deletion.PROTECT, related_name='+', to='identity.staffmember')),
                ('session', models.ForeignKey(db_index=False, on_delete=django.db.models.deletion.PROTECT, related_name='appointments', to='scheduling.clinicsession')),
            ],
        ),
        migrations.CreateModel(
            name='ScheduleTemplate',
            fields=[
                ('id', models.UUIDField(default=kernel.ids.uuid7, editable=False, primary_key=True, serialize=False)),
                ('created_at', models.DateTimeField(default=kernel.clock.now, editable=False)),
                ('updated_at', models.DateTimeField(default=kernel.clock.now, editable=False)),
                ('version', models.PositiveIntegerField(default=1, editable=False)),
                ('channel_quotas', models.JSONField(blank=True, db_default=models.Value({}, models.JSONField()), default=dict, help_text='source → numbers kept for it')),
                ('quota_per', models.CharField(choices=[('slot', 'Slot'), ('session', 'Session')], db_default='slot', default='slot', max_length=8)),
                ('release_minutes', models.PositiveIntegerField(blank=True, help_text="minutes before the session's start when unused quota is anybody's", null=True, validators=[django.core.validators.MaxValueValidator(10080)])),
                ('release_at', models.TimeField(blank=True, help_text='or that time of the day before; neither: never', null=True)),
                ('weekday', models.PositiveSmallIntegerField(help_text='0 = Monday', validators=[django.core.validators.MaxValueValidator(6)])),
                ('period', models.CharField(choices=[('morning', 'Morning'), ('afternoon', 'Afternoon'), ('evening', 'Evening')], max_length=12)),
                ('start_time', models.TimeField()),
                ('end_time', models.TimeField()),
                ('slot_minutes', models.PositiveSmallIntegerField(help_text='length of a slot; 0 = one slot for the whole session', validators=[django.core.validators.MaxValueValidator(720)])),
                ('capacity_per_slot', models.PositiveSmallIntegerField(validators=[django.core.validators.MinValueValidator(1), django.core.validators.MaxValueValidator(500)])),
                ('fee_fen', kernel.money.FenField(help_text='registration fee', validators=[django.core.validators.MinValueValidator(0), django.core.validators.MaxValueValidator(10000000000)])),
                ('tier', models.CharField(choices=[('normal', 'Normal'), ('expert', 'Expert')], default='normal', max_length=8)),
                ('valid_from', models.DateField()),
                ('valid_until', models.DateField(blank=True, null=True)),
                ('is_active', models.BooleanField(default=True)),
                ('runs_on_holidays', models.BooleanField(db_default=False, default=False)),
                ('department', models.ForeignKey(db_index=False, on_delete=django.db.models.deletion.PROTECT, related_name='+', to='identity.department')),
                ('hospital', models.ForeignKey(db_index=False, on_delete=django.db.models.deletion.PROTECT, related_name='+', to='identity.hospital')),
                ('practitioner', models.ForeignKey(db_index=False, on_delete=django.db.models.deletion.PROTECT, related_name='+', to='identity.staffmember')),
                ('room', models.ForeignKey(blank=True, null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to='identity.location')),
            ],
            options={
                'indexes': [
                    models.Index(fields=['hospital', '-id'], name='template_of_hospital'),
                    models.Index(fields=['department', '-id'], name='template_of_department'),
                    models.Index(fields=['practitioner', '-id'], name='template_of_practitioner'),
                ],
                'constraints': [
                    models.UniqueConstraint(fields=('practitioner', 'weekday', 'start_time', 'valid_from'), name='template_once'),
                    models.CheckConstraint(condition=models.Q(('end_time', models.F('start_time')), _negated=True), name='template_times'),
                ],
            },
        ),
        migrations.AddField(
            model_name='clinicsession',
            name='template',
            field=models.ForeignKey(blank=True, null=True, on_delete=django.db.models.deletion.SET_NULL, related_name='+', to='scheduling.scheduletemplate'),
        ),
        migrations.CreateModel(
            name='SessionSubstitution',
            fields=[
                ('id', models.UUIDField(default=kernel.ids.uuid7, editable=False, primary_key=True, serialize=False)),
                ('created_at', models.DateTimeField(default=kernel.clock.now, editable=False)),
                ('updated_at', models.DateTimeField(default=kernel.clock.now, editable=False)),
                ('reason', models.CharField(max_length=200)),
                ('moved', models.PositiveIntegerField(help_text='appointments that went to the substitute')),
                ('from_practitioner', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='+', to='identity.staffmember')),
                ('session', models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name='substitutions', to='scheduling.clinicsession')),
                ('substituted_by', models.ForeignKey(null=True, on_delete=django.db.models.deletion.SET_NULL, related_name='+', to='identity.staffmember')),
                ('to_practitioner', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='+', to='identity.staffmember')),
            ],
            options={
                'abstract': False,
            },
        ),
        migrations.CreateModel(
            name='SlipPrint',
            fields=[
                ('id', models.UUIDField(default=kernel.ids.uuid7, editable=False, primary_key=True, serialize=False)),
                ('created_at', models.DateTimeField(default=kernel.clock.now, editable=False)),
                ('updated_at', models.DateTimeField(default=kernel.clock.now, editable=False)),
                ('copy_no', models.PositiveIntegerField()),
                ('reason', models.CharField(blank=True, default='', max_length=200)),
                ('appointment', models.ForeignKey(db_index=False, on_delete=django.db.models.deletion.PROTECT, related_name='slip_prints', to='scheduling.appointment')),
                ('hospital', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='+', to='identity.hospital')),
                ('printed_by', models.ForeignKey(null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to='identity.staffmember')),
            ],
            options={
                'constraints': [
                    models.UniqueConstraint(fields=('appointment', 'copy_no'), name='slip_copy_once'),
                ],
            },
        ),
        migrations.CreateModel(
            name='Slot',
            fields=[
                ('id', models.UUIDField(default=kernel.ids.uuid7, editable=False, primary_key=True, serialize=False)),
                ('created_at', models.DateTimeField(default=kernel.clock.now, editable=False)),
                ('updated_at', models.DateTimeField(default=kernel.clock.now, editable=False)),
                ('starts_at', models.DateTimeField()),
                ('ends_at', models.DateTimeField()),
                ('capacity', models.PositiveSmallIntegerField()),
                ('session', models.ForeignKey(db_index=False, on_delete=django.db.models.deletion.CASCADE, related_name='slots', to='scheduling.clinicsession')),
            ],
            options={
                'constraints': [
                    models.UniqueConstraint(fields=('session', 'starts_at'), name='slot_once'),
                ],
            },
        ),
        migrations.CreateModel(
            name='AppointmentChange',
            fields=[
                ('id', models.UUIDField(default=kernel.ids.uuid7, editable=False, primary_key=True, serialize=False)),
                ('created_at', models.DateTimeField(default=kernel.clock.now, editable=False)),
                ('updated_at', models.DateTimeField(default=kernel.clock.now, editable=False)),
                ('from_number', models.PositiveIntegerField()),
                ('to_number', models.PositiveIntegerField()),
                ('reason', models.CharField(blank=True, default='', max_length=200)),
                ('account', models.ForeignKey(db_index=False, null=True, on_delete=django.db.models.deletion.SET_NULL, related_name='+', to='identity.wechataccount')),
                ('appointment', models.ForeignKey(db_index=False, on_delete=django.db.models.deletion.PROTECT, related_name='changes', to='scheduling.appointment')),
                ('changed_by', models.ForeignKey(db_index=False, null=True, on_delete=django.db.models.deletion.SET_NULL, related_name='+', to='identity.staffmember')),
                ('from_practitioner', models.ForeignKey(db_index=False, on_delete=django.db.models.deletion.PROTECT, related_name='+', to='identity.staffmember')),
                ('to_practitioner', models.ForeignKey(db_index=False, on_delete=django.db.models.deletion.PROTECT, related_name='+', to='identity.staffmember')),
                ('from_slot', models.ForeignKey(db_index=False, on_delete=django.db.models.deletion.PROTECT, related_name='+', to='scheduling.slot')),
                ('to_slot', models.ForeignKey(db_index=False, on_delete=django.db.models.deletion.PROTECT, related_name='+', to='scheduling.slot')),
            ],
            options={
                'indexes': [
                    models.Index(fields=['appointment', 'id'], name='change_of_appointment'),
                ],
            },
        ),
        migrations.AddField(
            model_name='appointment',
            name='slot',
            field=models.ForeignKey(db_index=False, on_delete=django.db.models.deletion.PROTECT, related_name='+', to='scheduling.slot'),
        ),
        migrations.CreateModel(
            name='SlotNumber',
            fields=[
                ('id', models.UUIDField(default=kernel.ids.uuid7, editable=False, primary_key=True, serialize=False)),
                ('created_at', models.DateTimeField(default=kernel.clock.now, editable=False)),
                ('updated_at', models.DateTimeField(default=kernel.clock.now, editable=False)),
                ('number', models.PositiveIntegerField(help_text='counted from 1 within the session')),
                ('channel', models.CharField(blank=True, default='', help_text='reserved for a source; empty = any', max_length=16)),
                ('reserved_until', models.DateTimeField(help_text="then it is anybody's; null = never", null=True)),
                ('state', models.CharField(choices=[('free', 'free'), ('held', 'held'), ('offered', 'offered'), ('taken', 'taken'), ('stopped', 'stopped')], default='free', max_length=8)),
                ('held_until', models.DateTimeField(null=True)),
                ('substitution_count', models.SmallIntegerField(db_default=0, default=0, help_text="the session's; a booking that read the session before finds no number")),
                ('appointment_id', models.UUIDField(help_text='who has it; no foreign key, the appointment refers back', null=True)),
                ('hospital', models.ForeignKey(db_index=False, on_delete=django.db.models.deletion.PROTECT, related_name='+', to='identity.hospital')),
                ('session', models.ForeignKey(db_index=False, on_delete=django.db.models.deletion.CASCADE, related_name='numbers', to='scheduling.clinicsession')),
                ('slot', models.ForeignKey(db_index=False, on_delete=django.db.models.deletion.CASCADE, related_name='numbers', to='scheduling.slot')),
            ],
            options={
                'indexes': [
                    models.Index(fields=['slot', 'number'], name='number_of_slot'),
                    models.Index(condition=models.Q(('state__in', ['free', 'held', 'offered'])), fields=['slot', 'number'], name='number_open'),
                ],
                'constraints': [
                    models.UniqueConstraint(fields=('session', 'number'), name='number_once'),
                    models.CheckConstraint(condition=models.Q(models.Q(('appointment_id__isnull', False), ('state__in', ['held', 'taken'])), models.Q(('appointment_id__isnull', True), ('state__in', ['free', 'stopped', 'offered'])), _connector='OR'), name='number_has_owner'),
                    models.CheckConstraint(condition=models.Q(models.Q(('held_until__isnull', False), ('state__in', ['held', 'offered'])), models.Q(('held_until__isnull', True), ('state__in', ['free', 'taken', 'stopped'])), _connector='OR'), name='number_hold_ends'),
                ],
            },
        ),
        migrations.AddField(
            model_name='appointment',
            name='slot_number',
            field=models.ForeignKey(db_index=False, on_delete=django.db.models.deletion.PROTECT, related_name='+', to='scheduling.slotnumber'),
        ),
        migrations.CreateModel(
            name='StaffLeave',
            fields=[
                ('id', models.UUIDField(default=kernel.ids.uuid7, editable=False, primary_key=True, serialize=False)),
                ('created_at', models.DateTimeField(default=kernel.clock.now, editable=False)),
                ('updated_at', models.DateTimeField(default=kernel.clock.now, editable=False)),
                ('version', models.PositiveIntegerField(default=1, editable=False)),
                ('starts_at', models.DateTimeField()),
                ('ends_at', models.DateTimeField()),
                ('reason', models.CharField(max_length=200)),
                ('hospital', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='+', to='identity.hospital')),
                ('practitioner', models.ForeignKey(db_index=False, on_delete=django.db.models.deletion.PROTECT, related_name='+', to='identity.staffmember')),
            ],
            options={
                'indexes': [
                    models.Index(fields=['practitioner', 'ends_at'], name='leave_of_practitioner'),
                ],
                'constraints': [
                    models.CheckConstraint(condition=models.Q(('ends_at__gt', models.F('starts_at'))), name='leave_times'),
                ],
            },
        ),
        migrations.CreateModel(
            name='SuspensionAppeal',
            fields=[
                ('id', models.UUIDField(default=kernel.ids.uuid7, editable=False, primary_key=True, serialize=False)),
                ('created_at', models.DateTimeField(default=kernel.clock.now, editable=False)),
                ('updated_at', models.DateTimeField(default=kernel.clock.now, editable=False)),
                ('text', models.CharField(max_length=500)),
                ('state', models.CharField(choices=[('open', 'open'), ('accepted', 'accepted'), ('rejected', 'rejected')], default='open', max_length=12)),
                ('account', models.ForeignKey(db_index=False, null=True, on_delete=django.db.models.deletion.SET_NULL, related_name='+', to='identity.wechataccount')),
                ('approval', models.OneToOneField(on_delete=django.db.models.deletion.PROTECT, related_name='+', to='worklist.approval')),
                ('hospital', models.ForeignKey(db_index=False, on_delete=django.db.models.deletion.PROTECT, related_name='+', to='identity.hospital')),
                ('patient', models.ForeignKey(db_index=False, on_delete=django.db.models.deletion.PROTECT, related_name='+', to='patients.patient')),
                ('suspension', models.ForeignKey(db_index=False, on_delete=django.db.models.deletion.PROTECT, related_name='appeals', to='scheduling.bookingsuspension')),
            ],
            options={
                'indexes': [
                    models.Index(fields=['suspension', '-id'], name='appeal_of_suspension'),
                    models.Index(fields=['hospital', '-id'], name='appeal_of_hospital'),
                    models.Index(fields=['patient', '-id'], name='appeal_of_patient'),
                ],
                'constraints': [
                    models.UniqueConstraint(condition=models.Q(('state', 'open')), fields=('suspension',), name='appeal_once_at_a_time'),
                ],
            },
        ),
        migrations.CreateModel(
            name='WaitlistEntry',
            fields=[
                ('id', models.UUIDField(default=kernel.ids.uuid7, editable=False, primary_key=True, serialize=False)),
                ('created_at', models.DateTimeField(default=kernel.clock.now, editable=False)),
                ('updated_at', models.DateTimeField(default=kernel.clock.now, editable=False)),
                ('version', models.PositiveIntegerField(default=1, editable=False)),
                ('first_date', models.DateField()),
                ('last_date', models.DateField()),
                ('period', models.CharField(blank=True, choices=[('morning', 'Morning'), ('afternoon', 'Afternoon'), ('evening', 'Evening')], default='', help_text='empty = any', max_length=12)),
                ('priority', models.SmallIntegerField(default=0, help_text='the higher, the earlier')),
                ('state', models.CharField(choices=[('waiting', 'waiting'), ('offered', 'offered'), ('accepted', 'accepted'), ('cancelled', 'cancelled'), ('expired', 'expired')], default='waiting', max_length=12)),
                ('account', models.ForeignKey(db_index=False, null=True, on_delete=django.db.models.deletion.SET_NULL, related_name='+', to='identity.wechataccount')),
                ('added_by', models.ForeignKey(db_index=False, null=True, on_delete=django.db.models.deletion.SET_NULL, related_name='+', to='identity.staffmember')),
                ('appointment', models.ForeignKey(db_index=False, null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to='scheduling.appointment')),
                ('department', models.ForeignKey(db_index=False, on_delete=django.db.models.deletion.PROTECT, related_name='+', to='identity.department')),
                ('hospital', models.ForeignKey(db_index=False, on_delete=django.db.models.deletion.PROTECT, related_name='+', to='identity.hospital')),
                ('patient', models.ForeignKey(db_index=False, on_delete=django.db.models.deletion.PROTECT, related_name='+', to='patients.patient')),
                ('practitioner', models.ForeignKey(db_index=False, null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to='identity.staffmember')),
            ],
            options={
                'indexes': [
                    models.Index(condition=models.Q(('state', 'waiting')), fields=['department', '-priority', 'id'], name='waitlist_in_order'),
                    models.Index(fields=['hospital', '-id'], name='waitlist_of_hospital'),
                    models.Index(fields=['department', '-id'], name='waitlist_of_department'),
                    models.Index(fields=['practitioner', '-id'], name='waitlist_of_practitioner'),
                    models.Index(fields=['patient', '-id'], name='waitlist_of_patient'),
                ],
                'constraints': [
                    models.UniqueConstraint(condition=models.Q(('state__in', ('waiting', 'offered'))), fields=('patient', 'department', 'practitioner', 'first_date', 'last_date', 'period'), name='waitlist_once', nulls_distinct=False),
                    models.CheckConstraint(condition=models.Q(('last_date__gte', models.F('first_date'))), name='waitlist_dates'),
                ],
            },
        ),
        migrations.CreateModel(
            name='WaitlistOffer',
            fields=[
                ('id', models.UUIDField(default=kernel.ids.uuid7, editable=False, primary_key=True, serialize=False)),
                ('created_at', models.DateTimeField(default=kernel.clock.now, editable=False)),
                ('updated_at', models.DateTimeField(default=kernel.clock.now, editable=False)),
                ('state', models.CharField(choices=[('open', 'open'), ('accepted', 'accepted'), ('declined', 'declined'), ('lapsed', 'lapsed'), ('withdrawn', 'withdrawn')], default='open', max_length=12)),
                ('expires_at', models.DateTimeField()),
                ('closed_at', models.DateTimeField(null=True)),
                ('entry', models.ForeignKey(db_index=False, on_delete=django.db.models.deletion.PROTECT, related_name='offers', to='scheduling.waitlistentry')),
                ('hospital', models.ForeignKey(db_index=False, on_delete=django.db.models.deletion.PROTECT, related_name='+', to='identity.hospital')),
                ('session', models.ForeignKey(db_index=False, on_delete=django.db.models.deletion.CASCADE, related_name='+', to='scheduling.clinicsession')),
                ('slot', models.ForeignKey(db_index=False, on_delete=django.db.models.deletion.CASCADE, related_name='+', to='scheduling.slot')),
                ('slot_number', models.ForeignKey(db_index=False, on_delete=django.db.models.deletion.CASCADE, related_name='+', to='scheduling.slotnumber')),
            ],
            options={
                'indexes': [
                    models.Index(fields=['entry', '-id'], name='offer_of_entry'),
                    models.Index(condition=models.Q(('state', 'open')), fields=['expires_at'], name='offer_due'),
                    models.Index(condition=models.Q(('state', 'open')), fields=['session'], name='offer_of_session'),
                ],
                'constraints': [
                    models.UniqueConstraint(condition=models.Q(('state', 'open')), fields=('slot_number',), name='offer_of_number_once'),
                    models.UniqueConstraint(condition=models.Q(('state', 'open')), fields=('entry',), name='offer_to_entry_once'),
                ],
            },
        ),
        migrations.CreateModel(
            name='BookingLimit',
            fields=[
                ('id', models.UUIDField(default=kernel.ids.uuid7, editable=False, primary_key=True, serialize=False)),
                ('created_at', models.DateTimeField(default=kernel.clock.now, editable=False)),
                ('updated_at', models.DateTimeField(default=kernel.clock.now, editable=False)),
                ('version', models.PositiveIntegerField(default=1, editable=False)),
                ('scope', models.CharField(choices=[('patient', 'Patient'), ('patient_doctor', 'Patient Doctor'), ('patient_department', 'Patient Department'), ('account', 'Account')], max_length=20)),
                ('days', models.PositiveSmallIntegerField(default=1, help_text='1 = the same day', validators=[django.core.validators.MinValueValidator(1), django.core.validators.MaxValueValidator(90)])),
                ('value', models.PositiveSmallIntegerField(help_text='how many are allowed', validators=[django.core.validators.MinValueValidator(1), django.core.validators.MaxValueValidator(100)])),
                ('is_active', models.BooleanField(default=True)),
                ('hospital', models.ForeignKey(db_index=False, on_delete=django.db.models.deletion.PROTECT, related_name='+', to='identity.hospital')),
            ],
            options={
                'constraints': [models.UniqueConstraint(fields=('hospital', 'scope', 'days'), name='limit_once')],
            },
        ),
        pgtrigger.migrations.AddTrigger(
            model_name='bookinglimit',
            trigger=pgtrigger.compiler.Trigger(name='audit', sql=pgtrigger.compiler.UpsertTriggerSql(func="PERFORM audit_record('scheduling.bookinglimit', TG_OP, CASE WHEN TG_OP = 'INSERT' THEN NULL ELSE to_jsonb(OLD) END, CASE WHEN TG_OP = 'DELETE' THEN NULL ELSE to_jsonb(NEW) END, ARRAY['updated_at']::text[], ARRAY[]::text[]); RETURN NULL;", hash='9f72388d5c89d8486358a56b73886afa0d4e6949', operation='INSERT OR UPDATE OR DELETE', pgid='pgtrigger_audit_dd510', table='scheduling_bookinglimit', when='AFTER')),
        ),
        pgtrigger.migrations.AddTrigger(
            model_name='bookingsuspension',
            trigger=pgtrigger.compiler.Trigger(name='audit', sql=pgtrigger.compiler.UpsertTriggerSql(func="PERFORM audit_record('scheduling.bookingsuspension', TG_OP, CASE WHEN TG_OP = 'INSERT' THEN NULL ELSE to_jsonb(OLD) END, CASE WHEN TG_OP = 'DELETE' THEN NULL ELSE to_jsonb(NEW) END, ARRAY['updated_at']::text[], ARRAY[]::text[]); RETURN NULL;", hash='bca7b09c66a68306abecaead578eb8f67e23cf46', operation='INSERT OR UPDATE OR DELETE', pgid='pgtrigger_audit_fd697', table='scheduling_bookingsuspension', when='AFTER')),
        ),
        pgtrigger.migrations.AddTrigger(
            model_name='scheduletemplate',
            trigger=pgtrigger.compiler.Trigger(name='audit', sql=pgtrigger.compiler.UpsertTriggerSql(func="PERFORM audit_record('scheduling.scheduletemplate', TG_OP, CASE WHEN TG_OP = 'INSERT' THEN NULL ELSE to_jsonb(OLD) END, CASE WHEN TG_OP = 'DELETE' THEN NULL ELSE to_jsonb(NEW) END, ARRAY['updated_at']::text[], ARRAY[]::text[]); RETURN NULL;", hash='c453bfb8a138fa42d072d83a51fdf85dda4ce67b', operation='INSERT OR UPDATE OR DELETE', pgid='pgtrigger_audit_ac866', table='scheduling_scheduletemplate', when='AFTER')),
        ),
        migrations.AddIndex(
            model_name='clinicsession',
            index=models.Index(fields=['department', 'date'], name='session_of_day'),
        ),
        migrations.AddIndex(
            model_name='clinicsession',
            index=models.Index(fields=['hospital', '-id'], name='session_of_hospital'),
        ),
        migrations.AddIndex(
            model_name='clinicsession',
            index=models.Index(fields=['department', '-id'], name='session_of_department'),
        ),
        migrations.AddIndex(
            model_name='clinicsession',
            index=models.Index(fields=['practitioner', '-id'], name='session_of_practitioner'),
        ),
        migrations.AddIndex(
            model_name='clinicsession',
            index=models.Index(condition=models.Q(('room__isnull', False)), fields=['room', 'starts_at'], name='session_of_room'),
        ),
        migrations.AddConstraint(
            model_name='clinicsession',
            constraint=models.UniqueConstraint(condition=models.Q(('state', 'stopped'), _negated=True), fields=('practitioner', 'starts_at'), name='session_once'),
        ),
        migrations.AddConstraint(
            model_name='clinicsession',
            constraint=models.CheckConstraint(condition=models.Q(('ends_at__gt', models.F('starts_at'))), name='session_times'),
        ),
        pgtrigger.migrations.AddTrigger(
            model_name='clinicsession',
            trigger=pgtrigger.compiler.Trigger(name='audit', sql=pgtrigger.compiler.UpsertTriggerSql(func="PERFORM audit_record('scheduling.clinicsession', TG_OP, CASE WHEN TG_OP = 'INSERT' THEN NULL ELSE to_jsonb(OLD) END, CASE WHEN TG_OP = 'DELETE' THEN NULL ELSE to_jsonb(NEW) END, ARRAY['updated_at']::text[], ARRAY[]::text[]); RETURN NULL;", hash='49b065da435475b84d777bbd254db47a3b752313', operation='INSERT OR UPDATE OR DELETE', pgid='pgtrigger_audit_10f38', table='scheduling_clinicsession', when='AFTER')),
        ),
        pgtrigger.migrations.AddTrigger(
            model_name='slipprint',
            trigger=pgtrigger.compiler.Trigger(name='audit', sql=pgtrigger.compiler.UpsertTriggerSql(func="PERFORM audit_record('scheduling.slipprint', TG_OP, CASE WHEN TG_OP = 'INSERT' THEN NULL ELSE to_jsonb(OLD) END, CASE WHEN TG_OP = 'DELETE' THEN NULL ELSE to_jsonb(NEW) END, ARRAY['updated_at']::text[], ARRAY[]::text[]); RETURN NULL;", hash='b1c92764a73d4dab01f0fc397c3c8a7f9593b1e1', operation='INSERT OR UPDATE OR DELETE', pgid='pgtrigger_audit_7824e', table='scheduling_slipprint', when='AFTER')),
        ),
        migrations.AddIndex(
            model_name='appointment',
            index=models.Index(fields=['hospital', '-id'], name='appointment_of_hospital'),
        ),
        migrations.AddIndex(
            model_name='appointment',
            index=models.Index(fields=['department', '-id'], name='appointment_of_department'),
        ),
        migrations.AddIndex(
            model_name='appointment',
            index=models.Index(fields=['practitioner', '-id'], name='appointment_of_practitioner'),
        ),
        migrations.AddIndex(
            model_name='appointment',
            index=models.Index(fields=['patient', '-id'], name='appointment_of_patient'),
        ),
        migrations.AddIndex(
            model_name='appointment',
            index=models.Index(condition=models.Q(('account__isnull', False)), fields=['account', 'created_at'], name='appointment_of_account'),
        ),
        migrations.AddIndex(
            model_name='appointment',
            index=models.Index(fields=['session', 'number'], name='appointment_of_session'),
        ),
        migrations.AddIndex(
            model_name='appointment',
            index=models.Index(condition=models.Q(('state', 'pending')), fields=['hold_expires_at'], name='appointment_hold_due'),
        ),
        migrations.AddIndex(
            model_name='appointment',
            index=models.Index(condition=models.Q(('state', 'booked')), fields=['check_in_until'], name='appointment_pick_up_due'),
        ),
        migrations.AddIndex(
            model_name='appointment',
            index=models.Index(condition=models.Q(('reminded_at', None), ('state', 'booked')), fields=['visit_date'], name='appointment_reminder_due'),
        ),
        migrations.AddConstraint(
            model_name='appointment',
            constraint=models.UniqueConstraint(fields=('hospital', 'appointment_no'), name='appointment_no_once'),
        ),
        migrations.AddConstraint(
            model_name='appointment',
            constraint=models.UniqueConstraint(condition=models.Q(('state__in', ('pending', 'booked', 'checked_in', 'fulfilled'))), fields=('patient', 'practitioner', 'session'), name='appointment_once_per_session'),
        ),
        migrations.AddConstraint(
            model_name='appointment',
            constraint=models.UniqueConstraint(condition=models.Q(('state__in', ('pending', 'booked', 'checked_in', 'fulfilled'))), fields=('slot_number',), name='appointment_owns_number'),
        ),
        migrations.AddConstraint(
            model_name='appointment',
            constraint=models.CheckConstraint(condition=models.Q(models.Q(('state', 'pending'), _negated=True), ('hold_expires_at__isnull', False), _connector='OR'), name='pending_hold_ends'),
        ),
        pgtrigger.migrations.AddTrigger(
            model_name='appointment',
            trigger=pgtrigger.compiler.Trigger(name='audit', sql=pgtrigger.compiler.UpsertTriggerSql(func="PERFORM audit_record('scheduling.appointment', TG_OP, CASE WHEN TG_OP = 'INSERT' THEN NULL ELSE to_jsonb(OLD) END, CASE WHEN TG_OP = 'DELETE' THEN NULL ELSE to_jsonb(NEW) END, ARRAY['updated_at', 'reminded_at']::text[], ARRAY[]::text[]); RETURN NULL;", hash='d76f9b559eb5c896ffce7b5ddce657cd14a76188', operation='INSERT OR UPDATE OR DELETE', pgid='pgtrigger_audit_3fb3f', table='scheduling_appointment', when='AFTER')),
        ),
        pgtrigger.migrations.AddTrigger(
            model_name='staffleave',
            trigger=pgtrigger.compiler.Trigger(name='audit', sql=pgtrigger.compiler.UpsertTriggerSql(func="PERFORM audit_record('scheduling.staffleave', TG_OP, CASE WHEN TG_OP = 'INSERT' THEN NULL ELSE to_jsonb(OLD) END, CASE WHEN TG_OP = 'DELETE' THEN NULL ELSE to_jsonb(NEW) END, ARRAY['updated_at']::text[], ARRAY[]::text[]); RETURN NULL;", hash='78247eb4cf7b98658830b17944f8eaebeceac0a8', operation='INSERT OR UPDATE OR DELETE', pgid='pgtrigger_audit_37023', table='scheduling_staffleave', when='AFTER')),
        ),
        pgtrigger.migrations.AddTrigger(
            model_name='suspensionappeal',
            trigger=pgtrigger.compiler.Trigger(name='audit', sql=pgtrigger.compiler.UpsertTriggerSql(func="PERFORM audit_record('scheduling.suspensionappeal', TG_OP, CASE WHEN TG_OP = 'INSERT' THEN NULL ELSE to_jsonb(OLD) END, CASE WHEN TG_OP = 'DELETE' THEN NULL ELSE to_jsonb(NEW) END, ARRAY['updated_at']::text[], ARRAY[]::text[]); RETURN NULL;", hash='922e7c7e5fed299f2bbc2403b2f46fb6e0b792f8', operation='INSERT OR UPDATE OR DELETE', pgid='pgtrigger_audit_0b5ce', table='scheduling_suspensionappeal', when='AFTER')),
        ),
        pgtrigger.migrations.AddTrigger(
            model_name='waitlistentry',
            trigger=pgtrigger.compiler.Trigger(name='audit', sql=pgtrigger.compiler.UpsertTriggerSql(func="PERFORM audit_record('scheduling.waitlistentry', TG_OP, CASE WHEN TG_OP = 'INSERT' THEN NULL ELSE to_jsonb(OLD) END, CASE WHEN TG_OP = 'DELETE' THEN NULL ELSE to_jsonb(NEW) END, ARRAY['updated_at']::text[], ARRAY[]::text[]); RETURN NULL;", hash='12b6371a58a44c485832b74afc522244cd58b0a7', operation='INSERT OR UPDATE OR DELETE', pgid='pgtrigger_audit_56469', table='scheduling_waitlistentry', when='AFTER')),
        ),
    ]
