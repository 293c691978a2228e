"""Colors of a line."""

import pytest
from hypothesis import given
from hypothesis import strategies as st
from prompt_toolkit.document import Document
from prompt_toolkit.formatted_text import StyleAndTextTuples

from milvus_cli.shell import style


def coloured(text: str) -> list[StyleAndTextTuples]:
    line = style.CommandLexer().lex_document(Document(text))
    return [line(number) for number in range(text.count("\n") + 1)]


def test_verbs_nouns_options_strings_numbers_and_operators_have_their_colours() -> None:
    assert coloured("count -c 'my book' --timeout 2.5 > f") == [
        [
            ("class:verb", "count"),
            ("", " "),
            ("class:option", "-c"),
            ("", " "),
            ("class:string", "'my book'"),
            ("", " "),
            ("class:option", "--timeout"),
            ("", " "),
            ("class:number", "2.5"),
            ("", " "),
            ("class:operator", ">"),
            ("", " f"),
        ]
    ]
    assert coloured("list collections") == [[("class:verb", "list"), ("", " "), ("class:noun", "collections")]]


def test_a_word_that_leads_nowhere_is_marked_in_each_command_and_line() -> None:
    assert coloured("nonsense x; describe connection 'a\nb'") == [
        [
            ("class:unknown", "nonsense"),
            ("", " x; "),
            ("class:verb", "describe"),
            ("", " "),
            ("class:noun", "connection"),
            ("", " "),
            ("class:string", "'a"),
        ],
        [("class:string", "b'")],
    ]


def test_the_word_that_use_takes_for_granted_is_not_a_noun() -> None:
    assert coloured("use book") == [[("class:verb", "use"), ("", " book")]]


@given(st.text())
def test_colouring_changes_no_text(text: str) -> None:
    assert "\n".join("".join(part[1] for part in line) for line in coloured(text)) == text


def test_a_bug_in_colouring_leaves_the_line_plain(monkeypatch: pytest.MonkeyPatch) -> None:
    def broken(text: str) -> list[str]:
        raise ValueError(text)

    monkeypatch.setattr(style, "_styled", broken)
    assert coloured("count\nbook") == [[("", "count")], [("", "book")]]
