import django.contrib.postgres.indexes
import django.db.models.deletion
import uuid
from django.db import migrations, models


class Migration(migrations.Migration):

    initial = True

    dependencies = [
        ('directory', '0001_initial'),
    ]

    operations = [
        migrations.CreateModel(
            name='Delivery',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('recipient_code', models.CharField(help_text='To/OrganId as written', max_length=60)),
                ('kind', models.CharField(choices=[('edoc', 'document'), ('status', 'status')], help_text="the packet's, so that indices can tell them apart", max_length=6)),
                ('state', models.CharField(choices=[('waiting', 'waiting'), ('unrouted', 'waiting for a route'), ('delivered', 'in the mailbox'), ('fetched', 'fetched'), ('confirmed', 'confirmed'), ('rejected', "refused by the recipient's system"), ('dead', 'failed for good'), ('withdrawn', 'withdrawn')], max_length=10)),
                ('business_state', models.CharField(blank=True, help_text='the last status in order: 01 … 16', max_length=2)),
                ('attempts', models.PositiveSmallIntegerField(default=0)),
                ('due_at', models.DateTimeField(help_text='when to try next; null: nothing to do', null=True)),
                ('failure', models.TextField(blank=True)),
                ('created_at', models.DateTimeField()),
                ('changed_at', models.DateTimeField()),
                ('delivered_at', models.DateTimeField(null=True)),
                ('fetched_at', models.DateTimeField(null=True)),
                ('confirmed_at', models.DateTimeField(null=True)),
            ],
        ),
        migrations.CreateModel(
            name='Packet',
            fields=[
                ('id', models.UUIDField(default=uuid.uuid4, editable=False, primary_key=True, serialize=False)),
                ('kind', models.CharField(choices=[('edoc', 'document'), ('status', 'status')], max_length=6)),
                ('business', models.SmallIntegerField(choices=[(0, 'new document'), (1, 'revocation'), (2, 'update'), (3, 'replacement')], null=True)),
                ('sender_code', models.CharField(help_text='From/OrganId as written', max_length=60)),
                ('sender_name', models.TextField()),
                ('document_id', models.TextField(help_text='DocumentId as written; for a status, the document it is about')),
                ('digest', models.BinaryField(max_length=32)),
                ('code_number', models.TextField(blank=True)),
                ('code_notation', models.TextField(blank=True)),
                ('promulgated_on', models.DateField(null=True)),
                ('promulgated_raw', models.TextField(blank=True)),
                ('type_name', models.TextField(blank=True)),
                ('subject', models.TextField(blank=True)),
                ('search_key', models.TextField(blank=True)),
                ('priority', models.SmallIntegerField(default=0)),
                ('status_code', models.CharField(blank=True, max_length=2)),
                ('status_note', models.TextField(blank=True)),
                ('secrecy', models.CharField(choices=[('open', 'not secret'), ('quarantined', 'quarantined'), ('destroyed', 'destroyed')], default='open', max_length=12)),
                ('warnings', models.JSONField(default=list)),
                ('accepted_at', models.DateTimeField()),
                ('sender', models.ForeignKey(null=True, on_delete=django.db.models.deletion.PROTECT, related_name='packets', to='directory.agency')),
            ],
        ),
        migrations.CreateModel(
            name='DeliveryEvent',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('plane', models.CharField(choices=[('mailbox', 'mailbox'), ('business', 'business')], max_length=8)),
                ('before', models.CharField(blank=True, max_length=10)),
                ('after', models.CharField(max_length=10)),
                ('at', models.DateTimeField()),
                ('actor', models.CharField(help_text='name at that time', max_length=200)),
                ('note', models.TextField(blank=True)),
                ('in_order', models.BooleanField(default=True, help_text='false: recorded, but the state table does not allow it here')),
                ('delivery', models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name='events', to='exchange.delivery')),
                ('status_packet', models.ForeignKey(null=True, on_delete=django.db.models.deletion.PROTECT, related_name='reported', to='exchange.packet')),
            ],
        ),
        migrations.AddField(
            model_name='delivery',
            name='packet',
            field=models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='deliveries', to='exchange.packet'),
        ),
        migrations.CreateModel(
            name='Part',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('position', models.PositiveSmallIntegerField()),
                ('name', models.TextField()),
                ('declared_type', models.TextField(blank=True)),
                ('real_type', models.CharField(max_length=120)),
                ('size', models.BigIntegerField()),
                ('sha256', models.BinaryField(max_length=32)),
                ('packet', models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name='parts', to='exchange.packet')),
            ],
        ),
        migrations.CreateModel(
            name='Recipient',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('code', models.CharField(help_text='primary code, or the code outside as written', max_length=60, unique=True)),
                ('name', models.TextField()),
                ('channel', models.CharField(default='mailbox', help_text='empty: no route yet', max_length=20)),
                ('agency', models.OneToOneField(null=True, on_delete=django.db.models.deletion.PROTECT, related_name='recipient', to='directory.agency')),
            ],
        ),
        migrations.AddField(
            model_name='delivery',
            name='recipient',
            field=models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='deliveries', to='exchange.recipient'),
        ),
        migrations.CreateModel(
            name='Transmission',
            fields=[
                ('id', models.UUIDField(default=uuid.uuid4, editable=False, primary_key=True, serialize=False)),
                ('submitter', models.UUIDField(help_text='the agency that handed it in, for itself or by a right to send for others')),
                ('sha256', models.BinaryField(max_length=32)),
                ('size', models.BigIntegerField()),
                ('file_id', models.UUIDField(help_text='in the vault')),
                ('idempotency_key', models.CharField(max_length=100, null=True)),
                ('hops', models.JSONField(default=list, help_text='its TraceHeaders: [{organ_id, timestamp}]')),
                ('accepted_at', models.DateTimeField()),
                ('receipt', models.JSONField()),
                ('packet', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='transmissions', to='exchange.packet')),
            ],
        ),
        migrations.AddField(
            model_name='delivery',
            name='transmission',
            field=models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='deliveries', to='exchange.transmission'),
        ),
        migrations.AddIndex(
            model_name='packet',
            index=models.Index(fields=['sender', '-id'], name='exchange_packet_of_sender'),
        ),
        migrations.AddIndex(
            model_name='packet',
            index=models.Index(fields=['document_id'], name='exchange_packet_document'),
        ),
        migrations.AddConstraint(
            model_name='packet',
            constraint=models.UniqueConstraint(fields=('sender_code', 'document_id', 'kind', 'business', 'digest'), name='exchange_packet_once', nulls_distinct=False),
        ),
        migrations.AddConstraint(
            model_name='packet',
            constraint=models.UniqueConstraint(condition=models.Q(('business', 0), ('kind', 'edoc')), fields=('sender_code', 'document_id'), name='exchange_new_document_once'),
        ),
        migrations.AddIndex(
            model_name='deliveryevent',
            index=django.contrib.postgres.indexes.BrinIndex(fields=['at'], name='exchange_event_time', pages_per_range=16),
        ),
        migrations.AddConstraint(
            model_name='part',
            constraint=models.UniqueConstraint(fields=('packet', 'position'), name='exchange_part_position'),
        ),
        migrations.AddIndex(
            model_name='transmission',
            index=django.contrib.postgres.indexes.BrinIndex(fields=['accepted_at'], name='exchange_transmission_time', pages_per_range=16),
        ),
        migrations.AddConstraint(
            model_name='transmission',
            constraint=models.UniqueConstraint(fields=('submitter', 'sha256'), name='exchange_file_once'),
        ),
        migrations.AddConstraint(
            model_name='transmission',
            constraint=models.UniqueConstraint(fields=('submitter', 'idempotency_key'), name='exchange_key_once'),
        ),
        migrations.AddIndex(
            model_name='delivery',
            index=models.Index(condition=models.Q(('due_at__isnull', False)), fields=['recipient', 'id'], name='exchange_delivery_due'),
        ),
        migrations.AddIndex(
            model_name='delivery',
            index=models.Index(fields=['recipient', '-id'], name='exchange_delivery_mailbox'),
        ),
        migrations.AddIndex(
            model_name='delivery',
            index=models.Index(condition=models.Q(('state__in', ['delivered', 'fetched'])), fields=['recipient', 'id'], name='exchange_delivery_open'),
        ),
        migrations.AddIndex(
            model_name='delivery',
            index=models.Index(condition=models.Q(('state__in', ['waiting', 'unrouted', 'dead', 'rejected'])), fields=['state', 'id'], name='exchange_delivery_troubles'),
        ),
        migrations.AddIndex(
            model_name='delivery',
            index=models.Index(condition=models.Q(('business_state__in', ['', '01', '13']), ('kind', 'edoc')), fields=['recipient', 'id'], name='exchange_delivery_to_answer'),
        ),
        migrations.AddIndex(
            model_name='delivery',
            index=models.Index(condition=models.Q(('business_state', '02')), fields=['changed_at'], name='exchange_delivery_refused'),
        ),
        migrations.AddConstraint(
            model_name='delivery',
            constraint=models.UniqueConstraint(fields=('packet', 'recipient'), name='exchange_delivery_once'),
        ),
    ]
