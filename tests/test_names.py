"""Names and sizes that Milvus forbids, names that are taken, and things that are not there, on both servers."""

import json
import shlex
from collections.abc import Iterator

import pytest

from milvus_cli.schema.schema import NAME_HINT, PARTITION_HINT
from tests.support.cli import Run
from tests.support.typed import Typed, failed

COLLECTION = "create collection -c {name} -f id:INT64 -f title:VARCHAR:200 -f vector:FLOAT_VECTOR:4 -p id"
MAKING = {
    "database": "create database -db {name}",
    "collection": COLLECTION,
    "partition": "create partition -c named -p {name}",
    "alias": "create alias -c named -a {name}",
    "index": "create index -c named -f vector -in {name} -t FLAT -m L2",
    "field": "create collection -c unnamed -f id:INT64 -f vector:FLOAT_VECTOR:4 -p id -f {name}:INT8",
}
BAD = ["a b", "a.b", "a/b", "名字", "$meta", "x" * 256]


@pytest.fixture(scope="module")
def prepared_servers() -> set[str]:
    """The servers that have the collection of this module."""
    return set()


@pytest.fixture
def named(typed: Typed, prepared_servers: set[str]) -> Iterator[Typed]:
    """With a collection `named` that has an alias, a partition and an index."""
    if typed.server.address not in prepared_servers:
        typed("delete alias nickname -y")
        typed.make("named")
        typed.all(
            "create alias -c named -a nickname",
            "create partition named -p part",
            "create index -c named -f vector -t FLAT -m L2",
        )
        prepared_servers.add(typed.server.address)
    yield typed
    typed.gone("unnamed")


def in_json(run: Run) -> tuple[int, str, str, str]:
    error = json.loads(run.err)["error"]
    return run.code, run.out, error["message"], error["hint"]


@pytest.mark.parametrize("kind", MAKING)
def test_a_name_that_milvus_forbids_is_refused_alike_by_every_command(named: Typed, kind: str) -> None:
    article = "an" if kind in ("alias", "index") else "a"
    hint = PARTITION_HINT if kind == "partition" else NAME_HINT
    for name in [*BAD, *([] if kind == "partition" else ["1abc", "a-b"])]:
        line = MAKING[kind].format(name=shlex.quote(name))
        shown = name if len(name) <= 60 else name[:59] + "…"
        message = f"invalid name '{shown}' of {article} {kind}"
        assert named(line) == failed(message, hint, code=2)
        assert in_json(named(f"{line} -o json")) == (2, "", message, hint)


def test_rename_collection_takes_no_name_that_milvus_forbids(named: Typed) -> None:
    assert named("rename collection named 1abc") == failed("invalid name '1abc' of a collection", NAME_HINT, code=2)


@pytest.mark.parametrize(
    ("line", "message", "hint"),
    [
        ("create database ''", "invalid name '' of a database", NAME_HINT),
        ("create partition -c named -p ''", "invalid name '' of a partition", PARTITION_HINT),
        ("create alias -c named -a ''", "invalid name '' of an alias", NAME_HINT),
        ("create collection -c named2 -f :INT8", "field ':INT8' has no name", "write name:TYPE, e.g. id:INT64"),
        (
            COLLECTION.format(name="unnamed") + " -f RowID:INT8",
            "invalid name 'RowID' of a field",
            "Milvus has a field of that name in every collection",
        ),
        (
            COLLECTION.format(name="unnamed") + " -f Timestamp:INT8",
            "invalid name 'Timestamp' of a field",
            "Milvus has a field of that name in every collection",
        ),
    ],
)
def test_an_empty_name_and_a_reserved_word_are_refused(named: Typed, line: str, message: str, hint: str) -> None:
    assert named(line) == failed(message, hint, code=2)
    assert in_json(named(f"{line} -o json")) == (2, "", message, hint)


def test_words_of_the_query_language_are_names(named: Typed) -> None:
    named.all("create collection -c unnamed -f id:INT64 -f vector:FLOAT_VECTOR:4 -p id -f select:INT8 -f int64:INT8")


@pytest.mark.parametrize(
    ("line", "message", "hint"),
    [
        ("create database default", "database 'default' already exists", "run `show database default`"),
        (COLLECTION.format(name="named"), "collection 'named' already exists", "run `show collection named`"),
        (
            "create partition named -p part",
            "partition 'part' of 'named' already exists",
            "run `list partitions -c named`",
        ),
        (
            "create alias -c named -a nickname",
            "alias 'nickname' already exists, for collection 'named'",
            "-A moves it to this one",
        ),
        ("create alias -c named -a named", "there is a collection 'named'", "take another name"),
        ("rename collection named named", "there is a collection 'named'", "take another name"),
        ("rename collection named nickname", "'nickname' is an alias, of collection 'named'", "take another name"),
        (
            "rename collection nickname other",
            "'nickname' is an alias, of collection 'named'",
            "name the collection itself",
        ),
        (
            "delete collection nickname -y",
            "'nickname' is an alias, of collection 'named'",
            "name the collection itself",
        ),
        ("truncate nickname -y", "'nickname' is an alias, of collection 'named'", "name the collection itself"),
    ],
)
def test_a_name_that_is_taken_or_an_alias_is_refused(named: Typed, line: str, message: str, hint: str) -> None:
    assert named(line) == failed(message, hint)
    assert in_json(named(f"{line} -o json")) == (1, "", message, hint)


@pytest.mark.parametrize(
    ("line", "message", "hint"),
    [
        ("show collection namd", "collection 'namd' not found", "did you mean named?"),
        ("show database nothing_near", "database 'nothing_near' not found", "run `list databases`"),
        ("show partition -c named -p prt", "partition 'prt' not found in 'named'", "did you mean part?"),
        (
            "show index -c named -in nothing_near",
            "index 'nothing_near' not found on 'named'",
            "run `list indexes -c named`",
        ),
        ("show alias nickmane", "alias 'nickmane' not found", "did you mean nickname?"),
        ("create index -c named -f titel", "field 'titel' not found in 'named'", "did you mean title?"),
        (
            "alter collection_field -c named -f titel --set max_length=9",
            "field 'titel' not found in 'named'",
            "did you mean title?",
        ),
        (
            "wait_for_index -c named -in nothing_near",
            "index 'nothing_near' not found on 'named'",
            "run `list indexes -c named`",
        ),
    ],
)
def test_a_missing_object_is_named(named: Typed, line: str, message: str, hint: str) -> None:
    assert named(line) == failed(message, hint)
    assert in_json(named(f"{line} -o json")) == (1, "", message, hint)


def test_a_bad_index_parameter_gets_the_words_of_the_server_and_the_valid_parameters(
    named: Typed, is_lite: bool
) -> None:
    named.all(COLLECTION.format(name="unnamed"))
    run = named("create index -c unnamed -f vector -t HNSW -m L2 --param M:0 --param efConstruction:9")
    if is_lite:
        assert run.code == 0  # Milvus Lite looks at no parameter.
    else:
        hint = "HNSW takes M, efConstruction: --param KEY:VALUE"
        assert run == failed("M out of range: [1, 2048]", hint)


def test_index_types_may_be_written_in_any_case(named: Typed, is_lite: bool) -> None:
    named.all(COLLECTION.format(name="unnamed"))
    kind = "inverted" if is_lite else "TRIE"
    named.all(f"create index -c unnamed -f title -t {kind}")
    [index] = named.json("list indexes -c unnamed")
    assert index["index_type"] == ("INVERTED" if is_lite else "Trie")


def test_objects_of_another_database_are_found_there(named: Typed) -> None:
    database = "--db names_elsewhere"
    named(f"delete collection far -y {database}")
    named("delete database names_elsewhere -y")
    named.all(
        "create database names_elsewhere",
        COLLECTION.format(name="far") + f" {database}",
        f"create alias -c far -a far_alias {database}",
    )
    assert named.json(f"list aliases {database}") == [{"alias": "far_alias", "collection": "far"}]
    assert named.json(f"show alias far_alias {database}")["database"] == "names_elsewhere"
    assert named.json(f"show collection far {database}")["aliases"] == ["far_alias"]
    named.all(
        f"delete alias far_alias -y {database}",
        f"rename collection far farther {database}",
        f"delete collection farther -y {database}",
        "delete database names_elsewhere -y",
    )


def test_deleting_a_collection_names_its_aliases(named: Typed, is_lite: bool) -> None:
    rows = "0 rows" if is_lite else "0 rows by its statistics"
    what = f"collection 'named' on {named.place}, with {rows}"
    assert named("delete collection named --dry-run") == Run(0, f"Would delete {what} and alias 'nickname'.\n", "")
    if is_lite:
        assert named("truncate named") == failed(
            f"refusing to truncate {what}, also known as 'nickname': no terminal to confirm on", "pass --yes", code=2
        )
