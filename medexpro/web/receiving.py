"""Files as they arrive: counted to their end, kept up to the limit, before anybody has looked at who sends them."""

from typing import Any

from django.conf import settings
from django.core.exceptions import RequestDataTooBig
from django.core.files.uploadhandler import TemporaryFileUploadHandler

# A request this many times the limit is no slip of the hand; it isn't read at all.
FAR_TOO_LARGE = 10


class KeptToTheLimit(TemporaryFileUploadHandler):
    """Writes the files of one request to the disk, together no more than one may have, and counts the rest.

    A form can so say how large the file was, with everything typed kept; whoever takes a file in compares its size.
    """

    kept = 0

    def handle_raw_input(self, input_data: Any, meta: dict, content_length: int, *args: Any) -> None:
        """Refuse what is far too large. Raises RequestDataTooBig: 400."""
        if content_length > FAR_TOO_LARGE * settings.UPLOAD_LIMIT_BYTES:
            raise RequestDataTooBig(f"{content_length} bytes")

    def receive_data_chunk(self, raw_data: bytes, start: int) -> None:
        """Keep a piece while there is room."""
        room = settings.UPLOAD_LIMIT_BYTES - self.kept
        self.kept += self.file.write(raw_data[:room])
