"""The topics of help: each has its page, and each example in it runs against real servers."""

import re
import subprocess
import sys
from pathlib import Path

import pytest

from milvus_cli.grammar.help_layout import TOPICS
from milvus_cli.grammar.topics import blocks
from milvus_cli.session.settings import load
from milvus_cli.text.markdown import Block
from tests.support.cli import ROOT
from tests.support.typed import Typed

FOLDER = ROOT / "milvus_cli" / "help"
# Others use the collection of the topic on filters; the one on connections ends without any.
ORDER = sorted(TOPICS, key=lambda each: {"filters": 0, "connections": 2}.get(each, 1))
COLLECTIONS = ("library", "novels", "places", "scripted", "shop")
WIDEST = 76
"""The longest line of code that a terminal of 80 columns shows whole, below its margin."""
FILES = {"files": "csv books.csv", "embedding": "csv novels.csv"}
"""The data files that topics show, as the language of their code."""
FUNCTION = f'set -eu -o pipefail\nmilvus_cli() {{ {sys.executable} -m milvus_cli "$@"; }}\n'


def code(topic: str, *languages: str) -> list[Block]:
    return [each for each in blocks(topic) if each.kind == "code" and each.language in languages]


def text_of(found: list[Block]) -> str:
    return "".join(f"{line}\n" for each in found for line in each.lines)


def test_each_topic_has_a_page_that_the_list_names() -> None:
    assert sorted(path.stem for path in FOLDER.iterdir()) == sorted(TOPICS)


@pytest.mark.parametrize("topic", TOPICS)
def test_a_page_begins_with_a_title_and_its_code_fits_a_terminal(topic: str) -> None:
    first, *rest = blocks(topic)
    assert (first.kind, first.level) == ("title", 1)
    assert {each.level for each in rest if each.kind == "title"} <= {2}
    assert [line for each in rest if each.kind == "code" for line in each.lines if len(line) > WIDEST] == []
    assert {each.language for each in rest if each.kind == "code"} <= {
        "",
        "newer",
        "sh",
        "text",
        "toml",
        *FILES.values(),
    }


@pytest.mark.parametrize("topic", TOPICS)
def test_a_page_refers_to_topics_that_exist(topic: str) -> None:
    page = (FOLDER / f"{topic}.md").read_text(encoding="utf-8")
    assert [name for name in re.findall(r"`help ([a-z_ -]+)`", page) if name not in TOPICS] == []


def test_the_examples_of_all_topics_run(typed: Typed, is_lite: bool) -> None:
    typed.gone(*COLLECTIONS)
    languages = ("", "newer") if is_lite else ("",)
    script = "".join(text_of(code(topic, *languages)) for topic in ORDER)
    script = script.replace("127.0.0.1:19530", typed.server.address)
    script = script.replace("-h 127.0.0.1 -p 19530", f"-h {typed.server.host} -p {typed.server.port}")
    (typed.cli.directory / "script").write_text(script)
    for topic, language in FILES.items():
        (typed.cli.directory / language.split()[1]).write_text(text_of(code(topic, language)))
    try:
        run = typed.cli("-f", "script", env=dict(typed.env), timeout=300)
        assert run.code == 0, run.err

        if is_lite:
            done = run_in_bash(typed)
            assert done.returncode == 0, done.stderr
    finally:
        typed.gone(*COLLECTIONS)
        typed("delete database sales -y")


def run_in_bash(typed: Typed) -> "subprocess.CompletedProcess[str]":
    """Runs the examples that are lines of a system's shell."""
    script = FUNCTION + "".join(text_of(code(topic, "sh")) for topic in ORDER)
    environment = {**typed.cli.environment(typed.env), "PYTHONPATH": str(ROOT)}
    where, nothing = typed.cli.directory, subprocess.DEVNULL
    command = ["bash", "-c", script]
    return subprocess.run(
        command, cwd=where, env=environment, stdin=nothing, capture_output=True, text=True, timeout=300, check=False
    )


def test_the_configuration_file_of_the_topic_is_valid(tmp_path: Path) -> None:
    path = tmp_path / "config.toml"
    path.write_text(text_of(code("config", "toml")))
    assert load(path, {}).sources == dict.fromkeys(load(path, {}).values, str(path)) | {"expanded": "default"}
