import django.core.validators
import django.db.models.deletion
import kernel.clock
import kernel.crypto.fields
import kernel.ids
import oauth2_provider.generators
import oauth2_provider.models
import pgtrigger.compiler
import pgtrigger.migrations
from django.conf import settings
from django.db import migrations, models


class Migration(migrations.Migration):

    initial = True

    dependencies = [
        ("audit", "0001_initial"),
        ('auth', '0012_alter_user_first_name_max_length'),
        ('files', '0001_initial'),
    ]

    operations = [
        migrations.CreateModel(
            name='User',
            fields=[
                ('password', models.CharField(max_length=128, verbose_name='password')),
                ('last_login', models.DateTimeField(blank=True, null=True, verbose_name='last login')),
                ('is_superuser', models.BooleanField(default=False, help_text='Designates that this user has all permissions without explicitly assigning them.', verbose_name='superuser status')),
                ('id', models.UUIDField(default=kernel.ids.uuid7, editable=False, primary_key=True, serialize=False)),
                ('username', models.CharField(max_length=64, unique=True)),
                ('kind', models.CharField(choices=[('staff', 'Staff'), ('patient', 'Patient')], default='staff', max_length=8)),
                ('is_active', models.BooleanField(default=True)),
                ('must_change_password', models.BooleanField(default=False)),
                ('failed_sign_ins', models.PositiveSmallIntegerField(default=0)),
                ('locked_until', models.DateTimeField(blank=True, null=True)),
                ('access_version', models.PositiveIntegerField(default=1, help_text="raised whenever this user's rights change")),
                ('created_at', models.DateTimeField(default=kernel.clock.now, editable=False)),
                ('groups', models.ManyToManyField(blank=True, help_text='The groups this user belongs to. A user will get all permissions granted to each of their groups.', related_name='user_set', related_query_name='user', to='auth.group', verbose_name='groups')),
                ('user_permissions', models.ManyToManyField(blank=True, help_text='Specific permissions for this user.', related_name='user_set', related_query_name='user', to='auth.permission', verbose_name='user permissions')),
            ],
        ),
        migrations.CreateModel(
            name='CalendarDay',
            fields=[
                ('id', models.UUIDField(default=kernel.ids.uuid7, editable=False, primary_key=True, serialize=False)),
                ('created_at', models.DateTimeField(default=kernel.clock.now, editable=False)),
                ('updated_at', models.DateTimeField(default=kernel.clock.now, editable=False)),
                ('version', models.PositiveIntegerField(default=1, editable=False)),
                ('date', models.DateField()),
                ('kind', models.CharField(choices=[('holiday', 'Holiday'), ('workday', 'Workday')], max_length=8)),
                ('follows_weekday', models.PositiveSmallIntegerField(blank=True, help_text='whose templates a make-up workday follows; 0 = Monday; null = its own', null=True, validators=[django.core.validators.MaxValueValidator(6)])),
                ('note', models.CharField(blank=True, default='', max_length=80)),
            ],
        ),
        migrations.CreateModel(
            name='Department',
            fields=[
                ('id', models.UUIDField(default=kernel.ids.uuid7, editable=False, primary_key=True, serialize=False)),
                ('created_at', models.DateTimeField(default=kernel.clock.now, editable=False)),
                ('updated_at', models.DateTimeField(default=kernel.clock.now, editable=False)),
                ('version', models.PositiveIntegerField(default=1, editable=False)),
                ('code', models.CharField(max_length=32)),
                ('name', models.CharField(max_length=120)),
                ('pinyin', models.CharField(default='', editable=False, help_text='initials and full, for search', max_length=255)),
                ('introduction', models.TextField(blank=True, default='')),
                ('sort', models.PositiveIntegerField(default=0)),
                ('is_active', models.BooleanField(default=True)),
            ],
        ),
        migrations.CreateModel(
            name='Dictionary',
            fields=[
                ('id', models.UUIDField(default=kernel.ids.uuid7, editable=False, primary_key=True, serialize=False)),
                ('created_at', models.DateTimeField(default=kernel.clock.now, editable=False)),
                ('updated_at', models.DateTimeField(default=kernel.clock.now, editable=False)),
                ('version', models.PositiveIntegerField(default=1, editable=False)),
                ('code', models.CharField(max_length=64)),
                ('name', models.CharField(max_length=120)),
                ('is_system', models.BooleanField(default=False, help_text='made by the product: can be extended, not deleted')),
            ],
        ),
        migrations.CreateModel(
            name='Group',
            fields=[
                ('id', models.UUIDField(default=kernel.ids.uuid7, editable=False, primary_key=True, serialize=False)),
                ('created_at', models.DateTimeField(default=kernel.clock.now, editable=False)),
                ('updated_at', models.DateTimeField(default=kernel.clock.now, editable=False)),
                ('version', models.PositiveIntegerField(default=1, editable=False)),
                ('name', models.CharField(max_length=120)),
            ],
        ),
        migrations.CreateModel(
            name='Hospital',
            fields=[
                ('id', models.UUIDField(default=kernel.ids.uuid7, editable=False, primary_key=True, serialize=False)),
                ('created_at', models.DateTimeField(default=kernel.clock.now, editable=False)),
                ('updated_at', models.DateTimeField(default=kernel.clock.now, editable=False)),
                ('version', models.PositiveIntegerField(default=1, editable=False)),
                ('code', models.CharField(max_length=16, unique=True)),
                ('name', models.CharField(max_length=120)),
                ('address', models.CharField(blank=True, default='', max_length=255)),
                ('phone', models.CharField(blank=True, default='', max_length=32)),
                ('introduction', models.TextField(blank=True, default='')),
                ('opening_hours', models.JSONField(blank=True, default=dict)),
                ('settings', models.JSONField(blank=True, default=dict, help_text='overrides of identity.settings.Setting defaults')),
                ('is_active', models.BooleanField(default=True)),
            ],
        ),
        migrations.CreateModel(
            name='KnownDevice',
            fields=[
                ('id', models.UUIDField(default=kernel.ids.uuid7, editable=False, primary_key=True, serialize=False)),
                ('created_at', models.DateTimeField(default=kernel.clock.now, editable=False)),
                ('updated_at', models.DateTimeField(default=kernel.clock.now, editable=False)),
                ('digest', models.CharField(max_length=64, unique=True)),
                ('failures', models.PositiveSmallIntegerField(default=0)),
                ('last_used_at', models.DateTimeField(default=kernel.clock.now)),
            ],
        ),
        migrations.CreateModel(
            name='Location',
            fields=[
                ('id', models.UUIDField(default=kernel.ids.uuid7, editable=False, primary_key=True, serialize=False)),
                ('created_at', models.DateTimeField(default=kernel.clock.now, editable=False)),
                ('updated_at', models.DateTimeField(default=kernel.clock.now, editable=False)),
                ('version', models.PositiveIntegerField(default=1, editable=False)),
                ('building', models.CharField(max_length=80)),
                ('floor', models.CharField(max_length=16)),
                ('room', models.CharField(blank=True, default='', max_length=32)),
                ('directions', models.CharField(blank=True, default='', max_length=255)),
            ],
        ),
        migrations.CreateModel(
            name='OrgUnit',
            fields=[
                ('id', models.UUIDField(default=kernel.ids.uuid7, editable=False, primary_key=True, serialize=False)),
                ('created_at', models.DateTimeField(default=kernel.clock.now, editable=False)),
                ('updated_at', models.DateTimeField(default=kernel.clock.now, editable=False)),
                ('version', models.PositiveIntegerField(default=1, editable=False)),
                ('code', models.CharField(max_length=32)),
                ('name', models.CharField(max_length=120)),
                ('path', models.TextField(default='', editable=False)),
                ('sort', models.PositiveIntegerField(default=0)),
                ('is_active', models.BooleanField(default=True)),
            ],
        ),
        migrations.CreateModel(
            name='PartnerApplication',
            fields=[
                ('client_id', models.CharField(db_index=True, default=oauth2_provider.generators.generate_client_id, max_length=255, unique=True, verbose_name='client ID')),
                ('redirect_uris', models.TextField(blank=True, help_text='Allowed URIs list, space separated', verbose_name='redirect URIs')),
                ('post_logout_redirect_uris', models.TextField(blank=True, default='', help_text='Allowed Post Logout URIs list, space separated', verbose_name='post logout redirect URIs')),
                ('client_type', models.CharField(choices=[('confidential', 'Confidential'), ('public', 'Public')], max_length=32, verbose_name='client type')),
                ('authorization_grant_type', models.CharField(choices=[('authorization-code', 'Authorization code'), ('urn:ietf:params:oauth:grant-type:device_code', 'Device Code'), ('implicit', 'Implicit'), ('password', 'Resource owner password-based'), ('client-credentials', 'Client credentials'), ('openid-hybrid', 'OpenID connect hybrid')], max_length=44, verbose_name='authorization grant type')),
                ('client_secret', oauth2_provider.models.ClientSecretField(blank=True, db_index=True, default=oauth2_provider.generators.generate_client_secret, help_text='Client secret for authentication', max_length=255, verbose_name='client secret')),
                ('hash_client_secret', models.BooleanField(default=True, verbose_name='hash client secret')),
                ('name', models.CharField(blank=True, max_length=255, verbose_name='name')),
                ('skip_authorization', models.BooleanField(default=False, verbose_name='skip authorization')),
                ('created', models.DateTimeField(auto_now_add=True, verbose_name='created')),
                ('updated', models.DateTimeField(auto_now=True, verbose_name='updated')),
                ('algorithm', models.CharField(blank=True, choices=[('', 'No OIDC support'), ('RS256', 'RSA with SHA-2 256'), ('HS256', 'HMAC with SHA-2 256')], default='', max_length=5, verbose_name='algorithm')),
                ('allowed_origins', models.TextField(blank=True, default='', help_text='Allowed origins list to enable CORS, space separated', verbose_name='allowed origins')),
                ('registration_source', models.CharField(choices=[('manual', 'Manual'), ('dcr', 'Dynamic Client Registration'), ('cimd', 'Client ID Metadata Document')], default='manual', help_text='How this application was registered (manual, DCR per RFC 7591, or CIMD)', max_length=32, verbose_name='registration source')),
                ('cimd_expires_at', models.DateTimeField(blank=True, default=None, help_text='When the cached Client ID Metadata Document should be re-fetched', null=True, verbose_name='CIMD expires at')),
                ('id', models.UUIDField(default=kernel.ids.uuid7, editable=False, primary_key=True, serialize=False)),
                ('allowed_scopes', models.JSONField(default=list)),
                ('rate_per_minute', models.PositiveIntegerField(default=600)),
                ('is_active', models.BooleanField(default=True)),
                ('version', models.PositiveIntegerField(default=1, editable=False)),
                ('updated_at', models.DateTimeField(default=kernel.clock.now, editable=False)),
            ],
        ),
        migrations.CreateModel(
            name='Position',
            fields=[
                ('id', models.UUIDField(default=kernel.ids.uuid7, editable=False, primary_key=True, serialize=False)),
                ('created_at', models.DateTimeField(default=kernel.clock.now, editable=False)),
                ('updated_at', models.DateTimeField(default=kernel.clock.now, editable=False)),
                ('version', models.PositiveIntegerField(default=1, editable=False)),
                ('code', models.CharField(max_length=32)),
                ('name', models.CharField(max_length=120)),
                ('is_active', models.BooleanField(default=True)),
            ],
        ),
        migrations.CreateModel(
            name='StaffDepartment',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('is_primary', models.BooleanField(default=False)),
                ('is_head', models.BooleanField(default=False)),
            ],
        ),
        migrations.CreateModel(
            name='StaffMember',
            fields=[
                ('id', models.UUIDField(default=kernel.ids.uuid7, editable=False, primary_key=True, serialize=False)),
                ('created_at', models.DateTimeField(default=kernel.clock.now, editable=False)),
                ('updated_at', models.DateTimeField(default=kernel.clock.now, editable=False)),
                ('version', models.PositiveIntegerField(default=1, editable=False)),
                ('employee_no', models.CharField(max_length=32)),
                ('name', models.CharField(max_length=80)),
                ('pinyin', models.CharField(default='', editable=False, max_length=255)),
                ('gender', models.CharField(choices=[('male', 'male'), ('female', 'female'), ('unknown', 'unknown')], max_length=8)),
                ('title', models.CharField(blank=True, default='', help_text='职称, e.g. 主任医师', max_length=40)),
                ('tier', models.CharField(choices=[('normal', 'Normal'), ('expert', 'Expert')], default='normal', max_length=8)),
                ('licence_no', models.CharField(blank=True, default='', max_length=32)),
                ('phone', kernel.crypto.fields.EncryptedTextField(blank=True, default='')),
                ('phone_index', kernel.crypto.fields.BlindIndexField(db_index=True, null=True, purpose='phone', source='phone')),
                ('speciality', models.CharField(blank=True, default='', help_text='擅长', max_length=500)),
                ('introduction', models.TextField(blank=True, default='')),
                ('skills', models.JSONField(blank=True, default=list)),
                ('languages', models.JSONField(blank=True, default=list)),
                ('employed_on', models.DateField(blank=True, null=True)),
                ('left_on', models.DateField(blank=True, null=True)),
                ('status', models.CharField(choices=[('active', 'active'), ('suspended', 'suspended'), ('left', 'left')], default='active', max_length=12)),
            ],
        ),
        migrations.CreateModel(
            name='StaffNotice',
            fields=[
                ('id', models.UUIDField(default=kernel.ids.uuid7, editable=False, primary_key=True, serialize=False)),
                ('created_at', models.DateTimeField(default=kernel.clock.now, editable=False)),
                ('updated_at', models.DateTimeField(default=kernel.clock.now, editable=False)),
                ('kind', models.CharField(max_length=40)),
                ('data', models.JSONField(default=dict)),
                ('read_at', models.DateTimeField(null=True)),
            ],
        ),
        migrations.CreateModel(
            name='UnknownName',
            fields=[
                ('digest', models.CharField(max_length=64, primary_key=True, serialize=False)),
                ('failed_sign_ins', models.PositiveSmallIntegerField(default=0)),
                ('locked_until', models.DateTimeField(null=True)),
                ('at', models.DateTimeField(default=kernel.clock.now)),
            ],
            options={
                'indexes': [
                    models.Index(fields=['at'], name='unknown_name_by_time'),
                ],
            },
        ),
        migrations.CreateModel(
            name='WeChatAccount',
            fields=[
                ('id', models.UUIDField(default=kernel.ids.uuid7, editable=False, primary_key=True, serialize=False)),
                ('created_at', models.DateTimeField(default=kernel.clock.now, editable=False)),
                ('updated_at', models.DateTimeField(default=kernel.clock.now, editable=False)),
                ('app_id', models.CharField(max_length=32)),
                ('openid', models.CharField(max_length=64)),
                ('unionid', models.CharField(blank=True, max_length=64, null=True, unique=True)),
                ('official_openid', models.CharField(blank=True, default='', help_text='openid at the official account', max_length=64)),
                ('phone', kernel.crypto.fields.EncryptedTextField(blank=True, default='')),
                ('phone_index', kernel.crypto.fields.BlindIndexField(db_index=True, null=True, purpose='phone', source='phone')),
                ('nickname', models.CharField(blank=True, default='', max_length=64)),
            ],
        ),
        migrations.CreateModel(
            name='TotpDevice',
            fields=[
                ('user', models.OneToOneField(on_delete=django.db.models.deletion.CASCADE, primary_key=True, related_name='totp', serialize=False, to=settings.AUTH_USER_MODEL)),
                ('secret', kernel.crypto.fields.EncryptedTextField(blank=True, default='')),
                ('confirmed_at', models.DateTimeField(null=True)),
                ('last_step', models.BigIntegerField(default=0)),
                ('recovery_codes', models.JSONField(default=list, help_text='digests of the unused recovery codes')),
            ],
        ),
        migrations.CreateModel(
            name='AuthSession',
            fields=[
                ('digest', models.CharField(max_length=128, primary_key=True, serialize=False)),
                ('token_key', models.CharField(db_index=True, max_length=25)),
                ('created', models.DateTimeField(auto_now_add=True)),
                ('expiry', models.DateTimeField(blank=True, null=True)),
                ('id', models.UUIDField(default=kernel.ids.uuid7, editable=False, unique=True)),
                ('device', models.CharField(blank=True, default='', max_length=160)),
                ('ip', models.GenericIPAddressField(null=True)),
                ('last_seen_at', models.DateTimeField(default=kernel.clock.now)),
                ('user', models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name='auth_token_set', to=settings.AUTH_USER_MODEL)),
            ],
            options={
                'abstract': False,
            },
        ),
        migrations.CreateModel(
            name='DictionaryItem',
            fields=[
                ('id', models.UUIDField(default=kernel.ids.uuid7, editable=False, primary_key=True, serialize=False)),
                ('created_at', models.DateTimeField(default=kernel.clock.now, editable=False)),
                ('updated_at', models.DateTimeField(default=kernel.clock.now, editable=False)),
                ('version', models.PositiveIntegerField(default=1, editable=False)),
                ('value', models.CharField(max_length=64)),
                ('label', models.CharField(max_length=120)),
                ('sort', models.PositiveIntegerField(default=0)),
                ('is_active', models.BooleanField(default=True)),
                ('dictionary', models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name='items', to='identity.dictionary')),
            ],
            options={
                'constraints': [
                    models.UniqueConstraint(fields=('dictionary', 'value'), name='dictionary_item_value'),
                ],
            },
        ),
        pgtrigger.migrations.AddTrigger(
            model_name='group',
            trigger=pgtrigger.compiler.Trigger(name='audit', sql=pgtrigger.compiler.UpsertTriggerSql(func="PERFORM audit_record('identity.group', TG_OP, CASE WHEN TG_OP = 'INSERT' THEN NULL ELSE to_jsonb(OLD) END, CASE WHEN TG_OP = 'DELETE' THEN NULL ELSE to_jsonb(NEW) END, ARRAY['updated_at']::text[], ARRAY[]::text[]); RETURN NULL;", hash='a32a9bcff3680506afcfba9266c81d07922e6614', operation='INSERT OR UPDATE OR DELETE', pgid='pgtrigger_audit_1d944', table='identity_group', when='AFTER')),
        ),
        migrations.AddField(
            model_name='hospital',
            name='group',
            field=models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='hospitals', to='identity.group'),
        ),
        migrations.AddField(
            model_name='dictionary',
            name='hospital',
            field=models.ForeignKey(blank=True, null=True, on_delete=django.db.models.deletion.PROTECT, related_name='dictionaries', to='identity.hospital'),
        ),
        migrations.AddField(
            model_name='department',
            name='hospital',
            field=models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='departments', to='identity.hospital'),
        ),
        migrations.AddField(
            model_name='calendarday',
            name='hospital',
            field=models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='+', to='identity.hospital'),
        ),
        migrations.AddField(
            model_name='knowndevice',
            name='user',
            field=models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name='known_devices', to=settings.AUTH_USER_MODEL),
        ),
        migrations.AddField(
            model_name='location',
            name='hospital',
            field=models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='locations', to='identity.hospital'),
        ),
        migrations.AddField(
            model_name='location',
            name='map_picture',
            field=models.ForeignKey(db_index=False, null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to='files.file'),
        ),
        migrations.AddField(
            model_name='department',
            name='location',
            field=models.ForeignKey(blank=True, null=True, on_delete=django.db.models.deletion.PROTECT, related_name='departments', to='identity.location'),
        ),
        migrations.AddField(
            model_name='orgunit',
            name='hospital',
            field=models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='org_units', to='identity.hospital'),
        ),
        migrations.AddField(
            model_name='orgunit',
            name='parent',
            field=models.ForeignKey(blank=True, null=True, on_delete=django.db.models.deletion.PROTECT, related_name='children', to='identity.orgunit'),
        ),
        migrations.AddField(
            model_name='department',
            name='org_unit',
            field=models.ForeignKey(blank=True, null=True, on_delete=django.db.models.deletion.PROTECT, related_name='departments', to='identity.orgunit'),
        ),
        migrations.AddField(
            model_name='partnerapplication',
            name='hospital',
            field=models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='partner_applications', to='identity.hospital'),
        ),
        migrations.AddField(
            model_name='partnerapplication',
            name='user',
            field=models.ForeignKey(blank=True, null=True, on_delete=django.db.models.deletion.CASCADE, related_name='%(app_label)s_%(class)s', to=settings.AUTH_USER_MODEL, verbose_name='user'),
        ),
        migrations.AddField(
            model_name='position',
            name='hospital',
            field=models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='positions', to='identity.hospital'),
        ),
        migrations.AddField(
            model_name='staffdepartment',
            name='department',
            field=models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='memberships', to='identity.department'),
        ),
        migrations.AddField(
            model_name='staffdepartment',
            name='hospital',
            field=models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='+', to='identity.hospital'),
        ),
        migrations.AddField(
            model_name='staffmember',
            name='departments',
            field=models.ManyToManyField(related_name='staff', through='identity.StaffDepartment', to='identity.department'),
        ),
        migrations.AddField(
            model_name='staffmember',
            name='hospital',
            field=models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='staff', to='identity.hospital'),
        ),
        migrations.AddField(
            model_name='staffmember',
            name='org_unit',
            field=models.ForeignKey(blank=True, null=True, on_delete=django.db.models.deletion.PROTECT, related_name='staff', to='identity.orgunit'),
        ),
        migrations.AddField(
            model_name='staffmember',
            name='portrait',
            field=models.ForeignKey(db_index=False, null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to='files.file'),
        ),
        migrations.AddField(
            model_name='staffmember',
            name='position',
            field=models.ForeignKey(blank=True, null=True, on_delete=django.db.models.deletion.PROTECT, related_name='staff', to='identity.position'),
        ),
        migrations.AddField(
            model_name='staffmember',
            name='user',
            field=models.OneToOneField(blank=True, null=True, on_delete=django.db.models.deletion.PROTECT, related_name='staff', to=settings.AUTH_USER_MODEL),
        ),
        migrations.AddField(
            model_name='staffdepartment',
            name='staff',
            field=models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name='memberships', to='identity.staffmember'),
        ),
        migrations.AddField(
            model_name='staffnotice',
            name='hospital',
            field=models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='+', to='identity.hospital'),
        ),
        migrations.AddField(
            model_name='staffnotice',
            name='recipient',
            field=models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name='notices', to='identity.staffmember'),
        ),
        migrations.AddField(
            model_name='wechataccount',
            name='user',
            field=models.OneToOneField(on_delete=django.db.models.deletion.CASCADE, related_name='wechat', to=settings.AUTH_USER_MODEL),
        ),
        pgtrigger.migrations.AddTrigger(
            model_name='totpdevice',
            trigger=pgtrigger.compiler.Trigger(name='audit', sql=pgtrigger.compiler.UpsertTriggerSql(func="PERFORM audit_record('identity.totpdevice', TG_OP, CASE WHEN TG_OP = 'INSERT' THEN NULL ELSE to_jsonb(OLD) END, CASE WHEN TG_OP = 'DELETE' THEN NULL ELSE to_jsonb(NEW) END, ARRAY['updated_at', 'secret', 'last_step', 'recovery_codes']::text[], ARRAY['secret']::text[]); RETURN NULL;", hash='b137dbf4fd26b66270bf5edf97c9cd87a0fa1ced', operation='INSERT OR UPDATE OR DELETE', pgid='pgtrigger_audit_1a3de', table='identity_totpdevice', when='AFTER')),
        ),
        pgtrigger.migrations.AddTrigger(
            model_name='user',
            trigger=pgtrigger.compiler.Trigger(name='audit', sql=pgtrigger.compiler.UpsertTriggerSql(func="PERFORM audit_record('identity.user', TG_OP, CASE WHEN TG_OP = 'INSERT' THEN NULL ELSE to_jsonb(OLD) END, CASE WHEN TG_OP = 'DELETE' THEN NULL ELSE to_jsonb(NEW) END, ARRAY['updated_at', 'password', 'last_login', 'access_version', 'failed_sign_ins']::text[], ARRAY[]::text[]); RETURN NULL;", hash='870182b845d98b91b146b6d31e607dcbda8a883e', operation='INSERT OR UPDATE OR DELETE', pgid='pgtrigger_audit_1c02c', table='identity_user', when='AFTER')),
        ),
        pgtrigger.migrations.AddTrigger(
            model_name='dictionaryitem',
            trigger=pgtrigger.compiler.Trigger(name='audit', sql=pgtrigger.compiler.UpsertTriggerSql(func="PERFORM audit_record('identity.dictionaryitem', TG_OP, CASE WHEN TG_OP = 'INSERT' THEN NULL ELSE to_jsonb(OLD) END, CASE WHEN TG_OP = 'DELETE' THEN NULL ELSE to_jsonb(NEW) END, ARRAY['updated_at']::text[], ARRAY[]::text[]); RETURN NULL;", hash='12c1eaa4632e9205db2742abd594ba7c4da6f0fd', operation='INSERT OR UPDATE OR DELETE', pgid='pgtrigger_audit_770fb', table='identity_dictionaryitem', when='AFTER')),
        ),
        pgtrigger.migrations.AddTrigger(
            model_name='hospital',
            trigger=pgtrigger.compiler.Trigger(name='audit', sql=pgtrigger.compiler.UpsertTriggerSql(func="PERFORM audit_record('identity.hospital', TG_OP, CASE WHEN TG_OP = 'INSERT' THEN NULL ELSE to_jsonb(OLD) END, CASE WHEN TG_OP = 'DELETE' THEN NULL ELSE to_jsonb(NEW) END, ARRAY['updated_at']::text[], ARRAY[]::text[]); RETURN NULL;", hash='22f1198d7372829d0d9957ca6cdf48ab8bfa7e3a', operation='INSERT OR UPDATE OR DELETE', pgid='pgtrigger_audit_d52be', table='identity_hospital', when='AFTER')),
        ),
        migrations.AddConstraint(
            model_name='dictionary',
            constraint=models.UniqueConstraint(fields=('hospital', 'code'), name='dictionary_code', nulls_distinct=False),
        ),
        pgtrigger.migrations.AddTrigger(
            model_name='dictionary',
            trigger=pgtrigger.compiler.Trigger(name='audit', sql=pgtrigger.compiler.UpsertTriggerSql(func="PERFORM audit_record('identity.dictionary', TG_OP, CASE WHEN TG_OP = 'INSERT' THEN NULL ELSE to_jsonb(OLD) END, CASE WHEN TG_OP = 'DELETE' THEN NULL ELSE to_jsonb(NEW) END, ARRAY['updated_at']::text[], ARRAY[]::text[]); RETURN NULL;", hash='10f56fa8686bf50f72bbd0c753fadff5081493a2', operation='INSERT OR UPDATE OR DELETE', pgid='pgtrigger_audit_caf62', table='identity_dictionary', when='AFTER')),
        ),
        migrations.AddConstraint(
            model_name='calendarday',
            constraint=models.UniqueConstraint(fields=('hospital', 'date'), name='calendar_day_once'),
        ),
        migrations.AddConstraint(
            model_name='calendarday',
            constraint=models.CheckConstraint(condition=models.Q(('kind', 'workday'), ('follows_weekday__isnull', True), _connector='OR'), name='calendar_day_follows'),
        ),
        pgtrigger.migrations.AddTrigger(
            model_name='calendarday',
            trigger=pgtrigger.compiler.Trigger(name='audit', sql=pgtrigger.compiler.UpsertTriggerSql(func="PERFORM audit_record('identity.calendarday', TG_OP, CASE WHEN TG_OP = 'INSERT' THEN NULL ELSE to_jsonb(OLD) END, CASE WHEN TG_OP = 'DELETE' THEN NULL ELSE to_jsonb(NEW) END, ARRAY['updated_at']::text[], ARRAY[]::text[]); RETURN NULL;", hash='dd34c5beff10a0c620c6de97cca6743076bf41e0', operation='INSERT OR UPDATE OR DELETE', pgid='pgtrigger_audit_e7fb1', table='identity_calendarday', when='AFTER')),
        ),
        migrations.AddIndex(
            model_name='knowndevice',
            index=models.Index(fields=['last_used_at'], name='known_device_by_use'),
        ),
        migrations.AddConstraint(
            model_name='location',
            constraint=models.UniqueConstraint(fields=('hospital', 'building', 'floor', 'room'), name='location_place'),
        ),
        pgtrigger.migrations.AddTrigger(
            model_name='location',
            trigger=pgtrigger.compiler.Trigger(name='audit', sql=pgtrigger.compiler.UpsertTriggerSql(func="PERFORM audit_record('identity.location', TG_OP, CASE WHEN TG_OP = 'INSERT' THEN NULL ELSE to_jsonb(OLD) END, CASE WHEN TG_OP = 'DELETE' THEN NULL ELSE to_jsonb(NEW) END, ARRAY['updated_at']::text[], ARRAY[]::text[]); RETURN NULL;", hash='c865a1d66d1654a624d97bbfda0596d028674172', operation='INSERT OR UPDATE OR DELETE', pgid='pgtrigger_audit_3ddd7', table='identity_location', when='AFTER')),
        ),
        migrations.AddConstraint(
            model_name='orgunit',
            constraint=models.UniqueConstraint(fields=('hospital', 'code'), name='org_unit_code'),
        ),
        pgtrigger.migrations.AddTrigger(
            model_name='orgunit',
            trigger=pgtrigger.compiler.Trigger(name='audit', sql=pgtrigger.compiler.UpsertTriggerSql(func="PERFORM audit_record('identity.orgunit', TG_OP, CASE WHEN TG_OP = 'INSERT' THEN NULL ELSE to_jsonb(OLD) END, CASE WHEN TG_OP = 'DELETE' THEN NULL ELSE to_jsonb(NEW) END, ARRAY['updated_at']::text[], ARRAY[]::text[]); RETURN NULL;", hash='6347757c73ae6d9a778f49e351510451da106a54', operation='INSERT OR UPDATE OR DELETE', pgid='pgtrigger_audit_8d1df', table='identity_orgunit', when='AFTER')),
        ),
        migrations.AddConstraint(
            model_name='department',
            constraint=models.UniqueConstraint(fields=('hospital', 'code'), name='department_code'),
        ),
        pgtrigger.migrations.AddTrigger(
            model_name='department',
            trigger=pgtrigger.compiler.Trigger(name='audit', sql=pgtrigger.compiler.UpsertTriggerSql(func="PERFORM audit_record('identity.department', TG_OP, CASE WHEN TG_OP = 'INSERT' THEN NULL ELSE to_jsonb(OLD) END, CASE WHEN TG_OP = 'DELETE' THEN NULL ELSE to_jsonb(NEW) END, ARRAY['updated_at']::text[], ARRAY[]::text[]); RETURN NULL;", hash='aab4ff84584f1252c2901304acf9fa90ba5e8c7b', operation='INSERT OR UPDATE OR DELETE', pgid='pgtrigger_audit_3b970', table='identity_department', when='AFTER')),
        ),
        pgtrigger.migrations.AddTrigger(
            model_name='partnerapplication',
            trigger=pgtrigger.compiler.Trigger(name='audit', sql=pgtrigger.compiler.UpsertTriggerSql(func="PERFORM audit_record('identity.partnerapplication', TG_OP, CASE WHEN TG_OP = 'INSERT' THEN NULL ELSE to_jsonb(OLD) END, CASE WHEN TG_OP = 'DELETE' THEN NULL ELSE to_jsonb(NEW) END, ARRAY['updated_at', 'client_secret']::text[], ARRAY[]::text[]); RETURN NULL;", hash='06910166f039f2585e1ddd19e6bb00af37b93fa1', operation='INSERT OR UPDATE OR DELETE', pgid='pgtrigger_audit_6634c', table='identity_partnerapplication', when='AFTER')),
        ),
        migrations.AddConstraint(
            model_name='position',
            constraint=models.UniqueConstraint(fields=('hospital', 'code'), name='position_code'),
        ),
        pgtrigger.migrations.AddTrigger(
            model_name='position',
            trigger=pgtrigger.compiler.Trigger(name='audit', sql=pgtrigger.compiler.UpsertTriggerSql(func="PERFORM audit_record('identity.position', TG_OP, CASE WHEN TG_OP = 'INSERT' THEN NULL ELSE to_jsonb(OLD) END, CASE WHEN TG_OP = 'DELETE' THEN NULL ELSE to_jsonb(NEW) END, ARRAY['updated_at']::text[], ARRAY[]::text[]); RETURN NULL;", hash='20f58c247dac8624983f376fff8d4924deb6b274', operation='INSERT OR UPDATE OR DELETE', pgid='pgtrigger_audit_2765e', table='identity_position', when='AFTER')),
        ),
        migrations.AddIndex(
            model_name='staffmember',
            index=models.Index(fields=['hospital', 'status', 'pinyin'], name='staff_by_name'),
        ),
        migrations.AddIndex(
            model_name='staffmember',
            index=models.Index(fields=['hospital', 'pinyin', '-id'], name='staff_of_hospital_in_order'),
        ),
        migrations.AddIndex(
            model_name='staffmember',
            index=models.Index(fields=['pinyin', '-id'], name='staff_in_order'),
        ),
        migrations.AddConstraint(
            model_name='staffmember',
            constraint=models.UniqueConstraint(fields=('hospital', 'employee_no'), name='staff_employee_no'),
        ),
        migrations.AddConstraint(
            model_name='staffmember',
            constraint=models.UniqueConstraint(condition=models.Q(('licence_no', ''), _negated=True), fields=('hospital', 'licence_no'), name='staff_licence_no'),
        ),
        pgtrigger.migrations.AddTrigger(
            model_name='staffmember',
            trigger=pgtrigger.compiler.Trigger(name='audit', sql=pgtrigger.compiler.UpsertTriggerSql(func="PERFORM audit_record('identity.staffmember', TG_OP, CASE WHEN TG_OP = 'INSERT' THEN NULL ELSE to_jsonb(OLD) END, CASE WHEN TG_OP = 'DELETE' THEN NULL ELSE to_jsonb(NEW) END, ARRAY['phone_index', 'updated_at']::text[], ARRAY['phone']::text[]); RETURN NULL;", hash='d3d739d9195c7adaedd3f4d9209c00aa30df1932', operation='INSERT OR UPDATE OR DELETE', pgid='pgtrigger_audit_64960', table='identity_staffmember', when='AFTER')),
        ),
        migrations.AddConstraint(
            model_name='staffdepartment',
            constraint=models.UniqueConstraint(fields=('staff', 'department'), name='staff_department'),
        ),
        migrations.AddConstraint(
            model_name='staffdepartment',
            constraint=models.UniqueConstraint(condition=models.Q(('is_primary', True)), fields=('staff',), name='staff_primary_department'),
        ),
        pgtrigger.migrations.AddTrigger(
            model_name='staffdepartment',
            trigger=pgtrigger.compiler.Trigger(name='audit', sql=pgtrigger.compiler.UpsertTriggerSql(func="PERFORM audit_record('identity.staffdepartment', TG_OP, CASE WHEN TG_OP = 'INSERT' THEN NULL ELSE to_jsonb(OLD) END, CASE WHEN TG_OP = 'DELETE' THEN NULL ELSE to_jsonb(NEW) END, ARRAY['updated_at']::text[], ARRAY[]::text[]); RETURN NULL;", hash='3c21f0eae22cb68dc097415741a7a5cb9fa23fd7', operation='INSERT OR UPDATE OR DELETE', pgid='pgtrigger_audit_e2d66', table='identity_staffdepartment', when='AFTER')),
        ),
        migrations.AddIndex(
            model_name='staffnotice',
            index=models.Index(fields=['recipient', '-id'], name='staff_notice_newest'),
        ),
        migrations.AddConstraint(
            model_name='wechataccount',
            constraint=models.UniqueConstraint(fields=('app_id', 'openid'), name='wechat_openid'),
        ),
        pgtrigger.migrations.AddTrigger(
            model_name='wechataccount',
            trigger=pgtrigger.compiler.Trigger(name='audit', sql=pgtrigger.compiler.UpsertTriggerSql(func="PERFORM audit_record('identity.wechataccount', TG_OP, CASE WHEN TG_OP = 'INSERT' THEN NULL ELSE to_jsonb(OLD) END, CASE WHEN TG_OP = 'DELETE' THEN NULL ELSE to_jsonb(NEW) END, ARRAY['phone_index', 'updated_at']::text[], ARRAY['phone']::text[]); RETURN NULL;", hash='cb55a0a85b2f2818d4629f71129d7cbddbeb0e8f', operation='INSERT OR UPDATE OR DELETE', pgid='pgtrigger_audit_53837', table='identity_wechataccount', when='AFTER')),
        ),
    ]
