"""Read what the stylesheets say a colour is, in each theme, and how far two colours stand apart (WCAG 2.2)."""

import re
from functools import cache
from pathlib import Path

from django.conf import settings

CSS: Path = settings.BASE_DIR / "static" / "css"
LIGHT, DARK, LOW_LIGHT = "light", "dark", "low light"
# Which blocks of tokens.css hold in a theme, the last one first.
_LIGHT, _DARK = ":root,[data-bs-theme=light]", "[data-bs-theme=dark]"
_BLOCKS = {
    LIGHT: (_LIGHT,),
    DARK: (_DARK, _LIGHT),
    LOW_LIGHT: (f"{_DARK}[data-app-theme=dim]", _DARK, _LIGHT),
}
THEMES = tuple(_BLOCKS)

Colour = tuple[float, float, float]


@cache
def rules(sheet: str) -> dict[str, dict[str, str]]:
    """Return what a stylesheet declares for each selector, leaving out what holds for paper or for some screens only."""
    text = re.sub(r"/\*.*?\*/", "", (CSS / sheet).read_text(), flags=re.S)
    text = re.sub(r"@[^{;]+\{(?:[^{}]*\{[^{}]*\})*[^{}]*\}", "", text)
    found: dict[str, dict[str, str]] = {}
    for selectors, body in re.findall(r"([^{}]+)\{([^{}]*)\}", text):
        declared = dict(re.findall(r"([\w-]+)\s*:\s*((?:url\(\"[^\"]*\"\)|[^;])+)", body))
        whole = re.sub(r"\s*,\s*", ",", " ".join(selectors.split()))
        for one in {whole, *whole.split(",")}:
            found.setdefault(one, {}).update(declared)
    return found


def token(name: str, theme: str) -> str:
    """Return a colour by its name, as it is in a theme."""
    return next(rules("tokens.css")[block][name] for block in _BLOCKS[theme] if name in rules("tokens.css")[block])


def declared(sheet: str, selector: str, name: str, theme: str) -> Colour:
    """Return the colour that a rule gives to a border, a stroke or a fill; in a shorthand it stands last."""
    value = rules(sheet)[selector][name].removesuffix(" !important").split(" ")[-1]
    return colour(value, theme)


def colour(value: str, theme: str) -> Colour:
    """Return red, green and blue between 0 and 1 of `#rrggbb` or of `var(--name)`."""
    if value.startswith("var("):
        return colour(token(value[4:-1], theme), theme)
    red, green, blue = (int(value[at : at + 2], 16) / 255 for at in (1, 3, 5))
    return red, green, blue


def over(top: Colour, ground: Colour, opacity: float) -> Colour:
    """Return what is seen of a colour that lets its ground through."""
    red, green, blue = (a * opacity + b * (1 - opacity) for a, b in zip(top, ground, strict=True))
    return red, green, blue


def contrast(one: Colour, other: Colour) -> float:
    """Return the contrast ratio of WCAG 2.2, from 1 to 21."""
    light, dark = sorted((_luminance(one), _luminance(other)), reverse=True)
    return (light + 0.05) / (dark + 0.05)


def _luminance(one: Colour) -> float:
    red, green, blue = (part / 12.92 if part <= 0.04045 else ((part + 0.055) / 1.055) ** 2.4 for part in one)
    return 0.2126 * red + 0.7152 * green + 0.0722 * blue
