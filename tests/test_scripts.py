"""One-shot commands and scripts: argv, -c, -f, standard input, exit codes."""

import json
import signal
import time
from pathlib import Path

import pytest

from milvus_cli.grammar.click_nodes import Leaf
from milvus_cli.grammar.tree import find, leaves, tree
from tests.support.cli import Cli, Run
from tests.support.grpc_peer import GrpcPeer, never_answers, refuses, replies
from tests.support.lite_server import LiteServer
from tests.support.official import milvus_pb2, schema_pb2
from tests.support.typed import failed

VERSION = '{"milvus_cli": "0.1.0"}\n'


@pytest.fixture
def cli_on_lite(cli: Cli, lite: LiteServer) -> Cli:
    """milvus_cli with a saved connection to Milvus Lite."""
    assert cli("connect", "-h", lite.host, "-p", str(lite.port)).code == 0
    return cli


def test_commands_from_c_run_in_order(cli: Cli) -> None:
    assert cli("-o", "jsonl", "-c", "version; version # twice") == Run(0, VERSION * 2, "")


def test_commands_from_a_file(cli: Cli, tmp_path: Path) -> None:
    (tmp_path / "s.mcli").write_text("# a comment\n\nversion -o jsonl\n")
    assert cli("-f", tmp_path / "s.mcli") == Run(0, VERSION, "")


def test_commands_from_standard_input(cli: Cli) -> None:
    assert cli("-o", "jsonl", input="version\nversion;version\n") == Run(0, VERSION * 3, "")
    assert cli("-o", "jsonl", "-f", "-", input="version\n") == Run(0, VERSION, "")


def test_piped_commands_run_as_they_come(cli: Cli) -> None:
    process = cli.start("-o", "jsonl")
    assert process.stdin
    assert process.stdout
    process.stdin.write("version\n")
    process.stdin.flush()
    assert process.stdout.readline() == VERSION
    process.communicate("exit 7\nversion\n", timeout=30)
    assert process.returncode == 7


def test_nothing_on_standard_input_does_nothing(cli: Cli) -> None:
    assert cli() == Run(0, "", "")


def test_a_script_stops_at_its_first_error_and_names_file_and_line(cli: Cli, tmp_path: Path) -> None:
    script = tmp_path / "s.mcli"
    script.write_text("version -o jsonl\n\nnonsense\nversion -o jsonl\n")
    found = cli("-f", script)
    assert (found.code, found.out) == (2, VERSION)
    assert found.err.startswith(f"error: {script}:3: unknown command 'nonsense'\nhint: ")


def test_keep_going_runs_the_rest_and_exits_with_the_first_failure(cli: Cli) -> None:
    found = cli("--keep-going", "-o", "jsonl", "-c", "list collections; nonsense; version")
    assert (found.code, found.out) == (3, VERSION)
    assert [json.loads(line)["error"]["code"] for line in found.err.splitlines()] == [3, 2]


def test_an_open_quote_at_the_end_of_a_script_is_an_error(cli: Cli) -> None:
    assert cli(input="version -o jsonl\nversion 'open\n\n") == Run(
        2,
        VERSION,
        "error: stdin:2: a quote, bracket or backslash is not closed\nhint: close what that line opens\n",
    )


def test_echo_shows_each_command_before_its_output(cli: Cli) -> None:
    assert cli("--echo", "-c", "version -o jsonl") == Run(0, f"> version -o jsonl\n{VERSION}\n", "")


def test_echo_leaves_standard_output_to_the_results_in_a_format_for_programs(cli: Cli) -> None:
    assert cli("--echo", "-o", "jsonl", "-c", "version") == Run(0, VERSION, "> version\n\n")


def test_a_script_file_that_is_not_there_or_not_text(cli: Cli, tmp_path: Path) -> None:
    (tmp_path / "binary").write_bytes(b"\xff\xfe")
    assert cli("-f", "nosuch") == Run(2, "", "error: can't read nosuch: No such file or directory\n")
    assert cli("-f", "binary") == Run(2, "", "error: can't read binary: it is not UTF-8 text\n")


def test_a_command_and_a_script_at_once_are_refused(cli: Cli) -> None:
    found = cli("-c", "version", "version")
    assert found == Run(2, "", "error: a command, -c and -f cannot be combined\nhint: milvus_cli --help\n")


@pytest.mark.parametrize("words", [("--timeout", "abc"), ("--nosuch",), ("--db", "")], ids=" ".join)
def test_a_wrong_option_before_the_command_is_reported_in_the_requested_format(
    cli: Cli, words: tuple[str, ...]
) -> None:
    found = cli("-o", "json", *words, "version")
    assert (found.code, found.out, json.loads(found.err)["error"]["code"]) == (2, "", 2)


def test_global_options_stand_before_or_after_the_command(cli_on_lite: Cli) -> None:
    for argv in (("-o", "json", "list", "collections"), ("list", "collections", "-o", "json")):
        assert cli_on_lite(*argv).code == 0
        json.loads(cli_on_lite(*argv).out)


def test_an_unknown_option_names_it_and_the_help(cli: Cli) -> None:
    found = cli("list", "collections", "--bogus")
    assert found == Run(2, "", "error: no such option '--bogus'\nhint: help list collections\n") or found == Run(
        2, "", "error: no such option: --bogus\nhint: help list collections\n"
    )


def test_a_usage_error_is_one_json_object_where_json_is_asked_for(cli: Cli) -> None:
    found = cli("list", "nonsense", "-o", "json")
    assert (found.code, found.out) == (2, "")
    error = json.loads(found.err)["error"]
    assert (error["code"], error["message"], error["server_code"]) == (2, "unknown command 'list nonsense'", None)


def test_verbs_have_synonyms_and_a_bare_plural_lists(cli_on_lite: Cli) -> None:
    assert cli_on_lite("collections", "-o", "json") == cli_on_lite("list", "collections", "-o", "json")
    assert cli_on_lite("describe", "connection", "-o", "json") == cli_on_lite("show", "connection", "-o", "json")


@pytest.mark.parametrize(
    "noun", ["collections", "databases", "aliases", "connections", "partitions -c habits", "indexes -c habits"]
)
def test_show_with_a_plural_lists(cli_on_lite: Cli, noun: str) -> None:
    made = cli_on_lite("-c", "create collection habits -f id:INT64 -f v:FLOAT_VECTOR:2 -p id --if-not-exists")
    assert made.code == 0
    listed = cli_on_lite("list", *noun.split(), "-o", "json")
    assert listed.code == 0
    for verb in ("show", "describe"):
        assert cli_on_lite(verb, *noun.split(), "-o", "json") == listed
        assert cli_on_lite(verb, "-o", "json", *noun.split()) == listed


def test_a_line_that_was_copied_with_its_prompt_runs(cli_on_lite: Cli, tmp_path: Path) -> None:
    line = "milvus_cli > list databases -o csv"
    (tmp_path / "copied.mcli").write_text(line + "\nmilvus_cli >\n")
    listed = cli_on_lite("list", "databases", "-o", "csv")
    assert listed.out.startswith("database\n")
    for run in (
        cli_on_lite("-c", line),
        cli_on_lite("-f", tmp_path / "copied.mcli"),
        cli_on_lite(input=line + "\n"),
        cli_on_lite("milvus_cli", "list", "databases", "-o", "csv"),
        cli_on_lite("-c", "milvus_cli -o csv list databases"),
    ):
        assert run == listed


@pytest.mark.parametrize("verb", ["insert", "upsert"])
def test_insert_and_upsert_with_an_option_read_a_file(cli_on_lite: Cli, tmp_path: Path, verb: str) -> None:
    name = f"habits_{verb}"
    assert cli_on_lite("create", "collection", name, "-f", "id:INT64", "-f", "v:FLOAT_VECTOR:2", "-p", "id").code == 0
    (tmp_path / "rows.csv").write_text('id,v\n1,"[1, 2]"\n')
    for argv in ((verb, "-c", name), (verb, "-t", "60", "-c", name)):
        run = cli_on_lite(*argv, "rows.csv")
        assert (run.code, run.err) == (0, "") or "row" in run.err
    assert cli_on_lite(verb, "-o", "json", "row", "-c", name, "--row", '{"id": 2, "v": [1, 2]}').code == 0
    assert cli_on_lite("delete", "collection", name, "-y").code == 0


@pytest.mark.parametrize(
    ("argv", "shown", "hint"),
    [
        (("load_collection", "-c", "x"), "load_collection", "did you mean load collection …?"),
        (("list_collections",), "list_collections", "did you mean list collections?"),
        (("LIST", "COLLECTIONS"), "LIST", "did you mean list collections?"),
        (("USE", "x"), "USE", "did you mean use …?"),
        (("CONNECT", "-t", "secret"), "CONNECT", "did you mean connect …?"),
        (("list collections",), "list …", "leave out the quotes, or run a script with them: -c 'COMMAND; COMMAND'"),
        (("nonsense_word",), "nonsense_word", "run `help` to list all commands"),
    ],
)
def test_a_command_in_the_way_of_another_shell_gets_a_hint(
    cli: Cli, argv: tuple[str, ...], shown: str, hint: str
) -> None:
    assert cli(*argv) == Run(2, "", f"error: unknown command '{shown}'\nhint: {hint}\n")


@pytest.mark.parametrize(
    ("line", "shown", "hint"),
    [
        ("serach books -l 3", "serach", "did you mean `search books -l 3`?"),
        ("quer books -e 'id > 3'", "quer", "did you mean `query books -e 'id > 3'`?"),
        ("descibe collection films", "descibe", "did you mean `describe collection films`?"),
        (
            "describe colection_stats films",
            "describe colection_stats",
            "did you mean `describe collection_stats films`?",
        ),
        ("list colections", "list colections", "did you mean list collections?"),
        ("serach books --nosuch", "serach", "did you mean search …?"),
        ("versoin x y", "versoin", "did you mean version …?"),
        ("conect -u ann -pwd secret", "conect", "did you mean connect …?"),
        ("nope", "nope", "run `help` to list all commands"),
        ("describe films", "describe films", "did you mean show collection films?"),
    ],
)
def test_a_mistyped_command_gets_the_whole_line_if_the_rest_fits(cli: Cli, line: str, shown: str, hint: str) -> None:
    assert cli("-c", line) == failed(f"-c:1: unknown command '{shown}'", hint, code=2)


@pytest.mark.parametrize(
    ("line", "ours"),
    [
        ("SHOW TABLES;", "list collections"),
        ("show dbs", "list databases"),
        ("select * from book", "query -c book"),
        ("SELECT id, title FROM `book` WHERE id = 3", "query -c book -e FILTER"),
        ("select count(*) from book", "count -c book"),
        ("select count(*) from book where id = 3", "count -c book -e FILTER"),
        ("db.book.find()", "query -c book"),
        ("db.book.countDocuments()", "count -c book"),
        ("describe book", "show collection book"),
        ("show columns from book", "show collection book"),
        ("show create table book", "show collection book -o ddl"),
        ("show indexes from book", "list indexes -c book"),
        ("use db default", "use database default"),
        ("drop table book", "delete collection book"),
        ("truncate table book", "truncate book"),
        ("create table book (id int)", "create collection book"),
        ("insert into book values (1)", "insert row -c book"),
        ("delete from book where id = 1", "delete entities -c book -e FILTER"),
        ("update book set title = 'x'", "upsert row -c book"),
        ("\\d", "list collections"),
        ("\\dt", "list collections"),
        ("\\d book", "show collection book"),
        ("\\l", "list databases"),
        ("\\c default", "use database default"),
        ("\\du", "list users"),
        ("\\x", "set expanded on"),
        ("\\timing", "set timing on"),
        ("\\conninfo", "show connection"),
        ("show status", "show health"),
        ("show variables", "show config"),
        ("cls", "clear"),
    ],
)
def test_a_line_of_another_shell_gets_ours_as_a_hint(cli: Cli, line: str, ours: str) -> None:
    run = cli("-c", line)
    assert (run.code, run.out, run.err.splitlines()[-1]) == (2, "", f"hint: did you mean {ours}?")
    assert isinstance(find(ours.split()).command, Leaf)


def test_a_line_of_another_shell_in_quotes_is_understood_too(cli: Cli) -> None:
    told = failed("unknown command 'select …'", "did you mean query -c book?", code=2)
    assert cli("select * from book") == told


@pytest.mark.parametrize(
    ("line", "hint"),
    [
        ("search -m COSINE", "did you mean --metric?"),
        ("search -d x", "did you mean --db or --debug?"),
        ("list collections -z", "help list collections"),
    ],
)
def test_an_unknown_letter_is_taken_for_an_option_that_begins_with_it(cli: Cli, line: str, hint: str) -> None:
    words = line.split()
    option = next(each for each in words if each.startswith("-"))
    assert cli(*words) == failed(f"no such option {option!r}", hint, code=2)


@pytest.mark.parametrize("verb", ["load", "calc", "create", "insert"])
def test_the_help_of_a_verb_lists_its_commands(cli: Cli, verb: str) -> None:
    run = cli(verb, "--help")
    nouns = [leaf.path for leaf in leaves(tree()) if leaf.path.startswith(verb + " ")]
    assert (run.code, run.err) == (0, "")
    assert [path for path in nouns if f"\n  {path} " not in run.out] == []


def test_a_missing_value_is_an_error_that_names_the_option(cli: Cli) -> None:
    assert cli("use", "connection") == Run(2, "", "error: missing alias\nhint: -a ALIAS\n")


def test_a_name_given_twice_is_an_error(cli: Cli) -> None:
    assert cli("count", "book", "-c", "film") == Run(
        2, "", "error: -c and 'book' give the same value twice\nhint: help count\n"
    )


def test_an_option_without_its_value_points_to_the_help_of_its_command(cli: Cli) -> None:
    assert cli("connect", "--host") == Run(2, "", "error: --host requires a value\nhint: help connect\n")


def test_quiet_leaves_out_confirmations_and_not_data(cli_on_lite: Cli) -> None:
    assert cli_on_lite("use", "database", "default", "-q") == Run(0, "", "")
    assert cli_on_lite("version", "-q", "-o", "jsonl") == Run(0, VERSION, "")


def test_delete_needs_yes_where_nobody_can_be_asked(cli_on_lite: Cli, lite: LiteServer) -> None:
    made = cli_on_lite("create", "collection", "gone", "-f", "id:INT64", "-f", "v:FLOAT_VECTOR:2", "-p", "id")
    assert made.code == 0
    assert cli_on_lite("delete", "collection", "gone") == Run(
        2,
        "",
        f"error: refusing to delete collection 'gone' on default ({lite.address}, database default), with 0 rows: "
        "no terminal to confirm on\nhint: pass --yes\n",
    )
    assert cli_on_lite("drop", "collection", "gone", "-y") == Run(0, "Deleted collection 'gone'.\n", "")


def test_a_protected_connection_wants_its_alias_too(cli: Cli, lite: LiteServer) -> None:
    cli("connect", lite.address, "-a", "prod", "--protected")
    cli("create", "collection", "kept", "-f", "id:INT64", "-f", "v:FLOAT_VECTOR:2", "-p", "id")
    refused = cli("delete", "collection", "kept", "--yes")
    assert (refused.code, refused.out) == (2, "")
    assert refused.err.endswith("hint: pass both --yes and --alias prod\n")
    assert cli("delete", "collection", "kept", "--yes", "--alias", "prod").code == 0


def test_debug_shows_each_call_and_no_secret(cli: Cli, lite: LiteServer) -> None:
    found = cli("connect", lite.address, "-t", "root:hunter2", "--debug", "-q", "-o", "jsonl")
    assert found.code == 0
    assert [line.split()[:2] for line in found.err.splitlines()] == [["rpc", "Connect"], ["rpc", "GetVersion"]]
    assert "hunter2" not in found.out + found.err


def test_debug_shows_the_traceback_of_a_failure(cli: Cli) -> None:
    assert "Traceback" in cli("connect", "-p", "1", "--debug").err
    assert "Traceback" not in cli("connect", "-p", "1").err


def test_ctrl_c_cancels_a_command_with_exit_code_130(cli: Cli) -> None:
    with GrpcPeer({"ShowCollections": never_answers()}) as peer:
        cli("connect", peer.address)
        process = cli.start("list", "collections")
        while "ShowCollections" not in peer.methods:
            time.sleep(0.01)
        process.send_signal(signal.SIGINT)
        out, err = process.communicate(timeout=10)
    assert (process.returncode, out, err) == (130, "", "error: interrupted\n")


def test_a_script_that_is_interrupted_stops_even_with_keep_going(cli: Cli) -> None:
    with GrpcPeer({"ShowCollections": never_answers()}) as peer:
        cli("connect", peer.address)
        process = cli.start("--keep-going", "-c", "list collections; version")
        while "ShowCollections" not in peer.methods:
            time.sleep(0.01)
        process.send_signal(signal.SIGINT)
        out, _ = process.communicate(timeout=10)
    assert (process.returncode, out) == (130, "")


def test_a_servers_refusal_keeps_its_code(cli: Cli) -> None:
    with GrpcPeer({"ListDatabases": refuses(65535, "no more databases\nstack\nof\nGo")}) as peer:
        cli("connect", peer.address)
        found = cli("list", "databases", "-o", "json")
    assert json.loads(found.err) == {
        "error": {"code": 1, "message": "no more databases", "hint": None, "server_code": 65535}
    }
    assert found.code == 1


def test_a_reader_that_goes_ends_the_program_quietly(cli: Cli) -> None:
    process = cli.start("-c", "help; " * 200)
    assert process.stdout
    process.stdout.readline()
    process.stdout.close()
    assert process.stderr
    assert process.stderr.read() == ""
    assert process.wait(timeout=30) == 141


def test_without_a_home_directory_the_environment_still_connects(cli: Cli, lite: LiteServer) -> None:
    env = {"HOME": "/nonexistent", "MILVUS_URI": lite.uri, "MILVUS_CLI_HOME": "", "XDG_DATA_HOME": ""}
    found = cli("list", "databases", "-o", "jsonl", env=env)
    assert (found.code, found.err) == (0, "")
    assert '{"database": "default"}\n' in found.out


def test_a_chosen_timeout_ends_reads_of_rows_too(cli: Cli) -> None:
    schema = schema_pb2.CollectionSchema(
        name="slow", fields=[schema_pb2.FieldSchema(name="id", data_type=schema_pb2.Int64, is_primary_key=True)]
    )
    handlers = {
        "DescribeCollection": replies(milvus_pb2.DescribeCollectionResponse(schema=schema)),
        "Query": never_answers(),
    }
    with GrpcPeer(handlers) as peer:
        for line in (["get", "slow", "--ids", "1"], ["count", "slow"], ["query", "slow", "-e", "id < 9"]):
            run = cli(*line, "--timeout", "0.5", env={"MILVUS_URI": peer.uri})
            assert (run.code, run.out) == (3, ""), run
            assert "did not respond to Query within 0.5 s" in run.err
