"""Which part of the package may import which: dependencies point downwards only."""

import ast
import sys
from collections.abc import Iterator
from dataclasses import dataclass
from graphlib import TopologicalSorter
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[1]
PACKAGE = "milvus_cli"

GROUND = {"errors", "result", "text"}

# The folders from the ground up; each may import those in its row, and none above itself.
OURS = {
    "__init__": set[str](),
    "errors": set[str](),
    "result": set[str](),
    "text": {"errors"},
    "connections": {"errors", "text"},
    "output": GROUND | {"connections"},
    "client": GROUND | {"__init__", "connections"},
    "schema": GROUND | {"client", "connections", "output"},
    "access": GROUND | {"client", "connections"},
    "values": GROUND | {"client", "schema"},
    "session": GROUND | {"client", "connections", "output", "schema"},
    "server": GROUND | {"client", "connections", "output", "schema", "session"},
    "monitor": GROUND | {"client", "connections", "output", "server", "session"},
    "grammar": GROUND | {"__init__", "client", "connections", "output", "schema", "session"},
    "rows": GROUND | {"client", "schema", "server", "values"},
    "completion": GROUND | {"access", "client", "connections", "grammar", "output", "schema", "server", "session"},
    "app": GROUND | {"grammar", "output", "session"},
    "files": GROUND | {"client", "output", "rows", "schema", "values"},
    "importing": GROUND | {"client", "connections", "files", "schema", "server", "session"},
    "embedding": GROUND | {"__init__", "client", "connections", "files", "rows", "schema", "session", "values"},
    "shell": GROUND | {"__init__", "app", "completion", "connections", "grammar", "output", "session"},
    "search": GROUND
    | {"client", "connections", "embedding", "files", "output", "rows", "schema", "server", "session", "values"},
    "transfer": GROUND
    | {"client", "connections", "embedding", "files", "importing", "output", "rows", "schema", "server", "session"}
    | {"values"},
    "dump": GROUND
    | {"__init__", "access", "client", "connections", "files", "output", "rows", "schema", "server", "session"}
    | {"transfer"},
    "checks": GROUND
    | {"client", "connections", "files", "output", "rows", "schema", "search", "server", "session", "transfer"}
    | {"values"},
    "plots": GROUND
    | {"checks", "client", "connections", "output", "rows", "schema", "search", "server", "session", "values"},
    "dialogues": GROUND
    | {"access", "client", "files", "grammar", "rows", "schema", "search", "server", "session", "transfer", "values"},
    "commands": GROUND
    | {"__init__", "access", "app", "checks", "completion", "connections", "dump", "embedding", "grammar"}
    | {"importing", "monitor", "plots", "rows", "search", "server", "session", "transfer"},
    "cli": GROUND | {"__init__", "app", "completion", "connections", "grammar", "output", "session", "shell"},
    "__main__": {"cli"},
}  # fmt: skip
ORDER = [*OURS]

# And what each may import of others', beside the standard library.
OTHERS = {
    "fsspec": {"files"},
    "click": {"app", "cli", "commands", "completion", "dialogues", "grammar", "shell"},
    "google": {"client", "schema"},
    "grpc": {"client"},
    "jmespath": {"output"},
    "keyring": {"connections"},
    "matplotlib": {"plots"},
    "numpy": {"checks", "files", "plots", "text"},
    "orjson": {"files", "text"},
    "platformdirs": {"connections", "session"},
    "plotext": {"plots"},
    "plotly": {"plots"},
    "prometheus_client": {"server"},
    "prompt_toolkit": {"shell"},
    "pyarrow": {"files"},
    "pygments": {"shell"},
    "sklearn": {"plots"},
    "tomli": {"session"},
    "umap": {"plots"},
    "wcwidth": {"output"},
    "yaml": {"text"},
    "zstandard": {"files"},
}

# The doors: only these modules import them, and only in a function.
DOORS = {
    "jmespath": {"output/objects.py"},
    "fsspec": {"files/stores.py"},
    "keyring": {"connections/secrets.py"},
    "matplotlib": {"plots/image.py"},
    "numpy": {"checks/arithmetic.py", "files/npy_tables.py", "plots/projection.py", "text/floats.py"},
    "orjson": {"files/cells.py", "files/json_text.py", "text/floats.py"},
    "plotext": {"plots/terminal.py"},
    "plotly": {"plots/page.py"},
    "prometheus_client": {"server/metrics.py"},
    "pyarrow": {
        "files/arrow.py",
        "files/arrow_package.py",
        "files/arrow_plain.py",
        "files/arrow_values.py",
        "files/columnar.py",
        "files/record_batches.py",
    },
    "sklearn": {"plots/projection.py"},
    "umap": {"plots/projection.py"},
    "wcwidth": {"output/values.py"},
    "yaml": {"text/yaml.py"},
    "zstandard": {"files/sources.py", "files/writers.py"},
}

# Folders that a command or the session reaches only from within a function, so that starting does not pay for them.
LAZY = {
    "access": {"commands", "completion"},
    "checks": {"commands"},
    "client": {"completion"},
    "embedding": {"commands"},
    "importing": {"commands"},
    "dump": {"commands"},
    "monitor": {"commands"},
    "plots": {"commands"},
    "rows": {"commands"},
    "schema": {"completion"},
    "server": {"commands", "completion"},
    "shell": {"cli"},
    "transfer": {"commands"},
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
        if first != PACKAGE:
            return None
        name = rest.partition(".")[0]
        return "__init__" if name in ("", "__version__") else name

    @property
    def theirs(self) -> str | None:
        """The package of others that it imports."""
        first = self.target.partition(".")[0]
        return None if first == PACKAGE or first in sys.stdlib_module_names or first == "__future__" else first

    def __str__(self) -> str:
        return f"{self.importer} imports {self.target}"


def part_of(path: str) -> str:
    return path.partition("/")[0].removesuffix(".py")


def dotted(path: str) -> str:
    return f"{PACKAGE}.{path.removesuffix('.py').removesuffix('/__init__').replace('/', '.')}"


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


def test_no_folder_may_import_one_above_it() -> None:
    arrows = {(part, each) for part, allowed in OURS.items() for each in allowed}
    assert [arrow for arrow in arrows if ORDER.index(arrow[0]) <= ORDER.index(arrow[1])] == []


def test_no_modules_import_each_other_in_a_circle() -> None:
    """Not even for their types."""
    named = {path: dotted(path) for path in modules()}
    graph: dict[str, set[str]] = {name: set() for name in named.values()}
    for each in IMPORTS:
        if each.target in graph and each.target != named[each.importer]:
            graph[named[each.importer]].add(each.target)
    order = list(TopologicalSorter(graph).static_order())
    assert order.index(f"{PACKAGE}.client.client") < order.index(f"{PACKAGE}.cli")


def test_each_package_of_others_has_its_users() -> None:
    found = [each for each in IMPORTS if each.theirs is not None]
    assert [str(each) for each in found if each.part not in OTHERS.get(str(each.theirs), ())] == []


def test_command_modules_never_import_each_other() -> None:
    assert [str(each) for each in IMPORTS if each.part == "commands" and each.ours == "commands"] == []


@pytest.mark.parametrize("path", [path for path in modules() if part_of(path) == "commands"])
def test_a_command_imports_its_implementation_and_nothing_else_when_it_runs(path: str) -> None:
    tree = ast.parse((ROOT / PACKAGE / path).read_text(encoding="utf-8"))
    functions = [node for node in ast.walk(tree) if isinstance(node, ast.FunctionDef)]
    found = {each.name: [node for node in ast.walk(each) if isinstance(node, ast.ImportFrom)] for each in functions}
    commands = {each.name for each in functions if any("command(" in ast.unparse(one) for one in each.decorator_list)}
    assert {name: len(imports) for name, imports in found.items() if len(imports) > (name in commands)} == {}


@pytest.mark.parametrize(
    "part",
    ["connections", "output", "client", "schema", "values", "rows", "files", "search", "transfer", "dump", "checks"],
)
def test_parts_without_a_terminal_import_none_of_its_packages(part: str) -> None:
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
