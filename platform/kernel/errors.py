"""The one error family whose message is fit to show to a person."""


class RuleBroken(Exception):
    """Something asked for is not allowed; ``message`` says in plain Indonesian how to fix it.

    ``field`` names the form field at fault, if one is. Raised by rules and actions; turned into
    a page by ``ui.middleware`` and into an RFC 9457 problem by ``ui.problems``, nowhere else.
    """

    status = 422
    code = "aturan"

    def __init__(self, message: str, *, field: str | None = None) -> None:
        super().__init__(message)
        self.message = message
        self.field = field


class NotThere(RuleBroken):
    """Absent, or hidden from whoever asks: the two look alike on purpose."""

    status = 404
    code = "tidak-ditemukan"

    def __init__(self, message: str = "Halaman atau data ini tidak ditemukan.") -> None:
        super().__init__(message)


class Stale(RuleBroken):
    """Someone else was first, or the page was open too long."""

    status = 409
    code = "sudah-berubah"
