"""Numbers of things, as messages have them."""


def counted(number: int, noun: str, plural: str = "") -> str:
    """Returns `1 row`, `0 rows` or `1,200 rows`; `plural` is for nouns that don't just add an s."""
    return f"{number:,} {noun if number == 1 else plural or f'{noun}s'}"
