"""Procurement documents on their way in: kept in memory only, each up to one limit, never spooled to a disk."""

from io import BytesIO
from typing import Any

from django.conf import settings
from django.core.files.uploadedfile import InMemoryUploadedFile
from django.core.files.uploadhandler import FileUploadHandler

AT_ONCE = 5 * settings.DOCUMENT_FILE_LIMIT


class DocumentUploadHandler(FileUploadHandler):
    """Takes each file up to DOCUMENT_FILE_LIMIT and all together up to AT_ONCE bytes.

    What is larger arrives empty but with its true size, so that the form can say so beside the field.
    """

    def __init__(self, request: Any = None) -> None:
        super().__init__(request)
        self.kept = 0
        self.chunks: list[bytes] = []
        self.received = 0

    def new_file(self, *args: Any, **kwargs: Any) -> None:
        """Begin the next file."""
        super().new_file(*args, **kwargs)
        self.chunks, self.received = [], 0

    def receive_data_chunk(self, raw_data: bytes, start: int) -> None:
        """Keep what fits; a file that is too large lets go of what was kept of it."""
        self.received += len(raw_data)
        if self.received > settings.DOCUMENT_FILE_LIMIT or self.kept + self.received > AT_ONCE:
            self.chunks = []
        else:
            self.chunks.append(raw_data)

    def file_complete(self, file_size: int) -> InMemoryUploadedFile:
        """The file with the size that was sent."""
        content = b"".join(self.chunks)
        self.kept += len(content)
        return InMemoryUploadedFile(
            BytesIO(content), self.field_name, self.file_name or "", self.content_type, file_size, self.charset
        )
