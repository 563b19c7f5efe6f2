"""Files that are sent along with a form: taken where a page asks for one, and nowhere else.

Django writes every file of a form to disk before it asks which page it is for; so a form of 100 MB sent to any page
would be kept for as long as the request lasts.
"""

from collections.abc import Mapping
from typing import Any

from django.conf import settings
from django.core.exceptions import RequestDataTooBig
from django.core.files.uploadhandler import (
    FileUploadHandler,
    MemoryFileUploadHandler,
    SkipFile,
    TemporaryFileUploadHandler,
)
from django.http import HttpRequest


class NoFiles(FileUploadHandler):
    """Refuse a form with a file by the length it declares; read over a small file and keep nothing of it."""

    def handle_raw_input(
        self,
        input_data: Any,
        meta: Mapping[str, Any],
        content_length: int,
        boundary: str,
        encoding: str | None = None,
    ) -> None:
        """Refuse before a byte is read: a form without a file is no longer than any other form may be."""
        if content_length > settings.DATA_UPLOAD_MAX_MEMORY_SIZE:
            raise RequestDataTooBig("A form that takes no file is too long.")

    def new_file(self, *args: Any, **kwargs: Any) -> None:
        """Read on behind the file."""
        raise SkipFile

    def receive_data_chunk(self, raw_data: bytes, start: int) -> None:
        """Keep nothing; no file gets this far."""

    def file_complete(self, file_size: int) -> None:
        """Give back nothing."""


def takes_a_file(request: HttpRequest) -> None:
    """Let the form of this request bring a file. To be said before anything reads the form.

    A form of typed fields alone can bring none, and is read by then: it says which clinic it was opened at.
    """
    if request.content_type == "multipart/form-data":
        request.upload_handlers = [MemoryFileUploadHandler(request), TemporaryFileUploadHandler(request)]
