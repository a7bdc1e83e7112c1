from django.db import migrations


def forget(apps, schema_editor):
    """The name of a document outlived its draft here; it belongs into the draft alone."""
    apps.get_model("bids", "Upload").objects.exclude(ended="").update(note=b"")


class Migration(migrations.Migration):
    dependencies = [("bids", "0017_group_rehearsals")]

    operations = [migrations.RunPython(forget, migrations.RunPython.noop)]
