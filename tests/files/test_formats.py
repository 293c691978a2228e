"""Each format of files has a reader, and a writer if it is written; none stands in for another."""

from milvus_cli.files.sources import INPUT_FORMATS
from milvus_cli.files.tables import READERS
from milvus_cli.files.writers import OUTPUT_FORMATS, WRITERS
from milvus_cli.grammar.file_options import FORMATS


def test_each_format_that_is_read_has_a_reader() -> None:
    assert {*INPUT_FORMATS.values()} == {*READERS, "npy"} == {*FORMATS}


def test_each_format_that_is_written_has_a_writer() -> None:
    assert {*OUTPUT_FORMATS.values()} == WRITERS.keys()


def test_an_extension_means_the_same_format_in_both_directions() -> None:
    assert OUTPUT_FORMATS.items() <= INPUT_FORMATS.items()
