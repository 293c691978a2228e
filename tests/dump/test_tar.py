"""A dump that is one tar file: written, packed and extracted by tar, interrupted, and replaced."""

import os
import resource
import shutil
import stat
import subprocess
import sys
import tarfile
from collections.abc import Callable
from pathlib import Path

import pytest

from milvus_cli.dump import packing
from milvus_cli.errors import CliError
from milvus_cli.files.sources import file_within, open_source
from milvus_cli.files.spans import Span, state_of
from tests.dump.shelves import DumpedServer, Killed
from tests.dump.test_access import empty_newest
from tests.support.cli import Cli, Run
from tests.support.lite_server import LiteServer
from tests.support.newest import Newest
from tests.support.typed import failed

__all__ = ["empty_newest"]

KILLED_WHILE_PACKING = """
import os, signal
from milvus_cli.dump import packing
packed, add = 0, packing._add
def killed(*words):
    global packed
    packed += 1
    if packed == 3:
        os.kill(os.getpid(), signal.SIGKILL)
    add(*words)
packing._add = killed
from milvus_cli.__main__ import main
main()
"""
"""Ends the process when two files are packed."""
SMALL = 24 << 10
"""Most bytes of a file that a process may write: room for each file of a dump, and not for all of them in one."""


def tar(*words: object) -> str:
    return subprocess.run(["tar", *map(str, words)], check=True, capture_output=True, text=True).stdout


def names_in(directory: Path) -> list[str]:
    return sorted(each.name for each in directory.iterdir())


def as_made(path: Path, target: Path) -> None:
    tar("cf", target, "-C", path.parent, path.name)


def as_contents(path: Path, target: Path) -> None:
    tar("cf", target, "-C", path, ".")


def as_absolute(path: Path, target: Path) -> None:
    tar("cf", target, path)


def as_v7(path: Path, target: Path) -> None:
    tar("cf", target, "--format=v7", "-C", path.parent, path.name)


def as_gnu(path: Path, target: Path) -> None:
    longer = shutil.copytree(path, path.parent / ("long_" * 30))
    tar("cf", target, "--format=gnu", "-C", longer.parent, longer.name)


@pytest.fixture
def lite_tar(lite_dump: Path, tmp_path: Path) -> Path:
    """The dump in a tar file, sorted by name: the manifest is last."""
    target = tmp_path / "d.tar"
    tar("cf", target, "--sort=name", "-C", lite_dump.parent, lite_dump.name)
    return target


@pytest.mark.parametrize("kind", ["on_lite_server", "on_milvus_server", "on_earlier_lite"])
@pytest.mark.parametrize("form", ["parquet", "jsonl"])
def test_what_is_restored_from_a_tar_file_is_the_same_as_what_was_dumped(
    form: str, kind: str, request: pytest.FixtureRequest, tmp_path: Path
) -> None:
    there: DumpedServer = request.getfixturevalue(kind)
    path = tmp_path / "d.tar"
    made = there.json(f"dump {path} -c 'dmp_*' --jobs 3 --format {form}")
    assert names_in(tmp_path) == ["d.tar"]
    assert there.json(f"check dump {path}")["intact"] is True
    assert there.json(f"show dump {path}")["rows"] == made["rows"]

    with there.without("_again"):
        there.all(f"restore {path} --suffix _again --jobs 3")
        assert there.differences("_again") == []
        assert names_in(tmp_path) == ["d.tar"]


def test_tar_lists_the_file_and_extracts_a_directory_that_is_the_same_dump(
    on_lite_server: DumpedServer, tmp_path: Path
) -> None:
    path = tmp_path / "books of may.tar"
    on_lite_server.all(f"dump '{path}' -c dmp_keys")
    folder = "books of may"
    files = ["default/dmp_keys/schema.json", "default/dmp_keys/000001._default.parquet"]
    files += ["default/dmp_keys/000002.second.parquet", "manifest.json"]
    assert tar("tf", path).splitlines() == [f"{folder}/{each}" for each in files]

    tar("xf", path, "-C", tmp_path)
    assert on_lite_server.json(f"check dump '{tmp_path / folder}'")["intact"] is True
    with on_lite_server.without("_extracted"):
        on_lite_server.all(f"restore '{tmp_path / folder}' --suffix _extracted")
        assert on_lite_server.json("diff dmp_keys dmp_keys_extracted --rows all")["same"] is True


@pytest.mark.parametrize("pack", [as_made, as_contents, as_absolute, as_v7, as_gnu])
def test_a_tar_file_that_tar_made_of_a_directory_is_a_dump(
    pack: Callable[[Path, Path], None], on_lite_server: DumpedServer, copied_dump: Path, tmp_path: Path
) -> None:
    (copied_dump / ".DS_Store").write_text("")
    path = tmp_path / "packed"
    pack(copied_dump, path)
    shutil.rmtree(copied_dump)
    assert on_lite_server.json(f"check dump {path}")["intact"] is True
    with on_lite_server.without("_packed"):
        on_lite_server.all(f"restore {path} -c dmp_keys --suffix _packed")
        assert on_lite_server.json("diff dmp_keys dmp_keys_packed --rows all")["same"] is True


def test_a_dump_that_is_killed_while_it_is_packed_is_absent_and_continues(
    on_lite_server: DumpedServer, lite: LiteServer, tmp_path: Path
) -> None:
    path, cli = tmp_path / "d.tar", Cli(tmp_path)
    line, env = ["dump", str(path), "-c", "dmp_keys"], {"MILVUS_URI": lite.uri}
    process = subprocess.run(
        [sys.executable, "-c", KILLED_WHILE_PACKING, *line], env=cli.environment(env), timeout=60, check=False
    )
    assert process.returncode == -9
    assert not path.exists()
    partial = tmp_path / "d.tar.partial"
    assert names_in(partial) == ["default", "manifest.json", "packed.draft", "progress.jsonl"]

    again = "run the `dump` that was interrupted again, which continues it"
    for reading in ("check dump", "show dump", "restore"):
        run = on_lite_server(f"{reading} {path}")
        assert run == failed(f"{path} is incomplete: its files are still in {partial}", again)
    run = on_lite_server(f"restore {partial} --suffix _x")
    assert (run.code, "refusing to restore" in run.err) == (1, True)

    run = cli(*line, env=env)
    assert (run.code, run.err) == (0, f"note: continuing the dump in {path}\n")
    assert on_lite_server.json(f"check dump {path}")["intact"] is True
    assert [each for each in names_in(tmp_path) if each.startswith("d.tar")] == ["d.tar"]


def test_a_dump_without_room_to_pack_it_continues_when_there_is_room(
    on_lite_server: DumpedServer, lite: LiteServer, tmp_path: Path
) -> None:
    path, cli = tmp_path / "d.tar", Cli(tmp_path)
    line, env = ["dump", str(path), "-c", "dmp_keys", "-c", "dmp_full_text"], {"MILVUS_URI": lite.uri}
    limit = f"import resource\nresource.setrlimit({resource.RLIMIT_FSIZE}, ({SMALL}, {SMALL}))"
    process = cli.start(*line, env=env, before=limit)
    out, err = process.communicate(timeout=60)
    partial = tmp_path / "d.tar.partial"
    message = f"error: can't write {partial}: File too large\n"
    assert (process.returncode, out, err.splitlines(keepends=True)[0]) == (1, "", message)
    assert names_in(partial) == ["default", "manifest.json", "progress.jsonl"]

    assert cli(*line, env=env).code == 0
    assert on_lite_server.json(f"check dump {path}")["intact"] is True
    assert not partial.exists()


def test_a_complete_dump_stays_until_the_one_that_replaces_it_is_complete(
    on_lite_server: DumpedServer, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    path = tmp_path / "d.tar"
    on_lite_server.all(f"dump {path} -c dmp_keys")
    before = path.read_bytes()
    complete = failed(f"{path} has a complete dump", "name another file; or replace it with --force", code=2)
    assert on_lite_server(f"dump {path} -c dmp_scalars") == complete

    monkeypatch.setattr(packing, "_add", interrupt)
    run = on_lite_server(f"dump {path} -c dmp_scalars --force")
    again = "run the same command again without --force to continue"
    assert run == Run(130, "", f"error: {path}.partial is incomplete\nhint: {again}\n")
    assert path.read_bytes() == before
    assert [each["collection"] for each in on_lite_server.json(f"show dump {path}")["collections"]] == ["dmp_keys"]

    monkeypatch.undo()
    run = on_lite_server(f"dump {path} -c dmp_scalars")
    assert (run.code, run.err) == (0, f"note: continuing the dump in {path}\n")
    assert [each["collection"] for each in on_lite_server.json(f"show dump {path}")["collections"]] == ["dmp_scalars"]
    assert names_in(tmp_path) == ["d.tar"]


def interrupt(*words: object) -> None:
    raise KeyboardInterrupt


def test_a_dump_starts_over_with_force_whatever_was_begun(
    on_lite_server: DumpedServer, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    path = tmp_path / "d.tar"
    monkeypatch.setattr(packing, "_add", interrupt)
    on_lite_server(f"dump {path} -c dmp_keys")
    monkeypatch.undo()
    run = on_lite_server(f"dump {path} -c dmp_keys --format jsonl")
    message = f"{path}.partial/progress.jsonl is of another job: it had another --format"
    assert run == failed(message, "run it as before, or start over with --force")

    on_lite_server.all(f"dump {path} -c dmp_keys --format jsonl --force", f"check dump {path}")
    assert names_in(tmp_path) == ["d.tar"]


def test_a_dry_run_writes_nothing(on_lite_server: DumpedServer, tmp_path: Path) -> None:
    rows = on_lite_server.json(f"dump {tmp_path / 'd.tar'} -c dmp_keys --dry-run")
    assert [each["collection"] for each in rows] == ["dmp_keys"]
    assert names_in(tmp_path) == []


def test_only_a_dump_is_replaced(on_lite_server: DumpedServer, tmp_path: Path) -> None:
    path = tmp_path / "d.tar"
    path.write_text("my notes\n" * 100)
    hint = "it is not replaced: name another path"
    for force in ("", " --force", " -y"):
        run = on_lite_server(f"dump {path} -c dmp_keys{force}")
        assert run == failed(f"{path} is not a tar file, or is damaged: invalid header", hint)
    assert path.read_text() == "my notes\n" * 100

    (tmp_path / "notes").write_text("my notes")
    tar("cf", path, "-C", tmp_path, "notes")
    run = on_lite_server(f"dump {path} -c dmp_keys --force")
    assert run == failed(f"{path} is not a dump: it has no manifest.json", hint)

    path.unlink()
    path.mkdir()
    run = on_lite_server(f"dump {path} -c dmp_keys --force")
    assert run == failed(f"{path} is not a file", "name a new .tar file", code=2)


def test_a_directory_for_the_files_that_has_others_is_left_alone(on_lite_server: DumpedServer, tmp_path: Path) -> None:
    partial = tmp_path / "d.tar.partial"
    partial.mkdir()
    (partial / "notes").write_text("my notes")
    run = on_lite_server(f"dump {tmp_path / 'd.tar'} -c dmp_keys --force")
    assert run == failed(f"{partial} is not empty, and has no dump", "name a new directory", code=2)
    assert (partial / "notes").read_text() == "my notes"


def test_a_symbolic_link_stays_one_and_its_target_is_written(on_lite_server: DumpedServer, tmp_path: Path) -> None:
    (tmp_path / "disk").mkdir()
    link = tmp_path / "d.tar"
    link.symlink_to(tmp_path / "disk" / "real.tar")
    on_lite_server.all(f"dump {link} -c dmp_keys", f"check dump {link}", f"dump {link} -c dmp_keys --force")
    assert link.is_symlink()
    assert names_in(tmp_path / "disk") == ["real.tar"]


def test_only_its_owner_may_read_a_tar_file_with_access_control(empty_newest: Newest, tmp_path: Path) -> None:
    path = tmp_path / "d.tar"
    assert empty_newest(f"dump {path} --access").code == 0
    assert stat.S_IMODE(path.stat().st_mode) == 0o600
    assert empty_newest(f"restore {path} --access").code == 0
    assert len(empty_newest.peer.requests("RestoreRBAC")) == 1


def test_a_restore_that_began_with_the_directory_continues_with_the_tar_file(
    on_lite_server: DumpedServer, lite_dump: Path, lite_tar: Path, ending_at: Callable[[int, bool], None]
) -> None:
    with on_lite_server.without("_moved"):
        ending_at(5, True)
        with pytest.raises(Killed):
            on_lite_server(f"restore {lite_dump} -c dmp_keys --suffix _moved")
        ending_at(10_000, True)
        run = on_lite_server(f"restore {lite_tar} -c dmp_keys --suffix _moved")
        assert (run.code, run.err) == (0, f"note: continuing the restore of {lite_tar}\n")
        assert on_lite_server.json("diff dmp_keys dmp_keys_moved --rows all")["same"] is True


def test_a_file_that_is_replaced_after_it_was_listed_is_not_read(tmp_path: Path) -> None:
    path = tmp_path / "a.bin"
    path.write_bytes(b'{"a": 1}\n{"a": 2}\n')
    inside = file_within(str(path), Span("rows.jsonl", 9, 9, state_of(os.stat(path))))
    with open_source(inside) as source:
        assert (source.total, source.stream.read(), source.position) == (9, b'{"a": 2}\n', 9)
    path.write_bytes(b'{"a": 1}\n{"a": 3}\n')
    with pytest.raises(CliError, match=f"can't read {path}: it changed while it was read"), open_source(inside):
        pass


def altered(path: Path) -> tuple[str, str, str]:
    data = bytearray(path.read_bytes())
    with tarfile.open(path) as packed:
        member = packed.getmember("whole/default/dmp_keys/000001._default.parquet")
    data[member.offset_data + member.size // 2] ^= 1
    path.write_bytes(data)
    file = "default/dmp_keys/000001._default.parquet"
    problem = f"refusing to restore: {path} was altered or is incomplete: {file}: another checksum"
    return problem, "`check dump PATH` lists all; take an unaltered copy of the dump", file


def test_an_altered_byte_is_found_and_nothing_is_restored(on_lite_server: DumpedServer, lite_tar: Path) -> None:
    problem, hint, file = altered(lite_tar)
    found = on_lite_server.json(f"check dump {lite_tar}", code=1)
    assert [(each["file"], each["problem"]) for each in found["problems"]] == [(file, "another checksum")]
    before = on_lite_server.all_names
    assert on_lite_server(f"restore {lite_tar} --suffix _altered") == failed(problem, hint)
    assert on_lite_server.all_names == before


UNALTERED = "take an unaltered copy of the dump"
REPACK = "pack the directory of the dump again: `tar cf dump.tar DIRECTORY`"


def truncated_in_a_member(path: Path) -> tuple[str, str]:
    with tarfile.open(path) as packed:
        last = packed.getmembers()[-1]
    os.truncate(path, last.offset_data + 100)
    return f"is truncated: {last.name!r} is cut off", UNALTERED


def truncated_between_members(path: Path) -> tuple[str, str]:
    with tarfile.open(path) as packed:
        os.truncate(path, packed.getmembers()[-1].offset)
    return "is truncated: it has no end-of-archive marker", UNALTERED


def overwritten_header(path: Path) -> tuple[str, str]:
    with tarfile.open(path) as packed:
        at = packed.getmembers()[-1].offset
    data = bytearray(path.read_bytes())
    data[at + 10] ^= 1
    path.write_bytes(data)
    return f"is damaged: invalid header at byte {at:,}", UNALTERED


def compressed(path: Path) -> tuple[str, str]:
    subprocess.run(["gzip", path], check=True)
    path.with_name(f"{path.name}.gz").rename(path)
    hint = f"decompress it: `gunzip < {path} > dump.tar`"
    return "is compressed with gzip, and a dump is read from an uncompressed tar file", hint


def of_something_else(path: Path) -> tuple[str, str]:
    (path.parent / "notes").write_text("my notes")
    tar("cf", path, "-C", path.parent, "notes")
    return "is not a dump: it has no manifest.json", "`dump PATH` makes one"


def with_a_dump_beside(path: Path) -> tuple[str, str]:
    add(path, tarfile.TarInfo("zzz/manifest.json"))
    return "has a dump in 'whole', and other files beside it: 'zzz/manifest.json'", REPACK


def with_a_symbolic_link(path: Path) -> tuple[str, str]:
    member = tarfile.TarInfo("whole/default/link.json")
    member.type, member.linkname = tarfile.SYMTYPE, "/etc/passwd"
    add(path, member)
    return "has a symbolic link: 'whole/default/link.json' (a dump has only files)", REPACK


def with_a_hard_link(path: Path) -> tuple[str, str]:
    member = tarfile.TarInfo("whole/default/link.json")
    member.type, member.linkname = tarfile.LNKTYPE, "whole/manifest.json"
    add(path, member)
    return "has a hard link: 'whole/default/link.json' (a dump has only files)", REPACK


def with_a_device(path: Path) -> tuple[str, str]:
    member = tarfile.TarInfo("whole/default/disk")
    member.type = tarfile.BLKTYPE
    add(path, member)
    return "has a device or pipe: 'whole/default/disk' (a dump has only files)", REPACK


def with_an_absolute_path(path: Path) -> tuple[str, str]:
    add(path, tarfile.TarInfo("/etc/passwd"))
    return "has a path that leads out of it: '/etc/passwd'", REPACK


def with_a_path_to_above(path: Path) -> tuple[str, str]:
    add(path, tarfile.TarInfo("whole/../../x"))
    return "has a path that leads out of it: 'whole/../../x'", REPACK


def with_a_file_twice(path: Path) -> tuple[str, str]:
    add(path, tarfile.TarInfo("./whole/manifest.json"))
    return "has 'whole/manifest.json' twice", REPACK


def with_a_sparse_file(path: Path) -> tuple[str, str]:
    holes = path.parent / "whole" / "holes"
    holes.parent.mkdir()
    holes.touch()
    os.truncate(holes, 1 << 20)
    tar("rf", path, "--sparse", "-C", path.parent, "whole/holes")
    return "has a sparse file: 'whole/holes' (a dump has only files)", REPACK


def add(path: Path, member: tarfile.TarInfo) -> None:
    """Appends a member that `tar` would not."""
    with tarfile.open(path, "a") as packed:
        packed.addfile(member)


@pytest.mark.parametrize(
    "change",
    [
        truncated_in_a_member,
        truncated_between_members,
        overwritten_header,
        compressed,
        of_something_else,
        with_a_dump_beside,
        with_a_symbolic_link,
        with_a_hard_link,
        with_a_device,
        with_an_absolute_path,
        with_a_path_to_above,
        with_a_file_twice,
        with_a_sparse_file,
    ],
)
@pytest.mark.parametrize("line", ["check dump {}", "show dump {}", "restore {} --suffix _foreign"])
def test_a_tar_file_that_is_no_whole_dump_is_refused(
    line: str, change: Callable[[Path], tuple[str, str]], on_lite_server: DumpedServer, lite_tar: Path
) -> None:
    message, hint = change(lite_tar)
    before = on_lite_server.all_names
    assert on_lite_server(line.format(lite_tar)) == failed(f"{lite_tar} {message}", hint)
    assert on_lite_server.all_names == before


def test_a_file_that_the_manifest_does_not_name_is_found(on_lite_server: DumpedServer, lite_tar: Path) -> None:
    add(lite_tar, tarfile.TarInfo("whole/default/more.parquet"))
    found = on_lite_server.json(f"check dump {lite_tar}", code=1)["problems"]
    assert found == [
        {"file": "default/more.parquet", "problem": "not in the manifest", "expected": None, "found": 0},
    ]


@pytest.mark.parametrize("name", ["d.tar.gz", "d.tgz", "d.TAR.zst", "d.zip"])
def test_a_name_of_another_archive_is_refused(name: str, on_lite_server: DumpedServer, tmp_path: Path) -> None:
    run = on_lite_server(f"dump {tmp_path / name} -c dmp_keys")
    message = f"can't write {tmp_path / name}: a dump in one file is an uncompressed tar file"
    hint = "name a file that ends in .tar; its rows in Parquet are compressed"
    assert run == failed(message, hint, code=2)


def test_a_path_where_nothing_is_says_so(on_lite_server: DumpedServer, tmp_path: Path) -> None:
    for line in ("check dump", "show dump", "restore"):
        run = on_lite_server(f"{line} {tmp_path / 'none.tar'}")
        assert run == failed(f"{tmp_path / 'none.tar'} not found", "`dump PATH` makes one", code=2)
