"""Every audit row gets its number and the hash of the one before it, those that are there already too."""

from django.db import migrations, models

from partnerships.audit_chain import GENESIS, digest_of

ROWS_AT_A_TIME = 1_000


def chain_present_rows(apps, schema_editor):
    """Number the rows in the order in which they were written, and tie each to the one before it."""
    rows = apps.get_model("partnerships", "AuditRow").objects.using(schema_editor.connection.alias)
    number, last_hash, last_pk = 0, GENESIS, 0
    while batch := list(rows.filter(pk__gt=last_pk).order_by("pk")[:ROWS_AT_A_TIME]):
        for row in batch:
            number += 1
            row.number, row.previous_hash = number, last_hash
            row.hash = last_hash = digest_of(row)
        rows.bulk_update(batch, ["number", "previous_hash", "hash"], batch_size=200)
        last_pk = batch[-1].pk


class Migration(migrations.Migration):
    dependencies = [("partnerships", "0001_initial")]

    operations = [
        migrations.AddField(
            model_name="auditrow",
            name="number",
            field=models.PositiveBigIntegerField(editable=False, null=True),
        ),
        migrations.AddField(
            model_name="auditrow",
            name="previous_hash",
            field=models.CharField(default="", editable=False, max_length=64),
            preserve_default=False,
        ),
        migrations.AddField(
            model_name="auditrow",
            name="hash",
            field=models.CharField(default="", editable=False, max_length=64),
            preserve_default=False,
        ),
        migrations.RunPython(chain_present_rows, migrations.RunPython.noop),
        migrations.AlterField(
            model_name="auditrow",
            name="number",
            field=models.PositiveBigIntegerField(
                editable=False,
                help_text="Its place in the record: 1, 2, 3 … without a gap.",
                unique=True,
            ),
        ),
        migrations.AddIndex(
            model_name="auditrow",
            index=models.Index(fields=["verb", "-number"], name="audit_by_verb"),
        ),
        migrations.AlterModelOptions(name="auditrow", options={"ordering": ["-number"]}),
    ]
