"""What the monitoring keeps: counted hours, samples of disks, alarms, their limits and silences."""

import uuid
from django.db import migrations, models


class Migration(migrations.Migration):

    initial = True

    dependencies = [
    ]

    operations = [
        migrations.CreateModel(
            name='Hour',
            fields=[
                ('begins_at', models.DateTimeField(primary_key=True, serialize=False)),
                ('accepted', models.PositiveIntegerField()),
                ('delivered', models.PositiveIntegerField()),
                ('confirmed', models.PositiveIntegerField()),
                ('failed', models.PositiveIntegerField(help_text="for good, or refused by the recipient's system")),
            ],
        ),
        migrations.CreateModel(
            name='Limit',
            fields=[
                ('condition', models.CharField(max_length=30, primary_key=True, serialize=False)),
                ('watched', models.BooleanField(default=True)),
                ('value', models.FloatField()),
                ('repeat_hours', models.PositiveSmallIntegerField(help_text='after so many hours it is said again')),
                ('changed_at', models.DateTimeField()),
            ],
        ),
        migrations.CreateModel(
            name='Alarm',
            fields=[
                ('id', models.UUIDField(default=uuid.uuid4, editable=False, primary_key=True, serialize=False)),
                ('condition', models.CharField(max_length=30)),
                ('raised_at', models.DateTimeField()),
                ('limit', models.FloatField(help_text='in force when it was raised')),
                ('value', models.FloatField(help_text='last seen; null: there is nothing to measure any more', null=True)),
                ('worst', models.FloatField(null=True)),
                ('seen_at', models.DateTimeField(help_text='last time it was found past its limit')),
                ('told_at', models.DateTimeField(help_text='null: silenced so far', null=True)),
                ('told', models.PositiveSmallIntegerField(default=0, help_text='how often it was said')),
                ('cleared_at', models.DateTimeField(null=True)),
            ],
            options={
                'constraints': [models.UniqueConstraint(condition=models.Q(('cleared_at', None)), fields=('condition',), name='monitoring_alarm_once')],
            },
        ),
        migrations.CreateModel(
            name='DiskSample',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('at', models.DateTimeField()),
                ('place', models.CharField(help_text='data, files: what lies on that disk', max_length=10)),
                ('free', models.BigIntegerField(help_text='bytes a program may still write')),
                ('total', models.BigIntegerField(help_text='bytes')),
                ('database', models.BigIntegerField(help_text='bytes of the database, wherever it lies')),
            ],
            options={
                'constraints': [models.UniqueConstraint(fields=('place', 'at'), name='monitoring_sample_once')],
            },
        ),
        migrations.CreateModel(
            name='Silence',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('condition', models.CharField(max_length=30)),
                ('reason', models.CharField(max_length=300)),
                ('by', models.CharField(help_text='name at that time', max_length=200)),
                ('begins_at', models.DateTimeField()),
                ('ends_at', models.DateTimeField(help_text='brought forward when somebody ends it')),
            ],
            options={
                'indexes': [models.Index(fields=['ends_at'], name='monitoring_silence_end')],
            },
        ),
    ]
