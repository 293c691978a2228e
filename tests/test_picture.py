"""The picture in README is of today's program."""

from tests.picture import FILE, drawn


def test_the_picture_is_fresh() -> None:
    assert drawn() == FILE.read_text(encoding="utf-8"), "run: python -m tests.picture"
