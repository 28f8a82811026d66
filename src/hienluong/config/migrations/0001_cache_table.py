"""The table of the shared cache, in which lockouts and rate limits are counted (Django gives it no model)."""

from django.db import migrations


class Migration(migrations.Migration):
    initial = True
    dependencies = []
    operations = [
        migrations.RunSQL(
            """
            CREATE TABLE hienluong_cache (
                cache_key varchar(255) PRIMARY KEY,
                value text NOT NULL,
                expires timestamp with time zone NOT NULL
            );
            CREATE INDEX hienluong_cache_expires ON hienluong_cache (expires);
            """,
            "DROP TABLE hienluong_cache",
        )
    ]
