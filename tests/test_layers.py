"""Which part of the package may import which: dependencies point downwards only."""

import ast
import sys
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[1]
PACKAGE = "milvus_cli"

BASE = {
    "beyond_json",
    "deepjson",
    "errors",
    "files",
    "finite",
    "jsontext",
    "names",
    "repeats",
    "result",
    "words",
    "yamltext",
}
SESSION = {"config", "options", "session", "settings"}

# A part is a module or a sub-package; what it may import of ours, at the top of a module or in a function.
OURS = {
    "__init__": set[str](),
    "__main__": {"cli"},
    "errors": set[str](),
    "files": {"errors"},
    "finite": set[str](),
    "beyond_json": set[str](),
    "deepjson": set(),
    "jsontext": {"deepjson", "errors", "repeats"},
    "repeats": set[str](),
    "names": set[str](),
    "places": {"errors"},
    "options": set[str](),
    "result": set[str](),
    "spellings": set[str](),
    "words": set[str](),
    "yamltext": {"deepjson", "errors"},
    "config": {"errors"},
    "lines": {"errors", "files"},
    "memory": set[str](),
    "settings": BASE | {"config", "output"},
    "standing": BASE | {"config", "connections", "options"},
    "connections": BASE | {"config"},
    "output": BASE,
    "rpc": BASE | {"__version__", "connections"},
    "servers": BASE,
    "transfer": BASE | {"memory", "output", "rpc"},
    "web": BASE | {"connections", "rpc"},
    "vectors": BASE | {"rpc", "transfer"},
    "snippets": BASE | {"connections"},
    "calc": BASE | {"rpc"},
    "metrics": BASE | {"connections", "web"},
    "top": BASE | {"connections", "metrics"},
    "search_options": {"command", "types"},
    "search": BASE | {"rpc", "transfer"},
    "tasks": BASE | {"connections", "output", "places", "rpc", "search", "session", "transfer", "vectors", "web"},
    "dialogues": BASE | {"output", "rpc", "search", "session", "tasks", "transfer"},
    "catalog": BASE | {"connections", "rpc", "session"},
    "session": BASE
    | {"catalog", "config", "options", "connections", "output", "rpc", "servers", "settings", "standing"},
    "types": BASE | {"catalog", "complete", "places", "rpc"},
    "command": BASE | {"connections", "options", "output", "session", "spellings", "types"},
    "commands": BASE
    | SESSION
    | {"__version__", "calc", "command", "connections", "dialogues", "history", "memory", "metrics", "output"}
    | {"places", "reference", "rpc", "search_options", "servers", "shells", "snippets", "tasks", "top", "transfer"}
    | {"tree", "types", "vectors", "web"},
    "tree": BASE | {"command", "commands"},
    "reference": BASE | {"__version__", "command", "settings", "tree"},
    "complete": BASE | {"catalog", "command", "lines", "spellings", "tree", "types"},
    "shells": BASE | SESSION | {"catalog", "complete", "output", "shellwords", "tree", "types"},
    "shellwords": set[str](),
    "history": BASE | {"command", "lines", "spellings", "tree", "types"},
    "redirect": BASE | {"lines", "output"},
    "app": BASE | SESSION | {"command", "lines", "output", "redirect", "script", "tree"},
    "script": BASE | SESSION | {"app", "history", "lines", "output"},
    "repl": BASE
    | SESSION
    | {"app", "catalog", "command", "complete", "connections", "history", "lines", "output", "tree", "types"},
    "cli": BASE | SESSION | {"__version__", "app", "command", "output", "repl", "script", "shells", "tree", "types"},
}

# And what each may import of others', beside the standard library.
CLICK = {
    "app",
    "cli",
    "command",
    "commands",
    "complete",
    "history",
    "reference",
    "repl",
    "search_options",
    "shells",
    "tree",
    "types",
}
OTHERS = {
    "click": CLICK,
    "google": {"rpc"},
    "grpc": {"rpc"},
    "keyring": {"connections"},
    "numpy": {"rpc", "transfer", "vectors"},
    "orjson": {"rpc", "transfer"},
    "platformdirs": {"config", "settings"},
    "prometheus_client": {"metrics"},
    "prompt_toolkit": {"repl"},
    "pyarrow": {"transfer"},
    "pygments": {"repl"},
    "tabulate": {"output"},
    "tomli": {"settings"},
    "wcwidth": {"output"},
    "yaml": {"yamltext"},
    "zstandard": {"transfer"},
}

# The doors: only these modules import them, and all but rpc and repl only in a function.
DOORS = {
    "keyring": {"connections/secrets.py"},
    "numpy": {"rpc/floats.py", "transfer/columnar.py", "vectors/arithmetic.py"},
    "orjson": {"rpc/floats.py", "transfer/cells.py", "transfer/json_text.py"},
    "prometheus_client": {"metrics.py"},
    "pyarrow": {"transfer/arrow.py", "transfer/arrow_plain.py", "transfer/arrow_values.py", "transfer/columnar.py"},
    "tabulate": {"output/formats.py"},
    "yaml": {"yamltext.py"},
    "zstandard": {"transfer/sources.py", "transfer/writers.py"},
}

# Parts that a command or the session reaches only from within a function, so that starting does not pay for them.
LAZY = {
    "dialogues": {"commands"},
    "reference": {"commands"},
    "repl": {"cli"},
    "rpc": {"calc", "catalog", "commands", "session", "types"},
    "tasks": {"commands"},
    "top": {"commands"},
    "transfer": {"commands"},
    "vectors": {"commands"},
    "web": {"commands", "metrics"},
}


@dataclass(frozen=True)
class Import:
    """`importer` is a path in the package, `target` a dotted name; `lazy` inside a function, or for types only."""

    importer: str
    target: str
    lazy: bool

    @property
    def part(self) -> str:
        return part_of(self.importer)

    @property
    def ours(self) -> str | None:
        """Our part that it imports."""
        first, _, rest = self.target.partition(".")
        return rest.partition(".")[0] or "__init__" if first == PACKAGE else None

    @property
    def theirs(self) -> str | None:
        """The package of others that it imports."""
        first = self.target.partition(".")[0]
        return None if first == PACKAGE or first in sys.stdlib_module_names or first == "__future__" else first

    def __str__(self) -> str:
        return f"{self.importer} imports {self.target}"


def part_of(path: str) -> str:
    return path.partition("/")[0].removesuffix(".py")


def modules() -> list[str]:
    found = (path.relative_to(ROOT / PACKAGE).as_posix() for path in (ROOT / PACKAGE).rglob("*.py"))
    return sorted(path for path in found if not path.endswith("_pb2.py"))


def imports_of(path: str) -> Iterator[Import]:
    tree = ast.parse((ROOT / PACKAGE / path).read_text(encoding="utf-8"))
    lazy = {id(inner) for outer in ast.walk(tree) if _is_lazy(outer) for inner in ast.walk(outer)}
    package = [PACKAGE, *path.split("/")[:-1]]
    for node in ast.walk(tree):
        for target in _targets(node, package):
            yield Import(path, target, id(node) in lazy)


def _is_lazy(node: ast.AST) -> bool:
    return isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef) or (
        isinstance(node, ast.If) and ast.unparse(node.test) == "TYPE_CHECKING"
    )


def _targets(node: ast.AST, package: list[str]) -> list[str]:
    if isinstance(node, ast.Import):
        return [alias.name for alias in node.names]
    if not isinstance(node, ast.ImportFrom):
        return []
    base = package[: len(package) - node.level + 1] if node.level else []
    whole = ".".join([*base, *([node.module] if node.module else [])])
    return [whole] if node.module else [f"{whole}.{alias.name}" for alias in node.names]


IMPORTS = [each for path in modules() for each in imports_of(path)]


def test_every_part_is_in_the_table() -> None:
    assert {part_of(path) for path in modules()} == OURS.keys()


def test_each_part_imports_only_what_the_table_allows() -> None:
    found = [each for each in IMPORTS if each.ours not in (None, each.part)]
    assert [str(each) for each in found if each.ours not in OURS[each.part]] == []


def test_each_package_of_others_has_its_users() -> None:
    found = [each for each in IMPORTS if each.theirs is not None]
    assert [str(each) for each in found if each.part not in OTHERS.get(str(each.theirs), ())] == []


def test_command_modules_never_import_each_other() -> None:
    assert [str(each) for each in IMPORTS if each.part == "commands" and each.ours == "commands"] == []


@pytest.mark.parametrize(
    "part", ["connections", "output", "rpc", "servers", "transfer", "lines.py", "catalog.py", "web.py"]
)
def test_what_knows_nothing_of_the_terminal_imports_none_of_it(part: str) -> None:
    found = [each for each in IMPORTS if each.importer.startswith(part)]
    assert found
    assert [str(each) for each in found if each.theirs in ("click", "prompt_toolkit")] == []


@pytest.mark.parametrize("name", DOORS)
def test_a_heavy_package_is_imported_at_its_door_only_and_only_when_needed(name: str) -> None:
    found = [each for each in IMPORTS if each.theirs == name]
    assert {each.importer for each in found} == DOORS[name]
    assert [str(each) for each in found if not each.lazy] == []


@pytest.mark.parametrize("part", LAZY)
def test_a_heavy_part_is_imported_only_when_needed(part: str) -> None:
    found = [each for each in IMPORTS if each.ours == part and each.part in LAZY[part]]
    assert found
    assert [str(each) for each in found if not each.lazy] == []


def test_the_reader_of_imports_sees_every_form() -> None:
    found = {(each.target, each.lazy) for each in imports_of("connections/secrets.py")}
    assert {("keyring", True), ("os", False)} <= found
    store = {each.target for each in imports_of("connections/store.py")}
    assert {"milvus_cli.errors", "milvus_cli.connections.secrets", "milvus_cli.connections.profile", "sqlite3"} <= store
