"""An empty path, as an unset variable of a shell makes it, is invalid usage and not the current directory."""

import pytest

from tests.support.cli import Cli, Run
from tests.support.recorder import run_here


@pytest.mark.parametrize(
    ("words", "option"),
    [
        ("dump ''", ""),
        ("dump --path ''", "--path"),
        ("restore ''", ""),
        ("check dump ''", ""),
        ("show dump ''", ""),
        ("insert file -c book ''", ""),
        ("insert file book ''", ""),
        ("upsert file -c book a.jsonl ''", ""),
        ("insert file -c book a.jsonl --rejects ''", "--rejects"),
        ("insert file -c book a.jsonl --checkpoint ''", "--checkpoint"),
        ("insert file -c book a.jsonl --via import --stage ''", "--stage"),
        ("export collection -c book ''", ""),
        ("create collection -c book --schema-file ''", "--schema-file"),
        ("create collection book --from ''", "--from"),
        ("show file ''", ""),
        ("start server ''", ""),
        ("show server ''", ""),
        ("stop server ''", ""),
        ("connect --cert ''", "--cert"),
        ("connect --client-cert ''", "--client-cert"),
        ("check duplicates -c book --within 1 --out ''", "--out"),
        ("plot vectors -c book --svg ''", "--svg"),
        ("restore access ''", ""),
        ("backup access ''", ""),
        ("export access ''", ""),
        ("apply access ''", ""),
        ("source ''", ""),
        ("tee ''", ""),
    ],
)
def test_an_empty_path_is_invalid_usage(cli: Cli, words: str, option: str) -> None:
    given = [word.replace("''", "") for word in words.split()]
    run = run_here(given, cli.home, "http://127.0.0.1:1")
    assert (run.code, run.out) == (2, "")
    place = f"{option}: " if option else ""
    assert run.err.partition("\n")[0].endswith(f"{place}expected a path, got ''"), run


def test_an_empty_directory_of_milvus_lite_is_not_the_default_one(cli: Cli) -> None:
    run = cli("connect", "--lite", "")
    assert run == Run(2, "", "error: --lite: expected a path, got ''\nhint: help connect\n")
    assert cli("list", "servers", "-o", "json").out == "[]\n"
