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
        ('payments', '0001_initial'),
    ]

    operations = [
        migrations.CreateModel(
            name='Admission',
            fields=[
                ('id', models.UUIDField(default=kernel.ids.uuid7, editable=False, primary_key=True, serialize=False)),
                ('created_at', models.DateTimeField(default=kernel.clock.now, editable=False)),
                ('updated_at', models.DateTimeField(default=kernel.clock.now, editable=False)),
                ('version', models.PositiveIntegerField(default=1, editable=False)),
                ('admission_no', models.CharField(help_text='住院号', max_length=32)),
                ('ward', models.CharField(blank=True, default='', help_text='病区', max_length=40)),
                ('bed', models.CharField(blank=True, default='', help_text='床号', max_length=20)),
                ('diagnosis', models.CharField(blank=True, default='', help_text='入院诊断', max_length=500)),
                ('status', models.CharField(choices=[('admitted', 'admitted'), ('discharged', 'discharged')], default='admitted', max_length=12)),
                ('admitted_at', models.DateTimeField()),
                ('discharged_at', models.DateTimeField(null=True)),
                ('source', models.CharField(choices=[('own', 'Own'), ('his', 'His')], default='own', max_length=4)),
                ('external_id', models.CharField(blank=True, default='', help_text="HIS's key of the stay", max_length=64)),
                ('as_of', models.DateTimeField(null=True)),
                ('department', models.ForeignKey(db_index=False, on_delete=django.db.models.deletion.PROTECT, related_name='+', to='identity.department')),
                ('encounter', models.OneToOneField(on_delete=django.db.models.deletion.PROTECT, related_name='admission', to='encounters.encounter')),
                ('hospital', models.ForeignKey(db_index=False, on_delete=django.db.models.deletion.PROTECT, related_name='+', to='identity.hospital')),
                ('patient', models.ForeignKey(db_index=False, on_delete=django.db.models.deletion.PROTECT, related_name='+', to='patients.patient')),
                ('practitioner', models.ForeignKey(db_index=False, null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to='identity.staffmember')),
                ('registered_by', models.ForeignKey(db_index=False, null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to='identity.staffmember')),
            ],
            options={
                'indexes': [
                    models.Index(fields=['hospital', '-id'], name='admission_of_hospital'),
                    models.Index(fields=['department', '-id'], name='admission_of_department'),
                    models.Index(fields=['practitioner', '-id'], name='admission_of_practitioner'),
                    models.Index(fields=['patient', '-id'], name='admission_of_patient'),
                    models.Index(condition=models.Q(('status', 'admitted')), fields=['department', '-id'], name='admission_in_house'),
                    models.Index(fields=['hospital', '-admitted_at'], name='admission_by_day'),
                    models.Index(fields=['admission_no'], name='admission_by_no'),
                ],
                'constraints': [
                    models.UniqueConstraint(fields=('hospital', 'admission_no'), name='admission_no_once'),
                    models.UniqueConstraint(condition=models.Q(('external_id', ''), _negated=True), fields=('hospital', 'external_id'), name='admission_external_once'),
                    models.UniqueConstraint(condition=models.Q(('source', 'own'), ('status', 'admitted')), fields=('patient',), name='admission_one_at_a_time'),
                    models.CheckConstraint(condition=models.Q(models.Q(('source', 'his'), _negated=True), models.Q(('external_id', ''), _negated=True), _connector='OR'), name='admission_his_has_key'),
                    models.CheckConstraint(condition=models.Q(models.Q(('discharged_at__isnull', True), ('status', 'admitted')), models.Q(('discharged_at__gte', models.F('admitted_at')), ('status', 'discharged')), _connector='OR'), name='admission_discharged_has_time'),
                ],
            },
        ),
        migrations.CreateModel(
            name='AdmissionLookup',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('admission_no', models.CharField(help_text='as typed, folded', max_length=32)),
                ('ip', models.GenericIPAddressField(null=True)),
                ('slowed', models.BooleanField(default=False, help_text='no failure: a try that has to wait')),
                ('at', models.DateTimeField(default=kernel.clock.now)),
                ('account', models.ForeignKey(db_index=False, on_delete=django.db.models.deletion.CASCADE, related_name='+', to='identity.wechataccount')),
                ('admission', models.ForeignKey(db_index=False, null=True, on_delete=django.db.models.deletion.CASCADE, related_name='+', to='inpatient.admission')),
                ('hospital', models.ForeignKey(db_index=False, on_delete=django.db.models.deletion.PROTECT, related_name='+', to='identity.hospital')),
            ],
            options={
                'indexes': [
                    models.Index(fields=['account', 'at'], name='lookup_by_account'),
                    models.Index(fields=['hospital', 'admission_no', 'at'], name='lookup_by_number'),
                    models.Index(fields=['at'], name='lookup_by_time'),
                ],
            },
        ),
        migrations.CreateModel(
            name='DepositTransaction',
            fields=[
                ('id', models.UUIDField(default=kernel.ids.uuid7, editable=False, primary_key=True, serialize=False)),
                ('created_at', models.DateTimeField(default=kernel.clock.now, editable=False)),
                ('updated_at', models.DateTimeField(default=kernel.clock.now, editable=False)),
                ('application', models.CharField(max_length=100)),
                ('amount_fen', kernel.money.FenField(validators=[django.core.validators.MinValueValidator(0), django.core.validators.MaxValueValidator(10000000000)])),
                ('state', models.CharField(choices=[('pending', 'pending'), ('credited', 'credited'), ('closed', 'closed'), ('returned', 'returned')], default='pending', max_length=12)),
                ('credited_at', models.DateTimeField(null=True)),
                ('account', models.ForeignKey(db_index=False, null=True, on_delete=django.db.models.deletion.SET_NULL, related_name='+', to='identity.wechataccount')),
                ('admission', models.ForeignKey(db_index=False, on_delete=django.db.models.deletion.PROTECT, related_name='deposits', to='inpatient.admission')),
                ('hospital', models.ForeignKey(db_index=False, on_delete=django.db.models.deletion.PROTECT, related_name='+', to='identity.hospital')),
                ('opened_by', models.ForeignKey(db_index=False, null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to='identity.staffmember')),
                ('order', models.OneToOneField(null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to='payments.paymentorder')),
                ('patient', models.ForeignKey(db_index=False, on_delete=django.db.models.deletion.PROTECT, related_name='+', to='patients.patient')),
            ],
            options={
                'indexes': [
                    models.Index(fields=['hospital', '-id'], name='inpatient_deposit_of_hospital'),
                    models.Index(fields=['patient', '-id'], name='inpatient_deposit_of_patient'),
                    models.Index(fields=['admission', '-id'], name='inpatient_deposit_of_stay'),
                    models.Index(condition=models.Q(('account__isnull', False)), fields=['account', '-id'], name='inpatient_deposit_of_payer'),
                    models.Index(condition=models.Q(('opened_by__isnull', False)), fields=['opened_by', '-id'], name='inpatient_deposit_of_clerk'),
                ],
                'constraints': [
                    models.CheckConstraint(condition=models.Q(('amount_fen__gt', 0)), name='inpatient_deposit_has_amount'),
                    models.CheckConstraint(condition=models.Q(models.Q(('state', 'credited'), _negated=True), models.Q(('credited_at__isnull', False), ('order__isnull', False)), _connector='OR'), name='inpatient_deposit_credited_by'),
                ],
            },
        ),
        migrations.CreateModel(
            name='InpatientCharge',
            fields=[
                ('id', models.UUIDField(default=kernel.ids.uuid7, editable=False, primary_key=True, serialize=False)),
                ('created_at', models.DateTimeField(default=kernel.clock.now, editable=False)),
                ('updated_at', models.DateTimeField(default=kernel.clock.now, editable=False)),
                ('day', models.DateField(help_text='in Asia/Shanghai')),
                ('category', models.CharField(choices=[('registration', 'Registration'), ('consultation', 'Consultation'), ('examination', 'Examination'), ('test', 'Test'), ('western_medicine', 'Western Medicine'), ('chinese_patent_medicine', 'Chinese Patent Medicine'), ('chinese_herbal_medicine', 'Chinese Herbal Medicine'), ('treatment', 'Treatment'), ('surgery', 'Surgery'), ('nursing', 'Nursing'), ('material', 'Material'), ('bed', 'Bed'), ('deposit', 'Deposit'), ('other', 'Other')], max_length=24)),
                ('code', models.CharField(blank=True, default='', max_length=64)),
                ('name', models.CharField(max_length=120)),
                ('spec', models.CharField(blank=True, default='', help_text='规格', max_length=120)),
                ('unit', models.CharField(blank=True, default='', max_length=16)),
                ('quantity', models.DecimalField(decimal_places=3, max_digits=12, validators=[django.core.validators.MinValueValidator(-999999999), django.core.validators.MaxValueValidator(999999999)])),
                ('unit_price_fen', kernel.money.FenField(validators=[django.core.validators.MinValueValidator(0), django.core.validators.MaxValueValidator(10000000000)])),
                ('amount_fen', models.BigIntegerField(help_text='negative: reversed')),
                ('note', models.CharField(blank=True, default='', help_text='why it was reversed', max_length=200)),
                ('source', models.CharField(choices=[('own', 'Own'), ('his', 'His')], default='own', max_length=4)),
                ('external_id', models.CharField(blank=True, default='', max_length=64)),
                ('admission', models.ForeignKey(db_index=False, on_delete=django.db.models.deletion.PROTECT, related_name='charges', to='inpatient.admission')),
                ('charged_by', models.ForeignKey(db_index=False, null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to='identity.staffmember')),
                ('hospital', models.ForeignKey(db_index=False, on_delete=django.db.models.deletion.PROTECT, related_name='+', to='identity.hospital')),
                ('reverses', models.ForeignKey(db_index=False, null=True, on_delete=django.db.models.deletion.PROTECT, related_name='reversals', to='inpatient.inpatientcharge')),
            ],
            options={
                'indexes': [
                    models.Index(fields=['admission', 'day', 'id'], include=('category', 'amount_fen'), name='inpatient_charge_of_stay'),
                    models.Index(condition=models.Q(('reverses__isnull', False)), fields=['reverses'], name='inpatient_charge_reversals'),
                ],
                'constraints': [
                    models.UniqueConstraint(condition=models.Q(('external_id', ''), _negated=True), fields=('hospital', 'source', 'external_id'), name='inpatient_charge_once'),
                    models.CheckConstraint(condition=models.Q(models.Q(('amount_fen__gte', 0), ('quantity__gt', 0), ('reverses__isnull', True)), models.Q(('amount_fen__lte', 0), ('quantity__lt', 0), ('reverses__isnull', False)), _connector='OR'), name='inpatient_charge_sign'),
                    models.CheckConstraint(condition=models.Q(('amount_fen__range', (-10000000000, 10000000000)), ('unit_price_fen__gte', 0)), name='inpatient_charge_amount'),
                ],
            },
        ),
        pgtrigger.migrations.AddTrigger(
            model_name='admission',
            trigger=pgtrigger.compiler.Trigger(name='audit', sql=pgtrigger.compiler.UpsertTriggerSql(func="PERFORM audit_record('inpatient.admission', TG_OP, CASE WHEN TG_OP = 'INSERT' THEN NULL ELSE to_jsonb(OLD) END, CASE WHEN TG_OP = 'DELETE' THEN NULL ELSE to_jsonb(NEW) END, ARRAY['updated_at']::text[], ARRAY[]::text[]); RETURN NULL;", hash='41b971afa4bfe47843f3ecef973f4d656b40cfe4', operation='INSERT OR UPDATE OR DELETE', pgid='pgtrigger_audit_f652d', table='inpatient_admission', when='AFTER')),
        ),
        pgtrigger.migrations.AddTrigger(
            model_name='deposittransaction',
            trigger=pgtrigger.compiler.Trigger(name='audit', sql=pgtrigger.compiler.UpsertTriggerSql(func="PERFORM audit_record('inpatient.deposittransaction', TG_OP, CASE WHEN TG_OP = 'INSERT' THEN NULL ELSE to_jsonb(OLD) END, CASE WHEN TG_OP = 'DELETE' THEN NULL ELSE to_jsonb(NEW) END, ARRAY['updated_at']::text[], ARRAY[]::text[]); RETURN NULL;", hash='fa1980fa25f1e7934d923b8d410efbd0eaed8801', operation='INSERT OR UPDATE OR DELETE', pgid='pgtrigger_audit_5331b', table='inpatient_deposittransaction', when='AFTER')),
        ),
        pgtrigger.migrations.AddTrigger(
            model_name='inpatientcharge',
            trigger=pgtrigger.compiler.Trigger(name='append_only', sql=pgtrigger.compiler.UpsertTriggerSql(func="RAISE EXCEPTION 'pgtrigger: Cannot update or delete rows from % table', TG_TABLE_NAME;", hash='bfe8667a33797e3e2bf066eec19e1c3d4af4a49c', operation='UPDATE OR DELETE', pgid='pgtrigger_append_only_8c42c', table='inpatient_inpatientcharge', when='BEFORE')),
        ),
        pgtrigger.migrations.AddTrigger(
            model_name='inpatientcharge',
            trigger=pgtrigger.compiler.Trigger(name='reversals_within', sql=pgtrigger.compiler.UpsertTriggerSql(declare='DECLARE originals uuid[];', func="\noriginals := ARRAY(SELECT reverses_id FROM added WHERE reverses_id IS NOT NULL);\nIF cardinality(originals) = 0 THEN\n  RETURN NULL;\nEND IF;\nPERFORM FROM inpatient_inpatientcharge WHERE id = ANY (originals) ORDER BY id FOR NO KEY UPDATE;\nIF EXISTS (\n  SELECT FROM inpatient_inpatientcharge o JOIN inpatient_inpatientcharge r ON r.reverses_id = o.id\n    WHERE o.id = ANY (originals)\n    GROUP BY o.id\n    HAVING o.reverses_id IS NOT NULL OR bool_or(r.admission_id <> o.admission_id)\n      OR o.quantity + sum(r.quantity) < 0 OR o.amount_fen + sum(r.amount_fen) < 0\n) THEN\n  RAISE EXCEPTION 'reversals stay within the charge that they reverse' USING ERRCODE = 'check_violation';\nEND IF;\nRETURN NULL;\n", hash='9693208a4075eeff5e5f0c8cc79bffa8f2cb8340', level='STATEMENT', operation='INSERT', pgid='pgtrigger_reversals_within_33ea5', referencing='REFERENCING NEW TABLE AS added ', table='inpatient_inpatientcharge', when='AFTER')),
        ),
    ]
