"""Dialogues on a real terminal: each ends in the line that does the same, and does nothing if it is left."""

import sys
import time
from collections.abc import Callable

import pytest
from pymilvus import DataType, MilvusClient

from tests.support.cli import Cli
from tests.support.lite_server import LiteServer
from tests.support.milvus_server import MilvusServer
from tests.support.talker import Talker
from tests.support.terminal import Terminal
from tests.support.typed import Typed


@pytest.fixture
def talk(terminal: Callable[..., Terminal], typed: Typed) -> Talker:
    """Dialogues with each kind of server in turn."""
    return Talker(terminal, typed.server.uri, typed.token)


@pytest.fixture
def talk_on_lite(terminal: Callable[..., Terminal], cli: Cli, lite: LiteServer) -> tuple[Talker, Typed]:
    """Dialogues and commands with Milvus Lite, which has no collection `asked`."""
    typed = Typed(cli, lite)
    typed.gone("asked")
    return Talker(terminal, lite.uri), typed


def test_create_collection_asks_for_the_collection_and_then_for_its_fields(talk: Talker, typed: Typed) -> None:
    typed.gone("asked")
    line = talk(
        "create collection",
        ("Name of the collection:", "1x"),
        ("invalid name '1x' of a collection", "asked"),
        ("(auto id) [y/N]:", "perhaps"),
        ("expected yes or no", "True"),
        ("Description:", "it's all"),
        ("Enable the dynamic field [y/N]:", "y"),
        ("(0 Strong, 1 Bounded, 2 Session, 3 Eventually) [Bounded]:", "9"),
        ("unknown consistency level '9'", "0"),
        ("Shards [1]:", ""),
        ("Field 1, its name:", ""),
        ("It needs a primary field", "id"),
        ("Type:", "INT64"),
        ("Description:", ""),
        ("primary field? [y/N]:", "y"),
        ("Field 2, its name:", "id"),
        ("there is a field 'id'", "title"),
        ("Type:", "varchar"),
        ("Description:", ""),
        ("Length [65535]:", "70000"),
        ("out of range", "200"),
        ("be null? [y/N]:", ""),
        ("Default value", ""),
        ("Field 3, its name:", "v"),
        ("Type:", "vector"),
        ("unknown type 'vector'", "FLOAT_VECTOR"),
        ("Description:", ""),
        ("Dimension:", "0"),
        ("needs its dimension", "4"),
        ("Field 4, its name:", ""),
        ("full text search (a BM25 function)? [y/N]:", ""),
    )
    assert line == (
        """create collection -c asked -a --description 'it'"'"'s all' --dynamic --consistency Strong"""
        " -f id:INT64 -p id -f title:VARCHAR:200 -f v:FLOAT_VECTOR:4"
    )
    client = MilvusClient(uri=typed.server.uri)
    made = client.describe_collection("asked")
    kept = (made["auto_id"], made["enable_dynamic_field"], made["consistency_level"])
    assert kept == (True, True, 0)
    assert [each["type"] for each in made["fields"][:3]] == [DataType.INT64, DataType.VARCHAR, DataType.FLOAT_VECTOR]
    client.close()
    typed.gone("asked")


def test_create_collection_asks_for_full_text_search_and_keeps_descriptions_of_fields(
    talk_on_lite: tuple[Talker, Typed],
) -> None:
    talk, typed = talk_on_lite
    line = talk(
        "create collection asked -a --description x --dynamic --consistency Bounded --shards 1",
        ("Field 1, its name:", "id"),
        ("Type:", "INT64"),
        ("Description:", ""),
        ("primary field? [y/N]:", "y"),
        ("Field 2, its name:", "text"),
        ("Type:", "VARCHAR"),
        ("Description:", "the words"),
        ("Length [65535]:", "100"),
        ("be null? [y/N]:", "y"),
        ("Default value", "none"),
        ("Field 3, its name:", ""),
        ("full text search (a BM25 function)? [y/N]:", "y"),
        ("Text field [text]:", "txt"),
        ("'txt' is none of: text", ""),
        ("Sparse vector field", "words"),
        ("Analyzer [standard]:", "french"),
        ("'french' is none of: standard, english, chinese", ""),
    )
    field = '\'{"name": "text", "type": "VARCHAR", "max_length": 100, "description": "the words"}\''
    assert line.endswith(f" -f id:INT64 -p id -f {field} --nullable text --default text=none --bm25 text:words")
    typed.gone("asked")


def test_create_index_asks_for_field_type_metric_and_parameters(talk: Talker, typed: Typed) -> None:
    typed.gone("asked")
    typed.all("create collection asked -f id:INT64 -f year:INT16 -f v:FLOAT_VECTOR:4 -p id")
    line = talk(
        "create index -c asked",
        ("Field (id, year, v) [v]:", "w"),
        ("field 'w' not found", ""),
        ("Name of the index", ""),
        ("Index type [AUTOINDEX]:", "HNWS"),
        ("did you mean HNSW?", "HNSW"),
        ("Metric [COSINE]:", "L2"),
        ("M [16]:", "many"),
        ("M takes a number, not 'many'", "8"),
        ("efConstruction [200]:", ""),
        ("Timeout in seconds [10]:", ""),
    )
    assert line == "create index -c asked -f v -t HNSW -m L2 --param M:8 --param efConstruction:200"
    (made,) = typed.json("list indexes -c asked")
    assert (made["field"], made["index_type"], made["metric_type"]) == ("v", "HNSW", "L2")
    typed.gone("asked")


def test_create_index_takes_defaults_in_scripts_and_with_yes(talk: Talker, typed: Typed) -> None:
    for line in ("create index -c asked --yes", "-c 'create index -c asked'"):
        typed.gone("asked")
        typed.all("create collection asked -f id:INT64 -f v:FLOAT_VECTOR:4 -p id")
        shell = talk.start(line)
        assert shell.wait_exit() == 0, shell.text
        assert shell.text == "Created index on 'v' of 'asked': AUTOINDEX with COSINE, the defaults."
    typed.gone("asked")


def test_rows_are_asked_for_by_filter_and_by_id(talk_on_lite: tuple[Talker, Typed]) -> None:
    talk, typed = talk_on_lite
    typed.make("asked", rows=5, index=True)
    typed.all("load asked")
    line = talk(
        "query",
        ("Collection:", "nosuch"),
        ("collection 'nosuch' not found", "asked"),
        ("Filter (empty: none):", "id in [3, 4"),
        ("invalid filter: the [ at character 7 is not closed", "id > 2"),
        ("Only in partitions (empty: all):", "_default, nosuch"),
        ("partition 'nosuch' not found in 'asked' (run `list partitions -c asked`)", ""),
        ("Fields to show (empty: all):", "id"),
        ("Timeout", "5"),
        ("Guarantee timestamp [0]:", "0"),
        ("Graceful time in seconds [5]:", "many"),
        ("is not a number", "5"),
    )
    assert line == "query -c asked -e 'id > 2' --fields id -t 5"
    assert talk("get", ("Collection:", "asked"), ("Ids", "1,2"), ("Fields to show", "id")) == (
        "get -c asked --ids 1,2 --fields id"
    )
    line = talk(
        "query_iterator",
        ("Collection:", "asked"),
        ("Filter (empty: none):", ""),
        ("Fields to show", "id"),
        ("Batch size", "2"),
        ("Limit", "0x"),
        ("is not an integer", "3"),
    )
    assert line == "query_iterator -c asked --fields id --batch-size 2 -l 3"
    assert talk("delete ids", ("Collection:", "asked"), ("Ids", "1"), ("Delete", "y")) == "delete ids -c asked --ids 1"
    typed.gone("asked")


def test_a_row_is_asked_for_and_replaces_another(talk: Talker, typed: Typed) -> None:
    typed.make("asked", rows=1, index=True)
    typed.all("load asked")
    line = talk(
        "upsert row",
        ("Collection:", "asked"),
        ("Partition [_default]:", "nosuch"),
        ("partition 'nosuch' not found in 'asked'", ""),
        ("id, INT64:", "one"),
        ("invalid INT64 value 'one'", "1"),
        ("title, VARCHAR(200):", " Emma "),
        ("vector, FLOAT_VECTOR(4), numbers separated by commas:", "1, 2, 3, 4"),
    )
    assert line == """upsert row -c asked --row '{"id": 1, "title": " Emma ", "vector": [1, 2, 3, 4]}'"""
    assert typed.json("get asked --ids 1 --fields title")[0]["title"] == " Emma "
    line = talk(
        "delete entities",
        ("Collection:", "asked"),
        ("Expression", "id == 1"),
        ("Delete", "y"),
    )
    assert line == "delete entities -c asked -e 'id == 1'"
    assert typed.json("count asked")["exact"] == 0
    typed.gone("asked")


def test_an_empty_text_can_be_a_default_and_a_value(talk_on_lite: tuple[Talker, Typed]) -> None:
    talk, typed = talk_on_lite
    line = talk(
        "create collection asked --auto-id --description x --dynamic --consistency Bounded --shards 1",
        ("Field 1, its name:", "id"),
        ("Type:", "INT64"),
        ("Description:", ""),
        ("primary field? [y/N]:", "y"),
        ("Field 2, its name:", "title"),
        ("Type:", "VARCHAR"),
        ("Description:", ""),
        ("Length [65535]:", "9"),
        ("be null? [y/N]:", ""),
        ('Default value (empty: none; "": an empty text):', '""'),
        ("Field 3, its name:", "v"),
        ("Type:", "FLOAT_VECTOR"),
        ("Description:", ""),
        ("Dimension:", "2"),
        ("Field 4, its name:", ""),
        ("full text search (a BM25 function)? [y/N]:", ""),
    )
    assert line.endswith(" -f id:INT64 -p id -f title:VARCHAR:9 --default title= -f v:FLOAT_VECTOR:2")
    typed.gone("asked")
    typed.all("create collection asked -f id:INT64 -f title:VARCHAR:9 --default title=none -f v:FLOAT_VECTOR:2 -p id")
    for answer, row in (("", '{"id": 1, "v": [1, 2]}'), ('""', '{"id": 1, "title": "", "v": [1, 2]}')):
        line = talk(
            "insert row -c asked -p _default",
            ("id, INT64:", "1"),
            ('title, VARCHAR(9), "" is an empty text ["none"]:', answer),
            ("v, FLOAT_VECTOR(2), numbers separated by commas:", "1, 2"),
        )
        assert line == f"insert row -c asked -p _default --row '{row}'"
    typed.gone("asked")


def test_a_search_of_a_collection_that_is_not_loaded_says_so_first(talk_on_lite: tuple[Talker, Typed]) -> None:
    talk, typed = talk_on_lite
    typed.make("asked", rows=5, index=True)
    typed("release asked")
    for command in ("search", "search_iterator", "hybrid_search"):
        shell = talk.start(f"{command} asked")
        assert shell.wait_exit() == 1
        assert shell.text == (
            "error: collection 'asked' is not loaded\nhint: load it first with `load collection -c asked`"
        )
    typed.gone("asked")


def test_an_operation_that_the_server_lacks_is_not_asked_about(
    terminal: Callable[..., Terminal], cli: Cli, milvus: MilvusServer
) -> None:
    talk = Talker(terminal, milvus.uri)
    for line in ("hybrid_search", "alter database default", "update resource_group"):
        shell = talk.start(line)
        assert shell.wait_exit() == 1
        assert shell.text.startswith("error: Milvus 2.3.5 has no ")


def test_watch_asks_once(talk_on_lite: tuple[Talker, Typed]) -> None:
    talk, typed = talk_on_lite
    typed.make("asked", rows=2, index=True)
    typed.all("load asked")
    shell = talk.start("watch --count 3 0.1 count")
    shell.wait_for("Collection:")
    shell.send_line("asked")
    assert shell.wait_exit() == 0
    typed.gone("asked")


def test_the_composed_line_names_the_connection_and_the_database_given_before_the_command(
    talk_on_lite: tuple[Talker, Typed],
) -> None:
    talk, typed = talk_on_lite
    typed.make("asked", rows=2, index=True)
    typed.all("load asked")
    typed.cli("connect", "-uri", typed.server.uri, "-a", "other")
    line = talk("--alias other --db default count", ("Collection:", "asked"))
    assert line == "count --alias other --db default -c asked"
    typed.gone("asked")


def test_properties_are_asked_for_as_key_and_value(talk: Talker, typed: Typed) -> None:
    typed.make("asked")
    line = talk(
        "alter collection_properties",
        ("Collection:", "asked"),
        ("Property key:", "collection.ttl.seconds"),
        ("Property value:", "60"),
    )
    assert line == "alter collection_properties -c asked --set collection.ttl.seconds=60"
    typed.gone("asked")


def test_distances_are_asked_for_with_vectors_of_a_collection(talk_on_lite: tuple[Talker, Typed]) -> None:
    talk, typed = talk_on_lite
    typed.all(
        "create collection asked -f id:INT64 -f v:FLOAT_VECTOR:2 -p id --index v",
        'insert row asked --row \'{"id": 7, "v": [3, 4]}\'',
        "load asked",
    )
    line = talk(
        "calc distance",
        ("Are the left vectors in a collection? [y/N]:", "y"),
        ("Collection:", "asked"),
        ("Vector field [v]:", ""),
        ("Ids of the left vectors", "8"),
        ("row 8 not found in 'asked'", "7"),
        ("Are the right vectors in a collection? [y/N]:", ""),
        ("The right vectors", "[0"),
        ("no closing bracket", "[0, 0]"),
        ("Metric [L2]:", ""),
        ("Take the square root [y/N]:", "y"),
    )
    assert line == "calc distance -l '[[3.0, 4.0]]' -r '[0, 0]' --sqrt"
    assert typed.json(line)[0]["distance"] == 5
    typed.gone("asked")


def test_the_composed_line_is_in_the_history_of_the_shell_and_ctrl_c_leaves_without_effect(
    talk_on_lite: tuple[Talker, Typed],
) -> None:
    talk, typed = talk_on_lite
    typed.make("asked", rows=2, index=True)
    shell = talk.start("", cols=120)
    shell.wait_for("default>")
    shell.send_line("delete ids")
    shell.wait_for("Collection:")
    shell.send_line("asked")
    shell.wait_for("Ids")
    shell.send_key("c-c")
    shell.wait_for("interrupted")
    shell.send_line("count")
    shell.wait_for("> count\nCollection:")
    shell.send("ask")
    shell.wait_for("asked ")
    shell.send_key("tab", "enter")
    shell.wait_for("exact")
    shell.wait_for(" ms")
    shell.send_key("up")
    shell.wait_for("> count -c asked")
    shell.send_key("c-c", "c-d")
    assert shell.wait_exit() == 0
    assert typed.json("count asked")["exact"] == 2
    typed.gone("asked")


def test_ctrl_c_between_two_questions_leaves_the_dialogue(talk_on_lite: tuple[Talker, Typed]) -> None:
    talk, typed = talk_on_lite
    typed.make("asked")
    shell = talk.start("", cols=120)
    shell.wait_for("default>")
    for delay in range(0, 40, 2):
        shell.send_line("delete ids")
        shell.wait_for("Collection:")
        shell.send_line("asked")
        time.sleep(delay / 1000)
        shell.send_key("c-c")
        shell.wait_for("interrupted")
        shell.send_line("clear")
        shell.wait_gone("interrupted")
    assert "Traceback" not in shell.raw.decode()
    shell.send_key("c-d")
    assert shell.wait_exit() == 0
    typed.gone("asked")


def paste(shell: Terminal, text: str) -> None:
    shell.send(f"\x1b[200~{text}\x1b[201~")


def test_pasted_lines_answer_one_question_each_and_the_last_one_waits_for_enter(
    talk_on_lite: tuple[Talker, Typed],
) -> None:
    talk, typed = talk_on_lite
    typed.make("asked", rows=3)
    shell = talk.start("delete entities")
    shell.wait_for("Collection:")
    paste(shell, "asked\nid in [1, 2]\n")
    shell.wait_for("id in [1, 2]")
    shell.send_key("enter")
    shell.wait_for("delete entities -c asked -e 'id in [1, 2]'")
    shell.wait_for("Delete 2 rows")
    shell.send_line("y")
    assert shell.wait_exit() == 0
    typed.gone("asked")


def test_pasted_lines_that_answer_nothing_are_left_out(talk_on_lite: tuple[Talker, Typed]) -> None:
    talk, typed = talk_on_lite
    typed.make("asked", rows=3)
    shell = talk.start("delete entities")
    shell.wait_for("Collection:")
    paste(shell, "nosuch\r\nasked\r\ny")
    shell.wait_for("collection 'nosuch' not found")
    shell.wait_for("note: 2 pasted lines were left out")
    paste(shell, "asked\nid in [1]\ny\n")
    shell.wait_for("note: 1 pasted line was left out")
    shell.wait_for("Delete 1 row")
    shell.send_line("n")
    assert shell.wait_exit() == 1
    typed.gone("asked")


JOB = """set -m; "$@"; echo "suspended"; fg >/dev/null; echo "ended with $?"; exec cat"""


def test_ctrl_z_at_a_question_suspends(cli: Cli, lite: LiteServer) -> None:
    typed = Typed(cli, lite)
    typed.make("asked", rows=3)
    command = ["sh", "-c", JOB, "sh", sys.executable, "-m", "milvus_cli", "count"]
    env = cli.environment({"MILVUS_URI": lite.uri})
    with Terminal(command, rows=20, cols=100, env=env, cwd=cli.directory) as shell:
        shell.wait_for("Collection:")
        shell.send("ask")
        shell.wait_for("Collection: ask")
        shell.send_key("c-z")
        shell.wait_for("suspended\nCollection: ask")
        shell.send_line("ed")
        shell.wait_for("ended with 0")
    typed.gone("asked")


def test_load_balance_asks_for_the_collection_and_the_nodes(
    terminal: Callable[..., Terminal], cli: Cli, milvus: MilvusServer
) -> None:
    typed = Typed(cli, milvus)
    talk = Talker(terminal, milvus.uri)
    typed.make("asked", rows=2, index=True)
    typed.all("load asked")
    segments = ("Segments to move (empty: all):", "")
    line = talk(
        "load_balance",
        ("Collection:", "nosuch"),
        ("collection 'nosuch' not found", ""),
        ("an answer is required", "asked"),
        ("Source node:", "one"),
        ("'one' is not an integer", "999"),
        ("Target nodes (empty: any):", ""),
        segments,
        code=1,
    )
    assert line == "load_balance -c asked -s 999"
    line = talk("load_balance -s 999", ("Collection:", "asked"), ("Target nodes", "998"), segments, code=1)
    assert line == "load_balance -s 999 -c asked -d 998"
    line = talk("load_balance -ss 7", ("Source node:", "999"), ("Target nodes", "998"), code=1)
    assert line == "load_balance -ss 7 -s 999 -d 998"
    typed.gone("asked")


def test_access_and_resource_groups_are_asked_for(
    terminal: Callable[..., Terminal], cli: Cli, milvus_auth: MilvusServer
) -> None:
    typed = Typed(cli, milvus_auth, token="root:Milvus")
    talk = Talker(terminal, milvus_auth.uri, typed.token)
    typed("delete user asked_ann -y"), typed("delete role asked_reader -y"), typed("delete resource_group asked_rg -y")
    typed.all("create user asked_ann -p first-password", "create role asked_reader")
    typed.make("asked")
    try:
        line = talk(
            "grant privilege",
            ("Role:", "asked_raeder"),
            ("role 'asked_raeder' not found (did you mean asked_reader?)", "asked_reader"),
            ("Object type", "Collection"),
            ("Object (empty: *):", "*"),
            ("Privilege:", "Serch"),
            ("did you mean Search?", "Search"),
            ("Database", ""),
        )
        assert line == "grant privilege -r asked_reader --objectType Collection -o '*' -p Search"
        assert [each["privilege"] for each in typed.json("list grants -r asked_reader")] == ["Search"]

        line = talk(
            "revoke privilege asked_reader",
            ("Object type", "Collection"),
            ("Object (empty: *):", "*"),
            ("Privilege:", "Search"),
            ("Database", "default"),
        )
        assert line == "revoke privilege asked_reader --objectType Collection -o '*' -p Search --db default"
        assert typed.json("list grants -r asked_reader") == []

        assert (
            talk(
                "update password",
                ("User:", "asked_bob"),
                ("user 'asked_bob' not found (did you mean asked_ann?)", "asked_ann"),
                ("Old password:", "first-password"),
                ("New password:", "second-password"),
                ("Once more:", "second-password"),
            )
            == "update password -u asked_ann"
        )
        MilvusClient(uri=typed.server.uri, token="asked_ann:second-password").close()
        assert talk("create resource_group", ("Name", "asked_rg"), ("Configure node limits? [y/N]:", "")) == (
            "create resource_group -n asked_rg"
        )
        line = talk(
            "transfer replica",
            ("Source", "__default_resource_group"),
            ("Target", "asked_rg"),
            ("Collection:", "nosuch"),
            ("collection 'nosuch' not found", "asked"),
            ("Num", ""),
            code=1,
        )
        assert line == "transfer replica --source __default_resource_group --target asked_rg -c asked"
    finally:
        typed("delete user asked_ann -y"), typed("delete role asked_reader -y")
        typed("delete resource_group asked_rg -y")
        typed.gone("asked")
