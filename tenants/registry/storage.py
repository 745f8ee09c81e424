"""How stored files are written."""

from pathlib import Path
from typing import Any

from django.core.files.base import File
from django.core.files.storage import FileSystemStorage

from kernel.files import whole_file


class WholeFileStorage(FileSystemStorage):
    """Django's file storage, with each file written whole or not at all."""

    def _save(self, name: str, content: "File[Any]") -> str:
        target = Path(self.path(name))
        target.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
        with whole_file(target) as out:
            for chunk in content.chunks():
                out.write(chunk if isinstance(chunk, bytes) else chunk.encode())
        return name
