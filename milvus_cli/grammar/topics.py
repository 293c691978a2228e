"""Reads the topics of help: Markdown files in the package, which documents show as they are."""

from __future__ import annotations

from collections.abc import Sequence
from importlib.resources import files

from ..text.markdown import Block, parse
from .help_layout import TOPICS


def topic_named(words: Sequence[str]) -> str | None:
    """Returns the topic that the words name, as in `exit-codes`, `exit_codes` or `exit codes`."""
    name = "-".join(words).lower().replace("_", "-")
    return name if name in TOPICS else None


def page(topic: str) -> str:
    """Returns the Markdown of a topic."""
    return files("milvus_cli").joinpath(f"help/{topic}.md").read_text(encoding="utf-8")


def blocks(topic: str) -> list[Block]:
    """Returns the blocks of a topic's page, the first of which is its title."""
    return parse(page(topic))
