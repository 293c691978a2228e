"""Commands that dump databases to a directory or a tar file and restore them, and look at such a dump."""

from __future__ import annotations

from typing import TYPE_CHECKING

from ..grammar.command import COLLECTION_SPELLINGS, all_of, command, jobs_option, option, retry_option, word
from ..grammar.offered import KeyValue, OneOf
from ..grammar.options import options
from ..grammar.row_options import filter_options
from ..grammar.types import COLLECTION, DATABASE, DUMP
from ..result import Done, Report, Table

if TYPE_CHECKING:
    from ..dump.plan import DumpOptions
    from ..dump.restore_plan import RestoreOptions
    from ..session.session import Session

OLD_NEW = KeyValue({})
PART_FORMATS = ("parquet", "jsonl")

path_option = word("path", "--path", type=DUMP, metavar="PATH", help="Directory of the dump, or a .tar file.")
choice_options = all_of(
    option(
        "--database",
        "databases",
        multiple=True,
        type=DATABASE,
        metavar="PATTERN",
        help="Only these databases (repeatable). [default: all]",
    ),
    option(
        *COLLECTION_SPELLINGS,
        "collections",
        multiple=True,
        type=COLLECTION,
        metavar="PATTERN",
        help="Only these collections: NAME or DATABASE/NAME, with * and ? (repeatable). [default: all]",
    ),
    option(
        "--exclude",
        "excluded",
        multiple=True,
        type=COLLECTION,
        metavar="PATTERN",
        help="Without these collections (repeatable).",
    ),
)


@command("dump")
@path_option
@choice_options
@option(
    "--format",
    "wanted",
    type=OneOf(PART_FORMATS),
    default="parquet",
    show_default=True,
    help="Format of the rows. parquet needs pyarrow.",
)
@filter_options
@option("--schema-only", is_flag=True, help="Dump no rows.")
@option("--data-only", is_flag=True, help="Dump no schemas. Such a dump is restored into existing collections.")
@option("--access", is_flag=True, help="Dump users, roles and grants too. Requires Milvus 2.5.")
@option("--load", is_flag=True, help="Load collections that are not loaded, and release them afterwards.")
@jobs_option
@retry_option
@option(
    "--force",
    is_flag=True,
    help="Replace a dump that is there, complete or not. A directory is emptied first; a .tar file stays until the new "
    "one is complete.",
)
@option("--dry-run", is_flag=True, help="Show what would be dumped, and stop.")
@options("dump.plan:DumpOptions")
def dump(session: Session, options: DumpOptions) -> Done | Table:
    """Dump databases to a directory or a tar file.

    Writes schemas with indexes, partitions, aliases and load states, rows, and a manifest with checksums. `restore`
    reads it, also on another version of Milvus. A PATH that ends in .tar is one tar file, written when all is dumped.
    After an interruption, the same command continues the dump. `help dumps` says what is kept and what is not promised.

    \b
    Example: dump backup --collection 'book*'
    Example: dump backup.tar --collection 'book*'
    Example: dump backup_of_shop --database shop --jobs 4
    """
    from ..dump.dump import dump

    return dump(session, options)


@command("restore dump")
@path_option
@choice_options
@option(
    "--map",
    "mapping",
    multiple=True,
    type=OLD_NEW,
    metavar="OLD=NEW",
    help="New name of a collection or alias: NAME or DATABASE/NAME. OLD/=NEW/ renames a database (repeatable).",
)
@option("--suffix", default="", metavar="TEXT", help="Append this to the names that no --map gives.")
@option("--schema-only", is_flag=True, help="Restore no rows.")
@option("--data-only", is_flag=True, help="Restore only rows, into existing collections.")
@option("--into-existing", is_flag=True, help="Restore into collections that exist, replacing rows with equal keys.")
@option("--no-aliases", is_flag=True, help="Do not restore aliases.")
@option("--no-load", is_flag=True, help="Do not load the collections.")
@option("--access", is_flag=True, help="Restore users, roles and grants too. Requires Milvus 2.5.")
@jobs_option
@retry_option
@option("--dry-run", is_flag=True, help="Show what would be restored, and stop.")
@options("dump.restore_plan:RestoreOptions")
def restore_dump(session: Session, options: RestoreOptions) -> Done | Table:
    """Restore databases from a dump.

    Checks the dump against its checksums, and what the server lacks for it, before anything is created. Then creates
    databases and collections, inserts the rows into their partitions, builds indexes, loads what was loaded, and
    restores aliases. After an interruption, the same command continues. `restore PATH` is the same.

    \b
    Example: restore dump backup --suffix _restored --dry-run
    Example: restore dump backup --collection book --map book=book_of_may --no-aliases --dry-run
    """
    from ..dump.restore import restore

    return restore(session, options)


@command("check dump")
@path_option
def check_dump(session: Session, path: str) -> Report:
    """Compare a dump with its checksums.

    Compares sizes, SHA-256 checksums and row counts of all files with the manifest, and the manifest with its own
    checksum. Needs no server. Exits with 1 if anything differs.

    \b
    Example: check dump backup
    """
    from ..dump.check import check_dump

    return check_dump(session, path)


@command("show dump")
@path_option
def show_dump(session: Session, path: str) -> Report:
    """Show the contents of a dump.

    Lists the collections with their rows, sizes and aliases, as the manifest has them. Needs no server.

    \b
    Example: show dump backup
    """
    from ..dump.check import show_dump

    return show_dump(path)
