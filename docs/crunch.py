"""Make a picture of a page small: a PNG with a palette in place of three bytes for each point.

A page has few colours, most of them shades at the edges of letters; 256 are enough, the rest take the nearest.
"""

import struct
import zlib
from collections import Counter
from itertools import accumulate

SIGNATURE = b"\x89PNG\r\n\x1a\n"
COLOURS = 256


def crunched(png: bytes) -> bytes:
    """Return the same picture with a palette of at most 256 colours."""
    width, height, points = _points(png)
    counted = Counter(points)
    palette = [colour for colour, _ in counted.most_common(COLOURS)]
    place = {colour: index for index, colour in enumerate(palette)}
    place |= {colour: _nearest(colour, palette) for colour in counted if colour not in place}
    indexes = bytes(place[point] for point in points)
    rows = (indexes[start : start + width] for start in range(0, len(points), width))
    data = zlib.compress(b"".join(b"\0" + row for row in rows), 9)
    header = struct.pack(">IIBBBBB", width, height, 8, 3, 0, 0, 0)
    parts = ((b"IHDR", header), (b"PLTE", b"".join(palette)), (b"IDAT", data), (b"IEND", b""))
    return SIGNATURE + b"".join(_chunk(kind, content) for kind, content in parts)


def _points(png: bytes) -> tuple[int, int, list[bytes]]:
    """Return width, height and the colour of each point of a PNG without see-through parts, as browsers write them."""
    data, at, width, height = b"", len(SIGNATURE), 0, 0
    while at < len(png):
        length, kind = struct.unpack(">I4s", png[at : at + 8])
        content = png[at + 8 : at + 8 + length]
        if kind == b"IHDR":
            width, height, depth, colours = struct.unpack(">IIBB", content[:10])
            assert (depth, colours) == (8, 2), "not a PNG of three bytes for each point"
        elif kind == b"IDAT":
            data += content
        at += length + 12
    flat, step, points, above = zlib.decompress(data), 3 * width, [], bytes(3 * width)
    for row in range(height):
        start = row * (step + 1)
        above = _unfiltered(flat[start], bytearray(flat[start + 1 : start + 1 + step]), above)
        points += [above[place : place + 3] for place in range(0, step, 3)]
    return width, height, points


def _unfiltered(kind: int, row: bytearray, above: bytes) -> bytes:
    """Return a row as it was before the PNG filter of this kind (PNG specification, section 9)."""
    if kind == 1:
        for channel in range(3):
            summed: list[int] = list(accumulate(row[channel::3], _sum))
            row[channel::3] = bytes(summed)
    elif kind == 2:
        row = bytearray((here + up) & 255 for here, up in zip(row, above, strict=True))
    elif kind in (3, 4):
        for at in range(len(row)):
            left, corner = (row[at - 3], above[at - 3]) if at > 2 else (0, 0)
            guess = (left + above[at]) // 2 if kind == 3 else _paeth(left, above[at], corner)
            row[at] = (row[at] + guess) & 255
    return bytes(row)


def _sum(left: int, here: int) -> int:
    return (left + here) & 255


def _paeth(left: int, up: int, corner: int) -> int:
    """Return which of three neighbours is nearest to left + up - corner."""
    guess = left + up - corner
    return min((left, up, corner), key=lambda one: abs(guess - one))


def _nearest(colour: bytes, palette: list[bytes]) -> int:
    red, green, blue = colour
    return min(
        range(len(palette)),
        key=lambda index: (
            (palette[index][0] - red) ** 2 + (palette[index][1] - green) ** 2 + (palette[index][2] - blue) ** 2
        ),
    )


def _chunk(kind: bytes, content: bytes) -> bytes:
    return struct.pack(">I", len(content)) + kind + content + struct.pack(">I", zlib.crc32(kind + content))
