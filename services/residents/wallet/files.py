"""Where the copies in wallets lie."""

from tenants.registry import stored_files

FOLDER = "dompet"  # below the city's
_SUFFIX = {"application/pdf": "pdf", "image/jpeg": "jpg", "image/png": "png"}


def keep(content: bytes, media_type: str) -> str:
    return stored_files.keep(FOLDER, content, _SUFFIX.get(media_type, "bin"))
