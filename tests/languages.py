"""The translations of patients' pages: every phrase in the code is in each list, and the lists are compiled.

`make words` brings `locale/*/LC_MESSAGES/django.po` up to date with the code and compiles the `.mo` files that run. A
phrase that is new stands there empty, and a test fails until somebody translates it. No gettext tools are needed.
"""

import io
import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from babel.messages.catalog import Catalog
from babel.messages.extract import extract_python
from babel.messages.mofile import write_mo
from babel.messages.pofile import read_po, write_po

ROOT = Path(__file__).resolve().parent.parent
LANGUAGES = ("cy", "es", "pl", "ur")
ROOMS = ("clinic", "patients", "treatments", "reminders")
KEYWORDS = {"_": None, "gettext": None, "gettext_lazy": None}
_TRANSLATE = re.compile(r"""{%\s*translate\s+(["'])(.*?)\1""")
_INLINE = re.compile(r"""{%[^%]*?\b_\((["'])(.*?)\1\)""")
_BLOCK = re.compile(r"{%\s*blocktranslate\b[^%]*%}(.*?){%\s*endblocktranslate\s*%}", re.DOTALL)
_VARIABLE = re.compile(r"{{\s*(\w+)\s*}}")


def phrases() -> set[str]:
    """Return every phrase that patients' pages say through gettext."""
    return {*_in_code(), *_in_templates()}


def _in_code() -> Iterator[str]:
    for room in ROOMS:
        for path in (ROOT / room).rglob("*.py"):
            source = path.read_bytes()
            if b"gettext" in source:
                for found in extract_python(io.BytesIO(source), KEYWORDS, [], {}):
                    message: Any = found[2]  # a text, whatever the annotations say, where there is one argument
                    yield message if isinstance(message, str) else message[0]


def _in_templates() -> Iterator[str]:
    for path in (ROOT / "templates").rglob("*.html"):
        text = path.read_text(encoding="utf-8")
        yield from (found[2] for pattern in (_TRANSLATE, _INLINE) for found in pattern.finditer(text))
        yield from (_VARIABLE.sub(r"%(\1)s", found[1].replace("%", "%%")) for found in _BLOCK.finditer(text))


def po_file(language: str) -> Path:
    """Return the list of a language."""
    return ROOT / "locale" / language / "LC_MESSAGES" / "django.po"


def read(language: str) -> Catalog:
    """Return a language's translations."""
    with po_file(language).open("rb") as file:
        return read_po(file, locale=language)


def compiled(catalog: Catalog) -> bytes:
    """Return the file that runs."""
    content = io.BytesIO()
    write_mo(content, catalog)
    return content.getvalue()


def update(language: str) -> None:
    """Bring a language's list up to date, and compile it."""
    old = read(language)
    new = Catalog(
        locale=language,
        header_comment=old.header_comment,
        creation_date=old.creation_date,
        revision_date=old.revision_date,
        project="Twelve Weeks",
        version="1",
        fuzzy=False,
    )
    for phrase in sorted(phrases()):
        known = old.get(phrase)
        new.add(phrase, known.string if known else "")
    with po_file(language).open("wb") as file:
        write_po(file, new, width=120, sort_output=True)
    # Read back, so that what is compiled is what is written.
    po_file(language).with_suffix(".mo").write_bytes(compiled(read(language)))


if __name__ == "__main__":
    for code in LANGUAGES:
        update(code)
