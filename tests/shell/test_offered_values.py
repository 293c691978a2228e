"""What the shell offers as values of options, and after > and |."""

from pathlib import Path

import pytest
from prompt_toolkit.completion import CompleteEvent
from prompt_toolkit.document import Document

from milvus_cli.connections.embedders import Embedder
from milvus_cli.schema.index_types import PARAMETERS, SEARCH_PARAMETERS
from milvus_cli.session.session import Session
from milvus_cli.shell.completer import ShellCompleter
from milvus_cli.text import parameter_meanings
from tests.support.names_peer import Complete


@pytest.mark.parametrize(
    ("start", "typed", "ends"),
    [
        ("search -c book --params ", "", ["nprobe=", "max_empty_result_buckets="]),
        ("search -c book -f vector --params ", "np", ["nprobe="]),
        ("search -c book -f title --params ", "", []),
        ("search --params ", "", []),
        ("search -c book --params nprobe=8 --params ", "", ["max_empty_result_buckets="]),
        ('search -c book --params {"nprobe":8} --params ', "", ["max_empty_result_buckets="]),
        ("search -c book --params ", "{", ['{"nprobe": ', '{"max_empty_result_buckets": ']),
        ("search -c book --params ", "'{\"np", ['\'{"nprobe": ']),
        ("search -c book --params ", '{"nprobe": 8, "m', ['{"nprobe": 8, "max_empty_result_buckets": ']),
        ("search -c book --params ", '{"nprobe": 8', []),
        ("bench search -c book --params ", "n", ["nprobe="]),
        ("search_iterator -c book --params ", "n", ["nprobe="]),
        ("check recall -c book --sweep ", "n", ["nprobe="]),
        ("check recall -c book --params ", "n", ["nprobe="]),
        ("create index -t IVF_FLAT --param ", "{", ['{"nlist": ']),
        ("create index -t HNSW_SQ --param ", "sq_type:SQ", ["sq_type:SQ4U", "sq_type:SQ6", "sq_type:SQ8"]),
        ("create index -t HNSW --param ", "sq_type:", []),
        ("create collection --index ", "v:HNSW:L2:M=8:", ["v:HNSW:L2:M=8:efConstruction="]),
        ("create collection --index ", "v:HNSW::", ["v:HNSW::M=", "v:HNSW::efConstruction="]),
    ],
)
def test_parameters_fit_the_index(complete: Complete, start: str, typed: str, ends: list[str]) -> None:
    assert complete(start + typed) == [start + end for end in ends]


def test_a_parameter_has_its_range_as_a_note(session: Session) -> None:
    session.catalog.patience = 5
    completer = ShellCompleter(session)

    def notes(line: str) -> list[tuple[str, str]]:
        found = completer.get_completions(Document(line), CompleteEvent())
        return [(each.display_text, each.display_meta_text) for each in found]

    assert notes("search -c book --params np") == [("nprobe=", "clusters to search, 1 to nlist")]
    assert notes("create index -t HNSW --param M") == [("M:", "edges per node, 2 to 2048")]


def test_vector_fields_come_first_where_a_field_is_indexed(complete: Complete) -> None:
    fields = ("vector", "id", "title")
    assert complete("create index -c book -f ") == [f"create index -c book -f {field}" for field in fields]


def test_each_parameter_has_a_note() -> None:
    assert {key for keys in PARAMETERS.values() for key in keys} == set(parameter_meanings.INDEX_PARAMETERS)
    assert {key for keys in SEARCH_PARAMETERS.values() for key in keys} == set(parameter_meanings.SEARCH_PARAMETERS)


@pytest.mark.parametrize(
    ("line", "ends"),
    [
        ("alter collection_properties -c book --set mm", ["mmap.enabled="]),
        ("alter collection_properties -c book --set mmap.enabled=", ["mmap.enabled=true", "mmap.enabled=false"]),
        ("alter collection_properties -c book --set timezone=Asia/Tok", ["timezone=Asia/Tokyo"]),
        ("alter collection_properties -c book --set collection.ttl.seconds=", []),
        ("alter collection_properties -c book --set mmap.enabled=true --set mmap.en", []),
        ("alter database default --set database.resource_groups=rg_f", ["database.resource_groups=rg_fast"]),
        (
            "create database shop --set database.resource_groups=rg_fast,",
            ["database.resource_groups=rg_fast,rg_slow"],
        ),
        ("alter collection_field -c book -f title --set max", ["max_length="]),
        ("alter collection_field -c book -f id --set max", []),
        ("alter collection_field -c book --set max", ["max_length=", "max_capacity="]),
    ],
)
def test_properties_and_their_values_are_offered(complete: Complete, line: str, ends: list[str]) -> None:
    start = line[: line.rindex(" ") + 1]
    assert complete(line) == [start + end for end in ends]


@pytest.fixture
def programs_and_files(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """PATH has the programs `shelve` and `shear`, and a file that can't be run; the current directory has files."""
    programs, files = tmp_path / "bin", tmp_path / "files"
    for each in (programs, files, programs / "shell"):
        each.mkdir()
    for name in ("shelve", "shear", "she_is_text"):
        (programs / name).touch(0o644 if name == "she_is_text" else 0o755)
    for name in ("shelf.txt", "my $hare", "rows.json"):
        (files / name).touch()
    monkeypatch.setenv("PATH", f"{tmp_path / 'missing'}:{programs}")
    monkeypatch.setenv("HOME", str(tmp_path))
    monkeypatch.chdir(files)


@pytest.mark.usefixtures("programs_and_files")
@pytest.mark.parametrize(
    ("line", "found"),
    [
        ("list databases | she", ["list databases | shear", "list databases | shelve"]),
        ("list databases |she", ["list databases |shear", "list databases |shelve"]),
        ("list databases | shear | shel", ["list databases | shear | shelve"]),
        ("list databases | ./sh", ["list databases | ./shelf.txt"]),
        ("list databases | shear sh", ["list databases | shear shelf.txt"]),
        ("list databases | shear -f my", ["list databases | shear -f 'my $hare'"]),
        ("list databases | shear ~/fi", ["list databases | shear ~/files/"]),
        ("list databases | shear ~/files/my", ["list databases | shear ~/'files/my $hare'"]),
        ("list databases | shear 'my", ["list databases | shear 'my $hare'"]),
        ("list databases >", [f"list databases >{name}" for name in ("'my $hare'", "rows.json", "shelf.txt")]),
        ("list databases >>ro", ["list databases >>rows.json"]),
        ("list databases > ~/files/my", ["list databases > ~/'files/my $hare'"]),
        ("list databases > rows.json sh", []),
        ("list databases '|", []),
        ("!she", ["!shear", "!shelve"]),
        ("! shear sh", ["! shear shelf.txt"]),
        ("list databases\n!shear | shel", ["list databases\n!shear | shelve"]),
        ("!shear; lis", []),
    ],
)
def test_files_and_programs_are_offered_after_a_redirection(complete: Complete, line: str, found: list[str]) -> None:
    assert complete(line) == found


@pytest.mark.usefixtures("programs_and_files")
def test_a_program_that_is_new_on_path_is_offered(complete: Complete, tmp_path: Path) -> None:
    assert complete("list databases | shelt") == []
    (tmp_path / "bin" / "shelter").touch(0o755)
    assert complete("list databases | shelt") == ["list databases | shelter"]


def test_embedders_are_offered_and_the_fields_of_an_embedded_text(session: Session, complete: Complete) -> None:
    session.embedders.put(Embedder("nomic", command="cat"), "", replaces=False)
    assert complete("search -c book --embed n") == ["search -c book --embed nomic"]
    assert complete("show embedder n") == ["show embedder nomic"]

    line = "insert file -c book --embed "
    assert complete(f"{line}ti") == [f"{line}title:"]
    assert complete(f"{line}title:ve") == [f"{line}title:vector="]
    assert complete(f"{line}title:vector=n") == [f"{line}title:vector=nomic"]


@pytest.mark.parametrize("words", ["query --group-by", "query --order-by", "search --group-by", "search --order-by"])
def test_no_vector_field_is_offered_to_group_or_order_by(complete: Complete, words: str) -> None:
    line = words.replace(" ", " -c book ") + " "
    assert complete(line) == [f"{line}id", f"{line}title"]


def test_further_fields_to_group_by_follow_a_comma(complete: Complete) -> None:
    assert complete("query -c book --group-by title,") == ["query -c book --group-by title,id"]
