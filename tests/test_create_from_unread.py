"""A collection is made of the rows that can be read; those that can't are named with the reason."""

from pathlib import Path

import pytest

from tests.support.typed import Typed, failed

MADE = "Created collection 'made', indexed and loaded.\n"
ONE_REJECTED = (
    "error: Inserted 1 of 2 rows into 'made', which had 0 and has 1; 1 rejected\nhint: --rejects FILE keeps them\n"
)


@pytest.fixture
def rows(typed: Typed, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Typed:
    """No collection `made`, and an empty current directory."""
    monkeypatch.chdir(tmp_path)
    typed.gone("made")
    return typed


@pytest.mark.parametrize(
    ("file", "lines", "reason"),
    [
        ("r.jsonl", [r'{"id":1,"t":"\ud800","v":[1,2]}', '{"id":2,"t":"b","v":[1,2]}'], "line 1, column 't': TEXT"),
        ("r.json", [r'[{"id":1,"t":"\ud800","v":[1,2]},', '{"id":2,"t":"b","v":[1,2]}]'], "row 1, column 't': TEXT"),
        ("r.jsonl", [r'{"id":"\ud800","v":[1,2]}', '{"id":"a","v":[1,2]}'], "line 1, column 'id': TEXT"),
        ("r.jsonl", [r'{"id":1,"t":["\ud800"],"v":[1,2]}', '{"id":2,"t":["b"],"v":[1,2]}'], "line 1, column 't': TEXT"),
        (
            "r.jsonl",
            [r'{"id":1,"t":{"\ud800":{}},"v":[1,2]}', '{"id":2,"t":{},"v":[1,2]}'],
            r"""line 1, column 't': expected JSON, got {"\ud800": {}}""",
        ),
        (
            "r.jsonl",
            [r'{"id":1,"t\ud800":"x","v":[1,2]}', '{"id":2,"t":"b","v":[1,2]}'],
            r"line 1: made has no field 't\ud800' (did you mean t?)",
        ),
        ("r.csv", ["id,t,v", r'1,"[""\ud800""]","[1,2]"', '2,"[""b""]","[1,2]"'], "line 2, column 't': TEXT"),
    ],
)
def test_a_row_with_half_a_character_is_rejected_alone(rows: Typed, file: str, lines: list[str], reason: str) -> None:
    Path(file).write_text("\n".join(lines))
    reason = reason.replace("TEXT", r'expected text, got "\ud800"')
    assert rows(f"show file {file} -o json").code == 0
    run = rows(f"create collection made --from {file}")
    told = run.err[run.err.index(MADE) :]
    assert (run.code, told) == (5, f"{MADE}{file}, {reason}\n{ONE_REJECTED}")


@pytest.mark.parametrize(
    ("file", "data", "reason"),
    [
        ("r.jsonl", '{"id":1,"t":1,"t":2,"v":[1,2]}\n{"id":2,"t":1,"t":2,"v":[1,2]}', "line 1: repeated key 't'"),
        ("r.jsonl", '\x1e{"id":1,"v":[1,2]}\n', 'line 1: not JSON: expected a value, got \'\\x1e{"id":1,"v":[1,2]}\''),
        ("r.json", '[[1,"a",[0.1]]]', "row 1: not a JSON object"),
        (
            "r.csv",
            'id,t,v\n1,"a\n2,b,c\n',
            "line 2: a quote that opens in this row is not closed: lines 2 to 3 are not read",
        ),
        ("r.csv", 'id,t,v\n1, "a", "[1,2]"\n', "line 2: expected 3 cells, got 4"),
    ],
)
def test_a_file_of_which_no_row_can_be_read_says_why(rows: Typed, file: str, data: str, reason: str) -> None:
    Path(file).write_text(data)
    assert f"{file}, {reason}" in rows(f"show file {file}").err.splitlines()
    assert rows(f"create collection made --from {file}") == failed(f"no row can be read: {file}, {reason}", code=2)
    assert rows("show collection made").code == 1


@pytest.mark.parametrize(
    ("data", "fields", "reason"),
    [
        ('id,v\n1,"{1,2}"\n', "-f v:FLOAT_VECTOR:2", "line 2, column 'v': invalid FLOAT_VECTOR value '{1,2}'"),
        (
            'id,v\n1,"[1,2]"\n',
            "-f v:FLOAT_VECTOR:3",
            "line 2, column 'v': 'v' takes a list of 3 numbers, not 2 numbers",
        ),
    ],
)
def test_rows_that_were_rejected_are_not_to_be_inserted_again(rows: Typed, data: str, fields: str, reason: str) -> None:
    Path("r.csv").write_text(data)
    run = rows(f"create collection made --from r.csv {fields}")
    assert (run.code, run.err.splitlines()[1:]) == (
        5,
        [
            f"r.csv, {reason}",
            "error: Inserted 0 of 1 rows into 'made', which had 0 and has 0; 1 rejected",
            "hint: --rejects FILE keeps them; the collection was created, without rows; "
            "`delete collection -c made --yes` deletes it",
        ],
    )
    assert rows("delete collection -c made --yes").code == 0


def test_a_declared_number_takes_cells_that_look_like_codes(rows: Typed) -> None:
    Path("r.csv").write_text('id,zip,v\n1,00501,"[1, 2]"\n2,00502,"[1, 2]"\n')
    line = "create collection made --from r.csv -f zip:INT64"
    insert = "insert file -c made r.csv --exact-numbers --inexact zip"
    assert rows(f"{line} --dry-run").out.splitlines()[-1] == f"milvus_cli {insert}"
    assert (rows(line).code, [each["zip"] for each in rows.json("query -c made -e 'id > 0'")]) == (0, [501, 502])
    assert rows(insert.replace("insert file", "upsert file")).code == 0


@pytest.mark.parametrize(
    ("words", "message", "hint"),
    [
        ("--inexact zip", "--inexact requires --exact-numbers", "leave it out: no field is exact"),
        ("--exact-numbers --inexact zap", "field 'zap' not found in 'made'", "did you mean zip?"),
    ],
)
def test_inexact_fields_are_checked(rows: Typed, words: str, message: str, hint: str) -> None:
    Path("r.csv").write_text('id,zip,v\n1,501,"[1, 2]"\n')
    assert rows("create collection made --from r.csv").code == 0
    assert rows(f"insert file made r.csv {words}") == failed(message, hint, 2)
