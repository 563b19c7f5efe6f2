"""F18: what is no text and has to be seen stands out 3 to 1 from its ground, in every theme (WCAG 2.2, 1.4.11).

Hairlines around panels, between rows and behind charts are decoration: what they part is told by words and space.
"""

import re

import pytest

from tests.clinic.palette import CSS, LIGHT, THEMES, Colour, colour, contrast, declared, over, rules, token

ENOUGH, ENOUGH_FOR_TEXT = 3, 4.5
PAGE = ("--bs-body-bg", "--app-surface", "--bs-secondary-bg", "--bs-tertiary-bg")
LINES = ("--bs-info-bg-subtle", "--bs-warning-bg-subtle", "--bs-danger-bg-subtle", "--bs-success-bg-subtle")
EVERYWHERE = (*PAGE, *LINES, "--bs-primary-bg-subtle")
SURFACE = ("--app-surface",)
# The drawing below a site of the map; muscles let the skin through.
MAP = ("--inj-skin", "--inj-hair", "muscle", "--app-surface")

SEEN = {
    "edge of a box to write in": ("app.css", ".form-control", "border-color", PAGE),
    "edge of a choice": ("app.css", ".form-select", "border-color", PAGE),
    "edge of a tick box": ("app.css", ".form-check-input", "border-color", EVERYWHERE),
    "ticked box": ("app.css", ".form-check-input:checked", "background-color", EVERYWHERE),
    "edge of a box with an error": ("tokens.css", ":root", "--bs-form-invalid-border-color", PAGE),
    "edge of an error summary": ("parts.css", ".error-summary", "border", PAGE),
    "main button": ("app.css", ".btn-primary", "--bs-btn-bg", EVERYWHERE),
    "main button under the pointer": ("app.css", ".btn-primary", "--bs-btn-hover-bg", EVERYWHERE),
    "edge of another button": ("app.css", ".btn-secondary", "--bs-btn-border-color", EVERYWHERE),
    "edge of a button that deletes": ("app.css", ".btn-danger", "--bs-btn-border-color", EVERYWHERE),
    "edge of a button that is pressed": ("treatments.css", ".btn[aria-pressed=true]", "border-color", EVERYWHERE),
    "edge of a time to choose": ("treatments.css", ".slot", "border", PAGE),
    "edge of a time in the calendar": ("calendar.css", ".calendar td > button", "border", PAGE),
    "edge of a menu": ("app.css", ".menu-list", "border", PAGE),
    "edge of a dialog": ("parts.css", ".app-dialog", "border", PAGE),
    "edge of a message": ("parts.css", ".message", "border", PAGE),
    "mark of the page one is on": ("app.css", ".app-nav a[aria-current]", "box-shadow", PAGE),
    "mark of the open tab": ("parts.css", ".nav-tabs .nav-link.active", "box-shadow", PAGE),
    "mark of the row one is on": ("parts.css", ".table tr[data-current] > :first-child", "border-left", PAGE),
    "mark of the card one is on": ("treatments.css", ".board-card[data-current]", "border-color", PAGE),
    "ring of the focus": ("app.css", ":focus-visible", "outline", EVERYWHERE),
    "mark of a day with headache": ("diary.css", ".diary-H", "border-color", PAGE),
    "mark of a day with migraine": ("diary.css", ".diary-M", "border-color", PAGE),
    "mark of what a patient wrote": ("thread.css", ".thread-in", "border-inline-start", PAGE),
    # The map in its eight states.
    "site not given": ("map.css", ".site .dot", "stroke", MAP),
    "site given": ("map.css", ".site.is-given .dot", "fill", MAP),
    "site left out": ("map.css", ".site.is-skipped .dot", "stroke", MAP),
    "site with another dose, or over its limit": ("map.css", ".badge circle", "stroke", MAP),
    "site that follows the pain": ("map.css", ".site--extra .dot", "stroke", MAP),
    "site that follows the pain, given": ("map.css", ".site--extra.is-given .dot", "fill", MAP),
    "outer ring of it": ("map.css", ".site .ring", "stroke", MAP),
    "site in focus": ("map.css", ".site:focus-visible .hit", "stroke", MAP),
    "site in work": ("map.css", ".site.is-current .hit", "stroke", MAP),
    "line of the drawing": ("map.css", ".ln", "stroke", MAP),
    "fine line of the drawing": ("map.css", ".thin", "stroke", MAP),
    "edge of a muscle": ("map.css", ".mus", "stroke", MAP),
    # Charts.
    "days with headache": ("response.css", ".chart-headache", "stroke", (*SURFACE, "--bs-primary-bg-subtle")),
    "days with migraine": ("response.css", ".chart-migraine", "fill", (*SURFACE, "--bs-primary-bg-subtle")),
    "line of a share": ("response.css", ".chart-share", "stroke", (*SURFACE, "--bs-primary-bg-subtle")),
    "bar of a report": ("reports.css", ".report-chart rect", "fill", PAGE),
    "sessions due": ("capacity.css", ".capacity-due", "stroke", SURFACE),
    "sessions booked": ("capacity.css", ".capacity-booked", "fill", (*SURFACE, "--bs-secondary-bg")),
    "sessions without hours": ("capacity.css", ".capacity-short", "stroke", (*SURFACE, "--bs-secondary-bg")),
    "line of the times": ("capacity.css", ".capacity-times", "stroke", (*SURFACE, "--bs-secondary-bg")),
    "edge of that line over a bar": ("capacity.css", ".capacity-edge", "stroke", ("--bs-primary", "--bs-body-color")),
}
# Where a fill alone tells one state from the other: the rules, and what they fill.
TOLD_BY_FILL = {
    "site given or not": (("map.css", ".site.is-given .dot"), ("map.css", ".site .dot")),
    "site that follows the pain given or not": (("map.css", ".site--extra.is-given .dot"), ("map.css", ".site .dot")),
    "booked or too many": (("capacity.css", ".capacity-booked"), ("capacity.css", ".capacity-short")),
    "migraine or other headache": (("response.css", ".chart-migraine"), ("response.css", ".chart-headache")),
}
WRITTEN_ON_THE_MAP = {
    "number of a site": (".site .number", ".site .dot"),
    "number of a site given": (".site.is-given .number", ".site.is-given .dot"),
    "number of a site left out": (".site.is-skipped .number", ".site .dot"),
    "number of a site that follows the pain": (".site--extra .number", ".site .dot"),
    "number of one given": (".site.is-given .number", ".site--extra.is-given .dot"),
    "sign on a badge": (".site .badge text", ".badge circle"),
}


def ground(name: str, theme: str) -> Colour:
    """Return what something stands on."""
    if name == "muscle":
        opacity = float(rules("map.css")[".mus"]["fill-opacity"])
        return over(declared("map.css", ".mus", "fill", theme), ground("--inj-skin", theme), opacity)
    return colour(token(name, theme), theme)


@pytest.mark.parametrize("theme", THEMES)
@pytest.mark.parametrize("what", SEEN)
def test_f18_what_has_to_be_seen_stands_out_from_its_ground(what: str, theme: str) -> None:
    sheet, selector, name, grounds = SEEN[what]
    shown = colour(token(name, theme), theme) if sheet == "tokens.css" else declared(sheet, selector, name, theme)
    found = {one: round(contrast(shown, ground(one, theme)), 2) for one in grounds}
    assert min(found.values()) >= ENOUGH, found


@pytest.mark.parametrize("theme", THEMES)
@pytest.mark.parametrize("what", TOLD_BY_FILL)
def test_f18_what_a_fill_alone_tells_apart_differs_enough(what: str, theme: str) -> None:
    one, other = (declared(*rule, "fill", theme) for rule in TOLD_BY_FILL[what])
    assert contrast(one, other) >= ENOUGH


@pytest.mark.parametrize("theme", THEMES)
@pytest.mark.parametrize("what", WRITTEN_ON_THE_MAP)
def test_f18_numbers_on_the_map_can_be_read(what: str, theme: str) -> None:
    text, below = (declared("map.css", selector, "fill", theme) for selector in WRITTEN_ON_THE_MAP[what])
    assert contrast(text, below) >= ENOUGH_FOR_TEXT


def test_f18_the_ratio_is_that_of_the_standard() -> None:
    black, white, grey = ((value,) * 3 for value in (0.0, 1.0, 0x77 / 255))
    assert contrast(black, white) == pytest.approx(21)
    assert contrast(grey, white) == pytest.approx(4.48, abs=0.005)
    assert token("--app-surface", LIGHT) == "#fcfcfa"


@pytest.mark.parametrize("sheet", ["calendar.css", "chips.css", "treatments.css"])
def test_an_icon_that_is_cut_out_of_its_ground_is_seen_in_forced_colours_and_on_paper(sheet: str) -> None:
    text = (CSS / sheet).read_text()
    cut = [one for one, declared in rules(sheet).items() if "mask" in declared and "," not in one]
    assert cut
    for selector in cut:
        assert rules(sheet)[selector]["print-color-adjust"] == "exact"
        forced = text.partition("@media (forced-colors: active)")[2]
        own_ground = r"[^{}]*\{ background: CanvasText; forced-color-adjust: none; \}"
        assert re.search(re.escape(selector) + own_ground, forced), selector


def test_the_key_of_a_chart_has_on_paper_the_grounds_that_the_bars_have() -> None:
    # Browsers leave grounds out, and not what is drawn: due and booked had one sign.
    assert rules("capacity.css")[".capacity-key span"]["print-color-adjust"] == "exact"


@pytest.mark.parametrize(
    ("sheet", "drawing"),
    [
        ("map.css", ".map-picture svg, .key-dot"),
        ("reports.css", ".report-chart svg"),
        ("response.css", ".response-chart svg"),
    ],
)
def test_a_drawing_has_in_forced_colours_the_ground_that_its_colours_are_made_for(sheet: str, drawing: str) -> None:
    # Those of a drawing stay as they are: its words were dark on the black of the system.
    forced = (CSS / sheet).read_text().partition("@media (forced-colors: active)")[2].partition("\n}")[0]
    assert f"{drawing} {{ background: var(--app-surface); }}" in forced
    assert "CanvasText" not in forced
