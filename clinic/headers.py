"""What a browser is told about every page beyond what Django tells it: what it may load and never do, and who may keep it."""

from collections.abc import Callable

from csp.constants import NONCE, NONE, SELF
from django.http import HttpRequest, HttpResponse

# What a page may load and where it may send, all of it named: what is not named is refused. A script runs when the page
# that asks for it knows the number of this answer: one that was written into a page by somebody does not. Inline there
# is nothing.
CONTENT = {
    "default-src": [NONE],
    "script-src": [NONCE],
    "style-src": [SELF],
    "connect-src": [SELF],
    "font-src": [SELF],
    "manifest-src": [SELF],
    "img-src": [SELF, "data:"],  # Bootstrap draws its select arrows as data images
    "object-src": [NONE],
    "base-uri": [NONE],
    "frame-ancestors": [NONE],
    "form-action": [SELF],
}
# No page of ours asks for any of these; a script that got in cannot either.
NEVER = (
    "accelerometer",
    "autoplay",
    "browsing-topics",
    "camera",
    "display-capture",
    "encrypted-media",
    "fullscreen",
    "geolocation",
    "gyroscope",
    "hid",
    "idle-detection",
    "local-fonts",
    "magnetometer",
    "microphone",
    "midi",
    "payment",
    "screen-wake-lock",
    "serial",
    "usb",
    "xr-spatial-tracking",
)
PERMISSIONS = ", ".join(f"{name}=()" for name in NEVER)


class Headers:
    """Forbid what no page needs, keep other sites from embedding anything, and let no browser or proxy keep a record."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        """Serve the request. A page that says itself how it may be kept is believed."""
        response = self.get_response(request)
        response.headers.setdefault("Permissions-Policy", PERMISSIONS)
        response.headers.setdefault("Cross-Origin-Resource-Policy", "same-origin")
        # After logging out, "back" must not show the last patient; static files have their own rule.
        response.headers.setdefault("Cache-Control", "no-store, private")
        return response
