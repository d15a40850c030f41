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
        ('worklist', '0001_initial'),
    ]

    operations = [
        migrations.CreateModel(
            name='Bill',
            fields=[
                ('id', models.UUIDField(default=kernel.ids.uuid7, editable=False, primary_key=True, serialize=False)),
                ('created_at', models.DateTimeField(default=kernel.clock.now, editable=False)),
                ('updated_at', models.DateTimeField(default=kernel.clock.now, editable=False)),
                ('version', models.PositiveIntegerField(default=1, editable=False)),
                ('bill_no', models.CharField(help_text='账单号', max_length=32)),
                ('kind', models.CharField(choices=[('registration', 'Registration'), ('examination', 'Examination'), ('test', 'Test'), ('prescription', 'Prescription'), ('treatment', 'Treatment'), ('inpatient_deposit', 'Inpatient Deposit'), ('card_top_up', 'Card Top Up')], max_length=20)),
                ('title', models.CharField(max_length=120)),
                ('status', models.CharField(choices=[('issued', 'issued'), ('paid', 'paid'), ('cancelled', 'cancelled'), ('refunded', 'refunded'), ('lapsed', 'lapsed')], default='issued', max_length=12)),
                ('is_mandatory', models.BooleanField(default=False)),
                ('payer_type', models.CharField(choices=[('self_pay', 'Self Pay'), ('employee_insurance', 'Employee Insurance'), ('resident_insurance', 'Resident Insurance'), ('commercial_insurance', 'Commercial Insurance'), ('public_medical_care', 'Public Medical Care')], default='self_pay', max_length=24)),
                ('source', models.CharField(choices=[('own', 'Own'), ('his', 'His')], default='own', max_length=4)),
                ('external_id', models.CharField(blank=True, default='', help_text="HIS's key of the bill", max_length=64)),
                ('subject_type', models.CharField(blank=True, default='', max_length=40)),
                ('subject_id', models.UUIDField(null=True)),
                ('amount_fen', kernel.money.FenField(validators=[django.core.validators.MinValueValidator(0), django.core.validators.MaxValueValidator(10000000000)])),
                ('refunded_fen', kernel.money.FenField(default=0, validators=[django.core.validators.MinValueValidator(0), django.core.validators.MaxValueValidator(10000000000)])),
                ('issued_at', models.DateTimeField()),
                ('due_at', models.DateTimeField(null=True)),
                ('expires_at', models.DateTimeField(null=True)),
                ('paid_at', models.DateTimeField(null=True)),
                ('order_id', models.UUIDField(help_text='the payment order that paid it', null=True)),
                ('channel', models.CharField(blank=True, default='', max_length=24)),
                ('application', models.CharField(blank=True, default='', max_length=100)),
                ('voucher_no', models.CharField(blank=True, default='', help_text='shown at pharmacy and examination once paid', max_length=32)),
                ('cancelled_at', models.DateTimeField(null=True)),
                ('cancel_cause', models.CharField(blank=True, choices=[('staff', 'Staff'), ('reissued', 'Reissued'), ('expired', 'Expired'), ('appointment', 'Appointment'), ('his', 'His')], default='', max_length=12)),
                ('cancel_reason', models.CharField(blank=True, default='', max_length=200)),
                ('cancelled_by', models.ForeignKey(db_index=False, null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to='identity.staffmember')),
                ('department', models.ForeignKey(db_index=False, null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to='identity.department')),
                ('encounter', models.ForeignKey(help_text='at which it was issued', null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to='encounters.encounter')),
                ('hospital', models.ForeignKey(db_index=False, on_delete=django.db.models.deletion.PROTECT, related_name='+', to='identity.hospital')),
                ('issued_by', models.ForeignKey(db_index=False, null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to='identity.staffmember')),
                ('patient', models.ForeignKey(db_index=False, on_delete=django.db.models.deletion.PROTECT, related_name='+', to='patients.patient')),
                ('practitioner', models.ForeignKey(db_index=False, null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to='identity.staffmember')),
                ('registration_bill', models.ForeignKey(db_index=False, null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to='billing.bill')),
                ('replaces', models.ForeignKey(db_index=False, null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to='billing.bill')),
            ],
            options={
                'indexes': [
                    models.Index(fields=['-issued_at', '-id'], name='bill_newest'),
                    models.Index(fields=['hospital', '-issued_at', '-id'], name='bill_of_hospital'),
                    models.Index(fields=['department', '-issued_at', '-id'], name='bill_of_department'),
                    models.Index(fields=['practitioner', '-issued_at', '-id'], name='bill_of_practitioner'),
                    models.Index(fields=['patient', '-issued_at', '-id'], name='bill_of_patient'),
                    models.Index(condition=models.Q(('status', 'issued')), fields=['patient'], name='bill_payable'),
                    models.Index(fields=['hospital', 'status', '-issued_at', '-id'], name='bill_by_status'),
                    models.Index(fields=['department', 'status', '-issued_at', '-id'], name='bill_by_status_there'),
                    models.Index(fields=['hospital', 'kind', '-issued_at', '-id'], name='bill_by_kind'),
                    models.Index(condition=models.Q(('paid_at__isnull', False)), fields=['hospital', '-paid_at', '-id'], name='bill_by_payment'),
                    models.Index(condition=models.Q(('registration_bill__isnull', False)), fields=['registration_bill'], name='bill_of_registration'),
                    models.Index(condition=models.Q(('replaces__isnull', False)), fields=['replaces'], name='bill_replaced'),
                    models.Index(condition=models.Q(('subject_id__isnull', False)), fields=['subject_type', 'subject_id'], name='bill_of_subject'),
                    models.Index(fields=['bill_no'], name='bill_by_no'),
                    models.Index(condition=models.Q(('order_id__isnull', False)), fields=['order_id'], name='bill_of_order'),
                    models.Index(condition=models.Q(('expires_at__isnull', False), ('status', 'issued')), fields=['expires_at'], name='bill_expiry_due'),
                    models.Index(condition=models.Q(('status', 'lapsed')), fields=['expires_at'], name='bill_lapsed_due'),
                ],
                'constraints': [
                    models.UniqueConstraint(fields=('hospital', 'bill_no'), name='bill_no_once'),
                    models.UniqueConstraint(condition=models.Q(models.Q(('external_id', ''), _negated=True), models.Q(('status', 'cancelled'), _negated=True)), fields=('hospital', 'external_id'), name='bill_external_once'),
                    models.UniqueConstraint(condition=models.Q(('status__in', ('issued', 'paid')), ('subject_id__isnull', False)), fields=('subject_type', 'subject_id'), name='bill_subject_once'),
                    models.UniqueConstraint(condition=models.Q(('voucher_no', ''), _negated=True), fields=('hospital', 'voucher_no'), name='bill_voucher_once'),
                    models.CheckConstraint(condition=models.Q(('amount_fen__gt', 0)), name='bill_has_amount'),
                    models.CheckConstraint(condition=models.Q(('refunded_fen__gte', 0), ('refunded_fen__lte', models.F('amount_fen'))), name='bill_refunds_within'),
                    models.CheckConstraint(condition=models.Q(models.Q(('status', 'refunded'), _negated=True), ('refunded_fen', models.F('amount_fen')), _connector='OR'), name='bill_refunded_whole'),
                    models.CheckConstraint(condition=models.Q(models.Q(('paid_at__isnull', True), ('refunded_fen', 0), ('status__in', ('issued', 'cancelled', 'lapsed'))), models.Q(('paid_at__isnull', False), ('status__in', ('paid', 'refunded'))), _connector='OR'), name='bill_paid_has_time'),
                ],
            },
        ),
        migrations.CreateModel(
            name='CardTopUp',
            fields=[
                ('id', models.UUIDField(default=kernel.ids.uuid7, editable=False, primary_key=True, serialize=False)),
                ('created_at', models.DateTimeField(default=kernel.clock.now, editable=False)),
                ('updated_at', models.DateTimeField(default=kernel.clock.now, editable=False)),
                ('application', models.CharField(max_length=100)),
                ('amount_fen', kernel.money.FenField(validators=[django.core.validators.MinValueValidator(0), django.core.validators.MaxValueValidator(10000000000)])),
                ('state', models.CharField(choices=[('pending', 'pending'), ('credited', 'credited'), ('closed', 'closed'), ('returned', 'returned')], default='pending', max_length=12)),
                ('credited_at', models.DateTimeField(null=True)),
                ('account', models.ForeignKey(db_index=False, null=True, on_delete=django.db.models.deletion.SET_NULL, related_name='+', to='identity.wechataccount')),
                ('card', models.ForeignKey(db_index=False, on_delete=django.db.models.deletion.PROTECT, related_name='+', to='patients.patientcard')),
                ('hospital', models.ForeignKey(db_index=False, on_delete=django.db.models.deletion.PROTECT, related_name='+', to='identity.hospital')),
                ('opened_by', models.ForeignKey(db_index=False, null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to='identity.staffmember')),
                ('order', models.OneToOneField(null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to='payments.paymentorder')),
                ('patient', models.ForeignKey(db_index=False, on_delete=django.db.models.deletion.PROTECT, related_name='+', to='patients.patient')),
            ],
            options={
                'indexes': [
                    models.Index(fields=['hospital', '-id'], name='card_top_up_of_hospital'),
                    models.Index(fields=['patient', '-id'], name='card_top_up_of_patient'),
                    models.Index(fields=['card', '-id'], name='card_top_up_of_card'),
                ],
                'constraints': [
                    models.CheckConstraint(condition=models.Q(('amount_fen__gt', 0)), name='card_top_up_has_amount'),
                    models.CheckConstraint(condition=models.Q(models.Q(('state', 'credited'), _negated=True), models.Q(('credited_at__isnull', False), ('order__isnull', False)), _connector='OR'), name='card_top_up_credited_by_order'),
                ],
            },
        ),
        migrations.CreateModel(
            name='ChargeItem',
            fields=[
                ('id', models.UUIDField(default=kernel.ids.uuid7, editable=False, primary_key=True, serialize=False)),
                ('created_at', models.DateTimeField(default=kernel.clock.now, editable=False)),
                ('updated_at', models.DateTimeField(default=kernel.clock.now, editable=False)),
                ('position', models.PositiveSmallIntegerField()),
                ('category', models.CharField(choices=[('registration', 'Registration'), ('consultation', 'Consultation'), ('examination', 'Examination'), ('test', 'Test'), ('western_medicine', 'Western Medicine'), ('chinese_patent_medicine', 'Chinese Patent Medicine'), ('chinese_herbal_medicine', 'Chinese Herbal Medicine'), ('treatment', 'Treatment'), ('surgery', 'Surgery'), ('nursing', 'Nursing'), ('material', 'Material'), ('bed', 'Bed'), ('deposit', 'Deposit'), ('other', 'Other')], max_length=24)),
                ('code', models.CharField(blank=True, default='', max_length=64)),
                ('name', models.CharField(max_length=120)),
                ('spec', models.CharField(blank=True, default='', help_text='规格', max_length=120)),
                ('unit', models.CharField(blank=True, default='', max_length=16)),
                ('quantity', models.DecimalField(decimal_places=3, max_digits=12, validators=[django.core.validators.MinValueValidator(0), django.core.validators.MaxValueValidator(999999999)])),
                ('unit_price_fen', kernel.money.FenField(validators=[django.core.validators.MinValueValidator(0), django.core.validators.MaxValueValidator(10000000000)])),
                ('amount_fen', kernel.money.FenField(validators=[django.core.validators.MinValueValidator(0), django.core.validators.MaxValueValidator(10000000000)])),
                ('performed_at', models.DateTimeField(null=True)),
                ('bill', models.ForeignKey(db_index=False, on_delete=django.db.models.deletion.PROTECT, related_name='items', to='billing.bill')),
                ('hospital', models.ForeignKey(db_index=False, on_delete=django.db.models.deletion.PROTECT, related_name='+', to='identity.hospital')),
                ('performed_by', models.ForeignKey(db_index=False, null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to='identity.staffmember')),
            ],
            options={
                'constraints': [
                    models.UniqueConstraint(fields=('bill', 'position'), name='charge_item_position'),
                    models.CheckConstraint(condition=models.Q(('quantity__gt', 0)), name='charge_item_has_quantity'),
                    models.CheckConstraint(condition=models.Q(('amount_fen__gte', 0), ('unit_price_fen__gte', 0)), name='charge_item_not_negative'),
                ],
            },
        ),
        migrations.CreateModel(
            name='Invoice',
            fields=[
                ('id', models.UUIDField(default=kernel.ids.uuid7, editable=False, primary_key=True, serialize=False)),
                ('created_at', models.DateTimeField(default=kernel.clock.now, editable=False)),
                ('updated_at', models.DateTimeField(default=kernel.clock.now, editable=False)),
                ('version', models.PositiveIntegerField(default=1, editable=False)),
                ('invoice_no', models.CharField(help_text='发票号', max_length=32)),
                ('payer_name', models.CharField(max_length=80)),
                ('amount_fen', kernel.money.FenField(validators=[django.core.validators.MinValueValidator(0), django.core.validators.MaxValueValidator(10000000000)])),
                ('items', models.JSONField()),
                ('issued_at', models.DateTimeField()),
                ('e_code', models.CharField(blank=True, default='', help_text='票据代码', max_length=32)),
                ('e_number', models.CharField(blank=True, default='', help_text='票据号码', max_length=32)),
                ('e_check_code', models.CharField(blank=True, default='', help_text='校验码', max_length=32)),
                ('print_count', models.PositiveIntegerField(default=0)),
                ('reversed_at', models.DateTimeField(null=True)),
                ('bill', models.ForeignKey(db_index=False, on_delete=django.db.models.deletion.PROTECT, related_name='invoices', to='billing.bill')),
                ('department', models.ForeignKey(db_index=False, null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to='identity.department')),
                ('hospital', models.ForeignKey(db_index=False, on_delete=django.db.models.deletion.PROTECT, related_name='+', to='identity.hospital')),
                ('issued_by', models.ForeignKey(db_index=False, null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to='identity.staffmember')),
                ('patient', models.ForeignKey(db_index=False, on_delete=django.db.models.deletion.PROTECT, related_name='+', to='patients.patient')),
            ],
            options={
                'indexes': [
                    models.Index(fields=['-issued_at', '-id'], name='invoice_newest'),
                    models.Index(fields=['hospital', '-issued_at', '-id'], name='invoice_of_hospital'),
                    models.Index(fields=['department', '-issued_at', '-id'], name='invoice_of_department'),
                    models.Index(fields=['patient', '-issued_at', '-id'], name='invoice_of_patient'),
                    models.Index(fields=['invoice_no'], name='invoice_by_no'),
                    models.Index(fields=['bill', '-id'], name='invoice_of_bill'),
                ],
                'constraints': [
                    models.UniqueConstraint(fields=('hospital', 'invoice_no'), name='invoice_no_once'),
                    models.UniqueConstraint(condition=models.Q(('reversed_at__isnull', True)), fields=('bill',), name='invoice_one_stands'),
                    models.UniqueConstraint(condition=models.Q(('e_number', ''), _negated=True), fields=('hospital', 'e_code', 'e_number'), name='invoice_e_receipt_once'),
                ],
            },
        ),
        migrations.CreateModel(
            name='InvoicePrint',
            fields=[
                ('id', models.UUIDField(default=kernel.ids.uuid7, editable=False, primary_key=True, serialize=False)),
                ('created_at', models.DateTimeField(default=kernel.clock.now, editable=False)),
                ('updated_at', models.DateTimeField(default=kernel.clock.now, editable=False)),
                ('copy_no', models.PositiveIntegerField()),
                ('desk', models.CharField(max_length=40)),
                ('reason', models.CharField(blank=True, default='', max_length=200)),
                ('hospital', models.ForeignKey(db_index=False, on_delete=django.db.models.deletion.PROTECT, related_name='+', to='identity.hospital')),
                ('invoice', models.ForeignKey(db_index=False, on_delete=django.db.models.deletion.PROTECT, related_name='prints', to='billing.invoice')),
                ('printed_by', models.ForeignKey(db_index=False, null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to='identity.staffmember')),
            ],
            options={
                'constraints': [
                    models.UniqueConstraint(fields=('invoice', 'copy_no'), name='invoice_copy_once'),
                ],
            },
        ),
        migrations.CreateModel(
            name='RefundRequest',
            fields=[
                ('id', models.UUIDField(default=kernel.ids.uuid7, editable=False, primary_key=True, serialize=False)),
                ('created_at', models.DateTimeField(default=kernel.clock.now, editable=False)),
                ('updated_at', models.DateTimeField(default=kernel.clock.now, editable=False)),
                ('version', models.PositiveIntegerField(default=1, editable=False)),
                ('application', models.CharField(max_length=100)),
                ('amount_fen', kernel.money.FenField(validators=[django.core.validators.MinValueValidator(0), django.core.validators.MaxValueValidator(10000000000)])),
                ('reason', models.CharField(max_length=200)),
                ('needs_approval', models.BooleanField(default=False)),
                ('needs_reprint', models.BooleanField(default=False)),
                ('state', models.CharField(choices=[('requested', 'requested'), ('approved', 'approved'), ('rejected', 'rejected'), ('withdrawn', 'withdrawn'), ('executing', 'executing'), ('done', 'done'), ('failed', 'failed')], max_length=12)),
                ('executed_at', models.DateTimeField(null=True)),
                ('ended_at', models.DateTimeField(null=True)),
                ('account', models.ForeignKey(db_index=False, null=True, on_delete=django.db.models.deletion.SET_NULL, related_name='+', to='identity.wechataccount')),
                ('approval', models.OneToOneField(null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to='worklist.approval')),
                ('card', models.ForeignKey(null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to='patients.patientcard')),
                ('department', models.ForeignKey(db_index=False, null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to='identity.department')),
                ('executed_by', models.ForeignKey(db_index=False, null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to='identity.staffmember')),
                ('hospital', models.ForeignKey(db_index=False, on_delete=django.db.models.deletion.PROTECT, related_name='+', to='identity.hospital')),
                ('order', models.ForeignKey(null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to='payments.paymentorder')),
                ('patient', models.ForeignKey(db_index=False, on_delete=django.db.models.deletion.PROTECT, related_name='+', to='patients.patient')),
                ('practitioner', models.ForeignKey(db_index=False, null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to='identity.staffmember')),
                ('requested_by', models.ForeignKey(db_index=False, null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to='identity.staffmember')),
            ],
            options={
                'indexes': [
                    models.Index(fields=['hospital', '-id'], name='refund_request_of_hospital'),
                    models.Index(fields=['department', '-id'], name='refund_request_of_department'),
                    models.Index(fields=['practitioner', '-id'], name='refund_request_of_practitioner'),
                    models.Index(fields=['patient', '-id'], name='refund_request_of_patient'),
                ],
                'constraints': [
                    models.CheckConstraint(condition=models.Q(('amount_fen__gt', 0)), name='refund_request_has_amount'),
                    models.CheckConstraint(condition=models.Q(models.Q(('card__isnull', True), ('order__isnull', False)), models.Q(('card__isnull', False), ('order__isnull', True)), _connector='OR'), name='refund_request_order_or_card'),
                ],
            },
        ),
        migrations.CreateModel(
            name='RefundRequestLine',
            fields=[
                ('id', models.UUIDField(default=kernel.ids.uuid7, editable=False, primary_key=True, serialize=False)),
                ('created_at', models.DateTimeField(default=kernel.clock.now, editable=False)),
                ('updated_at', models.DateTimeField(default=kernel.clock.now, editable=False)),
                ('amount_fen', kernel.money.FenField(validators=[django.core.validators.MinValueValidator(0), django.core.validators.MaxValueValidator(10000000000)])),
                ('bill', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='refund_lines', to='billing.bill')),
                ('request', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='lines', to='billing.refundrequest')),
            ],
            options={
                'constraints': [
                    models.UniqueConstraint(fields=('request', 'bill'), name='refund_request_bill_once'),
                    models.CheckConstraint(condition=models.Q(('amount_fen__gt', 0)), name='refund_request_line_has_amount'),
                ],
            },
        ),
        pgtrigger.migrations.AddTrigger(
            model_name='bill',
            trigger=pgtrigger.compiler.Trigger(name='audit', sql=pgtrigger.compiler.UpsertTriggerSql(func="PERFORM audit_record('billing.bill', TG_OP, CASE WHEN TG_OP = 'INSERT' THEN NULL ELSE to_jsonb(OLD) END, CASE WHEN TG_OP = 'DELETE' THEN NULL ELSE to_jsonb(NEW) END, ARRAY['updated_at']::text[], ARRAY[]::text[]); RETURN NULL;", hash='aeb7b6e6a6dea8e24a78c62cb8f147ce43e8bb45', operation='INSERT OR UPDATE OR DELETE', pgid='pgtrigger_audit_8cb42', table='billing_bill', when='AFTER')),
        ),
        pgtrigger.migrations.AddTrigger(
            model_name='bill',
            trigger=pgtrigger.compiler.Trigger(name='fixed', sql=pgtrigger.compiler.UpsertTriggerSql(condition='WHEN (OLD."amount_fen" IS DISTINCT FROM (NEW."amount_fen") OR OLD."bill_no" IS DISTINCT FROM (NEW."bill_no") OR OLD."external_id" IS DISTINCT FROM (NEW."external_id") OR OLD."hospital_id" IS DISTINCT FROM (NEW."hospital_id") OR OLD."kind" IS DISTINCT FROM (NEW."kind") OR OLD."source" IS DISTINCT FROM (NEW."source"))', func="RAISE EXCEPTION 'pgtrigger: Cannot update rows from % table', TG_TABLE_NAME;", hash='9035c194514df27764ef41f0c8790ff8ef2e7d62', operation='UPDATE', pgid='pgtrigger_fixed_9952c', table='billing_bill', when='BEFORE')),
        ),
        pgtrigger.migrations.AddTrigger(
            model_name='bill',
            trigger=pgtrigger.compiler.Trigger(name='kept', sql=pgtrigger.compiler.UpsertTriggerSql(func="RAISE EXCEPTION 'pgtrigger: Cannot delete rows from % table', TG_TABLE_NAME;", hash='5dcbdb43b1b5f247c1f4ce477bb47ab67e2a9c73', operation='DELETE', pgid='pgtrigger_kept_4d33b', table='billing_bill', when='BEFORE')),
        ),
        pgtrigger.migrations.AddTrigger(
            model_name='bill',
            trigger=pgtrigger.compiler.Trigger(name='has_items', sql=pgtrigger.compiler.UpsertTriggerSql(constraint='CONSTRAINT', func="\nIF NOT EXISTS (SELECT 1 FROM billing_chargeitem WHERE bill_id = NEW.id) THEN\n  RAISE EXCEPTION 'a bill has items' USING ERRCODE = 'check_violation';\nEND IF;\nRETURN NULL;\n", hash='c8559e15be8b932f56b3f884ffc194dcee70bdaf', operation='INSERT', pgid='pgtrigger_has_items_882d8', table='billing_bill', timing='DEFERRABLE INITIALLY DEFERRED', when='AFTER')),
        ),
        pgtrigger.migrations.AddTrigger(
            model_name='cardtopup',
            trigger=pgtrigger.compiler.Trigger(name='audit', sql=pgtrigger.compiler.UpsertTriggerSql(func="PERFORM audit_record('billing.cardtopup', TG_OP, CASE WHEN TG_OP = 'INSERT' THEN NULL ELSE to_jsonb(OLD) END, CASE WHEN TG_OP = 'DELETE' THEN NULL ELSE to_jsonb(NEW) END, ARRAY['updated_at']::text[], ARRAY[]::text[]); RETURN NULL;", hash='e7206df4dca5ac273f623df86c2b29df8de02ed3', operation='INSERT OR UPDATE OR DELETE', pgid='pgtrigger_audit_9b373', table='billing_cardtopup', when='AFTER')),
        ),
        pgtrigger.migrations.AddTrigger(
            model_name='chargeitem',
            trigger=pgtrigger.compiler.Trigger(name='audit', sql=pgtrigger.compiler.UpsertTriggerSql(func="PERFORM audit_record('billing.chargeitem', TG_OP, CASE WHEN TG_OP = 'INSERT' THEN NULL ELSE to_jsonb(OLD) END, CASE WHEN TG_OP = 'DELETE' THEN NULL ELSE to_jsonb(NEW) END, ARRAY['updated_at']::text[], ARRAY[]::text[]); RETURN NULL;", hash='d863a7526643863166623e12ca0fcf7c6558e401', operation='INSERT OR UPDATE OR DELETE', pgid='pgtrigger_audit_84d7f', table='billing_chargeitem', when='AFTER')),
        ),
        pgtrigger.migrations.AddTrigger(
            model_name='chargeitem',
            trigger=pgtrigger.compiler.Trigger(name='fixed', sql=pgtrigger.compiler.UpsertTriggerSql(condition='WHEN (OLD."amount_fen" IS DISTINCT FROM (NEW."amount_fen") OR OLD."bill_id" IS DISTINCT FROM (NEW."bill_id") OR OLD."category" IS DISTINCT FROM (NEW."category") OR OLD."code" IS DISTINCT FROM (NEW."code") OR OLD."hospital_id" IS DISTINCT FROM (NEW."hospital_id") OR OLD."name" IS DISTINCT FROM (NEW."name") OR OLD."position" IS DISTINCT FROM (NEW."position") OR OLD."quantity" IS DISTINCT FROM (NEW."quantity") OR OLD."spec" IS DISTINCT FROM (NEW."spec") OR OLD."unit" IS DISTINCT FROM (NEW."unit") OR OLD."unit_price_fen" IS DISTINCT FROM (NEW."unit_price_fen"))', func="RAISE EXCEPTION 'pgtrigger: Cannot update rows from % table', TG_TABLE_NAME;", hash='089b4572b8fbba38292b7e8e2dfa7c59836bb95b', operation='UPDATE', pgid='pgtrigger_fixed_70173', table='billing_chargeitem', when='BEFORE')),
        ),
        pgtrigger.migrations.AddTrigger(
            model_name='chargeitem',
            trigger=pgtrigger.compiler.Trigger(name='kept', sql=pgtrigger.compiler.UpsertTriggerSql(func="RAISE EXCEPTION 'pgtrigger: Cannot delete rows from % table', TG_TABLE_NAME;", hash='ef7117e83ea2c054a36a7294a001a9f90d57e879', operation='DELETE', pgid='pgtrigger_kept_607f7', table='billing_chargeitem', when='BEFORE')),
        ),
        pgtrigger.migrations.AddTrigger(
            model_name='chargeitem',
            trigger=pgtrigger.compiler.Trigger(name='sum_is_amount', sql=pgtrigger.compiler.UpsertTriggerSql(func="\nIF EXISTS (\n  SELECT 1 FROM billing_bill b WHERE b.id IN (SELECT bill_id FROM added)\n    AND b.amount_fen <> (SELECT sum(i.amount_fen) FROM billing_chargeitem i WHERE i.bill_id = b.id)\n) THEN\n  RAISE EXCEPTION 'the amount of a bill is the sum of its items' USING ERRCODE = 'check_violation';\nEND IF;\nRETURN NULL;\n", hash='2a210377808df29d31b020677e1f6d3c43d7c672', level='STATEMENT', operation='INSERT', pgid='pgtrigger_sum_is_amount_331e7', referencing='REFERENCING NEW TABLE AS added ', table='billing_chargeitem', when='AFTER')),
        ),
        pgtrigger.migrations.AddTrigger(
            model_name='invoice',
            trigger=pgtrigger.compiler.Trigger(name='audit', sql=pgtrigger.compiler.UpsertTriggerSql(func="PERFORM audit_record('billing.invoice', TG_OP, CASE WHEN TG_OP = 'INSERT' THEN NULL ELSE to_jsonb(OLD) END, CASE WHEN TG_OP = 'DELETE' THEN NULL ELSE to_jsonb(NEW) END, ARRAY['updated_at']::text[], ARRAY[]::text[]); RETURN NULL;", hash='ba89c0469a2320f66be8716c03d6bce5240c5fab', operation='INSERT OR UPDATE OR DELETE', pgid='pgtrigger_audit_352f9', table='billing_invoice', when='AFTER')),
        ),
        pgtrigger.migrations.AddTrigger(
            model_name='invoiceprint',
            trigger=pgtrigger.compiler.Trigger(name='audit', sql=pgtrigger.compiler.UpsertTriggerSql(func="PERFORM audit_record('billing.invoiceprint', TG_OP, CASE WHEN TG_OP = 'INSERT' THEN NULL ELSE to_jsonb(OLD) END, CASE WHEN TG_OP = 'DELETE' THEN NULL ELSE to_jsonb(NEW) END, ARRAY['updated_at']::text[], ARRAY[]::text[]); RETURN NULL;", hash='b306d9323add1eddb301aee28f257e052ea74c8d', operation='INSERT OR UPDATE OR DELETE', pgid='pgtrigger_audit_c404b', table='billing_invoiceprint', when='AFTER')),
        ),
        pgtrigger.migrations.AddTrigger(
            model_name='refundrequest',
            trigger=pgtrigger.compiler.Trigger(name='audit', sql=pgtrigger.compiler.UpsertTriggerSql(func="PERFORM audit_record('billing.refundrequest', TG_OP, CASE WHEN TG_OP = 'INSERT' THEN NULL ELSE to_jsonb(OLD) END, CASE WHEN TG_OP = 'DELETE' THEN NULL ELSE to_jsonb(NEW) END, ARRAY['updated_at']::text[], ARRAY[]::text[]); RETURN NULL;", hash='a51d6280c7c35248140b42dd15c067b2673e092d', operation='INSERT OR UPDATE OR DELETE', pgid='pgtrigger_audit_4bb06', table='billing_refundrequest', when='AFTER')),
        ),
    ]
