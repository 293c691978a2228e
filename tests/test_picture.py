"""The pictures of docs/ are of today's program."""

import re

from tests.picture import DOCS, drawn

DOTS = re.compile("[\u2800-\u28ff]")


def words(picture: str) -> list[str]:
    """All that is written in a picture, without the dots of plots, which rounding moves."""
    return DOTS.sub(" ", " ".join(re.findall(">([^<]*)<", picture))).split()


def test_the_pictures_are_fresh() -> None:
    pictures = drawn()
    kept = {name: (DOCS / f"{name}.svg").read_text(encoding="utf-8") for name in pictures}
    assert (pictures["shell"], words(pictures["plot"])) == (kept["shell"], words(kept["plot"])), (
        "run: python -m tests.picture"
    )
