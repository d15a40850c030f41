import django.contrib.postgres.indexes
import django.core.validators
import django.db.models.deletion
import django.db.models.expressions
import django.db.models.functions.text
import kernel.clock
import kernel.crypto.fields
import kernel.ids
import pgtrigger.compiler
import pgtrigger.migrations
from django.conf import settings
from django.db import migrations, models


class Migration(migrations.Migration):

    initial = True

    dependencies = [
        ("audit", "0001_initial"),
        ('auth', '0012_alter_user_first_name_max_length'),
        ('identity', '0001_initial'),
        ('imports', '0001_initial'),
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
    ]

    operations = [
        migrations.CreateModel(
            name='PatientImport',
            fields=[
            ],
            options={
                'proxy': True,
                'indexes': [],
                'constraints': [],
            },
            bases=('imports.importjob',),
        ),
        migrations.CreateModel(
            name='ImportRow',
            fields=[
                ('id', models.UUIDField(editable=False, primary_key=True, serialize=False)),
                ('row_number', models.PositiveIntegerField()),
                ('outcome', models.CharField(choices=[('good', 'Good'), ('bad', 'Bad'), ('duplicate', 'Duplicate')], max_length=12)),
                ('problems', models.JSONField(default=list, help_text='[{column, code, is_remark?, …place}]')),
                ('mrn', models.CharField(default='', max_length=32)),
                ('name', models.CharField(default='', max_length=80)),
                ('name_key', models.CharField(default='', max_length=80)),
                ('pinyin', models.CharField(default='', max_length=255)),
                ('pinyin_other', models.CharField(default='', max_length=255)),
                ('gender', models.CharField(default='', max_length=8)),
                ('birth_date', models.DateField(null=True)),
                ('id_kind', models.CharField(default='', max_length=32)),
                ('national_id', models.BinaryField(default=b'')),
                ('national_id_index', models.BinaryField(null=True)),
                ('phone', models.BinaryField(default=b'')),
                ('phone_index', models.BinaryField(null=True)),
                ('address', models.BinaryField(default=b'')),
                ('insurance_no', models.BinaryField(default=b'')),
                ('occupation', models.CharField(default='', max_length=64)),
                ('industry', models.CharField(default='', max_length=64)),
                ('source', models.CharField(default='', max_length=64)),
                ('referrer', models.CharField(default='', max_length=80)),
                ('vip_level', models.CharField(default='', max_length=32)),
                ('allergies', models.TextField(default='')),
                ('tags', models.JSONField(default=list)),
                ('card_id', models.UUIDField(null=True)),
                ('card_number', models.BinaryField(default=b'')),
                ('card_number_index', models.BinaryField(null=True)),
                ('job', models.ForeignKey(db_index=False, on_delete=django.db.models.deletion.CASCADE, related_name='+', to='imports.importjob')),
            ],
            options={
                'constraints': [
                    models.UniqueConstraint(fields=('job', 'row_number'), name='import_row_once'),
                ],
            },
        ),
        migrations.CreateModel(
            name='Patient',
            fields=[
                ('id', models.UUIDField(default=kernel.ids.uuid7, editable=False, primary_key=True, serialize=False)),
                ('created_at', models.DateTimeField(default=kernel.clock.now, editable=False)),
                ('updated_at', models.DateTimeField(default=kernel.clock.now, editable=False)),
                ('version', models.PositiveIntegerField(default=1, editable=False)),
                ('mrn', models.CharField(help_text='病历号', max_length=32)),
                ('name', models.CharField(max_length=80)),
                ('name_key', models.CharField(default='', editable=False, help_text='compared and searched', max_length=80)),
                ('pinyin', models.CharField(default='', editable=False, max_length=255)),
                ('pinyin_other', models.CharField(default='', editable=False, help_text='the other reading of an ambiguous surname', max_length=255)),
                ('gender', models.CharField(choices=[('male', 'Male'), ('female', 'Female'), ('unknown', 'Unknown')], default='unknown', max_length=8)),
                ('birth_date', models.DateField(blank=True, null=True)),
                ('id_kind', models.CharField(choices=[('resident_id', 'Resident Id'), ('hk_macao_permit', 'Hk Macao Permit'), ('taiwan_permit', 'Taiwan Permit'), ('foreign_permanent_resident', 'Foreign Permanent Resident'), ('passport', 'Passport'), ('none', 'None')], default='none', max_length=32)),
                ('national_id', kernel.crypto.fields.EncryptedTextField(blank=True, default='')),
                ('national_id_index', kernel.crypto.fields.BlindIndexField(db_index=True, null=True, purpose='national_id', source='national_id')),
                ('phone', kernel.crypto.fields.EncryptedTextField(blank=True, default='')),
                ('phone_index', kernel.crypto.fields.BlindIndexField(db_index=True, null=True, purpose='phone', source='phone')),
                ('address', kernel.crypto.fields.EncryptedTextField(blank=True, default='')),
                ('occupation', models.CharField(blank=True, default='', help_text='dictionary: occupation', max_length=64)),
                ('industry', models.CharField(blank=True, default='', help_text='dictionary: industry', max_length=64)),
                ('insurance_no', kernel.crypto.fields.EncryptedTextField(blank=True, default='')),
                ('source', models.CharField(blank=True, default='', help_text='dictionary: patient_source', max_length=64)),
                ('referrer', models.CharField(blank=True, default='', max_length=80)),
                ('vip_level', models.CharField(blank=True, default='', help_text='dictionary: vip_level', max_length=32)),
                ('allergies', models.TextField(blank=True, default='')),
                ('hereditary_history', models.TextField(blank=True, default='')),
                ('cardiac_history', models.TextField(blank=True, default='')),
                ('tags', models.JSONField(blank=True, default=list)),
                ('consents', models.JSONField(blank=True, default=dict, help_text='{kind: ISO time of consent or null}')),
                ('is_provisional', models.BooleanField(default=False, help_text='临时档案')),
                ('registered_at', models.DateTimeField(blank=True, help_text='建档时间; null while provisional', null=True)),
                ('is_active', models.BooleanField(default=True)),
                ('hospital', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='+', to='identity.hospital')),
                ('merged_into', models.ForeignKey(db_index=False, editable=False, help_text='the archive that continues this one (合并)', null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to='patients.patient')),
            ],
            options={
                'indexes': [
                    models.Index(fields=['hospital', '-id'], name='patient_newest'),
                    models.Index(fields=['national_id_index', 'hospital'], name='patient_by_national_id'),
                    models.Index(fields=['phone_index', 'hospital'], name='patient_by_phone'),
                    models.Index(fields=['mrn'], name='patient_by_mrn'),
                    models.Index(fields=['name_key'], include=('id', 'hospital'), name='patient_by_name_key', opclasses=['varchar_pattern_ops']),
                    models.Index(fields=['pinyin'], include=('id', 'hospital'), name='patient_by_initials', opclasses=['varchar_pattern_ops']),
                    models.Index(django.contrib.postgres.indexes.OpClass(django.db.models.functions.text.Substr(models.F('pinyin'), django.db.models.expressions.CombinedExpression(django.db.models.functions.text.StrIndex(models.F('pinyin'), models.Value(' ')), '+', models.Value(1))), 'text_pattern_ops'), include=('id', 'hospital', 'pinyin'), name='patient_by_pinyin'),
                    models.Index(condition=models.Q(('pinyin_other', ''), _negated=True), fields=['pinyin_other'], name='patient_by_other_initials', opclasses=['varchar_pattern_ops']),
                    models.Index(django.contrib.postgres.indexes.OpClass(django.db.models.functions.text.Substr(models.F('pinyin_other'), django.db.models.expressions.CombinedExpression(django.db.models.functions.text.StrIndex(models.F('pinyin_other'), models.Value(' ')), '+', models.Value(1))), 'text_pattern_ops'), condition=models.Q(('pinyin_other', ''), _negated=True), name='patient_by_other_pinyin'),
                    models.Index(fields=['source', '-id'], include=('hospital',), name='patient_by_source'),
                    models.Index(fields=['vip_level', '-id'], include=('hospital',), name='patient_by_vip_level'),
                    models.Index(fields=['occupation', '-id'], include=('hospital',), name='patient_by_occupation'),
                    models.Index(fields=['industry', '-id'], include=('hospital',), name='patient_by_industry'),
                    django.contrib.postgres.indexes.GinIndex(fields=['tags'], name='patient_by_tag', opclasses=['jsonb_path_ops']),
                    models.Index(condition=models.Q(('merged_into__isnull', False)), fields=['merged_into'], name='patient_merged_into'),
                ],
                'constraints': [
                    models.UniqueConstraint(fields=('hospital', 'mrn'), name='patient_mrn'),
                ],
            },
        ),
        migrations.CreateModel(
            name='DuplicatePair',
            fields=[
                ('id', models.UUIDField(default=kernel.ids.uuid7, editable=False, primary_key=True, serialize=False)),
                ('created_at', models.DateTimeField(default=kernel.clock.now, editable=False)),
                ('updated_at', models.DateTimeField(default=kernel.clock.now, editable=False)),
                ('score', models.PositiveSmallIntegerField(help_text='0 – 100')),
                ('reasons', models.JSONField(default=list)),
                ('state', models.CharField(choices=[('open', 'Open'), ('distinct', 'Distinct')], default='open', max_length=12)),
                ('decided_at', models.DateTimeField(null=True)),
                ('note', models.CharField(blank=True, default='', max_length=200)),
                ('seen_at', models.DateTimeField(default=kernel.clock.now, help_text='when the values last said so')),
                ('decided_by', models.ForeignKey(db_index=False, null=True, on_delete=django.db.models.deletion.SET_NULL, related_name='+', to='identity.staffmember')),
                ('hospital', models.ForeignKey(db_index=False, on_delete=django.db.models.deletion.PROTECT, related_name='+', to='identity.hospital')),
                ('first', models.ForeignKey(db_index=False, on_delete=django.db.models.deletion.CASCADE, related_name='+', to='patients.patient')),
                ('second', models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name='+', to='patients.patient')),
            ],
            options={
                'indexes': [
                    models.Index(condition=models.Q(('state', 'open')), fields=['hospital', '-score', '-id'], name='duplicates_open'),
                    models.Index(fields=['hospital', '-id'], name='duplicates_of_hospital'),
                ],
                'constraints': [
                    models.UniqueConstraint(fields=('first', 'second'), name='duplicate_pair_once'),
                    models.CheckConstraint(condition=models.Q(('first__lt', models.F('second'))), name='duplicate_pair_order'),
                ],
            },
        ),
        migrations.CreateModel(
            name='CareTeamMember',
            fields=[
                ('id', models.UUIDField(default=kernel.ids.uuid7, editable=False, primary_key=True, serialize=False)),
                ('created_at', models.DateTimeField(default=kernel.clock.now, editable=False)),
                ('updated_at', models.DateTimeField(default=kernel.clock.now, editable=False)),
                ('role', models.CharField(choices=[('attending', 'Attending'), ('examining', 'Examining'), ('consultant', 'Consultant'), ('online_consultant', 'Online Consultant'), ('follow_up_owner', 'Follow Up Owner'), ('shared', 'Shared')], max_length=24)),
                ('can_change', models.BooleanField(default=True)),
                ('by_role', models.BooleanField(default=False, help_text='a share by somebody whose role reaches the patient: it stands by itself')),
                ('by_booking', models.BooleanField(default=False, help_text='made by a booking: it ends with it unless a visit or another booking upholds it')),
                ('valid_until', models.DateTimeField(blank=True, null=True)),
                ('ended_at', models.DateTimeField(blank=True, null=True)),
                ('hospital', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='+', to='identity.hospital')),
                ('shared_by', models.ForeignKey(blank=True, null=True, on_delete=django.db.models.deletion.SET_NULL, related_name='+', to='identity.staffmember')),
                ('staff', models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name='+', to='identity.staffmember')),
                ('patient', models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name='care_team', to='patients.patient')),
            ],
            options={
                'indexes': [
                    models.Index(condition=models.Q(('ended_at', None)), fields=['staff', '-id'], name='care_team_of_staff'),
                    models.Index(fields=['patient', '-id'], name='care_team_of_patient'),
                    models.Index(condition=models.Q(('ended_at', None), ('valid_until__isnull', False)), fields=['valid_until'], name='care_team_lapsing'),
                ],
                'constraints': [
                    models.UniqueConstraint(condition=models.Q(('ended_at', None)), fields=('patient', 'staff', 'role'), name='care_team_once'),
                ],
            },
        ),
        migrations.CreateModel(
            name='CapturedValue',
            fields=[
                ('id', models.UUIDField(default=kernel.ids.uuid7, editable=False, primary_key=True, serialize=False)),
                ('created_at', models.DateTimeField(default=kernel.clock.now, editable=False)),
                ('updated_at', models.DateTimeField(default=kernel.clock.now, editable=False)),
                ('stage', models.CharField(choices=[('booking', '预约'), ('reception', '接待'), ('triage', '分诊'), ('consultation', '咨询'), ('examination', '检查'), ('member_follow_up', '会员回访')], max_length=20)),
                ('key', models.CharField(max_length=40)),
                ('label', models.CharField(help_text='as it was asked', max_length=80)),
                ('value', models.JSONField(help_text='null: taken back', null=True)),
                ('ended_at', models.DateTimeField(null=True)),
                ('by', models.ForeignKey(db_index=False, null=True, on_delete=django.db.models.deletion.SET_NULL, related_name='+', to='identity.staffmember')),
                ('hospital', models.ForeignKey(db_index=False, on_delete=django.db.models.deletion.PROTECT, related_name='+', to='identity.hospital')),
                ('patient', models.ForeignKey(db_index=False, on_delete=django.db.models.deletion.CASCADE, related_name='captured', to='patients.patient')),
            ],
            options={
                'indexes': [
                    models.Index(fields=['patient', 'stage', '-id'], name='captured_of_patient'),
                ],
                'constraints': [
                    models.UniqueConstraint(condition=models.Q(('ended_at', None)), fields=('patient', 'stage', 'key'), name='captured_once'),
                ],
            },
        ),
        migrations.CreateModel(
            name='PatientCard',
            fields=[
                ('id', models.UUIDField(default=kernel.ids.uuid7, editable=False, primary_key=True, serialize=False)),
                ('created_at', models.DateTimeField(default=kernel.clock.now, editable=False)),
                ('updated_at', models.DateTimeField(default=kernel.clock.now, editable=False)),
                ('card_number', kernel.crypto.fields.EncryptedTextField(blank=True, default='')),
                ('card_number_index', kernel.crypto.fields.BlindIndexField(db_index=True, null=True, purpose='card_number', source='card_number')),
                ('is_active', models.BooleanField(default=True)),
                ('hospital', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='+', to='identity.hospital')),
                ('patient', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='cards', to='patients.patient')),
            ],
            options={
                'constraints': [
                    models.UniqueConstraint(fields=('hospital', 'card_number_index'), name='card_number_once'),
                ],
            },
        ),
        migrations.CreateModel(
            name='CardBinding',
            fields=[
                ('id', models.UUIDField(default=kernel.ids.uuid7, editable=False, primary_key=True, serialize=False)),
                ('created_at', models.DateTimeField(default=kernel.clock.now, editable=False)),
                ('updated_at', models.DateTimeField(default=kernel.clock.now, editable=False)),
                ('relationship', models.CharField(choices=[('self', 'Self'), ('other', 'Other')], max_length=8)),
                ('address', kernel.crypto.fields.EncryptedTextField(blank=True, default='')),
                ('is_default', models.BooleanField(default=False)),
                ('unbound_at', models.DateTimeField(blank=True, null=True)),
                ('ended_by_close', models.BooleanField(default=False, help_text='ended with the archive: it comes back when the archive is opened again')),
                ('account', models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name='bindings', to='identity.wechataccount')),
                ('hospital', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='+', to='identity.hospital')),
                ('patient', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='bindings', to='patients.patient')),
                ('card', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='bindings', to='patients.patientcard')),
            ],
            options={
                'indexes': [
                    models.Index(condition=models.Q(('unbound_at', None)), fields=['patient'], name='binding_of_patient'),
                ],
                'constraints': [
                    models.UniqueConstraint(condition=models.Q(('unbound_at', None)), fields=('account', 'patient'), name='binding_once'),
                    models.UniqueConstraint(condition=models.Q(('relationship', 'self'), ('unbound_at', None)), fields=('account',), name='binding_one_self'),
                    models.UniqueConstraint(condition=models.Q(('is_default', True), ('unbound_at', None)), fields=('account',), name='binding_one_default'),
                ],
            },
        ),
        migrations.CreateModel(
            name='PatientDepartment',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('by_booking', models.BooleanField(default=False, help_text='made by a booking: it ends with it unless something else upholds it')),
                ('department', models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name='+', to='identity.department')),
                ('hospital', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='+', to='identity.hospital')),
                ('patient', models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name='+', to='patients.patient')),
            ],
            options={
                'indexes': [
                    models.Index(fields=['department', '-patient'], name='patients_of_department'),
                ],
                'constraints': [
                    models.UniqueConstraint(fields=('patient', 'department'), name='patient_department'),
                ],
            },
        ),
        migrations.CreateModel(
            name='PatientMerge',
            fields=[
                ('id', models.UUIDField(default=kernel.ids.uuid7, editable=False, primary_key=True, serialize=False)),
                ('created_at', models.DateTimeField(default=kernel.clock.now, editable=False)),
                ('updated_at', models.DateTimeField(default=kernel.clock.now, editable=False)),
                ('at', models.DateTimeField(default=kernel.clock.now)),
                ('reason', models.CharField(blank=True, default='', max_length=200)),
                ('moved', models.JSONField(default=dict, help_text='{table: {column: [ids]}}')),
                ('ended', models.JSONField(default=dict, help_text='{table: [ids]} of relations that both archives had')),
                ('replaced', kernel.crypto.fields.EncryptedTextField(blank=True, default='', help_text='JSON {field: [value before, value since]} of the survivor')),
                ('was_active', models.BooleanField(default=True, help_text='of the merged archive')),
                ('undone_at', models.DateTimeField(null=True)),
                ('by', models.ForeignKey(db_index=False, null=True, on_delete=django.db.models.deletion.SET_NULL, related_name='+', to='identity.staffmember')),
                ('hospital', models.ForeignKey(db_index=False, on_delete=django.db.models.deletion.PROTECT, related_name='+', to='identity.hospital')),
                ('merged', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='+', to='patients.patient')),
                ('survivor', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='+', to='patients.patient')),
                ('undone_by', models.ForeignKey(db_index=False, null=True, on_delete=django.db.models.deletion.SET_NULL, related_name='+', to='identity.staffmember')),
            ],
            options={
                'indexes': [
                    models.Index(fields=['hospital', '-id'], name='merges_of_hospital'),
                ],
                'constraints': [
                    models.UniqueConstraint(condition=models.Q(('undone_at', None)), fields=('merged',), name='merged_once'),
                    models.CheckConstraint(condition=models.Q(('survivor', models.F('merged')), _negated=True), name='merged_into_another'),
                ],
            },
        ),
        migrations.CreateModel(
            name='PatientTag',
            fields=[
                ('id', models.UUIDField(default=kernel.ids.uuid7, editable=False, primary_key=True, serialize=False)),
                ('created_at', models.DateTimeField(default=kernel.clock.now, editable=False)),
                ('updated_at', models.DateTimeField(default=kernel.clock.now, editable=False)),
                ('version', models.PositiveIntegerField(default=1, editable=False)),
                ('name', models.CharField(max_length=40)),
                ('colour', models.CharField(default='#909399', max_length=7, validators=[django.core.validators.RegexValidator('^#[0-9a-fA-F]{6}$')])),
                ('sort', models.PositiveSmallIntegerField(default=0)),
                ('is_active', models.BooleanField(default=True)),
                ('hospital', models.ForeignKey(db_index=False, on_delete=django.db.models.deletion.PROTECT, related_name='+', to='identity.hospital')),
            ],
            options={
                'constraints': [
                    models.UniqueConstraint(fields=('hospital', 'name'), name='patient_tag_once'),
                ],
            },
        ),
        migrations.CreateModel(
            name='PatientUserObjectPermission',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('valid_until', models.DateTimeField(null=True)),
                ('content_object', models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, to='patients.patient')),
                ('permission', models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, to='auth.permission')),
                ('user', models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, to=settings.AUTH_USER_MODEL)),
            ],
            options={
                'abstract': False,
                'indexes': [
                    models.Index(fields=['user', 'permission', '-content_object'], include=('valid_until',), name='patient_grants_of_user'),
                    models.Index(condition=models.Q(('valid_until__isnull', False)), fields=['valid_until'], name='patient_grants_lapsing'),
                ],
            },
        ),
        migrations.CreateModel(
            name='RelatedPerson',
            fields=[
                ('id', models.UUIDField(default=kernel.ids.uuid7, editable=False, primary_key=True, serialize=False)),
                ('created_at', models.DateTimeField(default=kernel.clock.now, editable=False)),
                ('updated_at', models.DateTimeField(default=kernel.clock.now, editable=False)),
                ('name', models.CharField(max_length=80)),
                ('relation', models.CharField(help_text='dictionary: relation', max_length=64)),
                ('phone', kernel.crypto.fields.EncryptedTextField(blank=True, default='')),
                ('phone_index', kernel.crypto.fields.BlindIndexField(db_index=True, null=True, purpose='phone', source='phone')),
                ('national_id', kernel.crypto.fields.EncryptedTextField(blank=True, default='')),
                ('national_id_index', kernel.crypto.fields.BlindIndexField(db_index=True, null=True, purpose='national_id', source='national_id')),
                ('is_guardian', models.BooleanField(default=False)),
                ('verified_at', models.DateTimeField(help_text="somebody saw the guardian's document", null=True)),
                ('hospital', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='+', to='identity.hospital')),
                ('linked_patient', models.ForeignKey(help_text="the person's own archive", null=True, on_delete=django.db.models.deletion.SET_NULL, related_name='+', to='patients.patient')),
                ('patient', models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name='related_persons', to='patients.patient')),
                ('verified_by', models.ForeignKey(db_index=False, null=True, on_delete=django.db.models.deletion.SET_NULL, related_name='+', to='identity.staffmember')),
            ],
        ),
        migrations.CreateModel(
            name='TimelineEntry',
            fields=[
                ('id', models.UUIDField(default=kernel.ids.uuid7, editable=False, primary_key=True, serialize=False)),
                ('at', models.DateTimeField()),
                ('kind', models.CharField(help_text='booking, visit, charge, payment, case, message …', max_length=40)),
                ('state', models.CharField(blank=True, default='', max_length=24)),
                ('title', models.CharField(max_length=160)),
                ('department_id', models.UUIDField(null=True)),
                ('staff_id', models.UUIDField(null=True)),
                ('ref_type', models.CharField(max_length=40)),
                ('ref_id', models.UUIDField()),
                ('hospital', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='+', to='identity.hospital')),
                ('patient', models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name='timeline', to='patients.patient')),
            ],
        ),
        migrations.CreateModel(
            name='BindingAttempt',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('card_number_index', models.BinaryField()),
                ('ip', models.GenericIPAddressField(null=True)),
                ('slowed', models.BooleanField(default=False, help_text='no failure: a try that has to wait')),
                ('at', models.DateTimeField(default=kernel.clock.now)),
                ('account', models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name='+', to='identity.wechataccount')),
            ],
            options={
                'indexes': [models.Index(fields=['account', 'at'], name='attempt_by_account'), models.Index(fields=['card_number_index', 'at'], name='attempt_by_card')],
            },
        ),
        migrations.CreateModel(
            name='CaptureField',
            fields=[
                ('id', models.UUIDField(default=kernel.ids.uuid7, editable=False, primary_key=True, serialize=False)),
                ('created_at', models.DateTimeField(default=kernel.clock.now, editable=False)),
                ('updated_at', models.DateTimeField(default=kernel.clock.now, editable=False)),
                ('version', models.PositiveIntegerField(default=1, editable=False)),
                ('stage', models.CharField(choices=[('booking', '预约'), ('reception', '接待'), ('triage', '分诊'), ('consultation', '咨询'), ('examination', '检查'), ('member_follow_up', '会员回访')], max_length=20)),
                ('key', models.CharField(max_length=40)),
                ('label', models.CharField(max_length=80)),
                ('kind', models.CharField(choices=[('text', 'Text'), ('number', 'Number'), ('date', 'Date'), ('choice', 'Choice'), ('multi', 'Multi'), ('bool', 'Bool')], max_length=8)),
                ('dictionary', models.CharField(blank=True, default='', help_text='code, for choice and multi', max_length=64)),
                ('required', models.BooleanField(default=False)),
                ('sort', models.PositiveSmallIntegerField(default=0)),
                ('is_active', models.BooleanField(default=True)),
                ('hospital', models.ForeignKey(db_index=False, on_delete=django.db.models.deletion.PROTECT, related_name='+', to='identity.hospital')),
            ],
            options={
                'constraints': [models.UniqueConstraint(fields=('hospital', 'stage', 'key'), name='capture_field_once')],
            },
        ),
        pgtrigger.migrations.AddTrigger(
            model_name='capturefield',
            trigger=pgtrigger.compiler.Trigger(name='audit', sql=pgtrigger.compiler.UpsertTriggerSql(func="PERFORM audit_record('patients.capturefield', TG_OP, CASE WHEN TG_OP = 'INSERT' THEN NULL ELSE to_jsonb(OLD) END, CASE WHEN TG_OP = 'DELETE' THEN NULL ELSE to_jsonb(NEW) END, ARRAY['updated_at']::text[], ARRAY[]::text[]); RETURN NULL;", hash='58e0a9ea10192a594ca1ed6488dc1c1f4c724330', operation='INSERT OR UPDATE OR DELETE', pgid='pgtrigger_audit_7a01d', table='patients_capturefield', when='AFTER')),
        ),
        pgtrigger.migrations.AddTrigger(
            model_name='patient',
            trigger=pgtrigger.compiler.Trigger(name='audit', sql=pgtrigger.compiler.UpsertTriggerSql(func="PERFORM audit_record('patients.patient', TG_OP, CASE WHEN TG_OP = 'INSERT' THEN NULL ELSE to_jsonb(OLD) END, CASE WHEN TG_OP = 'DELETE' THEN NULL ELSE to_jsonb(NEW) END, ARRAY['national_id_index', 'phone_index', 'updated_at', 'name_key', 'pinyin', 'pinyin_other']::text[], ARRAY['national_id', 'phone', 'address', 'insurance_no']::text[]); RETURN NULL;", hash='e7136a8104f3cf7aba28d020e0072c0285e4d24b', operation='INSERT OR UPDATE OR DELETE', pgid='pgtrigger_audit_06f76', table='patients_patient', when='AFTER')),
        ),
        pgtrigger.migrations.AddTrigger(
            model_name='careteammember',
            trigger=pgtrigger.compiler.Trigger(name='audit', sql=pgtrigger.compiler.UpsertTriggerSql(func="PERFORM audit_record('patients.careteammember', TG_OP, CASE WHEN TG_OP = 'INSERT' THEN NULL ELSE to_jsonb(OLD) END, CASE WHEN TG_OP = 'DELETE' THEN NULL ELSE to_jsonb(NEW) END, ARRAY['updated_at']::text[], ARRAY[]::text[]); RETURN NULL;", hash='f43b9375b776355d7ff10702a0b2049bc4e3837a', operation='INSERT OR UPDATE OR DELETE', pgid='pgtrigger_audit_e45ad', table='patients_careteammember', when='AFTER')),
        ),
        pgtrigger.migrations.AddTrigger(
            model_name='capturedvalue',
            trigger=pgtrigger.compiler.Trigger(name='audit', sql=pgtrigger.compiler.UpsertTriggerSql(func="PERFORM audit_record('patients.capturedvalue', TG_OP, CASE WHEN TG_OP = 'INSERT' THEN NULL ELSE to_jsonb(OLD) END, CASE WHEN TG_OP = 'DELETE' THEN NULL ELSE to_jsonb(NEW) END, ARRAY['updated_at']::text[], ARRAY[]::text[]); RETURN NULL;", hash='bc6d7f89ed1bcb30f53f81a0eeeb297153b97531', operation='INSERT OR UPDATE OR DELETE', pgid='pgtrigger_audit_7c99d', table='patients_capturedvalue', when='AFTER')),
        ),
        pgtrigger.migrations.AddTrigger(
            model_name='patientcard',
            trigger=pgtrigger.compiler.Trigger(name='audit', sql=pgtrigger.compiler.UpsertTriggerSql(func="PERFORM audit_record('patients.patientcard', TG_OP, CASE WHEN TG_OP = 'INSERT' THEN NULL ELSE to_jsonb(OLD) END, CASE WHEN TG_OP = 'DELETE' THEN NULL ELSE to_jsonb(NEW) END, ARRAY['card_number_index', 'updated_at']::text[], ARRAY['card_number']::text[]); RETURN NULL;", hash='976631dd5c53ca9ebd1025f61fc8542dfe038dfc', operation='INSERT OR UPDATE OR DELETE', pgid='pgtrigger_audit_d551e', table='patients_patientcard', when='AFTER')),
        ),
        pgtrigger.migrations.AddTrigger(
            model_name='cardbinding',
            trigger=pgtrigger.compiler.Trigger(name='audit', sql=pgtrigger.compiler.UpsertTriggerSql(func="PERFORM audit_record('patients.cardbinding', TG_OP, CASE WHEN TG_OP = 'INSERT' THEN NULL ELSE to_jsonb(OLD) END, CASE WHEN TG_OP = 'DELETE' THEN NULL ELSE to_jsonb(NEW) END, ARRAY['updated_at']::text[], ARRAY['address']::text[]); RETURN NULL;", hash='ec2c42cf3a20b520c6d6b114e819147b62a775f8', operation='INSERT OR UPDATE OR DELETE', pgid='pgtrigger_audit_5efa8', table='patients_cardbinding', when='AFTER')),
        ),
        pgtrigger.migrations.AddTrigger(
            model_name='patientmerge',
            trigger=pgtrigger.compiler.Trigger(name='audit', sql=pgtrigger.compiler.UpsertTriggerSql(func="PERFORM audit_record('patients.patientmerge', TG_OP, CASE WHEN TG_OP = 'INSERT' THEN NULL ELSE to_jsonb(OLD) END, CASE WHEN TG_OP = 'DELETE' THEN NULL ELSE to_jsonb(NEW) END, ARRAY['updated_at', 'moved']::text[], ARRAY['replaced']::text[]); RETURN NULL;", hash='9463834dea1a635abc8360478da5085f7f245bfc', operation='INSERT OR UPDATE OR DELETE', pgid='pgtrigger_audit_aa29a', table='patients_patientmerge', when='AFTER')),
        ),
        pgtrigger.migrations.AddTrigger(
            model_name='patienttag',
            trigger=pgtrigger.compiler.Trigger(name='audit', sql=pgtrigger.compiler.UpsertTriggerSql(func="PERFORM audit_record('patients.patienttag', TG_OP, CASE WHEN TG_OP = 'INSERT' THEN NULL ELSE to_jsonb(OLD) END, CASE WHEN TG_OP = 'DELETE' THEN NULL ELSE to_jsonb(NEW) END, ARRAY['updated_at']::text[], ARRAY[]::text[]); RETURN NULL;", hash='ec89b3467a6a07ee8d0a03666ea12a90d38ef3d7', operation='INSERT OR UPDATE OR DELETE', pgid='pgtrigger_audit_aa400', table='patients_patienttag', when='AFTER')),
        ),
        migrations.AlterUniqueTogether(
            name='patientuserobjectpermission',
            unique_together={('user', 'permission', 'content_object')},
        ),
        migrations.AddIndex(
            model_name='relatedperson',
            index=models.Index(fields=['patient', 'id'], name='related_persons_of_patient'),
        ),
        pgtrigger.migrations.AddTrigger(
            model_name='relatedperson',
            trigger=pgtrigger.compiler.Trigger(name='audit', sql=pgtrigger.compiler.UpsertTriggerSql(func="PERFORM audit_record('patients.relatedperson', TG_OP, CASE WHEN TG_OP = 'INSERT' THEN NULL ELSE to_jsonb(OLD) END, CASE WHEN TG_OP = 'DELETE' THEN NULL ELSE to_jsonb(NEW) END, ARRAY['phone_index', 'national_id_index', 'updated_at']::text[], ARRAY['phone', 'national_id']::text[]); RETURN NULL;", hash='cfecaa545521dc8ee4af6ecbd27fde2c00a04847', operation='INSERT OR UPDATE OR DELETE', pgid='pgtrigger_audit_a45c9', table='patients_relatedperson', when='AFTER')),
        ),
        migrations.AddIndex(
            model_name='timelineentry',
            index=models.Index(fields=['patient', '-at', '-id'], name='timeline_of_patient'),
        ),
        migrations.AddConstraint(
            model_name='timelineentry',
            constraint=models.UniqueConstraint(fields=('ref_type', 'ref_id', 'kind'), name='timeline_ref'),
        ),
    ]
