"""Runs the guides in docs/: their console blocks are one session in bash, and what it shows is compared with them.

In a console block a line after `$ ` is a command, lines after `> ` continue it, and the others are its output. A sh
block that begins with `cat > ` makes files, and is run as it is: it can be copied. In outputs
`…` stands for any text of a line, and a line of `…` alone for any lines. `python -m tests.guides` writes the output of
today's program into guides that lack it.
"""

import os
import re
import subprocess
import sys
import tempfile
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from tests.support.cli import ROOT
from tests.support.milvus_server import MilvusServer

STORY = (
    "README",
    "connecting",
    "collections",
    "files",
    "search",
    "copying",
    "dumping",
    "checks",
    "scripting",
    "configuration",
    "troubleshooting",
    "texts",
)
"""Guides that tell one story, with one data set, in this order."""
SECURED = ("access", "operating", "large-loads")
"""Guides that tell one story of a Milvus with authorization."""
CONSOLE = re.compile(r"^```console\n(.*?)^```$", re.DOTALL | re.MULTILINE)
BLOCK = re.compile(r"^```(?P<kind>console|sh)\n(?P<text>.*?)^```$", re.DOTALL | re.MULTILINE)
MARK = "\x1fend of command"
VOLATILE = re.compile(
    r"(?<=Milvus Lite on )\S+(?=,)|(?<=127\.0\.0\.1:)\d+|(?<=milvus_lite-)[\d.]+|[\d.]+(?= ms)"
    r"|(?<=│ latency_ms     │ )[\d.]+ *|(?<=(?:│ started  |│ finished ) │ )\S+|/\S+(?=/config\.toml)"
)
"""Parts that differ between two runs, and are written as `…`."""
NO_PORTS: Mapping[str, str] = {}
PROGRAM = f"'{sys.executable}' -m milvus_cli"


@dataclass(frozen=True)
class Step:
    """A command of a console block, as many lines as it has, and the output that the guide shows."""

    command: str
    shown: str


def page_of(name: str) -> Path:
    return ROOT / "README.md" if name == "README" else ROOT / "docs" / f"{name}.md"


def steps_of(page: str) -> Iterator[Step]:
    for block in BLOCK.finditer(page):
        if block["kind"] == "console":
            yield from _typed(block["text"])
        elif block["text"].startswith("cat > "):
            yield Step(block["text"].rstrip("\n"), "")


def _typed(session: str) -> Iterator[Step]:
    for part in re.split(r"^\$ ", session, flags=re.MULTILINE)[1:]:
        lines = part.splitlines()
        end = next((at for at, line in enumerate(lines[1:], 1) if not line.startswith("> ")), len(lines))
        command = "\n".join([lines[0], *(line.removeprefix("> ") for line in lines[1:end])])
        yield Step(command, "\n".join(lines[end:]))


def told(
    pages: Sequence[str],
    directory: Path,
    env: Mapping[str, str],
    *,
    program: str = PROGRAM,
    ports: Mapping[str, str] = NO_PORTS,
) -> list[tuple[Step, str]]:
    """Runs the commands of the pages, and returns each with its output. `ports` are the real ones of those shown."""
    steps = [step for page in pages for step in steps_of(page)]
    function = f'milvus_cli() {{ {program} "$@"; }}\n'
    script = function + "".join(f"{_replaced(step.command, ports)}\necho '{MARK}'\n" for step in steps)
    done = subprocess.run(
        ["bash", "-c", script],
        cwd=directory,
        env=env,
        stdin=subprocess.DEVNULL,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
        timeout=300,
        check=False,
    )
    shown = _replaced(done.stdout, {real: port for port, real in ports.items()})
    outputs = [each.strip("\n") for each in shown.split(MARK)[:-1]]
    return list(zip(steps, outputs, strict=True))


def _replaced(text: str, words: Mapping[str, str]) -> str:
    return re.sub(r"\b\d+\b", lambda match: words.get(match[0], match[0]), text)


def ports_of(server: MilvusServer) -> dict[str, str]:
    return {"19530": str(server.port), "9091": str(server.management_port)}


def agrees(shown: str, output: str) -> bool:
    """Reports whether an output is what a guide shows."""
    lines = (r"(.*\n)*" if line == "…" else re.escape(line).replace("…", ".*") + r"\n" for line in shown.splitlines())
    return re.fullmatch("".join(lines), f"{output}\n" if output else "") is not None


def environment(home: Path) -> dict[str, str]:
    return {**os.environ, "MILVUS_CLI_HOME": str(home), "PYTHONPATH": str(ROOT), "COLUMNS": "100"}


def main() -> None:
    """Writes the output of today's program into the guides that show none."""
    with tempfile.TemporaryDirectory() as work:
        env = environment(Path(work) / "home")
        _fill(STORY, Path(work), env, NO_PORTS)
        subprocess.run([sys.executable, "-m", "milvus_cli", "stop", "server", "--all"], env=env, check=False)
    with tempfile.TemporaryDirectory() as work, MilvusServer(Path(work) / "milvus", authorization=True) as server:
        _fill(SECURED, Path(work), environment(Path(work) / "home"), ports_of(server))


def _fill(names: Sequence[str], directory: Path, env: Mapping[str, str], ports: Mapping[str, str]) -> None:
    pages = {name: page_of(name).read_text(encoding="utf-8") for name in names}
    found = dict(told(list(pages.values()), directory, env, ports=ports))
    for name, page in pages.items():
        page_of(name).write_text(_with_outputs(page, found), encoding="utf-8")


def _with_outputs(page: str, found: Mapping[Step, str]) -> str:
    def block(match: re.Match[str]) -> str:
        lines = [
            line
            for step in steps_of(match[0])
            for line in ("$ " + step.command.replace("\n", "\n> "), step.shown or VOLATILE.sub("…", found[step]))
            if line
        ]
        return "\n".join(["```console", *lines, "```"])

    return CONSOLE.sub(block, page)


if __name__ == "__main__":
    main()
