"""Generates the manual page and the command reference, as text and as data, from the commands themselves."""

from __future__ import annotations

import inspect
import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import click

from .. import __version__
from ..client.versions import OPERATIONS
from ..result import Report, Section, Table, Value
from ..session.settings import SETTINGS
from ..text.markdown import Block, deeper_titles, plain
from .click_nodes import Leaf
from .help_layout import TOPICS, option_row
from .lines import PROGRAM
from .params import GLOBAL_OPTIONS, PROGRAM_OPTIONS, NeededOption, SecretOption, WordOption
from .topics import blocks, page
from .tree import SYNONYMS, leaves, tree

SUMMARY = "the command-line shell for Milvus"
FORMS = (
    f"{PROGRAM} [OPTIONS]",
    f"{PROGRAM} [OPTIONS] COMMAND …",
    f"{PROGRAM} [OPTIONS] -c COMMANDS",
    f"{PROGRAM} [OPTIONS] -f FILE",
)


def _synonyms() -> str:
    """Returns the words of other shells, those for one command together."""
    same = {" ".join(ours): [word for word, other in SYNONYMS.items() if other == ours] for ours in SYNONYMS.values()}
    return ", ".join(f"{' and '.join(words)} ({ours})" for ours, words in same.items())


DESCRIPTION = (
    "Without a command, it opens an interactive shell on a terminal. With a command, it runs the command and exits. "
    "With -c, -f or commands on standard input, it runs a script, which stops at the first error.",
    f"A command is a verb and a noun. Synonyms: {_synonyms()}. @FILE as a value reads a file, - reads standard input.",
    "Results go to standard output, everything else to standard error.",
)
EXIT_CODES = (
    ("0", "Success"),
    ("1", "The server refused, the operation failed, or a check found something"),
    ("2", "Invalid usage, or a file to read that does not exist"),
    ("3", "No server responded, or there is no connection"),
    ("4", "Not authenticated, or permission denied"),
    ("5", "Partly done: some rows were rejected"),
    ("130", "Interrupted by Ctrl-C"),
)
ENDING = (("--version", "Show the version and exit."), ("--help", "Show the help and exit."))
VARIABLES = (
    ("MILVUS_URI, ZILLIZ_URI", "Address of the server."),
    ("MILVUS_TOKEN, ZILLIZ_TOKEN", "user:password or an API key."),
    ("MILVUS_ALIAS", "Connection to use."),
    ("MILVUS_CLI_HOME", "Directory for connections, history and Milvus Lite data."),
    ("MILVUS_CLI_CONFIG", "Path of the configuration file."),
    *((each.variable, each.meaning) for each in SETTINGS.values()),
    ("NO_COLOR", "Disables colors."),
)

TYPES: Mapping[type[click.ParamType[Any]], str] = {
    click.types.BoolParamType: "boolean",
    click.types.IntParamType: "integer",
    click.types.FloatParamType: "float",
    click.Choice: "choice",
}
"""Names of the value types for programs; everything else is text."""

Terms = Sequence[tuple[str, str]]


@dataclass(frozen=True)
class Entry:
    """A command of the reference: usage, paragraphs, example lines, and options with their help.

    `words` and `parameters` describe its parameters as data.
    """

    path: str
    usage: str
    paragraphs: Sequence[str]
    examples: Sequence[str]
    options: Terms
    words: Sequence[Mapping[str, Value]]
    parameters: Sequence[Mapping[str, Value]]


def entries() -> Iterator[Entry]:
    """Yields every command, ordered by path."""
    for leaf in sorted(leaves(tree()), key=lambda each: each.path):
        yield _entry(leaf)


def manual() -> str:
    """Returns the manual page, for section 1, in roff with the man macros."""
    lines = [
        f'.TH {PROGRAM.upper()} 1 "" "{PROGRAM} {__version__}" "User Commands"',
        ".SH NAME",
        f"{_roff(PROGRAM)} \\- {SUMMARY}",
        ".SH SYNOPSIS",
    ]
    for form in FORMS:
        lines += [_roff(form), ".br"]
    lines += [".SH DESCRIPTION", *_roff_paragraphs(DESCRIPTION)]
    lines += [".SH OPTIONS", *_roff_terms([*_records(PROGRAM_OPTIONS), *ENDING, *_records(GLOBAL_OPTIONS)])]
    lines.append(".SH COMMANDS")
    for entry in entries():
        lines += [f".SS {_roff(entry.path)}", _roff(entry.usage), *_roff_paragraphs(entry.paragraphs)]
        lines += _roff_terms(entry.options)
        lines += [".PP", *(_roff(f"Example: {example}") + "\n.br" for example in entry.examples)]
    for topic in TOPICS:
        lines += [line for block in blocks(topic) for line in _roff_block(block)]
    lines += [".SH ENVIRONMENT", *_roff_terms(VARIABLES)]
    return "\n".join(lines) + "\n"


def markdown() -> str:
    """Returns the reference as one page of Markdown."""
    parts = [
        f"# {PROGRAM} {__version__}",
        f"{PROGRAM} is {SUMMARY}.",
        _code(FORMS),
        *map(_escape_markdown, DESCRIPTION),
        "## Options",
        _rows("option", [*_records(PROGRAM_OPTIONS), *ENDING, *_records(GLOBAL_OPTIONS)]),
        "## Commands",
    ]
    for entry in entries():
        parts += [f"### {_escape_markdown(entry.path)}", _code([entry.usage]), *map(_escape_markdown, entry.paragraphs)]
        parts += [_rows("option", entry.options)] if entry.options else []
        parts.append(_code([f"{PROGRAM} {example}" for example in entry.examples]))
    parts += ["## Environment", _rows("variable", VARIABLES)]
    parts += [deeper_titles(page(topic)).rstrip() for topic in TOPICS]
    return "\n\n".join(parts) + "\n"


def versions() -> str:
    """Returns a page of Markdown: the operations that not every server has, and the first Milvus that has each."""
    rows: dict[tuple[str, str], list[str]] = {}
    for method, operation in OPERATIONS.items():
        rows.setdefault((operation.since, operation.name), []).append(method)
    newer = [(name, since, methods) for (since, name), methods in sorted(rows.items(), key=_by_release) if since]
    older = [(name, methods) for (since, name), methods in sorted(rows.items()) if not since]
    return "\n".join(
        [
            "# What needs which version",
            "",
            "milvus_cli works with Milvus 2.3 and newer. A command that the server is too old for says so before it",
            "changes or asks anything. A server that reports no version gets no options that Milvus 2.4 would ignore.",
            "",
            "| operation | requires Milvus | request |",
            "|---|---|---|",
            *(f"| {name} | {since} | {_requests(methods)} |" for name, since, methods in newer),
            "",
            "Milvus 2.3 has these, and Milvus Lite may lack them:",
            "",
            "| operation | request |",
            "|---|---|",
            *(f"| {name} | {_requests(methods)} |" for name, methods in older),
            "",
        ]
    )


def _by_release(row: tuple[tuple[str, str], list[str]]) -> tuple[list[int], str]:
    (since, name), _ = row
    return [int(part) for part in since.split(".") if part], name


def _requests(methods: Sequence[str]) -> str:
    return ", ".join(f"`{method}`" for method in sorted(methods))


def report() -> Report:
    """Returns the reference as data: summaries for people, everything for programs."""
    found = list(entries())
    commands = [
        {
            "command": each.path,
            "usage": each.usage,
            "help": list(each.paragraphs),
            "examples": list(each.examples),
            "words": list(each.words),
            "options": list(each.parameters),
        }
        for each in found
    ]
    sentences = [(each.path, each.paragraphs[0]) for each in found]
    synonyms = {word: " ".join(words) for word, words in SYNONYMS.items()}
    values = {"program": PROGRAM, "version": __version__, "summary": SUMMARY, "synonyms": synonyms}
    return Report(
        values,
        [
            Section("commands", Table(("command", "help"), sentences), commands),
            _option_section("program_options", PROGRAM_OPTIONS),
            _option_section("global_options", GLOBAL_OPTIONS),
            _rows_section("exit_codes", ("code", "meaning"), [(int(code), meaning) for code, meaning in EXIT_CODES]),
            _rows_section("variables", ("variable", "meaning"), VARIABLES),
        ],
    )


def _option_section(key: str, options: Sequence[click.Option]) -> Section:
    return Section(key, Table(("option", "meaning"), _records(options)), [_parameter(each) for each in options])


def _rows_section(key: str, columns: Sequence[str], rows: Sequence[Sequence[Value]]) -> Section:
    return Section(key, Table(columns, rows), [dict(zip(columns, each, strict=True)) for each in rows])


def _parameter(option: click.Option) -> dict[str, Value]:
    """Describes an option as data. `default` is None if there is none, or if it depends on the environment."""
    kind, info = option.type, option.to_info_dict()
    return {
        "names": [*option.opts, *option.secondary_opts],
        "type": next((name for each, name in TYPES.items() if isinstance(kind, each)), "text"),
        "means": None if isinstance(kind, tuple(TYPES)) or kind.name == "text" else kind.name,
        "choices": info["type"].get("choices"),
        "min": info["type"].get("min"),
        "max": info["type"].get("max"),
        "metavar": option.metavar,
        "flag": option.is_flag,
        "required": isinstance(option, NeededOption),
        "repeatable": option.multiple,
        "secret": isinstance(option, SecretOption),
        "plain_word": isinstance(option, WordOption),
        "default": None if info["default"] is False or info["default"] == "" else info["default"],
        "help": option.help,
    }


def _word(argument: click.Argument, ctx: click.Context) -> dict[str, Value]:
    return {
        "name": argument.name,
        "metavar": argument.make_metavar(ctx),
        "required": argument.required,
        "repeatable": argument.nargs == -1,
    }


def _entry(leaf: Leaf) -> Entry:
    ctx = click.Context(leaf, info_name=leaf.path)
    blocks = [block.strip() for block in inspect.cleandoc(leaf.help or "").split("\n\n")]
    examples = [
        line.removeprefix("Example: ")
        for block in blocks
        if block.startswith("\b")
        for line in block.splitlines()
        if line.startswith("Example: ")
    ]
    paragraphs = [" ".join(block.split()) for block in blocks if not block.startswith("\b")]
    own = [param for param in leaf.params if isinstance(param, click.Option)]
    usage = " ".join([leaf.path, *leaf.collect_usage_pieces(ctx)])
    words = [_word(each, ctx) for each in leaf.params if isinstance(each, click.Argument)]
    return Entry(
        leaf.path,
        usage,
        paragraphs,
        examples,
        _records(own),
        words,
        [_parameter(each) for each in own],
    )


def _records(options: Sequence[click.Option]) -> Terms:
    """Returns the spellings and help of each option."""
    ctx = click.Context(click.Command(PROGRAM))
    return [row for each in options if (row := option_row(each, ctx))]


def _roff(text: str) -> str:
    """Escapes text for troff; other than ASCII becomes escapes that every formatter knows."""
    plain = text.replace("\\", "\\e").replace("-", "\\-")
    plain = "".join(each if each.isascii() else f"\\[u{ord(each):04X}]" for each in plain)
    return f"\\&{plain}" if plain.startswith((".", "'")) else plain


def _roff_paragraphs(paragraphs: Sequence[str]) -> list[str]:
    return [line for each in paragraphs for line in (".PP", _roff(each))]


def _roff_terms(terms: Terms) -> list[str]:
    return [line for name, meaning in terms for line in (".TP", f"\\fB{_roff(name)}\\fR", _roff(meaning))]


def _roff_block(block: Block) -> list[str]:
    """Returns a block of a topic, whose title begins a section of the manual page."""
    if block.kind == "title":
        return [f".SH {_roff(block.lines[0].upper())}" if block.level == 1 else f".SS {_roff(block.lines[0])}"]
    if block.kind == "code":
        return [".PP", ".nf", ".RS", *(_roff(line) or "\\&" for line in block.lines), ".RE", ".fi"]
    if block.kind == "table":
        return _roff_terms([(plain(row[0]), plain(", ".join(row[1:]))) for row in block.rows[1:]])
    if block.kind == "list":
        return [line for item in block.lines for line in (".IP \\[bu] 2", _roff(plain(item)))]
    return _roff_paragraphs([plain(each) for each in block.lines])


def _escape_markdown(text: str) -> str:
    """Escapes text for Markdown."""
    return re.sub(r"([\\`*_<\[\]|])", r"\\\1", text)


def _code(lines: Sequence[str]) -> str:
    return "\n".join(["```sh", *lines, "```"])


def _rows(title: str, terms: Terms) -> str:
    head = [f"| {title} | meaning |", "|---|---|"]
    return "\n".join(
        [*head, *(f"| `{name.replace('|', chr(92) + '|')}` | {_escape_markdown(meaning)} |" for name, meaning in terms)]
    )
