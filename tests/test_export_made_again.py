"""An export that is continued after its collection was deleted and made again."""

from pathlib import Path

import pytest

from milvus_cli.transfer import export, export_job
from tests.support.lite_server import LiteServer
from tests.support.typed import Typed, failed

MAKE = "create collection again -f id:INT64 -f v:FLOAT_VECTOR:2 -p id --index v:FLAT:L2"


def test_an_export_is_not_continued_with_another_collection_of_the_same_name(
    typed: Typed, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    monkeypatch.setattr(export_job, "PAGE_BYTES", 1_000)
    typed.gone("again")
    typed.all(MAKE, "load again", "insert fake again -n 2000 --first 0")
    interrupt_after_a_page(monkeypatch)
    assert typed("export again x.jsonl").code == 130
    rows = len(Path("x.jsonl.part").read_text().splitlines())
    monkeypatch.undo()
    monkeypatch.chdir(tmp_path)
    typed.gone("again")
    typed.all(MAKE, "load again", "insert fake again -n 1000 --first 5000")

    message = "x.jsonl.part is of another export"
    if isinstance(typed.server, LiteServer):
        message = (
            f"the export has {rows + 1000:,} rows, and the collection 1,000: rows were deleted, or it was made again"
        )
    assert typed("export again x.jsonl --resume") == failed(message, "start over without --resume")
    assert typed("export again x.jsonl").out == "Exported 1,000 rows of 'again' to x.jsonl.\n"
    typed.gone("again")


def interrupt_after_a_page(monkeypatch: pytest.MonkeyPatch) -> None:
    save = export._save_state

    def save_and_interrupt(*words: object) -> None:
        save(*words)  # type: ignore[arg-type]
        raise KeyboardInterrupt

    monkeypatch.setattr(export, "_save_state", save_and_interrupt)
