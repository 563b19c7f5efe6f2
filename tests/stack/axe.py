"""What axe-core finds on the page that a window shows, in every theme and at the width of a desk and of a phone."""

from collections.abc import Iterable, Iterator
from typing import Any

from axe_playwright_python.base import AXE_SCRIPT
from playwright.sync_api import Page, ViewportSize

DESK = ViewportSize(width=1280, height=900)
PHONE = ViewportSize(width=360, height=740)
THEMES = ("light", "dark", "dim")
SERIOUS = {"serious", "critical"}
FASTER = {"resultTypes": ["violations"], "preload": False}
TAGS = {"type": "tag", "values": ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa"]}
# How large a target is depends here on which part of it a bar that stays happens to cover: others measure that.
ALL = FASTER | {"runOnly": TAGS, "rules": {"target-size": {"enabled": False}}}
BUT_COLOURS = ALL | {"rules": {"target-size": {"enabled": False}, "color-contrast": {"enabled": False}}}
COLOURS = FASTER | {"runOnly": ["color-contrast", "link-in-text-block"]}
RUN = """([where, options]) => axe.run(where, options).then(({violations}) =>
    violations.map(({id, impact, nodes}) => ({id, impact, html: nodes[0].html.slice(0, 120)})))"""

# Rows built alike say the same to axe: two of a kind stay. The time goes into tables of sixty.
THIN_OUT = """() => {
    const kind = (one) => one.tagName + [one, ...one.querySelectorAll("*")].map((part) => part.tagName + part.className).join();
    for (const list of document.querySelectorAll("tbody, ul, ol, dl, select")) {
        const met = new Map();
        for (const one of [...list.children]) {
            const times = (met.get(kind(one)) || 0) + 1;
            met.set(kind(one), times);
            if (times > 2) one.remove();
        }
    }
}"""

# How words look: their colour, size and weight, and all grounds behind them. One of each look is marked to be measured,
# unless it was measured before: a theme changes the colours of a page, not its words.
MARK = """(met) => {
    const fresh = [];
    document.querySelectorAll("[data-measured]").forEach((one) => one.removeAttribute("data-measured"));
    const words = document.createTreeWalker(document.body, NodeFilter.SHOW_TEXT);
    const done = new Set();
    while (words.nextNode()) {
        const one = words.currentNode.parentElement;
        if (done.has(one) || !words.currentNode.data.trim() || !one.checkVisibility()) continue;
        done.add(one);
        const {color, fontSize, fontWeight} = getComputedStyle(one);
        let look = [color, fontSize, fontWeight].join();
        for (let ground = one; ground; ground = ground.parentElement) {
            const {backgroundColor, backgroundImage, opacity} = getComputedStyle(ground);
            if (backgroundImage !== "none" || opacity !== "1") look += backgroundImage.slice(0, 40) + opacity;
            if (backgroundColor === "rgba(0, 0, 0, 0)") continue;
            look += backgroundColor;
            if (!backgroundColor.startsWith("rgba")) break;
        }
        if (met.has(look)) continue;
        met.add(look);
        fresh.push(look);
        one.dataset.measured = "";
    }
    return fresh;
}"""

# From theme to theme, as the theme menu does it, up to the first in which something was marked.
MARK_IN = f"""([themes, known]) => {{
    const mark = {MARK}, met = new Set(known.split("|"));
    const show = (theme) => Object.assign(document.documentElement.dataset,
        {{appTheme: theme, bsTheme: theme === "light" ? "light" : "dark"}});
    for (const theme of themes) {{
        show(theme);
        const fresh = mark(met);
        if (fresh.length) return [theme, fresh];
    }}
    show(themes[0]);
    return null;
}}"""


class Axe:
    """A pair of eyes that looks at page after page in one window and remembers which looks of words it has measured."""

    def __init__(self, page: Page) -> None:
        self.page = page
        self.known: set[str] = set()
        page.add_init_script(AXE_SCRIPT)  # sent once: it is half a megabyte

    def faults(self, sizes: Iterable[ViewportSize] = (DESK, PHONE), themes: Iterable[str] = THEMES) -> list[str]:
        """Return the serious faults of the page, each with width and theme; that it is wider than the window is one, too.

        The page is loaded once: sizes and themes change in it, as a window and the theme menu change them.
        """
        self.page.evaluate(THIN_OUT)
        return [fault for size in sizes for fault in self._at(size, tuple(themes))]

    def _at(self, size: ViewportSize, themes: tuple[str, ...]) -> Iterator[str]:
        self.page.set_viewport_size(size)
        where = f"{self.page.url} {size['width']} px"
        if (wide := self.page.evaluate("document.documentElement.scrollWidth")) > size["width"]:
            yield f"{where}: it is {wide} px wide"
        # At a desk all words are measured where they stand, so that what lies over them counts.
        yield from (f"{where}: {fault}" for fault in self._run("html", ALL if size is DESK else BUT_COLOURS))
        while found := self.page.evaluate(MARK_IN, [themes, "|".join(self.known)]):
            theme, fresh = found
            self.known.update(fresh)
            yield from (f"{where} {theme}: {fault}" for fault in self._run("[data-measured]", COLOURS))

    def _run(self, where: str, options: dict[str, Any]) -> Iterator[str]:
        for fault in self.page.evaluate(RUN, [{"include": [[where]]}, options]):
            if fault["impact"] in SERIOUS:
                yield f"{fault['id']}: {fault['html']}"
