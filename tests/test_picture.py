"""The pictures of docs/ are of today's program."""

from tests.picture import DOCS, drawn


def test_the_pictures_are_fresh() -> None:
    pictures = drawn()
    kept = {name: (DOCS / f"{name}.svg").read_text(encoding="utf-8") for name in pictures}
    assert pictures == kept, "run: python -m tests.picture"
