from functools import reduce
from operator import or_
from typing import Any

from django.db import migrations
from django.db.models import Q

CHUNK = 1000
# As a search reads names and record numbers when this was written.
MARKS = str.maketrans(dict.fromkeys("‐‑–—−", "-") | dict.fromkeys("‘ʼ′`", ""))


def as_a_keyboard_has_them(apps: Any, schema_editor: Any) -> None:
    """Let people of before be found by the hyphen and the apostrophe of a keyboard, as whoever is registered now."""
    people = apps.get_model("patients", "Patient").objects
    rows = people.filter(reduce(or_, (Q(search_text__contains=chr(mark)) for mark in MARKS))).order_by("pk")
    last = 0
    while some := list(rows.filter(pk__gt=last).only("pk", "search_text")[:CHUNK]):
        last = some[-1].pk
        for person in some:
            person.search_text = person.search_text.translate(MARKS)
        people.bulk_update(some, ["search_text"])


class Migration(migrations.Migration):

    dependencies = [
        ('patients', '0006_names_by_their_other_spellings'),
    ]

    operations = [
        migrations.RunPython(as_a_keyboard_has_them, migrations.RunPython.noop),
    ]
