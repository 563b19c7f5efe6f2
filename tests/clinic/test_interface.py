"""The words templates are built from: chips, icons, error summaries, moments in the clinic's zone, undo."""

import hashlib
import json
import re
from collections.abc import Iterator
from datetime import UTC, date, datetime, time
from pathlib import Path
from types import SimpleNamespace
from typing import Any
from zoneinfo import ZoneInfo

import pytest
from django import forms
from django.conf import settings
from django.contrib.messages.storage.base import Message
from django.template import Context, Template
from django.template.loader import render_to_string
from django.test import Client
from django.utils import timezone
from django.utils.html import strip_tags

from clinic.templatetags import interface

ROOT = Path(settings.BASE_DIR)
# 9:30 in the morning in UTC, 10:30 in London: summer time tells the two apart.
MOMENT = datetime(2026, 6, 1, 9, 30, tzinfo=UTC)
TEMPLATES = sorted((ROOT / "templates").rglob("*.html"))
SHEETS = sorted((ROOT / "static" / "css").glob("*.css"))
SPRITE = (ROOT / "static" / "icons.svg").read_text()


@pytest.fixture(autouse=True)
def _london() -> Iterator[None]:
    with timezone.override(ZoneInfo("Europe/London")):
        yield


def render(source: str, **context: Any) -> str:
    return Template("{% load interface %}" + source).render(Context(context))


class Visit(forms.Form):
    name = forms.CharField(error_messages={"required": "Enter a name"})
    reach = forms.ChoiceField(choices=[("sms", "Text"), ("no", "Not at all")], widget=forms.RadioSelect)
    seen = forms.SplitDateTimeField()
    token = forms.CharField(widget=forms.HiddenInput)

    def clean(self) -> None:
        raise forms.ValidationError("This <person> may already be here")


class Leave(forms.Form):
    first = forms.DateField(label="First day?", error_messages={"invalid": "Enter a date"})
    last = forms.DateField(label="Last day", error_messages={"invalid": "Enter a date"})
    reason = forms.CharField(error_messages={"required": "Enter a reason"})


def test_icon_is_silent_and_points_into_the_sprite() -> None:
    html = render('{% icon "calendar" %}')
    assert 'aria-hidden="true"' in html
    assert "icons.svg#calendar" in html


@pytest.mark.parametrize("key", interface.STATUS_CHIPS)
def test_each_chip_has_a_word_an_icon_and_a_tone_that_exist(key: str) -> None:
    face = interface.STATUS_CHIPS[key]
    assert f'id="{face.icon}"' in SPRITE
    assert f".chip-{face.tone} " in (ROOT / "static" / "css" / "chips.css").read_text()
    assert face.label in render("{% chip key %}", key=key)


def test_chip_takes_a_face_or_words_of_its_own() -> None:
    face = SimpleNamespace(label="On <hold>", icon="hourglass", tone="plain")
    assert "On &lt;hold&gt;" in render("{% chip face %}", face=face)
    html = render('{% chip "in_room" "In room 8 min" %}')
    assert "In room 8 min" in html
    assert "chip-room" in html


def test_a_state_without_a_face_is_an_error() -> None:
    with pytest.raises(KeyError):
        render('{% chip "lost" %}')


def test_every_icon_named_in_a_template_is_in_the_sprite() -> None:
    named = {name for path in TEMPLATES for name in re.findall(r'{% icon "([^"]+)" %}', path.read_text())}
    assert {name for name in named if f'id="{name}"' not in SPRITE} == set()


def test_error_summary_links_each_fault_to_what_can_take_focus() -> None:
    html = render("{% error_summary form %}", form=Visit({}))
    assert "There is a problem" in html
    assert 'role="alert"' in html
    assert '<a href="#id_name">Enter a name</a>' in html
    assert 'href="#id_reach_0"' in html
    assert 'href="#id_seen_0"' in html
    assert "This &lt;person&gt; may already be here" in html
    assert "#id_token" not in html


def test_error_summary_is_absent_when_nothing_is_wrong() -> None:
    assert render("{% error_summary form %}", form=Visit()).strip() == ""
    assert render("{% error_summary form %}", form=None).strip() == ""


def test_error_summary_gathers_several_forms() -> None:
    html = render("{% error_summary one two %}", one=Visit({}, prefix="a"), two=Visit({}, prefix="b"))
    assert "#id_a-name" in html
    assert "#id_b-name" in html


def test_error_summary_says_of_which_field_words_are_that_two_have() -> None:
    html = render("{% error_summary form %}", form=Leave({"first": "soon", "last": "later"}))
    lines = [" ".join(strip_tags(line).split()) for line in re.findall(r"<li>(.*?)</li>", html, re.DOTALL)]
    assert lines == ["First day: Enter a date", "Last day: Enter a date", "Enter a reason"]


def test_a_page_that_shows_a_crispy_form_also_shows_its_summary() -> None:
    # crispy's own list of whole-form errors is switched off, so without the summary they would be lost.
    silent = [
        str(path.relative_to(ROOT))
        for path in TEMPLATES
        if re.search(r"form\|crispy|{% crispy ", path.read_text()) and "error_summary" not in path.read_text()
    ]
    assert silent == []


@pytest.mark.parametrize(
    ("source", "words"),
    [
        ("{{ moment|day }}", "Monday 1 June 2026"),
        ("{{ moment|clock }}", "10:30am"),
        ("{{ moment|short }}", "Mon 1 Jun 10:30"),
        ("{{ moment|brief }}", "Mon 1 Jun 10:30am"),
        ("{{ date|day }}", "Monday 1 June 2026"),
        ("{{ time|clock }}", "midday"),
        ("{{ none|day }}{{ none|clock }}{{ none|short }}{% moment none %}{{ none|age:date }}", ""),
        ("{{ missing|day }}{{ missing|clock }}{{ missing|short }}{% moment missing %}", ""),
        ("{{ birth|age:date }}", "41"),
        ("{{ zone|zone_label }}", "London time"),
    ],
)
def test_moments_are_shown_on_the_clinics_clock(source: str, words: str) -> None:
    context = {
        "moment": MOMENT,
        "date": date(2026, 6, 1),
        "time": time(12, 0),
        "birth": date(1984, 6, 2),
        "zone": ZoneInfo("Europe/London"),
        "none": None,
    }
    assert render(source, **context) == words


def test_a_late_moment_belongs_to_the_clinics_day() -> None:
    late = datetime(2026, 6, 1, 23, 30, tzinfo=UTC)
    assert render("{{ late|day }}", late=late) == "Tuesday 2 June 2026"


def test_moment_is_short_for_the_eye_and_exact_for_machines() -> None:
    html = render("{% moment at %}", at=MOMENT)
    assert 'datetime="2026-06-01T10:30+01:00"' in html
    assert 'title="Monday 1 June 2026, 10:30am"' in html
    assert '<span aria-hidden="true">Mon 1 Jun 10:30</span>' in html


def test_a_naive_moment_is_refused() -> None:
    with pytest.raises(ValueError, match="naive"):
        render("{{ at|short }}", at=MOMENT.replace(tzinfo=None))


@pytest.mark.parametrize(
    ("tags", "url"),
    [
        pytest.param("undo:/visits/1/undo/", "/visits/1/undo/", id="path"),
        pytest.param("quiet undo:/visits/1/undo/", "/visits/1/undo/", id="among-others"),
        pytest.param("", "", id="none"),
        pytest.param(None, "", id="no-tags"),
        pytest.param("undo:https://elsewhere.example/", "", id="other-site"),
        pytest.param("undo://elsewhere.example/", "", id="other-site-without-scheme"),
        pytest.param("undo:javascript:alert(1)", "", id="script"),
    ],
)
def test_undo_only_leads_to_this_site(tags: str | None, url: str) -> None:
    assert interface.undo_url(Message(25, "Tom Reid arrived.", extra_tags=tags)) == url


@pytest.mark.parametrize(("theme", "mode"), [("auto", "light"), ("light", "light"), ("dark", "dark"), ("dim", "dark")])
def test_low_light_is_dark_underneath(theme: str, mode: str) -> None:
    assert interface.bootstrap_theme(theme) == mode


@pytest.mark.parametrize("code", ["400", "403", "403_csrf", "403_not_saved", "404", "413", "429", "500"])
def test_an_error_page_needs_no_context(code: str) -> None:
    html = render_to_string(f"{code}.html")
    assert html.count("<h1>") == 1
    assert "oops" not in html.lower()


def test_an_address_that_leads_nowhere_is_as_dark_as_every_page(client: Client) -> None:
    client.cookies["theme"] = "dim"
    page = client.get("/nowhere/")
    assert page.status_code == 404
    assert 'data-bs-theme="dark" data-app-theme="dim"' in page.content.decode()


@pytest.mark.parametrize("path", SHEETS, ids=lambda path: path.name)
def test_a_page_is_laid_out_by_how_many_letters_fit(path: Path) -> None:
    # In pixels a window stays wide when its letters are made twice as large, and the menu runs off its side.
    assert not re.search(r"@media[^{]*(?:width|height):\s*[\d.]+px", path.read_text())


@pytest.mark.parametrize("path", TEMPLATES, ids=lambda path: str(path.relative_to(ROOT)))
def test_templates_hold_no_inline_style_or_script(path: Path) -> None:
    # The content security policy refuses both, silently for the person in front of the page. Data is not run.
    text = path.read_text()
    assert not re.search(r"\sstyle=|<style|\son[a-z]+=|<script(?![^>]*\s(?:src=|type=.application/json))", text)


def test_vendored_files_are_what_their_authors_published() -> None:
    vendor = ROOT / "static" / "vendor"
    wanted = {
        name: digest
        for package in json.loads((vendor / "checksums.json").read_text())
        for name, digest in package["files"].items()
    }
    found = {
        str(path.relative_to(vendor)): hashlib.sha256(path.read_bytes()).hexdigest()
        for path in vendor.rglob("*")
        if path.is_file() and path.name != "checksums.json"
    }
    assert found == wanted


@pytest.mark.parametrize("template", TEMPLATES, ids=lambda path: str(path.relative_to(ROOT / "templates")))
def test_a_way_back_is_the_name_of_the_page_it_leads_to(template: Path) -> None:
    assert not re.findall(r"back-link[^>]*>Back to|back_label=\"[a-z]", template.read_text())


def misnamed(source: str) -> list[str]:
    """Return the words on links and buttons of a template that are not in the name a screen reader says."""
    plain = re.sub(r"{%.*?%}|{#.*?#}", "", source, flags=re.DOTALL)
    plain = re.sub(r"{{.*?}}", lambda part: re.sub(r"[<>\"]", "'", part[0]), plain)
    wrong = []
    for _tag, own, inside in re.findall(r"<(a|button|summary)\b([^<>]*)>(.*?)</\1>", plain, re.DOTALL):
        words = " ".join(re.sub(r"<[^>]*>", "", inside).split())
        said = re.search(r'aria-label="([^"]*)"', own)
        # A sign such as a plus is not spoken.
        if said and re.search(r"\w", words) and words.lower() not in said[1].lower():
            wrong.append(words)
    return wrong


def test_who_speaks_to_the_computer_presses_a_button_by_the_words_on_it() -> None:
    assert {path.name: wrong for path in TEMPLATES if (wrong := misnamed(path.read_text()))} == {}


def test_escape_leads_the_way_back_on_every_page_that_has_one() -> None:
    way_without = re.compile(r'class="back-link(?![^\n]*data-key="Escape")')
    assert [path.name for path in TEMPLATES if way_without.search(path.read_text())] == []


def test_what_somebody_changed_meanwhile_has_the_focus() -> None:
    # An alert that comes with the page is not read out by itself.
    alert = re.compile(r'<(?:section|div) class="(?:panel|line)[^>]*role="alert"(?![^>]*data-focus)')
    assert [path.name for path in TEMPLATES if alert.search(path.read_text())] == []
