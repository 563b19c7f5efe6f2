"""What a browser would find in a page: where it leads, and what its forms hold."""

from dataclasses import dataclass, field
from html.parser import HTMLParser
from typing import Any

TYPED = {"text", "search", "email", "tel", "url", "hidden", "date", "time", "number", "password", ""}


@dataclass
class Form:
    """One form: where it goes, and every value by the name it is sent under."""

    method: str
    action: str
    values: dict[str, list[str]] = field(default_factory=dict)
    free: set[str] = field(default_factory=set)  # boxes that take any text
    uploads: bool = False


class Page(HTMLParser):
    """Links, forms and tags of a page."""

    def __init__(self, text: str) -> None:
        super().__init__(convert_charrefs=True)
        self.links: list[str] = []
        self.forms: list[Form] = []
        self.tags: list[tuple[str, dict[str, str]]] = []
        self._form: Form | None = None
        self._box: str = ""
        self._select: str = ""
        self._template = 0  # inside, scripts find the parts of rows to come; nobody clicks there
        self.feed(text)

    def handle_starttag(self, tag: str, attrs: Any) -> None:
        """Keep what leads on and what is sent."""
        found = {name: value or "" for name, value in attrs}
        self.tags.append((tag, found))
        if tag == "template":
            self._template += 1
        if self._template:
            return
        if tag in {"a", "link"} and found.get("href"):
            self.links.append(found["href"])
        self.links += [found[name] for name in ("hx-get", "src") if found.get(name)]
        if tag == "form":
            self._form = Form(found.get("method", "get").lower(), found.get("action", ""))
            self.forms.append(self._form)
        elif self._form is not None and found.get("name"):
            self._field(tag, found, self._form)
        elif tag == "option" and self._form is not None and self._select:
            self._form.values[self._select].append(found.get("value", ""))

    def _field(self, tag: str, found: dict[str, str], form: Form) -> None:
        name = found["name"]
        values = form.values.setdefault(name, [])
        if tag == "select":
            self._select = name
        elif tag == "textarea":
            self._box = name
            form.free.add(name)
        else:
            values.append(found.get("value", ""))
            if tag == "input" and found.get("type", "") in TYPED - {"hidden"}:
                form.free.add(name)
            form.uploads = form.uploads or found.get("type") == "file"

    def handle_data(self, data: str) -> None:
        """Keep what stands in a large box."""
        if self._box and self._form is not None:
            self._form.values[self._box].append(data.strip("\n"))

    def handle_endtag(self, tag: str) -> None:
        """Close what was open."""
        if tag == "template":
            self._template -= 1
        if tag == "form":
            self._form = None
        elif tag == "textarea":
            self._box = ""
        elif tag == "select":
            self._select = ""


def body_of(answer: Any) -> bytes:
    """Return all of an answer, a streamed one read to its end (the test client then closes what it was read from)."""
    return b"".join(answer.streaming_content) if answer.streaming else bytes(answer.content)


def page_of(answer: Any) -> Page | None:
    """Return the page, or None where the answer is a file or the like."""
    body = body_of(answer)
    return Page(body.decode()) if answer.headers["Content-Type"].startswith("text/html") else None
