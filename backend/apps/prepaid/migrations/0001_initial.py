from pathlib import Path
import django.db.models.deletion
import kernel.clock
import kernel.ids
from django.db import migrations, models


HERE = Path(__file__).parent


class Migration(migrations.Migration):

    initial = True

    dependencies = [
        ("payments", "0001_initial"),
        ("audit", "0001_initial"),
        ('identity', '0001_initial'),
    ]

    operations = [
        migrations.CreateModel(
            name='PrepaidAccount',
            fields=[
                ('id', models.UUIDField(default=kernel.ids.uuid7, editable=False, primary_key=True, serialize=False)),
                ('created_at', models.DateTimeField(default=kernel.clock.now, editable=False)),
                ('updated_at', models.DateTimeField(default=kernel.clock.now, editable=False)),
                ('kind', models.CharField(max_length=20)),
                ('owner', models.CharField(max_length=64)),
                ('hospital', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='+', to='identity.hospital')),
            ],
            options={
                'constraints': [
                    models.UniqueConstraint(fields=('hospital', 'kind', 'owner'), name='prepaid_account_once'),
                ],
            },
        ),
        migrations.CreateModel(
            name='PrepaidHold',
            fields=[
                ('id', models.UUIDField(default=kernel.ids.uuid7, editable=False, primary_key=True, serialize=False)),
                ('created_at', models.DateTimeField(default=kernel.clock.now, editable=False)),
                ('updated_at', models.DateTimeField(default=kernel.clock.now, editable=False)),
                ('amount_fen', models.BigIntegerField()),
                ('subject_type', models.CharField(max_length=60)),
                ('subject_id', models.UUIDField()),
                ('state', models.CharField(choices=[('open', '冻结中'), ('consumed', '已消费'), ('released', '已解冻')], default='open', max_length=12)),
                ('account', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='holds', to='prepaid.prepaidaccount')),
            ],
            options={
                'constraints': [
                    models.UniqueConstraint(condition=models.Q(('state', 'open')), fields=('account', 'subject_type', 'subject_id'), name='prepaid_hold_once'),
                    models.CheckConstraint(condition=models.Q(('amount_fen__gt', 0)), name='prepaid_hold_has_amount'),
                ],
            },
        ),
        migrations.CreateModel(
            name='PrepaidLot',
            fields=[
                ('id', models.UUIDField(default=kernel.ids.uuid7, editable=False, primary_key=True, serialize=False)),
                ('created_at', models.DateTimeField(default=kernel.clock.now, editable=False)),
                ('updated_at', models.DateTimeField(default=kernel.clock.now, editable=False)),
                ('part', models.CharField(choices=[('principal', '本金'), ('bonus', '赠送')], default='principal', max_length=12)),
                ('source', models.CharField(blank=True, default='', help_text='the recharge; empty: the only lot', max_length=80)),
                ('expires_at', models.DateTimeField(null=True)),
                ('left_fen', models.BigIntegerField(default=0)),
                ('held_fen', models.BigIntegerField(default=0)),
                ('account', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='lots', to='prepaid.prepaidaccount')),
            ],
            options={
                'indexes': [
                    models.Index(condition=models.Q(('expires_at__isnull', False), ('part', 'bonus')), fields=['expires_at', 'id'], name='prepaid_lot_expires'),
                ],
                'constraints': [
                    models.UniqueConstraint(fields=('account', 'source', 'part'), name='prepaid_lot_once'),
                    models.CheckConstraint(condition=models.Q(('held_fen__gte', 0), ('left_fen__gte', models.F('held_fen'))), name='prepaid_lot_holds_within'),
                    models.CheckConstraint(condition=models.Q(('part', 'bonus'), ('expires_at__isnull', True), _connector='OR'), name='prepaid_principal_never_expires'),
                ],
            },
        ),
        migrations.CreateModel(
            name='PrepaidMovement',
            fields=[
                ('id', models.UUIDField(default=kernel.ids.uuid7, editable=False, primary_key=True, serialize=False)),
                ('created_at', models.DateTimeField(default=kernel.clock.now, editable=False)),
                ('updated_at', models.DateTimeField(default=kernel.clock.now, editable=False)),
                ('kind', models.CharField(choices=[('top_up', '充值'), ('bonus', '赠送'), ('consume', '消费'), ('transfer_out', '转出'), ('transfer_in', '转入'), ('refund', '退款'), ('return', '退回'), ('hold', '冻结'), ('release', '解冻'), ('expire', '赠送过期')], max_length=16)),
                ('amount_fen', models.BigIntegerField()),
                ('key', models.CharField(max_length=120)),
                ('transaction_id', models.UUIDField(help_text='of the ledger; null: nothing was posted', null=True)),
                ('note', models.CharField(blank=True, default='', max_length=200)),
                ('account', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='movements', to='prepaid.prepaidaccount')),
                ('hold', models.ForeignKey(null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to='prepaid.prepaidhold')),
            ],
            options={
                'indexes': [
                    models.Index(fields=['account', '-id'], name='prepaid_movement_in_order'),
                ],
                'constraints': [
                    models.UniqueConstraint(fields=('account', 'key'), name='prepaid_movement_once'),
                ],
            },
        ),
        migrations.CreateModel(
            name='PrepaidMovementPart',
            fields=[
                ('pk', models.CompositePrimaryKey('movement', 'lot', blank=True, editable=False, primary_key=True, serialize=False)),
                ('left_change_fen', models.BigIntegerField(default=0)),
                ('held_change_fen', models.BigIntegerField(default=0)),
                ('lot', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='parts', to='prepaid.prepaidlot')),
                ('movement', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='parts', to='prepaid.prepaidmovement')),
            ],
        ),
        migrations.RunSQL((HERE / "0001_prepaid.sql").read_text(), (HERE / "0001_prepaid_undo.sql").read_text()),
    ]
