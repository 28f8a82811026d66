import django.db.models.deletion
import uuid
from django.db import migrations, models


class Migration(migrations.Migration):

    dependencies = [
        ('allauth_idp_oidc', '0003_client_allow_uri_wildcards'),
        ('directory', '0001_initial'),
    ]

    operations = [
        migrations.CreateModel(
            name='AgencySystem',
            fields=[
                ('id', models.UUIDField(default=uuid.uuid4, editable=False, primary_key=True, serialize=False)),
                ('name', models.CharField(max_length=100)),
                ('valid_from', models.DateField()),
                ('valid_to', models.DateField(null=True)),
                ('agency', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='systems', to='directory.agency')),
                ('client', models.OneToOneField(on_delete=django.db.models.deletion.PROTECT, related_name='system', to='allauth_idp_oidc.client')),
            ],
        ),
        migrations.CreateModel(
            name='SendingRight',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('scope', models.CharField(choices=[('agency', 'one agency'), ('outside', 'any agency outside the province')], max_length=8)),
                ('valid_from', models.DateField()),
                ('valid_to', models.DateField(null=True)),
                ('reason', models.CharField(max_length=300)),
                ('agency', models.ForeignKey(null=True, on_delete=django.db.models.deletion.PROTECT, related_name='sending_rights', to='directory.agency')),
                ('system', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='sending_rights', to='directory.agencysystem')),
            ],
        ),
        migrations.AddConstraint(
            model_name='sendingright',
            constraint=models.CheckConstraint(condition=models.Q(models.Q(('agency__isnull', False), ('scope', 'agency')), models.Q(('agency__isnull', True), ('scope', 'outside')), _connector='OR'), name='directory_right_names_its_agency'),
        ),
    ]
