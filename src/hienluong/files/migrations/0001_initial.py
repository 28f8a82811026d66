import django.db.models.deletion
import uuid
from django.db import migrations, models


class Migration(migrations.Migration):

    initial = True

    dependencies = [
    ]

    operations = [
        migrations.CreateModel(
            name='SealedFile',
            fields=[
                ('id', models.UUIDField(default=uuid.uuid4, editable=False, primary_key=True, serialize=False)),
                ('size', models.BigIntegerField()),
                ('sha256', models.BinaryField(max_length=32)),
                ('stored_at', models.DateTimeField()),
            ],
        ),
        migrations.CreateModel(
            name='Destruction',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('file_id', models.UUIDField()),
                ('holder', models.UUIDField()),
                ('destroyed_at', models.DateTimeField()),
                ('reason', models.TextField()),
            ],
            options={
                'constraints': [models.UniqueConstraint(fields=('file_id', 'holder'), name='files_destroyed_once')],
            },
        ),
        migrations.CreateModel(
            name='Holding',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('holder', models.UUIDField()),
                ('wrapped_key', models.BinaryField(max_length=64)),
                ('file', models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name='holdings', to='files.sealedfile')),
            ],
            options={
                'constraints': [models.UniqueConstraint(fields=('file', 'holder'), name='files_one_key_per_holder')],
            },
        ),
    ]
