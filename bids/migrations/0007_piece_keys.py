"""Says of every piece for which key it was made: until now everybody had one key for good."""

from django.db import migrations
from django.db.models import OuterRef, Subquery


def name_keys(apps, schema_editor):
    piece, key = apps.get_model("bids", "SealPiece"), apps.get_model("accounts", "OpenerKey")
    own = key.objects.filter(user=OuterRef("opener")).order_by("created_at").values("pk")[:1]
    piece.objects.filter(key=None).update(key=Subquery(own))


class Migration(migrations.Migration):
    dependencies = [("bids", "0006_seal_checks")]

    operations = [migrations.RunPython(name_keys, migrations.RunPython.noop)]
