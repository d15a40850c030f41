import django.db.models.deletion
import kernel.clock
import kernel.crypto.fields
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
            name='DeliveryReceipt',
            fields=[
                ('id', models.UUIDField(default=kernel.ids.uuid7, editable=False, primary_key=True, serialize=False)),
                ('provider', models.CharField(max_length=20)),
                ('body', kernel.crypto.fields.EncryptedTextField(blank=True, default='')),
                ('received_at', models.DateTimeField(default=kernel.clock.now)),
                ('processed_at', models.DateTimeField(blank=True, null=True)),
                ('matched', models.PositiveIntegerField(default=0)),
            ],
            options={
                'indexes': [models.Index(fields=['received_at'], name='receipt_received')],
            },
        ),
        migrations.CreateModel(
            name='Message',
            fields=[
                ('id', models.UUIDField(default=kernel.ids.uuid7, editable=False, primary_key=True, serialize=False)),
                ('created_at', models.DateTimeField(default=kernel.clock.now, editable=False)),
                ('updated_at', models.DateTimeField(default=kernel.clock.now, editable=False)),
                ('scene', models.CharField(max_length=40)),
                ('data', models.JSONField(default=dict)),
                ('title', models.CharField(max_length=80)),
                ('text', models.TextField()),
                ('dedupe_key', models.CharField(max_length=160, unique=True)),
                ('urgent', models.BooleanField(default=False)),
                ('bulk', models.BooleanField(default=False, help_text="may leave in a provider's batch")),
                ('state', models.CharField(choices=[('queued', 'queued'), ('sending', 'sending'), ('sent', 'sent'), ('delivered', 'delivered'), ('failed', 'failed'), ('dead', 'dead')], default='queued', max_length=12)),
                ('due_at', models.DateTimeField(default=kernel.clock.now)),
                ('channel', models.CharField(blank=True, choices=[('wechat_subscribe', 'Wechat Subscribe'), ('wechat_template', 'Wechat Template'), ('sms', 'Sms')], default='', max_length=20)),
                ('tries', models.PositiveSmallIntegerField(default=0, help_text='on the present channel')),
                ('ruled_out', models.JSONField(default=list, help_text='channels that are of no use for this message')),
                ('holds_consent', models.BooleanField(default=False, help_text='one consent is set aside for this message')),
                ('maybe_sent', models.BooleanField(default=False, help_text='an unanswered try on this channel may have arrived')),
                ('error_code', models.CharField(blank=True, default='', max_length=64)),
                ('error_detail', models.CharField(blank=True, default='', max_length=200)),
                ('sent_at', models.DateTimeField(blank=True, null=True)),
                ('delivered_at', models.DateTimeField(blank=True, null=True)),
                ('read_at', models.DateTimeField(blank=True, null=True)),
                ('account', models.ForeignKey(blank=True, null=True, on_delete=django.db.models.deletion.SET_NULL, related_name='+', to='identity.wechataccount')),
                ('hospital', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='+', to='identity.hospital')),
                ('patient', models.ForeignKey(blank=True, null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to='patients.patient')),
            ],
            options={
                'indexes': [
                    models.Index(fields=['hospital', '-id'], name='message_newest'),
                    models.Index(fields=['hospital', 'state', '-id'], name='message_by_state'),
                    models.Index(fields=['patient', '-id'], name='message_of_patient'),
                    models.Index(fields=['account', '-id'], name='message_inbox'),
                    models.Index(condition=models.Q(('state__in', ['queued', 'sending'])), fields=['due_at'], name='message_due'),
                ],
            },
        ),
        migrations.CreateModel(
            name='DeliveryAttempt',
            fields=[
                ('id', models.UUIDField(default=kernel.ids.uuid7, editable=False, primary_key=True, serialize=False)),
                ('channel', models.CharField(choices=[('wechat_subscribe', 'Wechat Subscribe'), ('wechat_template', 'Wechat Template'), ('sms', 'Sms')], max_length=20)),
                ('client_id', models.CharField(help_text='client_msg_id or OutId: equal for equal messages', max_length=64)),
                ('recipient', models.CharField(help_text='masked', max_length=64)),
                ('recipient_index', models.BinaryField(help_text='blind index of the phone, to match reports by', null=True)),
                ('provider_id', models.CharField(blank=True, default='', max_length=64)),
                ('started_at', models.DateTimeField(default=kernel.clock.now)),
                ('finished_at', models.DateTimeField(blank=True, null=True)),
                ('outcome', models.CharField(choices=[('open', 'Open'), ('accepted', 'Accepted'), ('refused', 'Refused'), ('temporary', 'Temporary'), ('unknown', 'Unknown')], default='open', max_length=12)),
                ('error_code', models.CharField(blank=True, default='', max_length=64)),
                ('error_detail', models.CharField(blank=True, default='', max_length=200)),
                ('reported_at', models.DateTimeField(blank=True, null=True)),
                ('report_code', models.CharField(blank=True, default='', max_length=64)),
                ('hospital', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='+', to='identity.hospital')),
                ('message', models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name='attempts', to='messaging.message')),
            ],
            options={
                'indexes': [
                    models.Index(fields=['message', '-id'], name='attempts_of_message'),
                    models.Index(fields=['client_id'], name='attempt_by_client_id'),
                ],
            },
        ),
        migrations.CreateModel(
            name='MessageTemplate',
            fields=[
                ('id', models.UUIDField(default=kernel.ids.uuid7, editable=False, primary_key=True, serialize=False)),
                ('created_at', models.DateTimeField(default=kernel.clock.now, editable=False)),
                ('updated_at', models.DateTimeField(default=kernel.clock.now, editable=False)),
                ('version', models.PositiveIntegerField(default=1, editable=False)),
                ('scene', models.CharField(max_length=40)),
                ('channel', models.CharField(choices=[('wechat_subscribe', 'Wechat Subscribe'), ('wechat_template', 'Wechat Template'), ('sms', 'Sms')], max_length=20)),
                ('provider_template_id', models.CharField(max_length=64)),
                ('fields', models.JSONField(default=dict, help_text="our data key → the provider's field (thing1, time2 …)")),
                ('text', models.TextField(blank=True, default='', help_text="inbox text; {keys} are filled; empty: the scene's")),
                ('is_active', models.BooleanField(default=True)),
                ('hospital', models.ForeignKey(blank=True, null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to='identity.hospital')),
            ],
            options={
                'constraints': [
                    models.UniqueConstraint(fields=('hospital', 'scene', 'channel'), name='message_template_once', nulls_distinct=False),
                ],
            },
        ),
        migrations.CreateModel(
            name='SubscribeConsent',
            fields=[
                ('id', models.UUIDField(default=kernel.ids.uuid7, editable=False, primary_key=True, serialize=False)),
                ('created_at', models.DateTimeField(default=kernel.clock.now, editable=False)),
                ('updated_at', models.DateTimeField(default=kernel.clock.now, editable=False)),
                ('template_id', models.CharField(help_text="the provider's", max_length=64)),
                ('left', models.PositiveIntegerField(default=0)),
                ('account', models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name='+', to='identity.wechataccount')),
            ],
            options={
                'constraints': [
                    models.UniqueConstraint(fields=('account', 'template_id'), name='subscribe_consent_once'),
                    models.CheckConstraint(condition=models.Q(('left__lte', 1000)), name='subscribe_consent_plausible'),
                ],
            },
        ),
        pgtrigger.migrations.AddTrigger(
            model_name='messagetemplate',
            trigger=pgtrigger.compiler.Trigger(name='audit', sql=pgtrigger.compiler.UpsertTriggerSql(func="PERFORM audit_record('messaging.messagetemplate', TG_OP, CASE WHEN TG_OP = 'INSERT' THEN NULL ELSE to_jsonb(OLD) END, CASE WHEN TG_OP = 'DELETE' THEN NULL ELSE to_jsonb(NEW) END, ARRAY['updated_at']::text[], ARRAY[]::text[]); RETURN NULL;", hash='4c78518ff5cccec37c09b1c812d400bd0cd9a47f', operation='INSERT OR UPDATE OR DELETE', pgid='pgtrigger_audit_f72b1', table='messaging_messagetemplate', when='AFTER')),
        ),
    ]
