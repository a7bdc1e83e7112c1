import django.db.models.deletion
from django.db import migrations, models


class Migration(migrations.Migration):

    dependencies = [
        ('bids', '0007_piece_keys'),
    ]

    operations = [
        migrations.AlterField(
            model_name='sealpiece',
            name='key',
            field=models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='pieces', to='accounts.openerkey'),
        ),
    ]
