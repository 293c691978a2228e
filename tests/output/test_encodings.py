"""Tables on terminals whose encoding lacks characters."""

import pytest

from milvus_cli.output.formats import WRITERS, Style

ROWS = [(1, "漢ü"), (2, "plain")]
TABLE = """\
+----+------------+
| id | name       |
+====+============+
|  1 | \\u6f22\\xfc |
|  2 | plain      |
+----+------------+
(2 rows)
"""
MARKDOWN = """\
| id | name       |
|---:|:-----------|
|  1 | \\u6f22\\xfc |
|  2 | plain      |
"""


@pytest.mark.parametrize(("output", "text"), [("table", TABLE), ("markdown", MARKDOWN)])
def test_columns_are_as_wide_as_the_text_in_them(output: str, text: str) -> None:
    style = Style(unicode=False, encoding="ascii")
    assert "".join(WRITERS[output](("id", "name"), ROWS, style)) == text
    latin = "".join(WRITERS[output](("id", "name"), ROWS, Style(unicode=False, encoding="latin-1")))
    assert "\\u6f22ü |" in latin
    assert len({len(line) for line in latin.splitlines() if line[0] in "|+"}) == 1
