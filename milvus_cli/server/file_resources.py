"""File resources: files in a server's storage, such as dictionaries, that analyzers use by name."""

from __future__ import annotations

from ..client.client import Client
from ..result import Done, Removal, Table
from ..text.names import missing_name


def create_resource(client: Client, name: str, path: str) -> Done:
    client.call("AddFileResource", name=name, path=path)
    return Done(f"Created file resource {name!r}.", {"file_resource": name, "path": path})


def resource_table(client: Client) -> Table:
    found = client.call("ListFileResources").resources
    rows = sorted((each.name, each.path, each.id or None) for each in found)
    return Table(("file_resource", "path", "id"), rows)


def resource_removal(client: Client, name: str) -> Removal:
    """The file itself stays in the storage. Raises CliError for a resource that does not exist."""
    known = {each.name: each.path for each in client.call("ListFileResources").resources}
    if name not in known:
        raise missing_name("file resource", name, known, "run `list file_resources`")
    return Removal(
        "delete",
        f"file resource {name!r}",
        f"which is {known[name]}",
        {"file_resource": name},
        lambda: client.call("RemoveFileResource", name=name),
        loses_data=False,
    )
