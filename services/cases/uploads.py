"""Files that come with a form."""

from collections.abc import Iterator
from contextlib import AbstractContextManager
from itertools import chain

from django.core.files.uploadedfile import UploadedFile
from django.http import HttpRequest

from services.cases import documents


def judged_first(request: HttpRequest) -> AbstractContextManager[None]:
    """Judges the files of a form before the transaction in which it is done."""
    return documents.judged_before(_contents(request))


def _contents(request: HttpRequest) -> Iterator[bytes]:
    for file in chain.from_iterable(files for _, files in request.FILES.lists()):
        assert isinstance(file, UploadedFile)
        yield file.read(documents.MAX_BYTES + 1)
        file.seek(0)
