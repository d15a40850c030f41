import django.db.models.deletion
import kernel.clock
import kernel.ids
from django.db import migrations, models


class Migration(migrations.Migration):

    initial = True

    dependencies = [
    ]

    operations = [
        migrations.CreateModel(
            name='DailySequence',
            fields=[
                ('pk', models.CompositePrimaryKey('kind', 'hospital_id', 'day', blank=True, editable=False, primary_key=True, serialize=False)),
                ('kind', models.CharField(max_length=32)),
                ('hospital_id', models.UUIDField()),
                ('day', models.DateField()),
                ('value', models.BigIntegerField()),
            ],
        ),
        migrations.CreateModel(
            name='IdempotencyRecord',
            fields=[
                ('id', models.UUIDField(default=kernel.ids.uuid7, editable=False, primary_key=True, serialize=False)),
                ('caller', models.CharField(max_length=64)),
                ('key', models.CharField(max_length=128)),
                ('fingerprint', models.BinaryField(max_length=32)),
                ('done', models.BooleanField(default=False)),
                ('status', models.PositiveSmallIntegerField(null=True)),
                ('body', models.BinaryField(null=True)),
                ('result', models.UUIDField(help_text='the object made, when the answer is rendered again from it', null=True)),
                ('locked_until', models.DateTimeField()),
                ('created_at', models.DateTimeField(default=kernel.clock.now)),
            ],
            options={
                'indexes': [models.Index(fields=['created_at'], name='idempotency_created')],
                'constraints': [models.UniqueConstraint(fields=('caller', 'key'), name='idempotency_caller_key')],
            },
        ),
        migrations.CreateModel(
            name='InboxEntry',
            fields=[
                ('id', models.UUIDField(default=kernel.ids.uuid7, editable=False, primary_key=True, serialize=False)),
                ('event_id', models.UUIDField()),
                ('handler', models.CharField(max_length=120)),
                ('handled_at', models.DateTimeField(default=kernel.clock.now)),
            ],
            options={
                'indexes': [models.Index(fields=['handled_at'], name='inbox_handled')],
                'constraints': [models.UniqueConstraint(fields=('event_id', 'handler'), name='inbox_event_handler')],
            },
        ),
        migrations.CreateModel(
            name='OutboxEvent',
            fields=[
                ('id', models.UUIDField(default=kernel.ids.uuid7, editable=False, primary_key=True, serialize=False)),
                ('topic', models.CharField(max_length=80)),
                ('payload', models.JSONField()),
                ('hospital_id', models.UUIDField(null=True)),
                ('request_id', models.CharField(blank=True, default='', max_length=64)),
                ('created_at', models.DateTimeField(default=kernel.clock.now)),
                ('published_at', models.DateTimeField(null=True)),
                ('pending', models.SmallIntegerField(default=0, help_text='handlers that have not finished yet')),
            ],
            options={
                'indexes': [models.Index(condition=models.Q(('published_at', None)), fields=['id'], name='outbox_unpublished'), models.Index(condition=models.Q(('pending__gt', 0)), fields=['published_at'], name='outbox_pending'), models.Index(fields=['created_at'], name='outbox_created')],
            },
        ),
        migrations.CreateModel(
            name='DeadLetter',
            fields=[
                ('id', models.UUIDField(default=kernel.ids.uuid7, editable=False, primary_key=True, serialize=False)),
                ('handler', models.CharField(max_length=120)),
                ('error', models.TextField()),
                ('created_at', models.DateTimeField(default=kernel.clock.now)),
                ('replayed_at', models.DateTimeField(null=True)),
                ('event', models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, to='kernel.outboxevent')),
            ],
            options={
                'indexes': [models.Index(fields=['-created_at'], name='dead_letter_created')],
                'constraints': [models.UniqueConstraint(fields=('event', 'handler'), name='dead_letter_event_handler')],
            },
        ),
    ]
