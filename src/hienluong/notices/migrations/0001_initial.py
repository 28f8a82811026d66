from django.db import migrations, models


class Migration(migrations.Migration):

    initial = True

    dependencies = [
    ]

    operations = [
        migrations.CreateModel(
            name='Notice',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('reader', models.UUIDField(help_text='the person, as the directory names them')),
                ('code', models.CharField(max_length=60)),
                ('values', models.JSONField(default=dict)),
                ('link', models.CharField(blank=True, max_length=200)),
                ('address', models.EmailField(blank=True, help_text='where the mail goes; empty: no mail', max_length=254)),
                ('created_at', models.DateTimeField()),
                ('read_at', models.DateTimeField(null=True)),
                ('mailed_at', models.DateTimeField(null=True)),
            ],
            options={
                'indexes': [models.Index(fields=['reader', '-id'], name='notices_of_reader')],
                'constraints': [models.UniqueConstraint(fields=('reader', 'code', 'link'), name='notices_said_once')],
            },
        ),
    ]
