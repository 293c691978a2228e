"""Writes the lines of docs/from-milvus-cli.md: those of Milvus_CLI's references that tests run.

`python -m tests.migration` puts them into the guide, below its own words.
"""

from pathlib import Path

from tests.support.cli import ROOT
from tests.test_references import GENERATIONS, examples

PAGE = ROOT / "docs" / "from-milvus-cli.md"
BEGIN = "## The lines\n"


def lines() -> str:
    """Returns the part of the guide that lists each line, generation by generation."""
    parts = [BEGIN]
    for name, text in GENERATIONS.items():
        found = "\n".join(dict.fromkeys(each.line for each in examples(text)))
        parts.append(f"\n### {name}\n\n```text\n{found}\n```\n")
    return "".join(parts)


def written(page: str) -> str:
    return page.partition(BEGIN)[0] + lines()


if __name__ == "__main__":
    Path(PAGE).write_text(written(PAGE.read_text(encoding="utf-8")), encoding="utf-8")
