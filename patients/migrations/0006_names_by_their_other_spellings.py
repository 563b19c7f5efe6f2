import re
from functools import reduce
from operator import or_
from typing import Any

from django.db import migrations
from django.db.models import Q

CHUNK = 1000
LONGEST = 400
# As a search read names when this was written.
LETTERS = str.maketrans(
    {"ı": "i", "ð": "d", "þ": "th", "ħ": "h", "ŧ": "t", "ŋ": "n", "ə": "e", "ɓ": "b", "ɗ": "d", "ƙ": "k"}
)
TWO_LETTERS = re.compile("([aou])e")
BEFORE_A_NAME = re.compile(r"\b(d|mac|mc|o) (?=\w)")
OTHERWISE = (*map(chr, LETTERS), "ae", "oe", "ue", "d ", "mac ", "mc ", "o ")


def spell_otherwise(apps: Any, schema_editor: Any) -> None:
    """Let people of before be found by the other spellings of their names, as whoever is registered now."""
    people = apps.get_model("patients", "Patient").objects
    rows = people.filter(reduce(or_, (Q(search_text__contains=part) for part in OTHERWISE))).order_by("pk")
    last, fields = 0, ("pk", "given_name", "family_name", "search_text")
    while some := list(rows.filter(pk__gt=last).only(*fields)[:CHUNK]):
        last = some[-1].pk
        for person in some:
            person.search_text = spelt(person.search_text, len(f"{person.given_name} {person.family_name}".split()))
        people.bulk_update(some, ["search_text"])


def spelt(text: str, words: int) -> str:
    """Return a search text, which begins with a name of so many words, with that name's plainest spelling at its end."""
    text = text.translate(LETTERS)
    name = " ".join(text.split()[:words])
    plain = BEFORE_A_NAME.sub(r"\1", TWO_LETTERS.sub(r"\1", name))
    return text if plain == name else f"{text} {plain}"[:LONGEST]


class Migration(migrations.Migration):

    dependencies = [
        ('patients', '0005_no_index_twice'),
    ]

    operations = [
        migrations.RunPython(spell_otherwise, migrations.RunPython.noop),
    ]
