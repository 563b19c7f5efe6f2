"""What has the focus in a window, and whether it can be seen there."""

from playwright.sync_api import Page


def focused(page: Page) -> str:
    """Return the id or name of what has the focus."""
    return str(
        page.evaluate("document.activeElement.id || document.activeElement.name || document.activeElement.tagName")
    )


def hidden_focus(page: Page) -> str:
    """Return what has the focus although nothing of it can be seen (under a bar or off the screen), or ""."""
    return str(
        page.evaluate(
            """async () => {
                // The browser scrolls there in its own time.
                for (let still = 0, last = -1; still < 4; last = scrollY) {
                    await new Promise(requestAnimationFrame);
                    still = scrollY === last ? still + 1 : 0;
                }
                const one = document.activeElement, box = one.getBoundingClientRect();
                if (one === document.body || !box.width) return "";
                const points = [[.5, .5], [.1, .2], [.9, .2], [.1, .8], [.9, .8]].map(([x, y]) =>
                    document.elementFromPoint(box.left + box.width * x, box.top + box.height * y));
                const seen = points.some((top) => top && (one.contains(top) || top.contains(one) || top.closest("label")?.contains(one)));
                return seen ? "" : one.id || one.outerHTML.slice(0, 90);
            }"""
        )
    )


def tab_to(page: Page, selector: str) -> None:
    """Press Tab until something has the focus; whatever has it on the way must be seen."""
    for _ in range(400):
        if page.evaluate("(selector) => document.activeElement.matches(selector)", selector):
            return
        page.keyboard.press("Tab")
        hidden = hidden_focus(page)
        assert hidden == "", hidden
    raise AssertionError(f"no Tab leads to {selector}")
