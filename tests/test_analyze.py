"""Analyzers: requests as pymilvus sends them, tokens as servers return them, and slops of phrases."""

from typing import Any

import pytest

from tests.support.cli import Run
from tests.support.newest import Newest
from tests.support.official import milvus_pb2
from tests.support.typed import Typed, failed, on_lite, on_milvus

ENGLISH = '{"type": "english"}'
TOKENS = [
    milvus_pb2.AnalyzerToken(token="white", start_offset=4, end_offset=9, position=1, position_length=1, hash=77),
    milvus_pb2.AnalyzerToken(token="whale", start_offset=10, end_offset=15, position=2, position_length=1, hash=88),
]


@pytest.fixture
def analyzing(newest: Newest) -> Newest:
    """A server that finds the same tokens in any text."""
    result = milvus_pb2.AnalyzerResult(tokens=TOKENS)
    newest.answers("RunAnalyzer", milvus_pb2.RunAnalyzerResponse(results=[result, result]))
    return newest


@pytest.mark.parametrize(
    ("options", "given"),
    [
        ("", {}),
        (f"--params '{ENGLISH}'", {"analyzer_params": ENGLISH}),
        ("--detail --hash", {"with_detail": True, "with_hash": True}),
        ("-c book -f title", {"collection_name": "book", "field_name": "title"}),
        (
            "-c book -f title --analyzer en --analyzer de",
            {"collection_name": "book", "field_name": "title", "analyzer_names": ["en", "de"]},
        ),
    ],
)
def test_analyze_sends_what_pymilvus_sends(analyzing: Newest, options: str, given: dict[str, Any]) -> None:
    texts = ["The white whale", "naïve cats"]
    line = f"analyze 'The white whale' 'naïve cats' {options}"
    analyzing.agree(line, lambda client: client.run_analyzer(texts, **given), "RunAnalyzer")


def test_analyze_shows_tokens_and_what_is_asked_of_them(analyzing: Newest) -> None:
    one = milvus_pb2.RunAnalyzerResponse(results=[milvus_pb2.AnalyzerResult(tokens=TOKENS)])
    analyzing.answers("RunAnalyzer", one)
    assert analyzing("analyze 'The white whale' -o csv") == Run(0, "token\nwhite\nwhale\n", "")
    assert analyzing("analyze 'The white whale' --detail -o csv") == Run(
        0, "token,start,end,position,position_length\nwhite,4,9,1,1\nwhale,10,15,2,1\n", ""
    )
    assert analyzing("analyze --text x --hash -o csv") == Run(0, "token,hash\nwhite,77\nwhale,88\n", "")


def test_tokens_of_several_texts_have_the_number_of_the_text(analyzing: Newest) -> None:
    assert analyzing("analyze a b -o csv") == Run(0, "text,token\n1,white\n1,whale\n2,white\n2,whale\n", "")


def test_a_text_comes_from_standard_input(analyzing: Newest) -> None:
    assert analyzing("analyze -", input="The white whale").code == 0
    (request,) = analyzing.peer.requests("RunAnalyzer")
    assert request == milvus_pb2.RunAnalyzerRequest(placeholder=[b"The white whale"])


def test_a_phrase_shows_the_slop_in_each_text(newest: Newest) -> None:
    answer = milvus_pb2.ComputePhraseMatchSlopResponse(is_match=[True, False], slops=[2, 0])
    newest.answers("ComputePhraseMatchSlop", answer)
    line = f"analyze 'white big whale' cats --phrase 'whale white' --params '{ENGLISH}'"
    assert newest(f"{line} -o csv") == Run(0, "text,match,slop\nwhite big whale,true,2\ncats,false,\n", "")
    (request,) = newest.peer.requests("ComputePhraseMatchSlop")
    assert request == milvus_pb2.ComputePhraseMatchSlopRequest(
        analyzer_params=ENGLISH, query_text="whale white", data_texts=["white big whale", "cats"]
    )


EXAMPLE = """--params '{"tokenizer": "standard", "filter": ["lowercase"]}'"""


@pytest.mark.parametrize(
    ("options", "message", "hint"),
    [
        ("-c book", "the analyzer of a field requires collection and field", "give -c NAME and -f FIELD"),
        ("-f title", "the analyzer of a field requires collection and field", "give -c NAME and -f FIELD"),
        ("-c book -f title --params {}", "--params and -c give two analyzers", "leave one of them out"),
        ("--analyzer en", "--analyzer is a name among those of a field", "give -c NAME and -f FIELD"),
        ("--phrase a --detail", "--phrase takes an analyzer by --params, and no details", EXAMPLE),
        ("--params []", "--params: expected a JSON object", EXAMPLE),
    ],
)
def test_options_that_contradict_each_other_exit_2(newest: Newest, options: str, message: str, hint: str) -> None:
    assert newest(f"analyze text {options}") == failed(message, hint, code=2)
    assert "RunAnalyzer" not in newest.peer.methods


def test_a_missing_field_is_told_with_the_nearest_name(analyzing: Newest) -> None:
    assert analyzing("analyze x -c book -f titel") == failed("field 'titel' not found in 'book'", "did you mean title?")


@on_milvus
def test_an_old_milvus_lacks_analyze(typed: Typed) -> None:
    assert typed("analyze 'a b' -c nosuch -f x") == failed("Milvus 2.3.5 has no analyze (requires Milvus 2.5.11)")


@on_lite
def test_milvus_lite_lacks_analyze(typed: Typed) -> None:
    assert typed("analyze 'a b'") == failed("Milvus Lite 3.2.2 has no analyze (requires Milvus 2.5.11)")
