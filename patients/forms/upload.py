"""Choosing the file of a list."""

from typing import Any

from django import forms
from django.conf import settings
from django.core.exceptions import ValidationError
from django.core.files.uploadedfile import UploadedFile

from clinic.forms import HouseForm


class UploadForm(HouseForm):
    """One CSV file."""

    file = forms.FileField(
        error_messages={"required": "Choose a file.", "missing": "Choose a file.", "empty": "The file is empty."},
        widget=forms.FileInput({"accept": ".csv,text/csv"}),
    )

    def __init__(self, *args: Any, label: str, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["file"].label = label

    def clean_file(self) -> "UploadedFile[Any]":
        """Refuse a file that is too large, with the limit."""
        file: UploadedFile[Any] = self.cleaned_data["file"]
        if (file.size or 0) > settings.UPLOAD_MAX_BYTES:
            raise ValidationError(f"The file is larger than {settings.UPLOAD_MAX_BYTES // 1_000_000} MB.")
        return file
