"""Reads words for yes and no, as options and scripts write them."""

YES = ("true", "yes", "y", "1")
NO = ("false", "no", "n", "0")


def yes_or_no(word: str) -> bool | None:
    """Returns what the word says, in any case; None for every other word."""
    text = word.strip().lower()
    return text in YES if text in (*YES, *NO) else None
