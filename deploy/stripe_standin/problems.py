"""Errors as Stripe words them: an HTTP status and a body."""

from typing import Any

Doc = dict[str, Any]


class Problem(Exception):
    """A refused request. ``keep`` says that what was written before it stays written."""

    def __init__(
        self,
        message: str,
        *,
        code: str | None = None,
        param: str | None = None,
        status: int = 400,
        kind: str = "invalid_request_error",
        keep: bool = False,
        **more: Any,
    ) -> None:
        super().__init__(message)
        self.status = status
        self.keep = keep
        error: Doc = {"type": kind, "code": code, "param": param, "message": message, **more}
        self.body: Doc = {"error": {k: v for k, v in error.items() if v is not None}}

    @property
    def code(self) -> str | None:
        found: str | None = self.body["error"].get("code")
        return found


def missing(kind: str, name: str, param: str = "id", status: int = 404) -> Problem:
    return Problem(f"No such {kind}: '{name}'", code="resource_missing", param=param, status=status)


def needed(param: str) -> Problem:
    return Problem(f"Missing required param: {param}.", code="parameter_missing", param=param)


def not_modelled(what: str) -> Problem:
    """Stripe knows it and this stand-in does not: said aloud rather than ignored."""
    return Problem(
        f"The stand-in for Stripe does not model {what}.", code="standin_not_modelled", param=what
    )
