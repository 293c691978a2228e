"""Results and errors written to the standard streams."""

import io
import json
from typing import Any

import pytest
import yaml

from milvus_cli.errors import CliError, InvalidInput, ServerRefused
from milvus_cli.output.console import Console
from milvus_cli.output.formats import CUT_NOTE, FOR_PROGRAMS, FORMATS
from milvus_cli.output.render import render, render_error
from milvus_cli.result import Document, Done, Record, Result, Table, Text
from tests.output.test_values import HOSTILE


class Terminal(io.StringIO):
    encoding = "utf-8"

    def isatty(self) -> bool:
        return True


class Pipe(io.StringIO):
    encoding = "utf-8"


def console(stdout: io.StringIO | None = None) -> tuple[Console, io.StringIO, io.StringIO]:
    found = Console()
    out, err = stdout or Pipe(), Pipe()
    found.stdout, found.stderr = out, err
    return found, out, err


def rendered(result: Result, output: str = "table", *, quiet: bool = False, terminal: bool = False) -> str:
    target, out, err = console(Terminal() if terminal else None)
    render(result, output, target, quiet=quiet)
    assert err.getvalue() == ""
    return out.getvalue()


def rendered_error(error: CliError, output: str = "table", where: str = "") -> str:
    target, out, err = console()
    render_error(error, output, target, where=where)
    assert out.getvalue() == ""
    return err.getvalue()


DONE = Done("Deleted collection 'book'.", {"collection": "book"})


def test_a_success_is_a_sentence_for_people() -> None:
    for output in ("table", "vertical", "markdown"):
        assert rendered(DONE, output) == "Deleted collection 'book'.\n"
        assert rendered(DONE, output, quiet=True) == ""


@pytest.mark.parametrize("quiet", [True, False])
def test_a_success_is_data_for_programs(quiet: bool) -> None:
    assert {output: rendered(DONE, output, quiet=quiet) for output in FOR_PROGRAMS} == {
        "json": '{\n  "message": "Deleted collection \'book\'.",\n  "collection": "book"\n}\n',
        "jsonl": '{"message": "Deleted collection \'book\'.", "collection": "book"}\n',
        "csv": "message,collection\nDeleted collection 'book'.,book\n",
        "tsv": "message\tcollection\nDeleted collection 'book'.\tbook\n",
        "yaml": "message: Deleted collection 'book'.\ncollection: book\n",
    }


RECORD = Record({"alias": "prod", "tls": None, "latency_ms": 1.5, "read_only": False})
RECORDS = {
    "table": """\
╭────────────┬───────╮
│ field      │ value │
├────────────┼───────┤
│ alias      │ prod  │
│ tls        │ NULL  │
│ latency_ms │ 1.5   │
│ read_only  │ no    │
╰────────────┴───────╯
""",
    "vertical": "-[ 1 ]-\nalias      | prod\ntls        | NULL\nlatency_ms | 1.5\nread_only  | no\n",
    "json": '{\n  "alias": "prod",\n  "tls": null,\n  "latency_ms": 1.5,\n  "read_only": false\n}\n',
    "jsonl": '{"alias": "prod", "tls": null, "latency_ms": 1.5, "read_only": false}\n',
    "csv": "alias,tls,latency_ms,read_only\nprod,,1.5,false\n",
    "tsv": "alias\ttls\tlatency_ms\tread_only\nprod\t\t1.5\tfalse\n",
    "markdown": """\
| field      | value |
|:-----------|:------|
| alias      | prod  |
| tls        | NULL  |
| latency_ms | 1.5   |
| read_only  | no    |
""",
    "yaml": "alias: prod\ntls: null\nlatency_ms: 1.5\nread_only: false\n",
}


@pytest.mark.parametrize("output", FORMATS)
def test_a_record_in_each_format(output: str) -> None:
    assert rendered(RECORD, output) == RECORDS[output]


def test_a_record_on_a_terminal_says_which_values_were_cut() -> None:
    found = rendered(Record({"a": "x" * 100, "b": 1}), terminal=True)
    assert f"│ {'x' * 67}… │" in found
    assert found.endswith(f"╯\n{CUT_NOTE}\n")
    assert "x" * 100 in rendered(Record({"a": "x" * 100}), "markdown", terminal=True)


def test_lines_to_run_are_never_cut() -> None:
    line = "create index " + "x" * 200
    assert line in rendered(Table(("line",), [(line,)], whole=True), terminal=True)
    assert line not in rendered(Table(("line",), [(line,)]), terminal=True)


def test_a_table_has_its_note_below_for_people_only() -> None:
    table = Table(("a",), [(1,)], note="More to say.")
    assert rendered(table).endswith("(1 row)\nMore to say.\n")
    assert rendered(table, quiet=True).endswith("(1 row)\n")
    assert rendered(table, "jsonl") == '{"a": 1}\n'


DOCUMENT = Document({"code": 200, "data": ["ü\x9b\u202e", float("nan")]})


@pytest.mark.parametrize("output", FORMATS)
def test_a_document_is_json_or_yaml(output: str) -> None:
    text = rendered(DOCUMENT, output, terminal=True)
    found: Any = yaml.safe_load(text) if output == "yaml" else json.loads(text)
    assert found["data"][0] == "ü\x9b\u202e"
    assert text.replace("\n", "").isprintable()
    assert (text.count("\n") == 1) == (output == "jsonl")


def test_a_document_of_one_word_is_one_line_of_yaml() -> None:
    assert rendered(Document("ok"), "yaml") == "ok\n"


def test_words_for_a_person_are_the_same_everywhere() -> None:
    assert [rendered(Text("Usage:\n  a\n\n"), output) for output in FORMATS] == ["Usage:\n  a\n"] * len(FORMATS)


def test_a_list_of_numbers_takes_one_line_of_json() -> None:
    value = {"v": [-1.5, 2, 1e-7], "words": ["[1,", "2]"], "none": [], "mixed": [1, None], "deep": [[1, 2], [3]]}
    text = rendered(Document(value), "json")
    assert json.loads(text) == value
    assert text.startswith('{\n  "v": [-1.5, 2, 1e-07],\n  "words": [\n    "[1,",\n    "2]"\n  ],\n  "none": [],\n')
    assert text.endswith('  "deep": [\n    [1, 2],\n    [3]\n  ]\n}\n')


def test_words_that_mean_values_are_values_for_programs() -> None:
    text = Text("print(1)\n", {"code": "print(1)\n"})
    assert {output for output in FORMATS if rendered(text, output) == "print(1)\n"} == set(FORMATS) - set(FOR_PROGRAMS)
    assert rendered(text, "jsonl") == '{"code": "print(1)\\n"}\n'


@pytest.mark.parametrize(("text", "escaped"), HOSTILE.values(), ids=HOSTILE)
def test_a_message_with_hostile_text_is_escaped(text: str, escaped: str) -> None:
    if text != "a\nb":
        assert rendered(Done(f"Deleted {text}.")) == f"Deleted {escaped}.\n"
        assert rendered_error(CliError(f"no {text}")) == f"error: no {escaped}\n"
    assert json.loads(rendered_error(CliError(text), "json"))["error"]["message"] == text


# Errors


def test_an_error_is_one_line_and_a_hint() -> None:
    assert rendered_error(CliError("collection 'x' not found")) == "error: collection 'x' not found\n"
    assert rendered_error(CliError("collection 'x' not found", hint="list collections")) == (
        "error: collection 'x' not found\nhint: list collections\n"
    )
    assert rendered_error(InvalidInput("bad"), where="script:7") == "error: script:7: bad\n"


@pytest.mark.parametrize("output", FOR_PROGRAMS)
def test_an_error_is_one_json_object_for_programs(output: str) -> None:
    text = rendered_error(ServerRefused("no", hint="look", server_code=100), output, where="script:7")
    assert text == '{"error": {"code": 1, "message": "script:7: no", "hint": "look", "server_code": 100}}\n'
    assert json.loads(rendered_error(InvalidInput("no"), output)) == {
        "error": {"code": 2, "message": "no", "hint": None, "server_code": None}
    }


# Encodings


def test_a_stream_without_unicode_gets_ascii() -> None:
    raw = io.BytesIO()
    target, _, _ = console()
    target.stdout = io.TextIOWrapper(raw, encoding="latin-1", errors="backslashreplace")
    render(Table(("a",), [("漢🦅",)]), "jsonl", target)
    render(Table(("a",), [("x",)]), "table", target)
    assert raw.getvalue().decode("ascii") == (
        '{"a": "\\u6f22\\ud83e\\udd85"}\n+---+\n| a |\n+===+\n| x |\n+---+\n(1 row)\n'
    )
