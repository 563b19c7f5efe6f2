from django.db import migrations, models


class Migration(migrations.Migration):

    dependencies = [
        ('interface', '0001_initial'),
    ]

    operations = [
        migrations.AddField(
            model_name='hook',
            name='told_line',
            field=models.PositiveBigIntegerField(db_default=0, default=0, help_text='while there is more to gather: the last line of the last moment'),
        ),
    ]
