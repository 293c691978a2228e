"""CONTRIBUTING is true: every path and name of the code in it exists."""

import re
from importlib import import_module
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[1]
PACKAGE = ROOT / "milvus_cli"
QUOTED = re.findall(r"`([^`\n]+)`", (ROOT / "CONTRIBUTING.md").read_text(encoding="utf-8"))
PATHS = sorted({each for each in QUOTED if re.fullmatch(r"\.?\w+/[\w./]*", each)})
NAMES = sorted(
    {each for each in QUOTED if re.fullmatch(r"[A-Z]\w+(\.[a-z]\w*)?|[A-Z]+(_[A-Z]+)+", each)} - {"FILE.part"}
)
DEFINITIONS = "\n".join(path.read_text(encoding="utf-8") for path in [*PACKAGE.rglob("*.py"), *ROOT.glob("tests/*.py")])
DEFINITIONS += (PACKAGE / "client/wire/schema.proto").read_text(encoding="utf-8")


@pytest.mark.parametrize("path", PATHS)
def test_each_path_exists(path: str) -> None:
    """A path from the root of the repository, or of the package: a folder, a module, or `module.NAME`."""
    module, _, name = path.partition(".")
    if (ROOT / path).exists() or (PACKAGE / path).is_dir() or (PACKAGE / "client" / path).is_dir():
        return
    assert (PACKAGE / f"{module}.py").is_file()
    assert name in ("", "py") or hasattr(import_module(f"milvus_cli.{module.replace('/', '.')}"), name)


@pytest.mark.parametrize("name", NAMES)
def test_each_name_is_defined(name: str) -> None:
    for each in name.split("."):
        assert re.search(rf"^\s*((class|def|enum) {each}\b|{each}\b[^=(]* = )", DEFINITIONS, re.MULTILINE), each
