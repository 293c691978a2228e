"""Text to words: as a POSIX shell does it, with our comments, separators and line numbers."""

import shlex
import subprocess
from collections.abc import Iterator

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from milvus_cli.errors import InvalidInput
from milvus_cli.grammar.lines import RedirectTarget, Statement, Unfinished, Unreadable, scan, split, statements

WORD_TEXT = st.text(alphabet="ab \t'\"\\#;ü漢\u00a0\u3000$*~", max_size=24)


def words(text: str) -> list[tuple[str, ...]]:
    return [statement.argv for statement in split(text)]


# Words


@pytest.mark.parametrize(
    ("text", "argv"),
    [
        ("list collections", ("list", "collections")),
        ("  a \t b  ", ("a", "b")),
        ("a 'b c' d", ("a", "b c", "d")),
        ('a "b c" d', ("a", "b c", "d")),
        ("a 'b'\"c\"d", ("a", "bcd")),
        ("a '' \"\"", ("a", "", "")),
        (r"a b\ c", ("a", "b c")),
        (r"a '\n'", ("a", r"\n")),
        (r'a "\"\\\$\`\n"', ("a", r'"\$`\n')),
        ("a 'it'\\''s'", ("a", "it's")),
        ("a#b c", ("a#b", "c")),
        ("a '#' \"#\" \\#", ("a", "#", "#", "#")),
        ("a ';' \\;", ("a", ";", ";")),
        ("a\\\nb c", ("ab", "c")),
        ("a \\\n b", ("a", "b")),
        ("a 'b\nc'", ("a", "b\nc")),
        ('a "b\\\nc"', ("a", "bc")),
        ("a $HOME * ~ & '|' \\>", ("a", "$HOME", "*", "~", "&", "|", ">")),
        ("a\u00a0b\u3000c\x0bd", ("a\u00a0b\u3000c\x0bd",)),
        ("insert row --row '{\"id\": 1}'", ("insert", "row", "--row", '{"id": 1}')),
    ],
)
def test_a_line_is_split_into_words(text: str, argv: tuple[str, ...]) -> None:
    assert words(text) == [argv]


@pytest.mark.parametrize("text", ["", " ", "\n", "# only a comment", ";", " ; ;\n", "\t#x\n\n", "\\\n \n"])
def test_a_line_without_words_is_not_a_command(text: str) -> None:
    assert words(text) == []


@pytest.mark.parametrize("text", ["'", '"', "a 'b", 'a "b', "a \\", "a\\\n", 'a "b\\"', "a 'b\\'c'", "ok; 'a"])
def test_an_open_quote_or_backslash_is_unfinished(text: str) -> None:
    with pytest.raises(Unfinished):
        words(text)


@given(WORD_TEXT.filter(lambda text: not set(text) & set("#;")))
def test_quoting_is_that_of_shlex(text: str) -> None:
    try:
        # Its blanks are only those of a shell, as ours.
        expected = shlex.split(text, posix=True)
    except ValueError:
        with pytest.raises(Unfinished):
            words(text)
        return
    # Within double quotes shlex keeps the backslash before $ and `; shells don't, nor do we.
    if "\\$" not in text:
        assert words(text) == ([tuple(expected)] if expected else [])


def bash(text: str) -> list[tuple[str, ...]]:
    """The words of every command, as bash sees them: each command is made a call that prints them."""
    script = f"shopt -s expand_aliases\nset -f\na() {{ printf '%s\\0' a \"$@\" $'\\n'; }}\n{text}\n"
    done = subprocess.run(["bash", "-c", script], capture_output=True, check=True)
    assert done.stderr == b""
    *commands, rest = done.stdout.decode().split("\n\0")
    assert rest == ""
    return [tuple(each.split("\0")[:-1]) for each in commands]


@settings(max_examples=60)
@given(st.lists(st.text(alphabet="ab'\"\\# \tü\u00a0", max_size=16), min_size=1, max_size=3), st.sampled_from(";\n"))
@example(["'it'\\''s' \"a\\\"b\\\\c\\d\" x#y #z"], ";")
@example(["b\\", "c"], "\n")
@example(["'b", "c'"], "\n")
@example(["# b\\", "c"], "\n")
def test_commands_are_those_of_bash(lines: list[str], separator: str) -> None:
    text = separator.join(f"a {line}" for line in lines)
    try:
        found = words(text)
    except Unfinished:
        return
    if all(argv[0] == "a" for argv in found):
        assert found == bash(text)


@given(st.lists(st.text(st.characters(exclude_characters="\0", exclude_categories=["Cs"])), min_size=1))
def test_words_that_shlex_quoted_come_back(argv: list[str]) -> None:
    assert words(shlex.join(argv)) == [tuple(argv)]


@pytest.mark.parametrize(
    ("text", "argv"),
    [
        ("a [0.1, 0.2] -l 3", ("a", "[0.1, 0.2]", "-l", "3")),
        ('a {"b": "]} \\" ;", "c": [1,\n {}]} d', ("a", '{"b": "]} \\" ;", "c": [1,\n {}]}', "d")),
        ("a [1; # x | > y\n2]", ("a", "[1; # x | > y\n2]")),
        ("a '[' \"{\" \\[ x[ x{ ] {b}", ("a", "[", "{", "[", "x[", "x{", "]", "{b}")),
    ],
)
def test_json_that_begins_a_word_needs_no_quotes(text: str, argv: tuple[str, ...]) -> None:
    assert words(text) == [argv]


@pytest.mark.parametrize("text", ["a [", "a [1,\n", "a {[}", 'a {"b', 'a ["]'])
def test_an_open_bracket_wants_more(text: str) -> None:
    with pytest.raises(Unfinished):
        words(text)


# Prompts


@pytest.mark.parametrize(
    ("text", "argv"),
    [
        ("milvus_cli > list databases", ("list", "databases")),
        ("milvus_cli> list databases", ("list", "databases")),
        ("milvus_cli>list databases", ("list", "databases")),
        ("milvus_cli >list databases", ("list", "databases")),
        ("milvus_cli>'list' databases", ("list", "databases")),
        ("milvus_cli list databases", ("list", "databases")),
        ("  milvus_cli > query -e 'a > 1'", ("query", "-e", "a > 1")),
        ("milvus_cli --version", ("--version",)),
        ("milvus_cli", ("milvus_cli",)),
        ("list 'milvus_cli' milvus_cli", ("list", "milvus_cli", "milvus_cli")),
    ],
)
def test_a_copied_prompt_or_program_name_is_left_out(text: str, argv: tuple[str, ...]) -> None:
    assert words(text) == [argv]
    assert [tuple(word.value for word in command) for command in scan(text)] == [argv]


def test_a_prompt_with_nothing_after_it_is_not_a_command() -> None:
    assert words("milvus_cli > ; milvus_cli >\nmilvus_cli>\nlist a") == [("list", "a")]


def test_a_word_after_a_prompt_without_a_blank_keeps_its_place() -> None:
    ((first, second),) = scan("milvus_cli>list datab")
    assert (first.start, first.raw, second.start) == (11, "list", 16)
    (found,) = split("milvus_cli>list databases > out.txt")
    assert (found.text, found.target) == ("list databases > out.txt", RedirectTarget(">", "out.txt"))


def test_a_copied_line_may_still_be_redirected() -> None:
    (found,) = split("milvus_cli > list databases > out.txt")
    assert (found.argv, found.target) == (("list", "databases"), RedirectTarget(">", "out.txt"))


# Commands and lines


def test_commands_stand_between_semicolons_and_line_ends() -> None:
    assert list(split("a 1; b 2 ;c\nd # e; f\n\n  g 'x;\ny' ; h")) == [
        Statement(("a", "1"), "a 1", 1),
        Statement(("b", "2"), "b 2", 1),
        Statement(("c",), "c", 1),
        Statement(("d",), "d # e; f", 2),
        Statement(("g", "x;\ny"), "g 'x;\ny'", 4),
        Statement(("h",), "h", 5),
    ]


def test_a_text_of_many_lines_keeps_line_numbers_and_comments() -> None:
    text = "# one\n\nlist a\n# two\n# three\nlist \\\n  b; list c\nlist 'd\ne'\nlist f"
    assert list(statements(text.splitlines())) == [
        Statement(("list", "a"), "list a", 3, "# one\n"),
        Statement(("list", "b"), "list \\\n  b", 6, "# two\n# three\n"),
        Statement(("list", "c"), "list c", 7),
        Statement(("list", "d\ne"), "list 'd\ne'", 8),
        Statement(("list", "f"), "list f", 10),
    ]


def test_lines_may_come_with_their_ends_and_those_of_windows() -> None:
    expected = [Statement(("a",), "a", 1), Statement(("b", "c"), "b c", 2)]
    assert list(statements(["a\n", "b c\n"])) == list(statements(["a\r\n", "b c\r\n"])) == expected
    assert list(statements(["\ufeffa\r\n", "b c\r\n"])) == expected


def test_a_command_is_complete_as_soon_as_its_last_line_was_read() -> None:
    read: list[str] = []

    def lines() -> Iterator[str]:
        for line in ("a 'b", "c'", "d"):
            read.append(line)
            yield line

    found = statements(lines())
    assert next(found) == Statement(("a", "b\nc"), "a 'b\nc'", 1)
    assert read == ["a 'b", "c'"]


@pytest.mark.parametrize("text", ["a\nb 'c\nd", 'a\nb "c\nd\n', "a\nb \\"])
def test_a_quote_that_nothing_closes_names_the_line_it_opened_on(text: str) -> None:
    found = statements(text.splitlines())
    assert next(found).argv == ("a",)
    with pytest.raises(Unreadable, match="a quote, bracket or backslash is not closed") as caught:
        next(found)
    assert (caught.value.line, caught.value.hint) == (2, "close what that line opens")


def test_a_quote_of_many_lines_takes_time_in_proportion_to_its_length() -> None:
    """Reading all of it again with each line would take hours here."""
    rows = [f'{{"id": {number}}},' for number in range(100_000)]
    (found,) = statements(["insert '[", *rows, "]'"])
    assert found.argv == ("insert", "\n".join(["[", *rows, "]"]))


@given(st.lists(WORD_TEXT, max_size=6))
def test_line_by_line_gives_the_same_commands_as_all_at_once(lines: list[str]) -> None:
    try:
        at_once = list(split("".join(line + "\n" for line in lines)))
    except Unfinished:
        with pytest.raises(InvalidInput):
            list(statements(lines))
        return
    assert [(each.argv, each.text) for each in statements(lines)] == [(each.argv, each.text) for each in at_once]
