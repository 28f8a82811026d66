"""Gives every entry of a mailbox a place that grows in the order of commits; the id is given before the delivery."""

from django.db import migrations, models

FILL = """
UPDATE exchange_delivery SET position = numbered.place
FROM (SELECT id, nextval('exchange_position') AS place FROM
    (SELECT id FROM exchange_delivery WHERE delivered_at IS NOT NULL ORDER BY id) AS old) AS numbered
WHERE exchange_delivery.id = numbered.id
"""


class Migration(migrations.Migration):
    dependencies = [("exchange", "0005_standing")]

    operations = [
        migrations.RunSQL("CREATE SEQUENCE exchange_position", "DROP SEQUENCE exchange_position"),
        migrations.AddField(
            "delivery",
            "position",
            models.BigIntegerField(
                help_text="its place in the mailbox, given by the drainer: in one mailbox it grows in the order of commits",
                null=True,
            ),
        ),
        migrations.RunSQL(FILL, migrations.RunSQL.noop),
        migrations.RemoveIndex("delivery", "exchange_delivery_mailbox"),
        migrations.RemoveIndex("delivery", "exchange_delivery_open"),
        migrations.AddIndex(
            "delivery", models.Index(fields=["recipient", "-position"], name="exchange_delivery_mailbox")
        ),
        migrations.AddIndex(
            "delivery",
            models.Index(
                condition=models.Q(("state__in", ["delivered", "fetched"])),
                fields=["recipient", "position"],
                name="exchange_delivery_open",
            ),
        ),
    ]
