import django.contrib.auth.models
import django.contrib.auth.validators
import django.db.models.deletion
import django.db.models.functions.text
import django.utils.timezone
import uuid
from django.conf import settings
from django.db import migrations, models


class Migration(migrations.Migration):

    initial = True

    dependencies = [
        ('auth', '0012_alter_user_first_name_max_length'),
    ]

    operations = [
        migrations.CreateModel(
            name='CalendarDay',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('day', models.DateField(unique=True)),
                ('kind', models.CharField(choices=[('holiday', 'holiday'), ('make_up', 'make-up working day')], max_length=8)),
                ('name', models.CharField(max_length=120)),
                ('source', models.CharField(max_length=200)),
            ],
        ),
        migrations.CreateModel(
            name='WorkingHours',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('valid_from', models.DateField(unique=True)),
                ('morning_from', models.TimeField()),
                ('morning_to', models.TimeField()),
                ('afternoon_from', models.TimeField()),
                ('afternoon_to', models.TimeField()),
                ('provisional', models.BooleanField(default=True, help_text='no published decision was found; confirm it')),
                ('source', models.CharField(max_length=200)),
            ],
        ),
        migrations.CreateModel(
            name='User',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('password', models.CharField(max_length=128, verbose_name='password')),
                ('last_login', models.DateTimeField(blank=True, null=True, verbose_name='last login')),
                ('is_superuser', models.BooleanField(default=False, help_text='Designates that this user has all permissions without explicitly assigning them.', verbose_name='superuser status')),
                ('username', models.CharField(error_messages={'unique': 'A user with that username already exists.'}, help_text='Required. 150 characters or fewer. Letters, digits and @/./+/-/_ only.', max_length=150, unique=True, validators=[django.contrib.auth.validators.UnicodeUsernameValidator()], verbose_name='username')),
                ('first_name', models.CharField(blank=True, max_length=150, verbose_name='first name')),
                ('last_name', models.CharField(blank=True, max_length=150, verbose_name='last name')),
                ('email', models.EmailField(blank=True, max_length=254, verbose_name='email address')),
                ('is_staff', models.BooleanField(default=False, help_text='Designates whether the user can log into this admin site.', verbose_name='staff status')),
                ('is_active', models.BooleanField(default=True, help_text='Designates whether this user should be treated as active. Unselect this instead of deleting accounts.', verbose_name='active')),
                ('date_joined', models.DateTimeField(default=django.utils.timezone.now, verbose_name='date joined')),
                ('groups', models.ManyToManyField(blank=True, help_text='The groups this user belongs to. A user will get all permissions granted to each of their groups.', related_name='user_set', related_query_name='user', to='auth.group', verbose_name='groups')),
                ('user_permissions', models.ManyToManyField(blank=True, help_text='Specific permissions for this user.', related_name='user_set', related_query_name='user', to='auth.permission', verbose_name='user permissions')),
            ],
            options={
                'verbose_name': 'user',
                'verbose_name_plural': 'users',
                'abstract': False,
            },
            managers=[
                ('objects', django.contrib.auth.models.UserManager()),
            ],
        ),
        migrations.CreateModel(
            name='AdministrativeUnit',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('code', models.CharField(max_length=8)),
                ('kind', models.CharField(choices=[('province', 'province'), ('district', 'district'), ('commune', 'commune')], max_length=10)),
                ('name', models.CharField(max_length=120)),
                ('full_name', models.CharField(max_length=160)),
                ('english_name', models.CharField(blank=True, max_length=120)),
                ('alternative_name', models.CharField(blank=True, max_length=120)),
                ('sort_key', models.CharField(db_collation='C', max_length=400)),
                ('search_key', models.CharField(max_length=400)),
                ('valid_from', models.DateField()),
                ('valid_to', models.DateField(help_text='the first day it is no more', null=True)),
                ('postal_code', models.CharField(blank=True, max_length=5)),
                ('population', models.PositiveIntegerField(null=True)),
                ('area_km2', models.DecimalField(decimal_places=2, max_digits=9, null=True)),
                ('latitude', models.FloatField(null=True)),
                ('longitude', models.FloatField(null=True)),
                ('parent', models.ForeignKey(null=True, on_delete=django.db.models.deletion.PROTECT, related_name='children', to='directory.administrativeunit')),
                ('successor', models.ForeignKey(null=True, on_delete=django.db.models.deletion.PROTECT, related_name='predecessors', to='directory.administrativeunit')),
            ],
        ),
        migrations.CreateModel(
            name='Agency',
            fields=[
                ('id', models.UUIDField(default=uuid.uuid4, editable=False, primary_key=True, serialize=False)),
                ('name', models.CharField(max_length=200)),
                ('english_name', models.CharField(blank=True, max_length=200)),
                ('sort_key', models.CharField(db_collation='C', max_length=600)),
                ('search_key', models.CharField(max_length=600)),
                ('kind', models.CharField(choices=[('province', "provincial people's committee"), ('department', 'provincial department'), ('commune', "commune people's committee"), ('central', 'central agency'), ('other', 'other agency')], max_length=12)),
                ('place', models.CharField(choices=[('province', 'in the province'), ('outside', 'outside the province')], default='province', max_length=10)),
                ('valid_from', models.DateField()),
                ('valid_to', models.DateField(null=True)),
                ('address', models.CharField(blank=True, max_length=500)),
                ('email', models.CharField(blank=True, max_length=100)),
                ('telephone', models.CharField(blank=True, max_length=60)),
                ('fax', models.CharField(blank=True, max_length=60)),
                ('website', models.CharField(blank=True, max_length=200)),
                ('parent', models.ForeignKey(null=True, on_delete=django.db.models.deletion.PROTECT, related_name='children', to='directory.agency')),
                ('successor', models.ForeignKey(null=True, on_delete=django.db.models.deletion.PROTECT, related_name='predecessors', to='directory.agency')),
                ('unit', models.ForeignKey(null=True, on_delete=django.db.models.deletion.PROTECT, related_name='agencies', to='directory.administrativeunit')),
            ],
        ),
        migrations.CreateModel(
            name='AgencyCode',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('scheme', models.CharField(choices=[('qd20', 'Decision 20/2020'), ('qcvn102', 'QCVN 102:2016')], max_length=8)),
                ('code', models.CharField(max_length=35)),
                ('primary', models.BooleanField(default=False, help_text='the one we write on the wire')),
                ('provisional', models.BooleanField(default=False, help_text='made by us until the published list is imported')),
                ('valid_from', models.DateField()),
                ('valid_to', models.DateField(null=True)),
                ('agency', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='codes', to='directory.agency')),
            ],
        ),
        migrations.CreateModel(
            name='OneTimeSignIn',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('token_hash', models.CharField(max_length=64, unique=True)),
                ('expires_at', models.DateTimeField()),
                ('used_at', models.DateTimeField(null=True)),
                ('user', models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name='one_time_sign_ins', to=settings.AUTH_USER_MODEL)),
            ],
        ),
        migrations.CreateModel(
            name='Person',
            fields=[
                ('id', models.UUIDField(default=uuid.uuid4, editable=False, primary_key=True, serialize=False)),
                ('full_name', models.CharField(max_length=100)),
                ('sort_key', models.CharField(db_collation='C', max_length=300)),
                ('search_key', models.CharField(max_length=300)),
                ('email', models.EmailField(blank=True, max_length=254)),
                ('telephone', models.CharField(blank=True, max_length=20)),
                ('user', models.OneToOneField(null=True, on_delete=django.db.models.deletion.PROTECT, related_name='person', to=settings.AUTH_USER_MODEL)),
            ],
        ),
        migrations.CreateModel(
            name='Post',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('role', models.CharField(choices=[('clerk', 'clerk'), ('head', 'head'), ('deputy', 'deputy'), ('officer', 'officer'), ('operator', 'operator'), ('auditor', 'auditor'), ('administrator', 'administrator'), ('secrecy_officer', 'secrecy officer')], max_length=16)),
                ('title', models.CharField(max_length=100)),
                ('valid_from', models.DateField()),
                ('valid_to', models.DateField(null=True)),
                ('agency', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='posts', to='directory.agency')),
                ('person', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='posts', to='directory.person')),
            ],
        ),
        migrations.AddIndex(
            model_name='administrativeunit',
            index=models.Index(fields=['kind', 'sort_key'], name='directory_unit_order'),
        ),
        migrations.AddConstraint(
            model_name='administrativeunit',
            constraint=models.UniqueConstraint(fields=('kind', 'code', 'valid_from'), name='directory_unit_once'),
        ),
        migrations.AddIndex(
            model_name='agency',
            index=models.Index(fields=['place', 'sort_key'], name='directory_agency_order'),
        ),
        migrations.AddConstraint(
            model_name='agencycode',
            constraint=models.UniqueConstraint(django.db.models.functions.text.Upper('code'), name='directory_code_once'),
        ),
        migrations.AddConstraint(
            model_name='agencycode',
            constraint=models.UniqueConstraint(condition=models.Q(('primary', True)), fields=('agency',), name='directory_one_primary_code'),
        ),
        migrations.AddConstraint(
            model_name='post',
            constraint=models.UniqueConstraint(condition=models.Q(('valid_to', None)), fields=('person', 'agency', 'role'), name='directory_post_once'),
        ),
    ]
