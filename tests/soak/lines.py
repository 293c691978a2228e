"""Random command lines over every command of the tree: mangled examples, and options with values that they can't take.

No line leaves the directory of the fuzz, reaches another host, or starts a server.
"""

import random
import re
import shlex
from collections.abc import Mapping, Sequence
from inspect import cleandoc
from pathlib import Path

import click

from milvus_cli.grammar.click_nodes import Leaf
from milvus_cli.grammar.object_names import ObjectName, ObjectNames
from milvus_cli.grammar.params import GLOBAL_OPTIONS
from milvus_cli.grammar.tree import leaves, tree
from milvus_cli.grammar.types import DIRECTORY, FILE

NUMBERS = (
    "0",
    "1",
    "-1",
    "2",
    "3",
    "10",
    "16384",
    "16385",
    "2147483648",
    "9223372036854775807",
    "9223372036854775808",
    "-9223372036854775809",
    "1" + "0" * 400,
    "1e400",
    "nan",
    "inf",
    "-inf",
    "0x10",
    "１",
    "1_000",
    "",
    " 1",
    "1.5",
    "1e-400",
    "--1",
    "1,2",
)
AMOUNTS = {
    "count",
    "sample",
    "times",
    "clusters",
    "queries",
    "concurrency",
    "seconds",
    "parallel",
    "limit",
    "replicas",
    "patience",
    "timeout",
    "batch_size",
}
"""Parameters of which much takes long, rightly."""
FEW = ("0", "1", "2", "3", "-1", "nan", "x", "", "0.5")
NAMES = (
    "book",
    "book_b",
    "novel",
    "shop",
    "default",
    "_default",
    "half",
    "id",
    "title",
    "vector",
    "by_vector",
    "root",
    "public",
    "Query",
    "INT64",
    "nosuch",
    "",
    "a b",
    "é",
    "💥",
    "x" * 300,
    "$meta",
    "-c",
    "--",
    "@",
    "*",
    "a.b",
    "a:b",
    "a/b:c",
    ":",
    "book:",
    "lite",
    "0",
    "null",
    "\x00",
    "\x1b[31m",
    "‮",
)
TEXTS = (
    *NAMES,
    "[0.1, 0.2, 0.3, 0.4]",
    "[NaN, 1, 2, 3]",
    "[1e400, 0, 0, 0]",
    "[[1, 2], [3, 4]]",
    "[",
    "[" * 2_000,
    '{"id": 1, "title": "t", "vector": [1, 2, 3, 4]}',
    '[{"id": 1}, {"id": "x"}]',
    '{"id": 1e999}',
    '{"a":' * 1_500,
    '{"id": 99999999999999999999}',
    '{"id": 1, "id": 2}',
    "id > 0",
    "id in [1, 2]",
    "title == 'it''s'",
    "id > {a}",
    'title like "%"',
    "((((((",
    "count(*)",
    "id,title",
    "id,,title",
    '$meta["a.b"]',
    "a=1",
    "a=",
    "=1",
    "a=b=c",
    "id:INT64",
    "v:FLOAT_VECTOR:99999999999",
    "t:VARCHAR:0",
    "x:NOSUCH:1:2",
    "field=vector like=3",
    "M:16",
    "M:nan",
    "2023-01-01",
    "9999-99-99T99:99:99",
    "0000-00-00",
    "1" * 5_000,
    "'",
    '"',
    "\\",
    "\t",
    "a;b",
    "# no",
    "{}",
    "[]",
    "POST",
    "GET",
    "/v1/vector/collections",
    "?",
    "%s",
    "{0}",
    "\ud7ff",
    "\u2028",
    "NaN",
    "true",
)
ADDRESSES = (
    "127.0.0.1:1",
    "http://127.0.0.1:1",
    "127.0.0.1:99999",
    "127.0.0.1:",
    "127.0.0.1:x",
    "[::1]:1",
    "://",
    "",
    "http://user:p@127.0.0.1:1/db",
    "https://127.0.0.1:1",
    "milvus://a@127.0.0.1:1/shop",
    "127.0.0.1:1:1",
)
URLS = ("http://127.0.0.1:1/rows.csv", "https://127.0.0.1:1/x.jsonl.gz", "http://127.0.0.1:99999/x", "http://[::/x")
STARTERS = {"start server", "quickstart"}
"""What would start a process that outlives its line: these get an option that nothing has."""
ENDINGS = (
    "",
    "",
    "",
    "",
    " > {out}/a.txt",
    " >> {out}/a.txt",
    " > {out}",
    " > {out}/no/such",
    " > /dev/full",
    " | cat > /dev/null",
    " | head -1 > /dev/null",
    " | exit 3",
    " > ",
    " |",
    " \\G",
    ";",
    " # x",
    " \\",
)
LEAVES = [leaf for leaf in leaves(tree()) if leaf.path != "system"]
"""All commands but the one that would run made-up lines in the system's shell."""


def write_files(directory: Path) -> list[str]:
    """Files of every format, good and bad, for lines to name; returns their names, and of what is no file."""
    contents: Mapping[str, bytes] = {
        "rows.csv": b'id,title,vector\n7,Emma,"[0.1, 0.2, 0.3, 0.4]"\n8,x,y\n',
        "bad.csv": b'id,title\n1,"open\n\xff\xfe,2,3\n',
        "rows.jsonl": b'{"id": 1, "title": "t", "vector": [1, 2, 3, 4]}\n[]\n{"id":\n',
        "rows.json": b'[{"id": 2, "title": "t", "vector": [1, 2, 3, 4]}, 7]',
        "deep.json": b"[" * 3_000 + b"]" * 3_000,
        "rows.parquet": b"PAR1 no PAR1",
        "rows.npy": b"\x93NUMPY\x01\x00\x76\x00{'descr': '<f4', 'fortran_order': False, 'shape': (9999999999999,)}\n",
        "rows.csv.gz": b"\x1f\x8b\x08\x00 broken",
        "rows.jsonl.zst": b"\x28\xb5\x2f\xfd broken",
        "access.yaml": b"roles:\n- {role: a, privileges: [x]}\nusers: 7\n",
        "empty": b"",
        "schema.json": b'{"fields": [{"name": "id", "type": "INT64", "primary": true}, {"name": 7}]}',
        "bytes.bin": bytes(range(256)),
    }
    for name, content in contents.items():
        (directory / name).write_bytes(content)
    (directory / "folder").mkdir(exist_ok=True)
    return [
        *contents,
        "folder",
        ".",
        "nosuch/x.csv",
        "nosuch.csv",
        "-",
        "",
        "/dev/null",
        "/dev/full",
        "*.csv",
        "é.json",
        "out.csv",
        "out.jsonl",
        "out.parquet",
        "out.json.gz",
        "x" * 300,
    ]


class Lines:
    """Makes lines; what it makes follows from the `chance` of each."""

    def __init__(self, directory: Path, address: str) -> None:
        self._files = write_files(directory)
        self._out = directory / "out"
        self._out.mkdir(exist_ok=True)
        self._addresses = (*ADDRESSES, address, address)
        self._options = sorted(
            {
                spelling
                for leaf in LEAVES
                for param in leaf.params
                for spelling in param.opts
                if isinstance(param, click.Option)
            }
        )

    def make(self, chance: random.Random, number: int) -> str:
        """The line of a number: each command comes round."""
        leaf = LEAVES[number % len(LEAVES)]
        words = self._words(leaf, chance)
        text = " ".join(self._quoted(word, chance) for word in words)
        return text + chance.choice(ENDINGS).format(out=self._out)

    def _words(self, leaf: Leaf, chance: random.Random) -> list[str]:
        if leaf.path == "watch":
            inner = chance.choice([each for each in LEAVES if each.path not in ("watch", "exit")])
            return ["watch", "--count", "1", "0.1", *self._words(inner, chance)]
        path = leaf.path.split()
        example = self._example(leaf, chance) if chance.random() < 0.6 else None
        words = self._mangled(leaf, example[len(path) :], chance) if example is not None else self._made(leaf, chance)
        before = self._globals(chance)
        if leaf.path in STARTERS:
            words.append("--no-such-option")
        elif leaf.path == "top":
            words += ["--count", "1"]
        if chance.random() < 0.6:
            words.append("--yes")
        return [*before, *path, *words]

    def _example(self, leaf: Leaf, chance: random.Random) -> list[str] | None:
        """Of a command that names hosts only what takes no host."""
        examples = re.findall(r"^Example: (.*)$", cleandoc(leaf.help or ""), re.MULTILINE)
        if not examples or leaf.path in ("connect", "insert file", "upsert file"):
            return None
        return shlex.split(chance.choice(examples))

    def _mangled(self, leaf: Leaf, words: list[str], chance: random.Random) -> list[str]:
        for _ in range(chance.choice([0, 0, 1, 1, 2, 3])):
            where = chance.randrange(len(words) + 1)
            action = chance.randrange(4)
            if action == 0 or where == len(words):
                words[where:where] = self._made(leaf, chance)[:2]
            elif action == 1:
                del words[where]
            elif action == 2:
                words.insert(where, words[where])
            elif not words[where].startswith("-"):
                words[where] = self._any(leaf, chance)
        return words

    def _made(self, leaf: Leaf, chance: random.Random) -> list[str]:
        words: list[str] = []
        for param in leaf.params:
            often = 0.9 if isinstance(param, click.Argument) or param.required else 0.35
            for _ in range(2 if param.multiple and chance.random() < 0.5 else 1):
                if chance.random() < often:
                    words += self._given(leaf, param, chance)
        if chance.random() < 0.15:
            words.insert(chance.randrange(len(words) + 1), self._any(leaf, chance))
        return words

    def _given(self, leaf: Leaf, param: click.Parameter, chance: random.Random) -> list[str]:
        if isinstance(param, click.Argument):
            return [self._value(leaf, param, chance)]
        option = chance.choice(param.opts)
        if isinstance(param, click.Option) and param.is_flag:
            return [option]
        value = self._value(leaf, param, chance)
        return [f"{option}={value}"] if option.startswith("--") and chance.random() < 0.2 else [option, value]

    def _value(self, leaf: Leaf, param: click.Parameter, chance: random.Random) -> str:
        name = str(param.name)
        if leaf.path == "connect" and name in ("uri", "host", "lite", "path"):
            return chance.choice(self._addresses if name == "uri" else ("127.0.0.1", "", "127.0.0.1:1"))
        if isinstance(param.type, click.Path) or param.type in (FILE, DIRECTORY) or name in ("file", "path", "paths"):
            return chance.choice([*self._files, *URLS] if name == "paths" else self._files)
        if name in AMOUNTS:
            return chance.choice(FEW)
        if isinstance(param.type, (click.types.IntParamType, click.types.FloatParamType)):
            return chance.choice(NUMBERS)
        if chance.random() < 0.15:
            return self._any(leaf, chance)
        if isinstance(param.type, click.Choice):
            return chance.choice([*map(str, param.type.choices), "nosuch", ""])
        if isinstance(param.type, (ObjectName, ObjectNames)):
            return chance.choice(NAMES)
        return chance.choice(TEXTS)

    def _any(self, leaf: Leaf, chance: random.Random) -> str:
        """A word from anywhere; of what could be taken for a host or a path of a server only what is none."""
        if leaf.path == "connect":
            return chance.choice(self._addresses)
        return chance.choice([*TEXTS, *NUMBERS[:6], *self._options])

    def _globals(self, chance: random.Random) -> list[str]:
        words: list[str] = []
        while chance.random() < 0.15:
            option = chance.choice([each for each in GLOBAL_OPTIONS if each.name != "timeout"])
            words.append(chance.choice(option.opts))
            if not option.is_flag:
                words.append(chance.choice(("json", "csv", "table", "nosuch", "shop", "lite", "never", "")))
        return words

    def _quoted(self, word: str, chance: random.Random) -> str:
        """As a shell would want it; now and then not at all, where no operator can come of it."""
        if chance.random() < 0.04 and not re.search(r"[>|/~]", word):
            return word
        return shlex.quote(word)


def count_commands() -> int:
    return len(LEAVES)


def paths() -> Sequence[str]:
    return [leaf.path for leaf in LEAVES]
