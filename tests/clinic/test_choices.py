"""Lists to choose from are drawn as Django draws them, and cost a page little however long they are."""

from html.parser import HTMLParser
from typing import Any

import pytest
from django.forms import Select, SelectMultiple
from django.forms.renderers import DjangoTemplates, get_default_renderer
from django.test import Client
from django.test.signals import template_rendered

from clinic.models import User
from tests.conftest import log_in

CHOICES = [
    ("", "---"),
    (1, "One & only"),
    ("Far", [(2, "Two"), ("<b>", '"Three"')]),
    (None, "Not known"),
    (True, "Yes"),
]


class Marked(Select):
    """A list of which one choice carries attributes of its own."""

    def create_option(self, name: str, value: object, *others: Any, **more: Any) -> dict[str, Any]:
        """Mark the second choice."""
        option: dict[str, Any] = super().create_option(name, value, *others, **more)
        return (
            option | {"attrs": option["attrs"] | {"data-far": 'a "mile"', "disabled": True}} if value == 1 else option
        )


class Said(HTMLParser):
    """What a browser makes of a piece of a page: tags with their attributes, and words without the space around them."""

    def __init__(self, html: str) -> None:
        super().__init__()
        self.parts: list[object] = []
        self.feed(html)

    def handle_starttag(self, tag: str, attrs: object) -> None:
        """Keep a tag as it opens."""
        self.parts.append((tag, attrs))

    def handle_endtag(self, tag: str) -> None:
        """Keep its end."""
        self.parts.append(f"/{tag}")

    def handle_data(self, data: str) -> None:
        """Keep words."""
        self.parts += data.strip() and [data.strip()]


@pytest.mark.parametrize("widget", [Select, SelectMultiple, Marked])
@pytest.mark.parametrize("chosen", [None, "1", ["<b>", "2"], "True", "somewhere else"])
def test_a_list_says_what_django_would_have_said(widget: type[Select], chosen: object) -> None:
    """Choice by choice: value, words, group, what is chosen, and attributes with quotation marks in them."""
    drawn = [
        widget(choices=CHOICES).render("pick", chosen, {"id": "id_pick", "required": True}, renderer)
        for renderer in (get_default_renderer(), DjangoTemplates())
    ]
    ours, theirs = (Said(html).parts for html in drawn)
    assert ours == theirs
    assert len(ours) > len(CHOICES)


def test_no_choice_is_a_template_of_its_own(front_desk: User) -> None:
    """With one for each, the countries and zones on this page took four fifths of its time."""
    drawn: list[str] = []

    def note(template: Any, **others: Any) -> None:
        drawn.append(template.name)

    client: Client = log_in(front_desk)
    template_rendered.connect(note)
    try:
        page = client.get("/patients/new/").content
    finally:
        template_rendered.disconnect(note)
    assert page.count(b"<option") > 250
    assert len(drawn) < 250
