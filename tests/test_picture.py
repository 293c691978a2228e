"""The pictures of docs/ are of today's program."""

import re

from tests.picture import DOCS, drawn

WORD = re.compile(r"[A-Za-z][\w-]+")


def words(picture: str) -> list[str]:
    """The words in a picture, without dots and numbers, which are moved by rounding or measured."""
    return WORD.findall(" ".join(re.findall(">([^<]*)<", picture)))


def test_the_pictures_are_fresh() -> None:
    pictures = drawn()
    kept = {name: (DOCS / f"{name}.svg").read_text(encoding="utf-8") for name in pictures}
    fresh = [pictures["shell"], words(pictures["plot"]), words(pictures["top"])]
    assert fresh == [kept["shell"], words(kept["plot"]), words(kept["top"])], "run: python -m tests.picture"
