import uuid
from django.db import migrations, models


class Migration(migrations.Migration):

    initial = True

    dependencies = [
    ]

    operations = [
        migrations.CreateModel(
            name='QueuedEntry',
            fields=[
                ('entry', models.BinaryField(help_text='canonical JSON (RFC 8785), at most 4 kB')),
                ('salt', models.BinaryField(max_length=16)),
                ('leaf', models.BinaryField(max_length=32)),
                ('action', models.CharField(max_length=60)),
                ('subject', models.CharField(max_length=80)),
                ('queued_at', models.DateTimeField()),
                ('id', models.UUIDField(default=uuid.uuid4, editable=False, primary_key=True, serialize=False)),
            ],
            options={
                'abstract': False,
            },
        ),
        migrations.CreateModel(
            name='Entry',
            fields=[
                ('entry', models.BinaryField(help_text='canonical JSON (RFC 8785), at most 4 kB')),
                ('salt', models.BinaryField(max_length=16)),
                ('leaf', models.BinaryField(max_length=32)),
                ('action', models.CharField(max_length=60)),
                ('subject', models.CharField(max_length=80)),
                ('queued_at', models.DateTimeField()),
                ('index', models.BigIntegerField(primary_key=True, serialize=False)),
                ('id', models.UUIDField(unique=True)),
                ('sequenced_at', models.DateTimeField()),
            ],
            options={
                'indexes': [models.Index(fields=['subject', 'index'], name='ledger_entry_subject')],
            },
        ),
    ]
