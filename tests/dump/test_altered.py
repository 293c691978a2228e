"""A dump that is incomplete or was altered is told from a whole one, and never restored."""

import json
import os
from collections.abc import Callable
from pathlib import Path

import pytest

from milvus_cli.dump.manifest import _checksum, read_manifest
from milvus_cli.dump.stored import StoredDirectory
from tests.dump.shelves import DumpedServer
from tests.support.typed import failed

PART = "default/dmp_keys/000001._default.parquet"


def change_a_byte(dump: Path) -> None:
    data = bytearray((dump / PART).read_bytes())
    data[len(data) // 2] ^= 1
    (dump / PART).write_bytes(data)


def truncate(dump: Path) -> None:
    os.truncate(dump / PART, 100)


def remove(dump: Path) -> None:
    (dump / PART).unlink()


def add(dump: Path) -> None:
    (dump / "default" / "dmp_keys" / "000009._default.parquet").write_bytes(b"PAR1")


def change_the_schema(dump: Path) -> None:
    file = dump / "default" / "dmp_keys" / "schema.json"
    file.write_text(file.read_text().replace("COSINE", "L2____"))


CHANGES: dict[Callable[[Path], None], tuple[str, str]] = {
    change_a_byte: (PART, "another checksum"),
    truncate: (PART, "another size"),
    remove: (PART, "missing"),
    add: ("default/dmp_keys/000009._default.parquet", "not in the manifest"),
    change_the_schema: ("default/dmp_keys/schema.json", "another checksum"),
}


@pytest.mark.parametrize("change", CHANGES)
def test_an_altered_file_is_found_and_nothing_is_restored(
    change: Callable[[Path], None], on_lite_server: DumpedServer, copied_dump: Path
) -> None:
    file, problem = CHANGES[change]
    change(copied_dump)
    found = on_lite_server.json(f"check dump {copied_dump}", code=1)
    assert found["intact"] is False
    assert [(each["file"], each["problem"]) for each in found["problems"]] == [(file, problem)]

    before = on_lite_server.all_names
    message = f"refusing to restore: {copied_dump} was altered or is incomplete: {file}: {problem}"
    for dry_run in ("", " --dry-run"):
        run = on_lite_server(f"restore {copied_dump} --suffix _altered{dry_run}")
        assert (run.code, run.err.splitlines()[0]) == (1, f"error: {message}")
    assert on_lite_server.all_names == before


@pytest.mark.parametrize("line", ["check dump {}", "show dump {}", "restore {} --suffix _altered"])
def test_an_edited_manifest_is_refused(line: str, on_lite_server: DumpedServer, copied_dump: Path) -> None:
    manifest = copied_dump / "manifest.json"
    manifest.write_text(manifest.read_text().replace('"rows": 340', '"rows": 341', 1))
    run = on_lite_server(line.format(copied_dump))
    assert run.code == 1
    assert run.err.startswith(f"error: {manifest} was altered: it does not match its own checksum\n")


WRONG: dict[str, tuple[dict[str, object], str]] = {
    "aliases": ({"aliases": 5}, "aliases: expected a list, got 5"),
    "partitions": ({"partitions": None}, "partitions: expected a list, got None"),
    "rows": ({"rows": 1}, "rows: 1, and its parts have 300"),
    "flag": ({"loaded": "yes"}, "loaded: expected true or false, got 'yes'"),
    "name": ({"collection": "../x"}, "collection: expected a name, got '../x'"),
    "alias": ({"aliases": ["a\x1b[2J"]}, "aliases[0]: expected a name, got 'a\\x1b[2J'"),
    "parts": ({"parts": [3]}, "parts[0]: expected an object, got 3"),
    "unknown": ({"more": 3}, "more: unknown"),
    "path": (
        {"schema": {"file": "../s.json", "bytes": 1, "sha256": "0" * 64}},
        "schema.file: expected a path in the dump, got '../s.json'",
    ),
}


@pytest.mark.parametrize("kind", WRONG)
def test_a_manifest_of_another_form_is_refused_though_its_checksum_is_right(
    kind: str, on_lite_server: DumpedServer, copied_dump: Path
) -> None:
    change, problem = WRONG[kind]
    manifest = copied_dump / "manifest.json"
    value = json.loads(manifest.read_text())
    del value["sha256"]
    value["collections"][0].update(change)
    manifest.write_text(json.dumps({**value, "sha256": _checksum(value)}))
    message = f"{manifest} is not a valid manifest: collections[0].{problem}"
    for line in ("show dump {}", "check dump {}", "restore {} --suffix _altered"):
        run = on_lite_server(line.format(copied_dump))
        assert run == failed(message, "take an unaltered copy of the dump")


@pytest.mark.parametrize("text", ["[]", "5", "null", '"a"', "{}", '{"sha256": 3}'])
def test_a_manifest_that_is_none_is_refused(text: str, on_lite_server: DumpedServer, copied_dump: Path) -> None:
    (copied_dump / "manifest.json").write_text(text)
    run = on_lite_server(f"check dump {copied_dump}")
    assert (run.code, "was altered" in run.err) == (1, True)


def test_a_dump_of_a_newer_format_is_refused(on_lite_server: DumpedServer, copied_dump: Path) -> None:
    manifest = copied_dump / "manifest.json"
    manifest.write_text(manifest.read_text().replace('"format": 1', '"format": 2', 1))
    run = on_lite_server(f"restore {copied_dump}")
    assert run.err.startswith(f"error: {copied_dump} is a dump of format 2, and this milvus_cli reads 1\n")


def test_without_a_manifest_it_is_no_dump_and_with_a_journal_an_incomplete_one(
    on_lite_server: DumpedServer, copied_dump: Path
) -> None:
    (copied_dump / "manifest.json").unlink()
    run = on_lite_server(f"restore {copied_dump}")
    assert run.err.startswith(f"error: {copied_dump} is not a dump: it has no manifest.json\n")

    (copied_dump / "progress.jsonl").write_text("")
    run = on_lite_server(f"restore {copied_dump}")
    assert run.err.startswith(f"error: {copied_dump} is an incomplete dump: it has no manifest.json\n")


def test_only_the_files_of_what_is_restored_are_read(on_lite_server: DumpedServer, copied_dump: Path) -> None:
    change_a_byte(copied_dump)
    with on_lite_server.without("_part"):
        on_lite_server.all(f"restore {copied_dump} -c dmp_full_text --suffix _part")


def test_hidden_files_are_no_part_of_a_dump(on_lite_server: DumpedServer, copied_dump: Path) -> None:
    (copied_dump / ".DS_Store").write_text("")
    assert on_lite_server.json(f"check dump {copied_dump}")["intact"] is True
    assert read_manifest(StoredDirectory(copied_dump))[0].format == 1


@pytest.mark.parametrize(
    ("alias", "message"),
    [
        ("my alias", "invalid name 'my alias' of an alias"),
        ("dmp_nullable", "the alias 'default/dmp_nullable' would have the name of a collection"),
        ("also_dmp_keys", "two collections would have the alias 'default/also_dmp_keys'"),
    ],
)
def test_an_alias_that_can_not_be_is_refused_before_anything_is_created(
    alias: str, message: str, on_lite_server: DumpedServer, copied_dump: Path
) -> None:
    manifest = copied_dump / "manifest.json"
    value = json.loads(manifest.read_text())
    del value["sha256"]
    value["collections"][0]["aliases"] = [alias]
    manifest.write_text(json.dumps({**value, "sha256": _checksum(value)}))
    before = on_lite_server.all_names
    run = on_lite_server(f"restore {copied_dump}")
    assert (run.code, run.err.splitlines()[0]) == (2, f"error: {message}")
    assert on_lite_server.all_names == before
