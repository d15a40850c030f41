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
    ]

    operations = [
        migrations.CreateModel(
            name='Module',
            fields=[
                ('id', models.UUIDField(default=kernel.ids.uuid7, editable=False, primary_key=True, serialize=False)),
                ('created_at', models.DateTimeField(default=kernel.clock.now, editable=False)),
                ('updated_at', models.DateTimeField(default=kernel.clock.now, editable=False)),
                ('version', models.PositiveIntegerField(default=1, editable=False)),
                ('code', models.CharField(max_length=32, unique=True)),
                ('name', models.CharField(max_length=80)),
                ('sort', models.PositiveIntegerField(default=0)),
                ('is_active', models.BooleanField(default=True)),
            ],
        ),
        migrations.CreateModel(
            name='Permission',
            fields=[
                ('id', models.UUIDField(default=kernel.ids.uuid7, editable=False, primary_key=True, serialize=False)),
                ('created_at', models.DateTimeField(default=kernel.clock.now, editable=False)),
                ('updated_at', models.DateTimeField(default=kernel.clock.now, editable=False)),
                ('code', models.CharField(max_length=96, unique=True)),
                ('name', models.CharField(max_length=120)),
                ('is_retired', models.BooleanField(default=False)),
            ],
        ),
        migrations.CreateModel(
            name='Role',
            fields=[
                ('id', models.UUIDField(default=kernel.ids.uuid7, editable=False, primary_key=True, serialize=False)),
                ('created_at', models.DateTimeField(default=kernel.clock.now, editable=False)),
                ('updated_at', models.DateTimeField(default=kernel.clock.now, editable=False)),
                ('version', models.PositiveIntegerField(default=1, editable=False)),
                ('code', models.CharField(max_length=64)),
                ('name', models.CharField(max_length=80)),
                ('is_administrator', models.BooleanField(default=False, help_text="every code, within the role's scope")),
                ('is_system', models.BooleanField(default=False)),
                ('is_active', models.BooleanField(default=True)),
                ('default_scope', models.CharField(choices=[('all', 'All'), ('hospital', 'Hospital'), ('department_and_below', 'Department And Below'), ('department', 'Department'), ('chosen', 'Chosen'), ('own', 'Own')], default='own', max_length=24)),
            ],
        ),
        migrations.CreateModel(
            name='RolePermission',
            fields=[
                ('id', models.UUIDField(default=kernel.ids.uuid7, editable=False, primary_key=True, serialize=False)),
                ('created_at', models.DateTimeField(default=kernel.clock.now, editable=False)),
                ('updated_at', models.DateTimeField(default=kernel.clock.now, editable=False)),
            ],
        ),
        migrations.CreateModel(
            name='RoleScope',
            fields=[
                ('id', models.UUIDField(default=kernel.ids.uuid7, editable=False, primary_key=True, serialize=False)),
                ('created_at', models.DateTimeField(default=kernel.clock.now, editable=False)),
                ('updated_at', models.DateTimeField(default=kernel.clock.now, editable=False)),
                ('kind', models.CharField(choices=[('all', 'All'), ('hospital', 'Hospital'), ('department_and_below', 'Department And Below'), ('department', 'Department'), ('chosen', 'Chosen'), ('own', 'Own')], max_length=24)),
            ],
        ),
        migrations.CreateModel(
            name='RoleScopeDepartment',
            fields=[
                ('id', models.UUIDField(default=kernel.ids.uuid7, editable=False, primary_key=True, serialize=False)),
                ('created_at', models.DateTimeField(default=kernel.clock.now, editable=False)),
                ('updated_at', models.DateTimeField(default=kernel.clock.now, editable=False)),
            ],
        ),
        migrations.CreateModel(
            name='StaffRole',
            fields=[
                ('id', models.UUIDField(default=kernel.ids.uuid7, editable=False, primary_key=True, serialize=False)),
                ('created_at', models.DateTimeField(default=kernel.clock.now, editable=False)),
                ('updated_at', models.DateTimeField(default=kernel.clock.now, editable=False)),
            ],
        ),
        migrations.CreateModel(
            name='MenuItem',
            fields=[
                ('id', models.UUIDField(default=kernel.ids.uuid7, editable=False, primary_key=True, serialize=False)),
                ('created_at', models.DateTimeField(default=kernel.clock.now, editable=False)),
                ('updated_at', models.DateTimeField(default=kernel.clock.now, editable=False)),
                ('version', models.PositiveIntegerField(default=1, editable=False)),
                ('kind', models.CharField(choices=[('directory', 'Directory'), ('page', 'Page'), ('button', 'Button')], max_length=12)),
                ('code', models.CharField(max_length=64, unique=True)),
                ('title', models.CharField(max_length=80)),
                ('title_en', models.CharField(blank=True, default='', max_length=80)),
                ('path', models.CharField(blank=True, default='', max_length=160)),
                ('component', models.CharField(blank=True, default='', max_length=160)),
                ('icon', models.CharField(blank=True, default='', max_length=64)),
                ('sort', models.PositiveIntegerField(default=0)),
                ('is_hidden', models.BooleanField(default=False)),
                ('is_active', models.BooleanField(default=True)),
                ('parent', models.ForeignKey(blank=True, null=True, on_delete=django.db.models.deletion.PROTECT, related_name='children', to='access.menuitem')),
                ('module', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='menu_items', to='access.module')),
            ],
        ),
        migrations.CreateModel(
            name='MenuItemPermission',
            fields=[
                ('id', models.UUIDField(default=kernel.ids.uuid7, editable=False, primary_key=True, serialize=False)),
                ('created_at', models.DateTimeField(default=kernel.clock.now, editable=False)),
                ('updated_at', models.DateTimeField(default=kernel.clock.now, editable=False)),
                ('menu_item', models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name='+', to='access.menuitem')),
            ],
        ),
        pgtrigger.migrations.AddTrigger(
            model_name='module',
            trigger=pgtrigger.compiler.Trigger(name='audit', sql=pgtrigger.compiler.UpsertTriggerSql(func="PERFORM audit_record('access.module', TG_OP, CASE WHEN TG_OP = 'INSERT' THEN NULL ELSE to_jsonb(OLD) END, CASE WHEN TG_OP = 'DELETE' THEN NULL ELSE to_jsonb(NEW) END, ARRAY['updated_at']::text[], ARRAY[]::text[]); RETURN NULL;", hash='9322463117c633e2469a9c158576c7de1c2edd72', operation='INSERT OR UPDATE OR DELETE', pgid='pgtrigger_audit_c376e', table='access_module', when='AFTER')),
        ),
        migrations.AddField(
            model_name='permission',
            name='module',
            field=models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='permissions', to='access.module'),
        ),
        migrations.AddField(
            model_name='menuitempermission',
            name='permission',
            field=models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name='+', to='access.permission'),
        ),
        migrations.AddField(
            model_name='menuitem',
            name='permissions',
            field=models.ManyToManyField(blank=True, related_name='menu_items', through='access.MenuItemPermission', to='access.permission'),
        ),
        migrations.AddField(
            model_name='role',
            name='hospital',
            field=models.ForeignKey(blank=True, null=True, on_delete=django.db.models.deletion.PROTECT, related_name='roles', to='identity.hospital'),
        ),
        migrations.AddField(
            model_name='rolepermission',
            name='permission',
            field=models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name='+', to='access.permission'),
        ),
        migrations.AddField(
            model_name='rolepermission',
            name='role',
            field=models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name='+', to='access.role'),
        ),
        migrations.AddField(
            model_name='role',
            name='permissions',
            field=models.ManyToManyField(blank=True, related_name='roles', through='access.RolePermission', to='access.permission'),
        ),
        migrations.AddField(
            model_name='rolescope',
            name='module',
            field=models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='+', to='access.module'),
        ),
        migrations.AddField(
            model_name='rolescope',
            name='role',
            field=models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name='scopes', to='access.role'),
        ),
        migrations.AddField(
            model_name='rolescopedepartment',
            name='department',
            field=models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name='+', to='identity.department'),
        ),
        migrations.AddField(
            model_name='rolescopedepartment',
            name='scope',
            field=models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name='+', to='access.rolescope'),
        ),
        migrations.AddField(
            model_name='rolescope',
            name='departments',
            field=models.ManyToManyField(blank=True, related_name='+', through='access.RoleScopeDepartment', to='identity.department'),
        ),
        migrations.AddField(
            model_name='staffrole',
            name='role',
            field=models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='staff_roles', to='access.role'),
        ),
        migrations.AddField(
            model_name='staffrole',
            name='staff',
            field=models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name='staff_roles', to='identity.staffmember'),
        ),
        pgtrigger.migrations.AddTrigger(
            model_name='permission',
            trigger=pgtrigger.compiler.Trigger(name='audit', sql=pgtrigger.compiler.UpsertTriggerSql(func="PERFORM audit_record('access.permission', TG_OP, CASE WHEN TG_OP = 'INSERT' THEN NULL ELSE to_jsonb(OLD) END, CASE WHEN TG_OP = 'DELETE' THEN NULL ELSE to_jsonb(NEW) END, ARRAY['updated_at']::text[], ARRAY[]::text[]); RETURN NULL;", hash='6b17cb44ee7b523448225e8cbd02c01da528dea9', operation='INSERT OR UPDATE OR DELETE', pgid='pgtrigger_audit_f8b71', table='access_permission', when='AFTER')),
        ),
        migrations.AddConstraint(
            model_name='menuitempermission',
            constraint=models.UniqueConstraint(fields=('menu_item', 'permission'), name='menu_item_permission'),
        ),
        pgtrigger.migrations.AddTrigger(
            model_name='menuitempermission',
            trigger=pgtrigger.compiler.Trigger(name='audit', sql=pgtrigger.compiler.UpsertTriggerSql(func="PERFORM audit_record('access.menuitempermission', TG_OP, CASE WHEN TG_OP = 'INSERT' THEN NULL ELSE to_jsonb(OLD) END, CASE WHEN TG_OP = 'DELETE' THEN NULL ELSE to_jsonb(NEW) END, ARRAY['updated_at']::text[], ARRAY[]::text[]); RETURN NULL;", hash='97fc0034b0babf479f4014167e99a458380754a0', operation='INSERT OR UPDATE OR DELETE', pgid='pgtrigger_audit_944a8', table='access_menuitempermission', when='AFTER')),
        ),
        pgtrigger.migrations.AddTrigger(
            model_name='menuitem',
            trigger=pgtrigger.compiler.Trigger(name='audit', sql=pgtrigger.compiler.UpsertTriggerSql(func="PERFORM audit_record('access.menuitem', TG_OP, CASE WHEN TG_OP = 'INSERT' THEN NULL ELSE to_jsonb(OLD) END, CASE WHEN TG_OP = 'DELETE' THEN NULL ELSE to_jsonb(NEW) END, ARRAY['updated_at']::text[], ARRAY[]::text[]); RETURN NULL;", hash='b679ec2b606e01b4462207c05cf9dc81770c0219', operation='INSERT OR UPDATE OR DELETE', pgid='pgtrigger_audit_13241', table='access_menuitem', when='AFTER')),
        ),
        migrations.AddConstraint(
            model_name='rolepermission',
            constraint=models.UniqueConstraint(fields=('role', 'permission'), name='role_permission'),
        ),
        pgtrigger.migrations.AddTrigger(
            model_name='rolepermission',
            trigger=pgtrigger.compiler.Trigger(name='audit', sql=pgtrigger.compiler.UpsertTriggerSql(func="PERFORM audit_record('access.rolepermission', TG_OP, CASE WHEN TG_OP = 'INSERT' THEN NULL ELSE to_jsonb(OLD) END, CASE WHEN TG_OP = 'DELETE' THEN NULL ELSE to_jsonb(NEW) END, ARRAY['updated_at']::text[], ARRAY[]::text[], (SELECT hospital_id FROM access_role WHERE id = coalesce(NEW.role_id, OLD.role_id))); RETURN NULL;", hash='a9a4c81679a850f0d90c687d0413ea2ede5ea82d', operation='INSERT OR UPDATE OR DELETE', pgid='pgtrigger_audit_879bd', table='access_rolepermission', when='AFTER')),
        ),
        migrations.AddConstraint(
            model_name='role',
            constraint=models.UniqueConstraint(fields=('hospital', 'code'), name='role_code', nulls_distinct=False),
        ),
        pgtrigger.migrations.AddTrigger(
            model_name='role',
            trigger=pgtrigger.compiler.Trigger(name='audit', sql=pgtrigger.compiler.UpsertTriggerSql(func="PERFORM audit_record('access.role', TG_OP, CASE WHEN TG_OP = 'INSERT' THEN NULL ELSE to_jsonb(OLD) END, CASE WHEN TG_OP = 'DELETE' THEN NULL ELSE to_jsonb(NEW) END, ARRAY['updated_at']::text[], ARRAY[]::text[]); RETURN NULL;", hash='17452481a6491e7b23e98111cfd8f96fbb53880a', operation='INSERT OR UPDATE OR DELETE', pgid='pgtrigger_audit_fccfb', table='access_role', when='AFTER')),
        ),
        migrations.AddConstraint(
            model_name='rolescopedepartment',
            constraint=models.UniqueConstraint(fields=('scope', 'department'), name='role_scope_department'),
        ),
        pgtrigger.migrations.AddTrigger(
            model_name='rolescopedepartment',
            trigger=pgtrigger.compiler.Trigger(name='audit', sql=pgtrigger.compiler.UpsertTriggerSql(func="PERFORM audit_record('access.rolescopedepartment', TG_OP, CASE WHEN TG_OP = 'INSERT' THEN NULL ELSE to_jsonb(OLD) END, CASE WHEN TG_OP = 'DELETE' THEN NULL ELSE to_jsonb(NEW) END, ARRAY['updated_at']::text[], ARRAY[]::text[], (SELECT hospital_id FROM identity_department WHERE id = coalesce(NEW.department_id, OLD.department_id))); RETURN NULL;", hash='16aa868b54192228e7bffa2d09177a4cdbb07bb9', operation='INSERT OR UPDATE OR DELETE', pgid='pgtrigger_audit_d5f67', table='access_rolescopedepartment', when='AFTER')),
        ),
        migrations.AddConstraint(
            model_name='rolescope',
            constraint=models.UniqueConstraint(fields=('role', 'module'), name='role_scope_module'),
        ),
        pgtrigger.migrations.AddTrigger(
            model_name='rolescope',
            trigger=pgtrigger.compiler.Trigger(name='audit', sql=pgtrigger.compiler.UpsertTriggerSql(func="PERFORM audit_record('access.rolescope', TG_OP, CASE WHEN TG_OP = 'INSERT' THEN NULL ELSE to_jsonb(OLD) END, CASE WHEN TG_OP = 'DELETE' THEN NULL ELSE to_jsonb(NEW) END, ARRAY['updated_at']::text[], ARRAY[]::text[], (SELECT hospital_id FROM access_role WHERE id = coalesce(NEW.role_id, OLD.role_id))); RETURN NULL;", hash='5fb8b0f8f0df7186cfb33283d842a9d4d07334e2', operation='INSERT OR UPDATE OR DELETE', pgid='pgtrigger_audit_9852d', table='access_rolescope', when='AFTER')),
        ),
        migrations.AddConstraint(
            model_name='staffrole',
            constraint=models.UniqueConstraint(fields=('staff', 'role'), name='staff_role'),
        ),
        pgtrigger.migrations.AddTrigger(
            model_name='staffrole',
            trigger=pgtrigger.compiler.Trigger(name='audit', sql=pgtrigger.compiler.UpsertTriggerSql(func="PERFORM audit_record('access.staffrole', TG_OP, CASE WHEN TG_OP = 'INSERT' THEN NULL ELSE to_jsonb(OLD) END, CASE WHEN TG_OP = 'DELETE' THEN NULL ELSE to_jsonb(NEW) END, ARRAY['updated_at']::text[], ARRAY[]::text[], (SELECT hospital_id FROM identity_staffmember WHERE id = coalesce(NEW.staff_id, OLD.staff_id))); RETURN NULL;", hash='46330ef858bb06a5333e13c4ee81f672c6c797c6', operation='INSERT OR UPDATE OR DELETE', pgid='pgtrigger_audit_5e77e', table='access_staffrole', when='AFTER')),
        ),
    ]
