"""Choices of dumps and restores: patterns, names, filters, schemas or rows only, existing collections, guards."""

import fcntl
import json
import shlex
import sys
from pathlib import Path

import pytest

from tests.dump.shelves import ROWS, SECOND, DumpedServer
from tests.support.cli import Run
from tests.support.typed import Typed, failed, on_milvus


def dumped_names(there: DumpedServer, path: Path) -> list[str]:
    return [each["collection"] for each in there.json(f"show dump {path}")["collections"]]


@pytest.mark.parametrize(
    ("choice", "names"),
    [
        ("-c 'dmp_*'", ["dmp_full_text", "dmp_keys", "dmp_nullable", "dmp_scalars"]),
        ("-c 'default/dmp_*' --exclude 'dmp_[ns]*'", ["dmp_full_text", "dmp_keys"]),
        ("--database def* -c dmp_keys -c 'dmp_f*'", ["dmp_full_text", "dmp_keys"]),
    ],
)
def test_patterns_choose_collections(
    choice: str, names: list[str], on_lite_server: DumpedServer, tmp_path: Path
) -> None:
    on_lite_server.all(f"dump {tmp_path / 'd'} {choice} --schema-only")
    assert dumped_names(on_lite_server, tmp_path / "d") == names


@pytest.mark.parametrize(
    ("options", "run"),
    [
        ("-c dmp_kys", failed("no collection matches 'dmp_kys'", "did you mean dmp_keys?", code=2)),
        ("--database shop", failed("no database matches 'shop'", code=2)),
        ("--schema-only --data-only", failed("--schema-only and --data-only: give one of them", code=2)),
        ("--schema-only -e 'id > 1'", failed("--schema-only dumps no rows to filter", code=2)),
    ],
)
def test_what_can_not_be_meant_is_refused_before_anything_is_written(
    options: str, run: Run, on_lite_server: DumpedServer, tmp_path: Path
) -> None:
    assert on_lite_server(f"dump {tmp_path / 'd'} {options}") == run
    assert not (tmp_path / "d").exists()


def test_a_dump_without_pyarrow_is_refused_with_the_other_format(
    on_lite_server: DumpedServer, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setitem(sys.modules, "pyarrow", None)
    assert on_lite_server(f"dump {tmp_path / 'd'} -c dmp_keys") == failed(
        "Parquet and Arrow need the package pyarrow",
        f"run `{sys.executable} -m pip install pyarrow`; or dump with --format jsonl",
    )
    assert not (tmp_path / "d").exists()
    on_lite_server.all(f"dump {tmp_path / 'd'} -c dmp_keys --format jsonl")


def test_a_dry_run_shows_what_would_be_dumped(on_lite_server: DumpedServer, tmp_path: Path) -> None:
    shown = on_lite_server.json(f"dump {tmp_path / 'd'} -c dmp_keys --dry-run")
    assert shown == [{"database": "default", "collection": "dmp_keys", "rows": ROWS + SECOND, "loaded": True}]
    assert not (tmp_path / "d").exists()


def test_a_filter_chooses_rows_of_all_collections(on_lite_server: DumpedServer, tmp_path: Path) -> None:
    made = on_lite_server.json(f"dump {tmp_path / 'd'} -c dmp_scalars -c dmp_nullable -e 'id > 290' --format jsonl")
    assert made["rows"] == 10 + SECOND + 10
    with on_lite_server.without("_few"):
        on_lite_server.all(f"restore {tmp_path / 'd'} --suffix _few")
        assert on_lite_server.json("count dmp_scalars_few")["exact"] == 10 + SECOND

    run = on_lite_server(f"dump {tmp_path / 'e'} -c dmp_keys -c dmp_nullable -e 'n > 3'")
    assert run.code == 1
    assert not (tmp_path / "e").exists()


def test_schemas_and_rows_can_be_restored_apart(on_lite_server: DumpedServer, tmp_path: Path) -> None:
    schemas, rows = tmp_path / "schemas", tmp_path / "rows"
    on_lite_server.all(f"dump {schemas} -c dmp_keys --schema-only", f"dump {rows} -c dmp_keys --data-only")
    with on_lite_server.without("_apart"):
        on_lite_server.all(f"restore {schemas} --suffix _apart")
        assert on_lite_server.json("count dmp_keys_apart")["exact"] == 0
        assert on_lite_server(f"restore {rows} --suffix _apart") == failed(
            f"{rows} has no schemas: it was dumped with --data-only",
            "restore its rows into existing collections: --data-only --into-existing",
            code=2,
        )
        on_lite_server.all(f"restore {rows} --suffix _apart --data-only --into-existing -y")
        assert on_lite_server.json("diff dmp_keys dmp_keys_apart --rows all")["same"] is True


def test_collections_and_aliases_get_new_names(on_lite_server: DumpedServer, lite_dump: Path) -> None:
    mapping = "--map dmp_keys=renamed_book --map also_dmp_keys=renamed_alias"
    with on_lite_server.without("renamed_"):
        on_lite_server.all(f"restore {lite_dump} -c dmp_keys {mapping}")
        assert on_lite_server.json("show alias renamed_alias")["collection"] == "renamed_book"
        assert on_lite_server.json("diff dmp_keys renamed_book --rows all")["same"] is True


@pytest.mark.parametrize(
    ("options", "message", "hint"),
    [
        ("--map dmp_kys=a", "--map: the dump has no 'dmp_kys'", "did you mean dmp_keys or also_dmp_keys?"),
        (
            "--map dmp_keys=a --map dmp_scalars=a",
            "two collections would be restored as 'default/a'",
            "give them names with --map",
        ),
        ("--map dmp_keys=", "--map dmp_keys=: the new name is missing", "write OLD=NEW"),
        ("--map default/=/", "--map default/=/: the new name is missing", "write OLD=NEW"),
        (
            "--map dmp_keys=b --collection dmp_scalars",
            "--map: 'dmp_keys' is not selected",
            "select it with --collection, or leave it out",
        ),
        ("--map default/=b", "--map default/=b: a database is mapped to a database", "write OLD/=NEW/"),
    ],
)
def test_names_that_can_not_be_given_are_refused(
    options: str, message: str, hint: str, on_lite_server: DumpedServer, lite_dump: Path
) -> None:
    assert on_lite_server(f"restore {lite_dump} {options}") == failed(message, hint, code=2)


def test_existing_collections_and_aliases_are_told_before_anything_is_created(
    on_lite_server: DumpedServer, lite_dump: Path
) -> None:
    before = on_lite_server.all_names
    run = on_lite_server(f"restore {lite_dump} -c dmp_keys")
    assert run == failed(
        "can't restore default/dmp_keys: it already exists",
        "nothing was created; use --map, --suffix or --into-existing for those that exist, --exclude to leave out, "
        "--dry-run to see all",
    )
    run = on_lite_server(f"restore {lite_dump} -c dmp_keys --map dmp_keys=dmp_other -o json --dry-run")
    (row,) = json.loads(run.out)
    assert (run.code, row["to_collection"], row["result"]) == (
        1,
        "dmp_other",
        "alias 'also_dmp_keys' already refers to 'dmp_keys' (--no-aliases leaves it)",
    )
    assert on_lite_server.all_names == before


def test_rows_go_into_an_existing_collection_only_when_told(on_lite_server: DumpedServer, lite_dump: Path) -> None:
    with on_lite_server.without("_into"):
        on_lite_server.all(
            f"restore {lite_dump} -c dmp_keys --suffix _into",
            'delete entities -c dmp_keys_into -e \'id in ["1", "9001"]\' -y',
            f"restore {lite_dump} -c dmp_keys --suffix _into --into-existing -y",
        )
        assert on_lite_server.json("diff dmp_keys dmp_keys_into --rows all")["same"] is True


def test_a_directory_with_other_files_is_refused_and_a_complete_dump_replaced_by_force(
    on_lite_server: DumpedServer, tmp_path: Path
) -> None:
    (tmp_path / "mine.txt").write_text("")
    run = on_lite_server(f"dump {tmp_path} -c dmp_keys")
    assert run == failed(f"{tmp_path} is not empty, and has no dump", "name a new directory", code=2)

    path = tmp_path / "d"
    on_lite_server.all(f"dump {path} -c dmp_keys")
    run = on_lite_server(f"dump {path} -c dmp_scalars")
    assert run == failed(f"{path} has a complete dump", "name another directory; or replace it with --force", code=2)
    on_lite_server.all(f"dump {path} -c dmp_scalars --force", f"check dump {path}")
    assert dumped_names(on_lite_server, path) == ["dmp_scalars"]

    (path / "mine.txt").write_text("")
    run = on_lite_server(f"dump {path} -c dmp_scalars --force")
    assert run == failed(
        f"{path} has files that are not of its dump, such as mine.txt", "it is not replaced: name another path"
    )


def test_two_dumps_into_one_directory_at_once_are_refused(on_lite_server: DumpedServer, tmp_path: Path) -> None:
    path = tmp_path / "d"
    path.mkdir()
    with open(path / ".manifest.json.milvus_cli.lock", "w") as held:
        fcntl.flock(held, fcntl.LOCK_EX)
        run = on_lite_server(f"dump {path} -c dmp_keys")
    assert run == failed(f"another process uses {path}", "wait until it ends")


def test_rows_of_collections_that_are_not_loaded_need_load(on_lite_server: DumpedServer, tmp_path: Path) -> None:
    on_lite_server.all("release collection dmp_keys")
    run = on_lite_server(f"dump {tmp_path / 'd'} -c 'dmp_[ks]*'")
    assert run == failed(
        "rows of default/dmp_keys can't be read: not loaded",
        "--load loads them for the dump and releases them afterwards; else --exclude them, or --schema-only",
    )
    on_lite_server.all(f"connect {on_lite_server.server.uri} -a frozen --read-only")
    run = on_lite_server(f"dump {tmp_path / 'd'} -c dmp_keys --load --alias frozen")
    assert run.err.splitlines()[0] == (
        "error: connection 'frozen' is read-only: nothing was dumped, as collections would have to be loaded"
    )
    on_lite_server.all("delete connection frozen -y")

    on_lite_server.all(f"dump {tmp_path / 'd'} -c dmp_keys --load")
    assert on_lite_server.json("show load_state dmp_keys")["state"] == "not loaded"

    with on_lite_server.without("_unloaded"):
        on_lite_server.all(f"restore {tmp_path / 'd'} --suffix _unloaded")
        assert on_lite_server.json("show load_state dmp_keys_unloaded")["state"] == "not loaded"
        on_lite_server.all("load dmp_keys", "load dmp_keys_unloaded")
        assert on_lite_server.json("diff dmp_keys dmp_keys_unloaded --rows all")["same"] is True


@on_milvus
def test_a_collection_without_an_index_can_not_be_dumped(typed: Typed, tmp_path: Path) -> None:
    typed.make("dmp_bare", rows=2)
    run = typed(f"dump {tmp_path / 'd'} -c dmp_bare --load")
    assert run == failed(
        "rows of default/dmp_bare can't be read: without an index they can't be loaded",
        "create an index on each vector field, or --exclude them",
    )
    assert typed(f"dump {tmp_path / 'd'} -c dmp_bare").err.splitlines()[0] == (
        "error: rows of default/dmp_bare can't be read: not loaded; default/dmp_bare can't be loaded without an index"
    )
    typed.gone("dmp_bare")


def test_guards_hold(on_lite_server: DumpedServer, lite_dump: Path, tmp_path: Path) -> None:
    uri = on_lite_server.server.uri
    on_lite_server.all(f"connect {uri} -a frozen --read-only", f"connect {uri} -a guarded --protected")
    on_lite_server.all(f"--alias frozen dump {tmp_path / 'd'} -c dmp_keys")
    refused = on_lite_server(f"--alias frozen restore {lite_dump} --suffix _x")
    assert refused == failed(
        "connection 'frozen' is read-only: nothing was restored", "run `connect -a frozen --no-read-only` to allow it"
    )
    on_lite_server.all(f"--alias frozen restore {lite_dump} --suffix _x --dry-run")
    run = on_lite_server(f"--alias guarded restore {lite_dump} -c dmp_keys --suffix _x")
    assert (run.code, "is protected" in run.err) == (2, True)
    on_lite_server.all("delete connection frozen -y", "delete connection guarded -y")
    assert shlex.quote("dmp_keys_x") not in on_lite_server.all_names


def test_many_small_collections_come_back(on_lite_server: DumpedServer, tmp_path: Path) -> None:
    names = [f"tiny_{number}" for number in range(30)]
    with on_lite_server.without("tiny_"):
        for name in names:
            on_lite_server.all(f"create collection {name} --dim 2", f"insert fake -c {name} -n 3")
        on_lite_server.all(f"dump {tmp_path / 'd'} -c 'tiny_*' --jobs 4")
        on_lite_server.all("delete collection tiny_0 -y", f"restore {tmp_path / 'd'} -c tiny_0")
        made = on_lite_server.json(f"restore {tmp_path / 'd'} --suffix _b --jobs 4")
        assert (made["collections"], made["rows"]) == (30, 90)
        assert on_lite_server.json("diff tiny_7 tiny_7_b --rows all")["same"] is True


@on_milvus
def test_generated_keys_are_new_and_a_note_says_so(typed: Typed, tmp_path: Path) -> None:
    typed.gone("dmp_auto", "dmp_auto_b")
    typed.all(
        "create collection -c dmp_auto -f id:INT64 -f n:INT64 -f v:FLOAT_VECTOR:2 -p id -a --index v:FLAT:L2",
        "load dmp_auto",
        "insert fake -c dmp_auto -n 20",
        f"dump {tmp_path / 'd'} -c dmp_auto",
    )
    run = typed(f"restore {tmp_path / 'd'} --suffix _b")
    assert (run.code, run.err) == (0, "note: default/dmp_auto_b: the server generates new keys\n")
    one, other = (
        sorted(each["n"] for each in typed.json(f"query {name} --fields n")) for name in ("dmp_auto", "dmp_auto_b")
    )
    assert one == other
    typed.gone("dmp_auto", "dmp_auto_b")
