"""The words on each sheet of a PDF that Chromium printed. Reads no other PDF: only what that program writes."""

import re
import zlib

OBJECT = re.compile(rb"(\d+) 0 obj\n(.*?)\nendobj", re.DOTALL)
CODES = re.compile(rb"beginbf(char|range)(.*?)endbf", re.DOTALL)
SHOWN = re.compile(rb"/(F\d+) [\d.]+ Tf|(?:<([0-9A-Fa-f]+)>|\[(.*?)\]) ?T[jJ]", re.DOTALL)


def sheets(pdf: bytes) -> list[str]:
    """Return the text of each page, without its spaces: where those are is a matter of places, not of letters."""
    objects = {int(number): body for number, body in OBJECT.findall(pdf)}
    pages = [body for _number, body in sorted(objects.items()) if b"/Type /Page\n" in body]
    return [_text(page, objects) for page in pages]


def _text(page: bytes, objects: dict[int, bytes]) -> str:
    fonts = {name: _letters(objects[int(ref)], objects) for name, ref in re.findall(rb"/(F\d+) (\d+) 0 R", page)}
    letters, words = dict[int, str](), list[str]()
    for font, single, several in SHOWN.findall(_stream(objects[_reference(rb"Contents", page)])):
        letters = fonts[font] if font else letters
        words += [letters.get(int(code, 16), "") for code in re.findall(rb"[0-9A-Fa-f]{4}", single + several)]
    return re.sub(r"\s", "", "".join(words))


def _letters(font: bytes, objects: dict[int, bytes]) -> dict[int, str]:
    found = dict[int, str]()
    for kind, body in CODES.findall(_stream(objects[_reference(rb"ToUnicode", font)])):
        numbers = [int(one, 16) for one in re.findall(rb"<([0-9A-Fa-f]+)>", body)]
        if kind == b"char":
            found |= {code: chr(letter) for code, letter in zip(numbers[::2], numbers[1::2], strict=True)}
            continue
        for first, last, letter in zip(numbers[::3], numbers[1::3], numbers[2::3], strict=True):
            found |= {code: chr(letter + code - first) for code in range(first, last + 1)}
    return found


def _reference(name: bytes, body: bytes) -> int:
    found = re.search(rb"/" + name + rb" (\d+) 0 R", body)
    assert found, body[:200]
    return int(found[1])


def _stream(body: bytes) -> bytes:
    return zlib.decompress(body.partition(b"stream\n")[2])
