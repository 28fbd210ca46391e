"""Receiving files, however large somebody sends them."""

from typing import Any

from django.conf import settings
from django.core.files.uploadhandler import FileUploadHandler, SkipFile
from django.http import HttpRequest


class SizeLimit(FileUploadHandler):
    """Lets go of a file once it, or all of a request, is larger than may be, and reads on.

    So the rest of the form is not lost. ``too_large(request)`` names the fields whose file was let go.
    """

    def __init__(self, request: HttpRequest | None = None) -> None:
        super().__init__(request)
        self.received = self.received_in_all = 0

    def new_file(self, *args: Any, **kwargs: Any) -> None:
        super().new_file(*args, **kwargs)
        self.received = 0

    def receive_data_chunk(self, raw_data: bytes, start: int) -> bytes:
        self.received += len(raw_data)
        self.received_in_all += len(raw_data)
        if self.received > settings.LARGEST_UPLOAD or self.received_in_all > settings.LARGEST_REQUEST:
            if self.request is not None:
                too_large(self.request).add(str(self.field_name))
            raise SkipFile
        return raw_data

    def file_complete(self, file_size: int) -> None:
        return None


def too_large(request: HttpRequest) -> set[str]:
    """The fields of a request whose file was too large to receive."""
    fields: set[str] = request.__dict__.setdefault("too_large_fields", set())
    return fields
