"""Lets packets be found: who holds them, what is looked for line by line, and one index of both and of the date."""

import django.contrib.postgres.fields
import django.contrib.postgres.indexes
from django.db import migrations, models

from hienluong.directory.service import ensure_extension
from hienluong.kit.search_key import search_key

BATCH = 2_000
HOLDERS = """
UPDATE exchange_packet p SET holders = ARRAY(
    SELECT r.agency_id FROM exchange_delivery d JOIN exchange_recipient r ON r.id = d.recipient_id
    WHERE d.packet_id = p.id AND r.agency_id IS NOT NULL
    UNION SELECT p.sender_id WHERE p.sender_id IS NOT NULL)
"""
KEYS = "UPDATE exchange_packet p SET search_key = f.key FROM unnest(%s::uuid[], %s::text[]) f (id, key) WHERE p.id = f.id"


def enable(apps, schema_editor):
    ensure_extension(schema_editor.connection, "btree_gin")


def write_keys(apps, schema_editor):
    """Writes the keys anew; what was taken out has none and gets none."""
    packets = apps.get_model("exchange", "Packet").objects.filter(secrecy="open").order_by("id")
    columns = ("id", "kind", "code_number", "code_notation", "type_name", "subject", "sender_name", "sender_code")
    last = None
    while batch := list((packets.filter(id__gt=last) if last else packets).values_list(*columns)[:BATCH]):
        last = batch[-1][0]
        keys = [
            search_key("/".join(part for part in (number, notation) if part), kind_name, subject, f"{name} {code}")
            for _id, _kind, number, notation, kind_name, subject, name, code in batch
        ]
        with schema_editor.connection.cursor() as cursor:
            cursor.execute(KEYS, [[row[0] for row in batch], keys])
    recipients = apps.get_model("exchange", "Recipient").objects
    for recipient in recipients.iterator():
        recipients.filter(pk=recipient.pk).update(search_key=search_key(f"{recipient.name} {recipient.code}"))


class Migration(migrations.Migration):
    dependencies = [("exchange", "0007_flow_indexes")]

    operations = [
        migrations.RunPython(enable, migrations.RunPython.noop, elidable=False),
        migrations.AddField(
            "packet",
            "holders",
            django.contrib.postgres.fields.ArrayField(
                base_field=models.UUIDField(),
                default=list,
                help_text="agencies here that sent or receive it, for the search",
                size=None,
            ),
        ),
        migrations.AlterField(
            "packet",
            "search_key",
            models.TextField(
                blank=True, help_text="lines: number and notation, type, subject, sender; see `search`"
            ),
        ),
        migrations.AddField("recipient", "search_key", models.TextField(blank=True, default=""), preserve_default=False),
        migrations.RunSQL(HOLDERS, migrations.RunSQL.noop),
        migrations.RunPython(write_keys, migrations.RunPython.noop),
        # Pending trigger events of the rows just written would forbid the index in the same transaction.
        migrations.RunSQL("SET CONSTRAINTS ALL IMMEDIATE", migrations.RunSQL.noop),
        migrations.AddIndex(
            "packet",
            django.contrib.postgres.indexes.GinIndex(
                fields=["holders", "search_key", "promulgated_on"],
                gin_pending_list_limit=16384,
                name="exchange_packet_search",
                opclasses=["array_ops", "gin_trgm_ops", "date_ops"],
            ),
        ),
    ]
