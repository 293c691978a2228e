"""The version that a server reports, parsed."""

from __future__ import annotations

import re
from dataclasses import dataclass

LITE = "milvus_lite"
CLOUD = "Zilliz Cloud"
COMPATIBLE = "Compatible with Milvus "
NUMBER = re.compile(r"v?(\d{1,9})\.(\d{1,9})(?:\.(\d{1,9}))?")


@dataclass(frozen=True)
class Version:
    """A version as the server writes it: "v2.3.5", "milvus_lite-3.2.2", or "" where it reports none.

    Milvus Lite and versions without a number count as the newest Milvus, and "2.6" without a third number as the
    newest 2.6: Zilliz Cloud writes "Zilliz Cloud Vector Database(Compatible with Milvus 2.6)" or "unknown-…".
    """

    text: str = ""

    def __str__(self) -> str:
        return self.text

    @property
    def is_lite(self) -> bool:
        return self.text.startswith(LITE)

    @property
    def pastes_keys(self) -> bool:
        """Reports whether this can be Milvus Lite 2, which reports no version: it pastes text keys into SQL."""
        return not self.text

    @property
    def is_known(self) -> bool:
        """Reports whether this is the release of a Milvus, and not of Milvus Lite or of a server that keeps it back."""
        return bool(_number(self.text))

    @property
    def product(self) -> str:
        """Product and number: "Milvus 2.3.5" of "v2.3.5-lite", the version of the PyPI package of the full server."""
        if self.is_lite:
            return f"Milvus Lite {self.text.removeprefix(LITE).removeprefix('-')}".rstrip()
        number = self._milvus.removeprefix("v").partition("-")[0]
        name = f"Milvus {number}" if number[:1].isdigit() else ""
        return f"{CLOUD} ({name})" if name and self.text.startswith(CLOUD) else name

    def before(self, release: str) -> bool:
        """Reports whether this is an older Milvus than `release`, such as "2.4"; never for an empty release."""
        number = _number(self._milvus)
        return bool(number) and number < _number(release)[: len(number)]

    @property
    def _milvus(self) -> str:
        return self.text.partition(COMPATIBLE)[2].rstrip(")") or self.text


def _number(text: str) -> tuple[int, ...]:
    found = NUMBER.match(text)
    return tuple(int(part) for part in found.groups() if part) if found else ()
