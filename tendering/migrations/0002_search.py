"""The full-text index: a generated column on PostgreSQL, FTS5 with triggers on SQLite."""

from django.db import migrations

from tendering import search_index


def create(apps, schema_editor):
    search_index.install(using=schema_editor.connection.alias)


class Migration(migrations.Migration):
    dependencies = [("tendering", "0001_initial")]

    operations = [migrations.RunPython(create, migrations.RunPython.noop)]
