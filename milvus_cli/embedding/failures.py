"""Failures of embedders that callers tell apart."""

from __future__ import annotations

from ..errors import CliError


class Busy(CliError):
    """The embedder may answer the same request later, after `retry_after` seconds at the earliest."""

    def __init__(self, message: str, *, hint: str = "", retry_after: float = 0.0) -> None:
        super().__init__(message, hint=hint)
        self.retry_after = retry_after


class TextRefused(CliError):
    """The embedder refused a request because of one of its texts, or of their number."""
