"""Indexes for the orders of the public list: what closes next, the largest value, the title."""

from django.db import migrations, models

from tendering.models import TitleKey


class Migration(migrations.Migration):
    dependencies = [("tendering", "0003_workplaces")]

    operations = [
        migrations.AddIndex("tender", models.Index(fields=["tender_period_end", "id"], name="tender_by_deadline")),
        migrations.AddIndex("tender", models.Index(fields=["value", "id"], name="tender_by_value")),
        migrations.AddIndex("tender", models.Index(TitleKey("title"), "id", name="tender_by_title")),
    ]
