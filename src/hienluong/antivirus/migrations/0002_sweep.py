"""Lets what was stored before scanning was turned on be scanned beside everything else."""

from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("antivirus", "0001_antivirus")]

    operations = [
        migrations.AddField(
            "scan",
            "swept",
            models.BooleanField(
                default=False, db_default=False, help_text="it was stored before scanning was turned on"
            ),
        ),
        migrations.CreateModel(
            "Sweep",
            [
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                (
                    "place",
                    models.UUIDField(help_text="the packet it came to; those after it were asked for"),
                ),
                ("begun_at", models.DateTimeField()),
                (
                    "reached_at",
                    models.DateTimeField(
                        null=True, help_text="when the packet at that place was accepted"
                    ),
                ),
                (
                    "asked",
                    models.PositiveIntegerField(default=0, help_text="scans asked for since it began"),
                ),
                ("done_at", models.DateTimeField(null=True)),
            ],
            options={
                "constraints": [
                    models.CheckConstraint(condition=models.Q(pk=1), name="antivirus_one_sweep")
                ]
            },
        ),
    ]
