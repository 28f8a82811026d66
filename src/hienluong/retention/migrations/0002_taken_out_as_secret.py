from django.db import migrations, models


class Migration(migrations.Migration):

    dependencies = [
        ('retention', '0001_retention'),
    ]

    operations = [
        migrations.AlterField(
            model_name='disposalitem',
            name='outcome',
            field=models.CharField(choices=[('waiting', 'not carried out'), ('destroyed', 'destroyed'), ('held', 'kept: under a legal hold'), ('gone', 'there was no copy any more'), ('secret', 'kept: taken out of the exchange as secret')], default='waiting', max_length=9),
        ),
    ]
