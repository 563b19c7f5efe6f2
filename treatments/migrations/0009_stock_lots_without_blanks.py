from django.db import migrations
from django.db.models import F, Value
from django.db.models.functions import Replace


def without_blanks(apps, editor):
    rows = apps.get_model('treatments', 'StockVial').objects.using(editor.connection.alias)
    rows.filter(lot__contains=' ').update(lot=Replace(F('lot'), Value(' '), Value('')))


class Migration(migrations.Migration):

    dependencies = [
        ('treatments', '0008_visits_left_open'),
    ]

    operations = [
        migrations.RunPython(without_blanks, migrations.RunPython.noop),
    ]
