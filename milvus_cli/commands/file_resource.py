"""Commands for file resources of analyzers, and for replication between clusters."""

from __future__ import annotations

from typing import TYPE_CHECKING

from ..grammar.command import command, dry_run_option, option, word
from ..grammar.types import FILE_RESOURCE
from ..result import Done, Record, Report, Table
from ..session.removal import carry_out

if TYPE_CHECKING:
    from ..session.session import Session

SPELLINGS = ("-n", "--name")


@command("create file_resource", needs="AddFileResource")
@word("name", *SPELLINGS, metavar="NAME", help="Name for analyzers.")
@option("--path", needed=True, metavar="PATH", help="Path in the server's storage.")
def create_file_resource(session: Session, name: str, path: str) -> Done:
    """Name a file for analyzers.

    The file is in the server's storage, such as a dictionary or stop words. Requires Milvus 3.0 or newer.

    \b
    Example: create file_resource stop_words --path dictionaries/stop.txt
    """
    from ..server.file_resources import create_resource

    return create_resource(session.client, name, path)


@command("list file_resources", needs="AddFileResource")
def list_file_resources(session: Session) -> Table:
    """List the files of analyzers.

    \b
    Example: list file_resources
    """
    from ..server.file_resources import resource_table

    return resource_table(session.client)


@command("delete file_resource", needs="AddFileResource")
@word("name", *SPELLINGS, type=FILE_RESOURCE, metavar="NAME", help="File resource.")
@dry_run_option
def delete_file_resource(session: Session, name: str, dry_run: bool) -> Done:
    """Delete the name of a file for analyzers.

    The file is kept. Only a protected connection asks for confirmation.

    \b
    Example: delete file_resource stop_words
    """
    from ..server.file_resources import resource_removal

    return carry_out(session, resource_removal(session.client, name), dry_run=dry_run)


@command("show replication", needs="GetReplicateConfiguration")
def show_replication(session: Session) -> Report:
    """Show which clusters replicate which.

    Tokens of connections are not shown. Requires Milvus 2.6 or newer.

    \b
    Example: show replication
    """
    from ..server.replication import replication_report

    return replication_report(session.client)


@command("show replication_checkpoint", needs="GetReplicateConfiguration")
@option("--source", needed=True, metavar="CLUSTER", help="Cluster that is replicated.")
@option("--channel", needed=True, metavar="CHANNEL", help="Physical channel of that cluster.")
def show_replication_checkpoint(session: Session, source: str, channel: str) -> Record:
    """Show how far a channel is replicated.

    Run it on the cluster that receives. Salvage positions are those before this cluster was promoted.

    \b
    Example: show replication_checkpoint --source primary --channel by-dev-rootcoord-dml_0
    """
    from ..server.replication import checkpoint_record

    return checkpoint_record(session.client, source, channel)
