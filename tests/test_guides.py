"""The guides in docs/ show what today's program does."""

import subprocess
import sys
from pathlib import Path

import pytest

from tests.guides import SECURED, STORY, Step, agrees, environment, page_of, ports_of, steps_of, told
from tests.migration import PAGE, written
from tests.support.launcher import Launcher
from tests.support.milvus_server import MilvusServer


def test_the_story_of_the_guides_is_true(launcher: Launcher, tmp_path: Path) -> None:
    env = environment(tmp_path / "home")
    pages = [page_of(name).read_text(encoding="utf-8") for name in STORY]
    try:
        found = told(pages, tmp_path, env, program=launcher.command)
    finally:
        subprocess.run([sys.executable, "-m", "milvus_cli", "stop", "server", "--all"], env=env, check=False)
    differing = [(step, output) for step, output in found if not agrees(step.shown, output)]
    assert differing == []
    # The guide to texts tells how many commands it takes.
    texts = page_of("texts").read_text(encoding="utf-8")
    count = sum(step.command.startswith("milvus_cli ") for step in steps_of(texts))
    assert f"{count} commands" in texts


def test_the_story_of_a_secured_milvus_is_true(milvus_auth: MilvusServer, launcher: Launcher, tmp_path: Path) -> None:
    pages = [page_of(name).read_text(encoding="utf-8") for name in SECURED]
    env = environment(tmp_path / "home")
    found = told(pages, tmp_path, env, program=launcher.command, ports=ports_of(milvus_auth))
    assert [(step, output) for step, output in found if not agrees(step.shown, output)] == []


def test_blocks_that_make_files_can_be_copied() -> None:
    page = "```sh\ncat > a.csv <<'END'\nid\n1\nEND\n```\n\n```sh\nmilvus_cli connect\n```\n\n```console\n$ c\nx\n```\n"
    assert list(steps_of(page)) == [Step("cat > a.csv <<'END'\nid\n1\nEND", ""), Step("c", "x")]


@pytest.mark.parametrize("name", [*STORY, *SECURED])
def test_no_guide_has_prompts_within_a_file(name: str) -> None:
    commands = [step.command for step in steps_of(page_of(name).read_text(encoding="utf-8"))]
    assert [each for each in commands if "<<" in each and not each.startswith("cat > ")] == []
    assert "\n> " not in page_of(name).read_text(encoding="utf-8")


def test_commands_have_lines_and_outputs_have_gaps() -> None:
    page = "```console\n$ a \\\n> b\nx\n$ c\n```\n"
    assert list(steps_of(page)) == [Step("a \\\nb", "x"), Step("c", "")]


@pytest.mark.parametrize(
    ("shown", "output", "expected"),
    [
        ("a … c", "a b c", True),
        ("a … c", "a b\nc", False),
        ("a\n…\nc", "a\nb\nb\nc", True),
        ("a.c", "abc", False),
    ],
)
def test_an_ellipsis_stands_for_what_differs(shown: str, output: str, expected: bool) -> None:
    assert agrees(shown, output) is expected


def test_the_lines_of_milvus_cli_are_those_that_tests_run() -> None:
    page = PAGE.read_text(encoding="utf-8")
    assert page == written(page), "run: python -m tests.migration"
