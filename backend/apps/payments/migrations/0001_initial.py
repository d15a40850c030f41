from pathlib import Path
import django.core.validators
import django.db.models.deletion
import kernel.clock
import kernel.crypto.fields
import kernel.ids
import kernel.money
import pgtrigger.compiler
import pgtrigger.migrations
from django.conf import settings
from django.db import migrations, models


HERE = Path(__file__).parent


class Migration(migrations.Migration):

    initial = True

    dependencies = [
        ("audit", "0001_initial"),
        ('identity', '0001_initial'),
        ('patients', '0001_initial'),
        migrations.swappable_dependency(settings.OAUTH2_PROVIDER_APPLICATION_MODEL),
    ]

    operations = [
        migrations.CreateModel(
            name='LedgerAccount',
            fields=[
                ('id', models.UUIDField(default=kernel.ids.uuid7, editable=False, primary_key=True, serialize=False)),
                ('kind', models.CharField(choices=[('clearing', '渠道待清算'), ('unposted_receipts', '未入账收款'), ('revenue', '收入'), ('refunds_payable', '应退款'), ('differences', '对账差异'), ('promotions', '赠送'), ('booking_deposit', '预约定金'), ('stored_value', '储值'), ('inpatient_deposit', '住院押金'), ('card_balance', '就诊卡余额')], max_length=20)),
                ('owner', models.CharField(blank=True, default='', max_length=64)),
                ('created_at', models.DateTimeField(default=kernel.clock.now, editable=False)),
                ('hospital', models.ForeignKey(db_index=False, on_delete=django.db.models.deletion.PROTECT, related_name='+', to='identity.hospital')),
            ],
            options={
                'constraints': [
                    models.UniqueConstraint(fields=('hospital', 'kind', 'owner'), name='ledger_account_once'),
                    models.CheckConstraint(condition=models.Q(('kind__in', ['clearing', 'unposted_receipts', 'revenue', 'refunds_payable', 'differences', 'promotions', 'booking_deposit', 'stored_value', 'inpatient_deposit', 'card_balance'])), name='ledger_account_kind'),
                    models.CheckConstraint(condition=models.Q(models.Q(('kind__in', ('booking_deposit', 'stored_value', 'inpatient_deposit', 'card_balance')), _negated=True), models.Q(('owner', ''), _negated=True), _connector='OR'), name='ledger_prepaid_has_owner'),
                ],
            },
        ),
        migrations.CreateModel(
            name='LedgerBalance',
            fields=[
                ('pk', models.CompositePrimaryKey('account_id', 'stripe', blank=True, editable=False, primary_key=True, serialize=False)),
                ('stripe', models.SmallIntegerField()),
                ('is_prepaid', models.BooleanField()),
                ('balance_fen', models.BigIntegerField(default=0)),
                ('account', models.ForeignKey(db_constraint=False, db_index=False, on_delete=django.db.models.deletion.DO_NOTHING, related_name='balances', to='payments.ledgeraccount')),
            ],
            options={
                'constraints': [
                    models.CheckConstraint(condition=models.Q(('is_prepaid', False), models.Q(('balance_fen__lte', 0), ('stripe', 0)), _connector='OR'), name='ledger_prepaid_not_negative'),
                    models.CheckConstraint(condition=models.Q(('stripe__gte', 0), ('stripe__lt', 16)), name='ledger_stripe'),
                ],
            },
        ),
        migrations.CreateModel(
            name='LedgerTransaction',
            fields=[
                ('id', models.UUIDField(default=kernel.ids.uuid7, editable=False, primary_key=True, serialize=False)),
                ('key', models.CharField(max_length=120)),
                ('kind', models.CharField(max_length=40)),
                ('order_id', models.UUIDField(blank=True, null=True)),
                ('refund_id', models.UUIDField(blank=True, null=True)),
                ('note', models.CharField(blank=True, default='', max_length=200)),
                ('created_at', models.DateTimeField(default=kernel.clock.now, editable=False)),
                ('posted_on', models.DateField(default=kernel.clock.today, editable=False, help_text='the day in Asia/Shanghai')),
                ('hospital', models.ForeignKey(db_constraint=False, db_index=False, on_delete=django.db.models.deletion.DO_NOTHING, related_name='+', to='identity.hospital')),
            ],
            options={
                'indexes': [
                    models.Index(fields=['hospital', 'id'], name='ledger_newest'),
                    models.Index(fields=['hospital', 'kind', 'id'], name='ledger_by_kind'),
                    models.Index(fields=['hospital', 'posted_on', 'id'], name='ledger_by_day'),
                    models.Index(condition=models.Q(('order_id__isnull', False)), fields=['order_id'], name='ledger_of_order'),
                    models.Index(condition=models.Q(('refund_id__isnull', False)), fields=['refund_id'], name='ledger_of_refund'),
                ],
                'constraints': [
                    models.UniqueConstraint(fields=('hospital', 'key'), name='ledger_posted_once'),
                    models.CheckConstraint(condition=models.Q(models.Q(('key', ''), _negated=True), models.Q(('kind', ''), _negated=True)), name='ledger_transaction_named'),
                ],
            },
        ),
        migrations.CreateModel(
            name='LedgerEntry',
            fields=[
                ('id', models.BigAutoField(primary_key=True, serialize=False)),
                ('amount_fen', models.BigIntegerField()),
                ('account', models.ForeignKey(db_constraint=False, db_index=False, on_delete=django.db.models.deletion.DO_NOTHING, related_name='entries', to='payments.ledgeraccount')),
                ('hospital', models.ForeignKey(db_constraint=False, db_index=False, on_delete=django.db.models.deletion.DO_NOTHING, related_name='+', to='identity.hospital')),
                ('transaction', models.ForeignKey(db_constraint=False, db_index=False, on_delete=django.db.models.deletion.DO_NOTHING, related_name='entries', to='payments.ledgertransaction')),
            ],
            options={
                'indexes': [
                    models.Index(fields=['account', 'id'], include=('amount_fen',), name='ledger_of_account'),
                    models.Index(fields=['transaction'], include=('amount_fen',), name='ledger_of_transaction'),
                ],
                'constraints': [
                    models.CheckConstraint(condition=models.Q(models.Q(('amount_fen', 0), _negated=True), ('amount_fen__range', (-10000000000, 10000000000))), name='ledger_entry_amount'),
                ],
            },
        ),
        migrations.CreateModel(
            name='MerchantAccount',
            fields=[
                ('id', models.UUIDField(default=kernel.ids.uuid7, editable=False, primary_key=True, serialize=False)),
                ('created_at', models.DateTimeField(default=kernel.clock.now, editable=False)),
                ('updated_at', models.DateTimeField(default=kernel.clock.now, editable=False)),
                ('version', models.PositiveIntegerField(default=1, editable=False)),
                ('channel', models.CharField(max_length=24)),
                ('name', models.CharField(max_length=80)),
                ('config', kernel.crypto.fields.EncryptedTextField(blank=True, default='')),
                ('is_active', models.BooleanField(default=True)),
                ('hospital', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='+', to='identity.hospital')),
            ],
            options={
                'constraints': [
                    models.UniqueConstraint(condition=models.Q(('is_active', True)), fields=('hospital', 'channel'), name='merchant_one_active'),
                ],
            },
        ),
        migrations.CreateModel(
            name='ChannelPush',
            fields=[
                ('id', models.UUIDField(default=kernel.ids.uuid7, editable=False, primary_key=True, serialize=False)),
                ('created_at', models.DateTimeField(default=kernel.clock.now, editable=False)),
                ('updated_at', models.DateTimeField(default=kernel.clock.now, editable=False)),
                ('channel', models.CharField(max_length=24)),
                ('key', models.CharField(max_length=128)),
                ('body', kernel.crypto.fields.EncryptedTextField(blank=True, default='')),
                ('parsed', models.JSONField()),
                ('outcome', models.CharField(blank=True, default='', help_text='what came of it', max_length=32)),
                ('handled_at', models.DateTimeField(null=True)),
                ('hospital', models.ForeignKey(db_index=False, on_delete=django.db.models.deletion.PROTECT, related_name='+', to='identity.hospital')),
                ('merchant', models.ForeignKey(db_index=False, on_delete=django.db.models.deletion.PROTECT, related_name='+', to='payments.merchantaccount')),
            ],
            options={
                'indexes': [
                    models.Index(condition=models.Q(('handled_at__isnull', True)), fields=['created_at'], name='channel_push_unhandled'),
                    models.Index(fields=['hospital', '-id'], name='channel_push_of_hospital'),
                    models.Index(condition=models.Q(('handled_at__isnull', False)), fields=['handled_at'], name='channel_push_handled'),
                ],
                'constraints': [
                    models.UniqueConstraint(fields=('merchant', 'key'), name='channel_push_once'),
                ],
            },
        ),
        migrations.CreateModel(
            name='PaymentOrder',
            fields=[
                ('id', models.UUIDField(default=kernel.ids.uuid7, editable=False, primary_key=True, serialize=False)),
                ('created_at', models.DateTimeField(default=kernel.clock.now, editable=False)),
                ('updated_at', models.DateTimeField(default=kernel.clock.now, editable=False)),
                ('version', models.PositiveIntegerField(default=1, editable=False)),
                ('application', models.CharField(max_length=100)),
                ('order_no', models.CharField(help_text='支付单号', max_length=32)),
                ('scene', models.CharField(max_length=20)),
                ('payer_type', models.CharField(choices=[('self_pay', 'Self Pay'), ('employee_insurance', 'Employee Insurance'), ('resident_insurance', 'Resident Insurance'), ('commercial_insurance', 'Commercial Insurance'), ('public_medical_care', 'Public Medical Care')], default='self_pay', max_length=24)),
                ('description', models.CharField(max_length=120)),
                ('amount_fen', kernel.money.FenField(validators=[django.core.validators.MinValueValidator(0), django.core.validators.MaxValueValidator(10000000000)])),
                ('refunded_fen', kernel.money.FenField(default=0, validators=[django.core.validators.MinValueValidator(0), django.core.validators.MaxValueValidator(10000000000)])),
                ('state', models.CharField(choices=[('pending', 'pending'), ('paid_unposted', 'paid_unposted'), ('posted', 'posted'), ('returning', 'returning'), ('returned', 'returned'), ('closed', 'closed')], default='pending', max_length=16)),
                ('channel', models.CharField(blank=True, default='', help_text='of the attempt that paid', max_length=24)),
                ('expires_at', models.DateTimeField()),
                ('paid_at', models.DateTimeField(null=True)),
                ('recorded_at', models.DateTimeField(help_text='when we learnt that it was paid', null=True)),
                ('posted_at', models.DateTimeField(null=True)),
                ('closed_at', models.DateTimeField(null=True)),
                ('returned_at', models.DateTimeField(null=True)),
                ('origin', models.CharField(choices=[('online', '线上'), ('counter', '窗口'), ('recorded', '补记')], max_length=12)),
                ('close_cause', models.CharField(blank=True, choices=[('expired', '超时未支付'), ('given_up', '用户取消'), ('given_up_by_staff', '工作人员关闭'), ('hold_expired', '号源已释放'), ('appointment_cancelled', '已退号'), ('rescheduled', '已改期'), ('bill_cancelled', '账单已取消'), ('paid_at_his', '已在医院系统支付'), ('paid_at_window', '已在窗口支付')], default='', max_length=24)),
                ('return_cause', models.CharField(blank=True, choices=[('hold_expired', '号源已释放'), ('changed', '费用已变更或已支付'), ('refused', '无法入账'), ('not_posted_in_time', '医院系统暂不可用'), ('paid_at_window', '已在窗口支付'), ('reversed', '窗口已冲正')], default='', max_length=24)),
                ('posting_tries', models.PositiveSmallIntegerField(default=0)),
                ('posting_error', models.CharField(blank=True, default='', max_length=200)),
                ('alarmed_at', models.DateTimeField(help_text='paid for too long without being posted', null=True)),
                ('due_at', models.DateTimeField(help_text='when a worker is to look at it next', null=True)),
                ('account', models.ForeignKey(db_index=False, null=True, on_delete=django.db.models.deletion.SET_NULL, related_name='+', to='identity.wechataccount')),
                ('department', models.ForeignKey(db_index=False, null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to='identity.department')),
                ('hospital', models.ForeignKey(db_index=False, on_delete=django.db.models.deletion.PROTECT, related_name='+', to='identity.hospital')),
                ('opened_by', models.ForeignKey(db_index=False, null=True, on_delete=django.db.models.deletion.SET_NULL, related_name='+', to='identity.staffmember')),
                ('partner', models.ForeignKey(db_index=False, null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.OAUTH2_PROVIDER_APPLICATION_MODEL)),
                ('patient', models.ForeignKey(db_index=False, on_delete=django.db.models.deletion.PROTECT, related_name='+', to='patients.patient')),
            ],
            options={
                'indexes': [
                    models.Index(fields=['hospital', '-id'], name='payment_order_of_hospital'),
                    models.Index(fields=['hospital', 'created_at', 'id'], name='payment_order_by_time'),
                    models.Index(fields=['patient', '-id'], name='payment_order_of_patient'),
                    models.Index(fields=['department', '-id'], name='payment_order_of_department'),
                    models.Index(condition=models.Q(('account__isnull', False)), fields=['account', '-id'], name='payment_order_of_account'),
                    models.Index(condition=models.Q(('due_at__isnull', False)), fields=['due_at'], name='payment_order_due'),
                    models.Index(fields=['order_no'], name='payment_order_by_no'),
                ],
                'constraints': [
                    models.UniqueConstraint(fields=('hospital', 'order_no'), name='payment_order_no_once'),
                    models.CheckConstraint(condition=models.Q(('amount_fen__gt', 0)), name='payment_order_has_amount'),
                    models.CheckConstraint(condition=models.Q(('refunded_fen__gte', 0), ('refunded_fen__lte', models.F('amount_fen'))), name='payment_order_refunds_within'),
                    models.CheckConstraint(condition=models.Q(models.Q(('return_cause', ''), _negated=True), models.Q(('state__in', ['returning', 'returned']), _negated=True), _connector='OR'), name='payment_order_returns_for_a_cause'),
                ],
            },
        ),
        migrations.CreateModel(
            name='PaymentAttempt',
            fields=[
                ('id', models.UUIDField(default=kernel.ids.uuid7, editable=False, primary_key=True, serialize=False)),
                ('created_at', models.DateTimeField(default=kernel.clock.now, editable=False)),
                ('updated_at', models.DateTimeField(default=kernel.clock.now, editable=False)),
                ('channel', models.CharField(max_length=24)),
                ('method', models.CharField(choices=[('mini_program', 'mini_program'), ('qr_code', 'qr_code'), ('wap', 'wap'), ('app', 'app'), ('counter', 'counter'), ('recorded', 'recorded'), ('balance', 'balance')], max_length=16)),
                ('out_trade_no', models.CharField(max_length=32, unique=True)),
                ('amount_fen', kernel.money.FenField(validators=[django.core.validators.MinValueValidator(0), django.core.validators.MaxValueValidator(10000000000)])),
                ('paid_fen', kernel.money.FenField(default=0, validators=[django.core.validators.MinValueValidator(0), django.core.validators.MaxValueValidator(10000000000)])),
                ('tendered_fen', kernel.money.FenField(default=0, help_text='cash handed over; the change is the difference', validators=[django.core.validators.MinValueValidator(0), django.core.validators.MaxValueValidator(10000000000)])),
                ('state', models.CharField(choices=[('created', 'created'), ('open', 'open'), ('succeeded', 'succeeded'), ('overpayment', 'overpayment'), ('closed', 'closed'), ('failed', 'failed')], default='created', max_length=12)),
                ('payer_id', models.CharField(blank=True, default='', max_length=128)),
                ('client', models.JSONField(blank=True, default=dict)),
                ('reference', models.CharField(blank=True, default='', max_length=128)),
                ('transaction_id', models.CharField(blank=True, default='', max_length=64)),
                ('started_at', models.DateTimeField()),
                ('expires_at', models.DateTimeField()),
                ('paid_at', models.DateTimeField(null=True)),
                ('error', models.CharField(blank=True, default='', max_length=64)),
                ('checks', models.PositiveSmallIntegerField(default=0)),
                ('due_at', models.DateTimeField(null=True)),
                ('hospital', models.ForeignKey(db_index=False, on_delete=django.db.models.deletion.PROTECT, related_name='+', to='identity.hospital')),
                ('merchant', models.ForeignKey(db_index=False, null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to='payments.merchantaccount')),
                ('taken_by', models.ForeignKey(db_index=False, null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to='identity.staffmember')),
                ('order', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='attempts', to='payments.paymentorder')),
            ],
            options={
                'indexes': [
                    models.Index(condition=models.Q(('due_at__isnull', False)), fields=['due_at'], name='payment_attempt_due'),
                    models.Index(condition=models.Q(('paid_at__isnull', False)), fields=['hospital', 'channel', 'paid_at'], name='payment_attempt_paid'),
                ],
                'constraints': [
                    models.UniqueConstraint(condition=models.Q(('state', 'succeeded')), fields=('order',), name='payment_attempt_one_pays'),
                    models.UniqueConstraint(condition=models.Q(('transaction_id', ''), _negated=True), fields=('merchant', 'transaction_id'), name='payment_attempt_transaction_once'),
                    models.UniqueConstraint(condition=models.Q(('channel', 'pos'), models.Q(('transaction_id', ''), _negated=True)), fields=('hospital', 'transaction_id'), name='payment_attempt_slip_once'),
                    models.CheckConstraint(condition=models.Q(('amount_fen__gt', 0)), name='payment_attempt_has_amount'),
                ],
            },
        ),
        migrations.CreateModel(
            name='PaymentOrderLine',
            fields=[
                ('id', models.UUIDField(default=kernel.ids.uuid7, editable=False, primary_key=True, serialize=False)),
                ('created_at', models.DateTimeField(default=kernel.clock.now, editable=False)),
                ('updated_at', models.DateTimeField(default=kernel.clock.now, editable=False)),
                ('position', models.PositiveSmallIntegerField()),
                ('subject_type', models.CharField(max_length=40)),
                ('subject_id', models.UUIDField()),
                ('title', models.CharField(max_length=120)),
                ('amount_fen', kernel.money.FenField(validators=[django.core.validators.MinValueValidator(0), django.core.validators.MaxValueValidator(10000000000)])),
                ('refunded_fen', kernel.money.FenField(default=0, validators=[django.core.validators.MinValueValidator(0), django.core.validators.MaxValueValidator(10000000000)])),
                ('is_live', models.BooleanField(default=True)),
                ('ledger_kind', models.CharField(blank=True, default='', max_length=24)),
                ('ledger_owner', models.CharField(blank=True, default='', max_length=64)),
                ('order', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='lines', to='payments.paymentorder')),
            ],
            options={
                'indexes': [
                    models.Index(fields=['subject_type', 'subject_id'], name='payment_line_subject'),
                ],
                'constraints': [
                    models.UniqueConstraint(fields=('order', 'position'), name='payment_line_position'),
                    models.UniqueConstraint(condition=models.Q(('is_live', True)), fields=('subject_type', 'subject_id'), name='payment_line_subject_once'),
                    models.CheckConstraint(condition=models.Q(('amount_fen__gt', 0)), name='payment_line_has_amount'),
                    models.CheckConstraint(condition=models.Q(('refunded_fen__gte', 0), ('refunded_fen__lte', models.F('amount_fen'))), name='payment_line_refunds_within'),
                ],
            },
        ),
        migrations.CreateModel(
            name='Refund',
            fields=[
                ('id', models.UUIDField(default=kernel.ids.uuid7, editable=False, primary_key=True, serialize=False)),
                ('created_at', models.DateTimeField(default=kernel.clock.now, editable=False)),
                ('updated_at', models.DateTimeField(default=kernel.clock.now, editable=False)),
                ('version', models.PositiveIntegerField(default=1, editable=False)),
                ('application', models.CharField(blank=True, default='', max_length=100)),
                ('decision_id', models.UUIDField(null=True)),
                ('refund_no', models.CharField(help_text='退费单号', max_length=32, unique=True)),
                ('channel_refund_no', models.CharField(help_text='our number at the channel', max_length=40, unique=True)),
                ('amount_fen', kernel.money.FenField(validators=[django.core.validators.MinValueValidator(0), django.core.validators.MaxValueValidator(10000000000)])),
                ('route', models.CharField(choices=[('original', 'Original'), ('counter_cash', 'Counter Cash')], max_length=16)),
                ('cause', models.CharField(choices=[('patient', 'Patient'), ('window', 'Window'), ('cancelled', 'Cancelled'), ('reversed', 'Reversed'), ('overpayment', 'Overpayment'), ('not_posted', 'Not Posted'), ('late', 'Late')], max_length=16)),
                ('reason', models.CharField(blank=True, default='', max_length=200)),
                ('state', models.CharField(choices=[('created', 'created'), ('processing', 'processing'), ('succeeded', 'succeeded'), ('failed', 'failed'), ('cancelled', 'cancelled')], default='created', max_length=12)),
                ('channel_refund_id', models.CharField(blank=True, default='', max_length=64)),
                ('accepted_at', models.DateTimeField(null=True)),
                ('succeeded_at', models.DateTimeField(null=True)),
                ('his_notified_at', models.DateTimeField(null=True)),
                ('error', models.CharField(blank=True, default='', max_length=64)),
                ('reissue_same_number', models.BooleanField(default=True)),
                ('reissued', models.PositiveSmallIntegerField(default=0)),
                ('checks', models.PositiveSmallIntegerField(default=0)),
                ('due_at', models.DateTimeField(null=True)),
                ('account', models.ForeignKey(db_index=False, null=True, on_delete=django.db.models.deletion.SET_NULL, related_name='+', to='identity.wechataccount')),
                ('attempt', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='refunds', to='payments.paymentattempt')),
                ('decided_by', models.ForeignKey(db_index=False, null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to='identity.staffmember')),
                ('department', models.ForeignKey(db_index=False, null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to='identity.department')),
                ('hospital', models.ForeignKey(db_index=False, on_delete=django.db.models.deletion.PROTECT, related_name='+', to='identity.hospital')),
                ('order', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='refunds', to='payments.paymentorder')),
                ('patient', models.ForeignKey(db_index=False, on_delete=django.db.models.deletion.PROTECT, related_name='+', to='patients.patient')),
            ],
            options={
                'indexes': [
                    models.Index(fields=['hospital', '-id'], name='payment_refund_of_hospital'),
                    models.Index(fields=['hospital', 'created_at', 'id'], name='payment_refund_by_time'),
                    models.Index(fields=['patient', '-id'], name='payment_refund_of_patient'),
                    models.Index(fields=['department', '-id'], name='payment_refund_of_department'),
                    models.Index(condition=models.Q(('due_at__isnull', False)), fields=['due_at'], name='payment_refund_due'),
                    models.Index(condition=models.Q(('decision_id__isnull', False)), fields=['decision_id'], name='payment_refund_decision'),
                ],
                'constraints': [
                    models.CheckConstraint(condition=models.Q(('amount_fen__gt', 0)), name='payment_refund_has_amount'),
                ],
            },
        ),
        migrations.CreateModel(
            name='RefundLine',
            fields=[
                ('id', models.UUIDField(default=kernel.ids.uuid7, editable=False, primary_key=True, serialize=False)),
                ('created_at', models.DateTimeField(default=kernel.clock.now, editable=False)),
                ('updated_at', models.DateTimeField(default=kernel.clock.now, editable=False)),
                ('amount_fen', kernel.money.FenField(validators=[django.core.validators.MinValueValidator(0), django.core.validators.MaxValueValidator(10000000000)])),
                ('line', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='refund_lines', to='payments.paymentorderline')),
                ('refund', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='lines', to='payments.refund')),
            ],
            options={
                'constraints': [
                    models.UniqueConstraint(fields=('refund', 'line'), name='payment_refund_line_once'),
                    models.CheckConstraint(condition=models.Q(('amount_fen__gt', 0)), name='payment_refund_line_has_amount'),
                ],
            },
        ),
        pgtrigger.migrations.AddTrigger(
            model_name='merchantaccount',
            trigger=pgtrigger.compiler.Trigger(name='audit', sql=pgtrigger.compiler.UpsertTriggerSql(func="PERFORM audit_record('payments.merchantaccount', TG_OP, CASE WHEN TG_OP = 'INSERT' THEN NULL ELSE to_jsonb(OLD) END, CASE WHEN TG_OP = 'DELETE' THEN NULL ELSE to_jsonb(NEW) END, ARRAY['updated_at']::text[], ARRAY['config']::text[]); RETURN NULL;", hash='98dacd81263b093d1ffdf72cc100a66a5c5b694e', operation='INSERT OR UPDATE OR DELETE', pgid='pgtrigger_audit_ece46', table='payments_merchantaccount', when='AFTER')),
        ),
        pgtrigger.migrations.AddTrigger(
            model_name='paymentorder',
            trigger=pgtrigger.compiler.Trigger(name='audit', sql=pgtrigger.compiler.UpsertTriggerSql(func="PERFORM audit_record('payments.paymentorder', TG_OP, CASE WHEN TG_OP = 'INSERT' THEN NULL ELSE to_jsonb(OLD) END, CASE WHEN TG_OP = 'DELETE' THEN NULL ELSE to_jsonb(NEW) END, ARRAY['updated_at', 'due_at', 'posting_tries', 'department_id']::text[], ARRAY[]::text[]); RETURN NULL;", hash='842f3f29b5c9990e02fb7ff527705033d3e5f426', operation='INSERT OR UPDATE OR DELETE', pgid='pgtrigger_audit_1db89', table='payments_paymentorder', when='AFTER')),
        ),
        pgtrigger.migrations.AddTrigger(
            model_name='paymentattempt',
            trigger=pgtrigger.compiler.Trigger(name='audit', sql=pgtrigger.compiler.UpsertTriggerSql(func="PERFORM audit_record('payments.paymentattempt', TG_OP, CASE WHEN TG_OP = 'INSERT' THEN NULL ELSE to_jsonb(OLD) END, CASE WHEN TG_OP = 'DELETE' THEN NULL ELSE to_jsonb(NEW) END, ARRAY['updated_at', 'due_at', 'checks', 'client', 'payer_id', 'reference']::text[], ARRAY[]::text[]); RETURN NULL;", hash='4ed65e6446da49d2ce6e2d37fc8ddc794dd1dc0d', operation='INSERT OR UPDATE OR DELETE', pgid='pgtrigger_audit_0ef7f', table='payments_paymentattempt', when='AFTER')),
        ),
        pgtrigger.migrations.AddTrigger(
            model_name='refund',
            trigger=pgtrigger.compiler.Trigger(name='audit', sql=pgtrigger.compiler.UpsertTriggerSql(func="PERFORM audit_record('payments.refund', TG_OP, CASE WHEN TG_OP = 'INSERT' THEN NULL ELSE to_jsonb(OLD) END, CASE WHEN TG_OP = 'DELETE' THEN NULL ELSE to_jsonb(NEW) END, ARRAY['updated_at', 'due_at', 'checks', 'department_id']::text[], ARRAY[]::text[]); RETURN NULL;", hash='23e59ad0d9f2e862638cb6cee91e5d80c514ebf4', operation='INSERT OR UPDATE OR DELETE', pgid='pgtrigger_audit_f0c76', table='payments_refund', when='AFTER')),
        ),
        migrations.RunSQL((HERE / "0001_ledger.sql").read_text(), (HERE / "0001_ledger_undo.sql").read_text()),
    ]
