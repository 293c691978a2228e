"""Every command on a Milvus with authorization: as root, as a user with just the privileges it needs, and as nobody.

The role public, which everybody has, may describe collections and indexes. Milvus 2.3.5 asks for no privilege at all
where it lists collections, tells of partitions' statistics, segments, replicas, compactions, bulk inserts and what
one's own roles are granted, or moves an alias; it looks for Load where it tells how far a collection is loaded.
"""

import json
import shlex
import time
from collections.abc import Callable, Iterator
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path

import pytest

from milvus_cli.client.privileges import TYPE_OF, Where, refusal
from milvus_cli.grammar.click_nodes import Leaf
from milvus_cli.grammar.tree import find, leaves, tree
from milvus_cli.session.settings import SETTINGS
from tests.support.cli import Cli, Run
from tests.support.grpc_peer import GrpcPeer, Handler, aborts, in_turn, replies
from tests.support.milvus_server import MilvusServer
from tests.support.official import grpc, milvus_pb2, schema_pb2
from tests.support.recorder import run_here
from tests.support.terminal import Terminal
from tests.support.typed import BOOK, INDEX, Typed, failed

ROW = """'{"id": 7, "title": "Emma", "vector": [0.1, 0.2, 0.3, 0.4]}'"""
VECTOR = "-v '[0.1, 0.2, 0.3, 0.4]'"
OF_BOOK = """-d '{"collectionName": "prv_book", "filter": "id < 3", "outputFields": ["id"]}'"""
LIMIT = 60.0
"""Seconds: a grant of Milvus 2.3 counts some time after the answer, seconds where there is much to tidy up."""


@dataclass(frozen=True)
class Case:
    """A line, the privileges without which it is refused, in the order in which they are missed, and how it ends else.

    A privilege on collections is on prv_book, where it does not say `@OBJECT`. `hides` are those without which less is
    shown, and a note tells so; `warns` is another note. Root runs `before` first, each time; its lines with ? may fail.
    """

    line: str
    needs: str = ""
    hides: str = ""
    warns: str = ""
    code: int = 0
    before: tuple[str, ...] = ()

    @property
    def grants(self) -> list[tuple[str, str]]:
        """Privileges, and what each is on; "" for those on nothing."""
        named = (each.strip().partition("@") for each in self.needs.split(",") if each)
        ons = {"Collection": "prv_book", "User": "prv_bob", "Global": ""}
        return [(name, on or ons[TYPE_OF[name]]) for name, _, on in named]

    @property
    def leaf(self) -> Leaf:
        found = find(shlex.split(self.line)).command
        assert isinstance(found, Leaf), self.line
        return found


NO_NEW = ("?release collection prv_new", "?delete collection prv_new -y")
NO_DATABASE, NO_BOB, BOB = "?delete database prv_db -y", "?delete user prv_bob -y", "?create user prv_bob -p hunter22"
OTHER, NO_GROUP, GROUP = (
    "?create role prv_other",
    "?delete resource_group prv_group -y",
    "?create resource_group prv_group",
)
TTL = ("alter collection_properties prv_book --set collection.ttl.seconds=86400",)
LOADING_LOT = ("load collection prv_lot --no-wait",)
COPYING = "ShowPartitions, Query, CreateCollection, CreatePartition@prv_new, Insert@prv_new"
DUMPING = "ShowPartitions, Query"
RESTORING = (
    "CreateCollection, CreatePartition@prv_new, Insert@prv_new, CreateIndex@prv_new, Load@prv_new, Query@prv_new"
)
NEW = (*NO_NEW, BOOK.format(name="prv_new"))

CASES = [
    # Connections and the server.
    Case("connect ADDRESS --no-save"),
    Case("ping"),
    Case("list connections --check"),
    Case("server_version"),
    Case("show server_version"),
    Case("show health --management-port MANAGEMENT"),
    Case("api GET /v1/vector/collections"),
    Case("api --list collections"),
    Case(f"api POST /v1/vector/query {OF_BOOK}", "Query"),
    Case("watch --count 1 0.1 list databases", "ListDatabases"),
    # Databases.
    Case("list databases", "ListDatabases"),
    Case("show database default"),
    Case("use database default"),
    Case("create database prv_db", "CreateDatabase", before=(NO_DATABASE,)),
    Case("delete database prv_db -y", "DropDatabase", before=("?create database prv_db",)),
    Case("alter database default --set database.max.collections=100", code=1),
    # Collections.
    Case("create collection -c prv_new -f id:INT64 -f vector:FLOAT_VECTOR:4 -p id", "CreateCollection", before=NO_NEW),
    Case("list collections --names"),
    Case("list collections", hides="GetStatistics"),
    Case("show collection prv_book", hides="GetStatistics, Query, ShowPartitions"),
    Case("show collection prv_book -o ddl", "ShowPartitions"),
    Case("show collection_stats prv_book", "GetStatistics"),
    Case("rename collection prv_new prv_newer", "RenameCollection", before=("?delete collection prv_newer -y", *NEW)),
    Case(
        "delete collection prv_new -y",
        "DropCollection",
        before=("?delete collection prv_newer -y", *NEW),
        warns="aliases of 'prv_new' may remain: listing them takes ListAliases",
    ),
    Case("truncate prv_book -y", code=1),
    Case("alter collection_properties prv_book --set collection.ttl.seconds=86400", "CreateCollection"),
    Case("delete collection_properties prv_book -k collection.ttl.seconds -y", "CreateCollection", code=1, before=TTL),
    Case("alter collection_field prv_book -f title --set max_length=400", code=1),
    Case("create field -c prv_book -f year:INT16", code=1),
    Case("delete field prv_book -f title -y", code=1),
    Case("create function prv_book -n f -t BM25 --input-field title --output-field vector", code=1),
    Case("alter function prv_book -n f --set a=b", code=1),
    Case("delete function prv_book -n f -y", code=1),
    Case("alter index prv_book -in vector --set mmap.enabled=true", code=1),
    Case("load collection prv_book", "Load"),
    Case("load collection prv_book -p half", "Load"),
    Case("load partition -c prv_book -p half", "Load"),
    Case("wait collection prv_book"),
    Case("show load_state prv_book"),
    Case("show load_state prv_book -p half", "Load"),
    Case("show loading_progress prv_book"),
    Case("release collection prv_lot", "Release@prv_lot", before=LOADING_LOT),
    Case("release partition -c prv_lot -p half", "Release@prv_lot", before=LOADING_LOT),
    Case("show replicas prv_book"),
    Case("show query_segment prv_book"),
    Case("show query_segment_info prv_book"),
    Case("list segments prv_book"),
    Case("list nodes"),
    Case("show config"),
    Case("list slow_requests", code=1),
    # Operations that the server completes by itself.
    Case("flush prv_book", "Flush"),
    Case("flush_all --no-wait", "FlushAll"),
    Case("show flush_state prv_book"),
    Case("compact prv_book --no-wait", "Compaction@*"),
    Case("list compactions prv_book", code=1),
    Case("show compaction_state -id 470641625798482089"),
    Case("show compaction_plans -id 470641625798482089"),
    # Snapshots and external collections, which Milvus 2.3.5 lacks.
    Case("create snapshot prv_snapshot -c prv_book", code=1),
    Case("list snapshots", code=1),
    Case("show snapshot prv_snapshot -c prv_book", code=1),
    Case("delete snapshot prv_snapshot -c prv_book -y", code=1),
    Case("restore snapshot prv_snapshot -c prv_book --to prv_new", code=1),
    Case("list restore_jobs", code=1),
    Case("show restore_job 5", code=1),
    Case("export snapshot prv_snapshot -c prv_book --to s3://b/a", code=1),
    Case("show export_job 5", code=1),
    Case("refresh collection prv_book", code=1),
    Case("list refresh_jobs", code=1),
    Case("show refresh_job 5", code=1),
    # Aliases.
    Case("create alias -c prv_book -a prv_moved", "CreateAlias", before=("?delete alias prv_moved -y",)),
    Case("create alias -c prv_lot -a prv_alias -A"),
    Case("list aliases", "ListAliases"),
    Case("show alias prv_alias"),
    Case("delete alias prv_moved -y", "DropAlias", before=("?create alias -c prv_book -a prv_moved",)),
    # Partitions.
    Case("create partition -c prv_lot -p more", "CreatePartition@prv_lot"),
    Case("list partitions prv_book", "ShowPartitions", hides="Load"),
    Case("show partition prv_book -p half", "ShowPartitions", hides="Load"),
    Case("show partition_stats prv_book -p half"),
    Case(
        "delete partition -c prv_lot -p more -y",
        "DropPartition@prv_lot",
        before=("release collection prv_lot", "?create partition -c prv_lot -p more"),
    ),
    # Indexes.
    Case("create index -c prv_new -f vector -t FLAT -m L2 --no-wait", "CreateIndex@prv_new", before=NEW),
    Case("list indexes prv_book"),
    Case("show index prv_book"),
    Case("show index_progress prv_book"),
    Case("wait_for_index prv_book"),
    Case(
        "delete index prv_new -y",
        "DropIndex@prv_new",
        before=(*NEW, "create index -c prv_new -f vector -t FLAT -m L2 --no-wait"),
    ),
    # Rows.
    Case(f"insert row prv_lot --row {ROW}", "Insert@prv_lot"),
    Case("insert file -c prv_lot rows.csv", "Insert@prv_lot"),
    Case("insert file -c prv_lot rows.csv --via import --stage . -q", "Import@prv_lot"),
    Case("insert fake prv_lot -n 10 --first 1000", "Insert@prv_lot"),
    Case(f"upsert row prv_lot --row {ROW}", "Upsert@prv_lot"),
    Case("upsert file -c prv_lot rows.csv", "Upsert@prv_lot"),
    Case("delete ids prv_lot --ids 8 -y", "Delete@prv_lot"),
    Case("delete entities prv_book -e 'id == 99' -y", "Delete"),
    Case("get prv_book --ids 1", "Query"),
    Case("query prv_book -e 'id < 3'", "Query"),
    Case("query prv_same -e 'id < 3'", "Query@prv_same"),
    Case("query_iterator prv_book -e 'id < 3'", "Query"),
    Case("count prv_book", "Query", hides="GetStatistics"),
    Case("export collection prv_book exported.csv --force", "Query"),
    Case("bulk_insert prv_book -f /nosuch.json", "Import"),
    Case("show bulk_insert_state -id 1", code=1),
    Case("list bulk_insert_tasks -c prv_book"),
    # Searches, and commands that read many rows.
    Case(f"search prv_book {VECTOR}", "Search"),
    Case("search prv_book --like 3", "Query, Search"),
    Case(f"search prv_book {VECTOR} --partition half --explain", "Search"),
    Case(f"search_iterator prv_book {VECTOR} -l 2", "Search"),
    Case("hybrid_search prv_book --request 'field=vector like=3'", "Query", code=1),
    Case("analyze text -c prv_book -f title", code=1),
    Case("check vectors prv_book", "Query"),
    Case("check keys prv_book", "Query"),
    Case("check recall prv_book --sample 5", "Query, Search"),
    Case("check quality prv_book --queries q.jsonl --qrels qrels.tsv", "Search", hides="Query"),
    Case("check duplicates prv_book --within 0", "Query, Search"),
    Case("diff search prv_book prv_book --queries q.jsonl", "Search"),
    Case("advise index prv_book --no-measure", "Query"),
    Case("plot vectors prv_book", "Query"),
    Case("plot norms prv_book", "Query"),
    Case("plot distances prv_book", "Query"),
    Case("plot recall prv_book --sample 5", "Query, Search"),
    Case(f"bench search prv_book {VECTOR} -n 4", "Search"),
    Case(
        "diff prv_book prv_lot --rows none",
        "ShowPartitions, ShowPartitions@prv_lot, Query, Query@prv_lot",
        code=1,
        before=TTL,
    ),
    Case("copy prv_book prv_new --no-indexes -y", COPYING, before=NO_NEW),
    Case("dump prv_dump -c prv_book --force", DUMPING),
    Case("restore dump prv_made -c prv_book --map prv_book=prv_new --no-aliases", RESTORING, before=NO_NEW),
    # Resource groups.
    Case("create resource_group prv_group", "CreateResourceGroup", before=(NO_GROUP,)),
    Case("list resource_groups", "ListResourceGroups", hides="DescribeResourceGroup"),
    Case("show resource_group __default_resource_group", "DescribeResourceGroup"),
    Case("update resource_group prv_group --limits 1", "DescribeResourceGroup", code=1, before=(GROUP,)),
    Case("delete resource_group prv_group -y", "DropResourceGroup", before=(GROUP,)),
    Case("transfer node --source prv_group --target __default_resource_group", "TransferNode", code=1, before=(GROUP,)),
    Case(
        "transfer replica -c prv_book --source prv_group --target __default_resource_group",
        "TransferReplica",
        code=1,
        before=(GROUP,),
    ),
    Case("load_balance -c prv_book -s 1", "LoadBalance"),
    # Users and roles.
    Case("create user prv_bob -p hunter22", "CreateOwnership", before=(NO_BOB,)),
    Case("list users", "SelectOwnership"),
    Case("show user prv_bob", "SelectUser", before=(BOB,)),
    Case("update password prv_bob -op hunter22 -p hunter22", "UpdateUser", before=(BOB,)),
    Case("delete user prv_bob -y", "DropOwnership", before=(BOB,)),
    Case("create role prv_other", "CreateOwnership", before=("?delete role prv_other -y",)),
    Case("list roles", "SelectOwnership"),
    Case("show role public"),
    Case("show role admin", "SelectOwnership"),
    Case("grant role prv_other -u prv_bob", "ManageOwnership", before=(OTHER, BOB)),
    Case("revoke role prv_other -u prv_bob", "ManageOwnership", before=(OTHER, BOB, "grant role prv_other -u prv_bob")),
    Case("grant privilege prv_other -p Query -o prv_book", "ManageOwnership", before=(OTHER,)),
    Case(
        "revoke privilege prv_other -p Query -o prv_book",
        "ManageOwnership",
        before=(OTHER, "grant privilege prv_other -p Query -o prv_book"),
    ),
    Case("list grants", "SelectOwnership"),
    Case(
        "delete role prv_other -y", "DropOwnership", before=(OTHER, "?revoke privilege prv_other -p Query -o prv_book")
    ),
    Case("export access", "SelectOwnership, SelectUser@*"),
    Case("apply access nothing.yaml", "SelectOwnership, SelectUser@*"),
    Case("backup access prv_backup.json", code=1),
    Case("restore access prv_backup.json", code=1),
    Case("alter user prv_bob -d text", code=1),
    Case("alter role prv_other -d text", code=1),
    Case("alter user_tags prv_bob --set a=b", code=1),
    Case("list user_tags prv_bob", code=1),
    Case("delete user_tags prv_bob -k a", code=1),
    Case("list tagged_users a", code=1),
    Case("create row_policy prv_policy -c prv_book --action query -r public --using 'id > 1'", code=1),
    Case("list row_policies prv_book", code=1),
    Case("delete row_policy prv_policy -c prv_book -y", code=1),
    Case("create file_resource prv_file --path a", code=1),
    Case("list file_resources", code=1),
    Case("delete file_resource prv_file", code=1),
    Case("show replication", code=1),
    Case("show replication_checkpoint --source a --channel b", code=1),
    Case("create privilege_group prv_readers", code=1),
    Case("list privilege_groups", code=1),
    Case("grant privilege_group prv_readers -p Query", code=1),
    Case("revoke privilege_group prv_readers -p Query", code=1),
    Case("delete privilege_group prv_readers -y", code=1),
]

NO_SERVER = {
    "calc distance",
    "calc hybridts_to_datetime",
    "calc hybridts_to_unixtime",
    "calc mkts_from_datetime",
    "calc mkts_from_hybridts",
    "check dump",
    "calc mkts_from_unixtime",
    "clear",
    "completion",
    "create config",
    "create embedder",
    "delete connection",
    "delete connection_history",
    "delete embedder",
    "delete saved_command",
    "disconnect",
    "docs",
    "exit",
    "help",
    "history",
    "list connection_history",
    "list embedders",
    "list saved_commands",
    "list servers",
    "list settings",
    "notee",
    "quickstart",
    "rename connection",
    "run",
    "save",
    "set",
    "show connection",
    "show dump",
    "show embedder",
    "show file",
    "show server",
    "source",
    "start server",
    "stop server",
    "system",
    "tee",
    "use connection",
    "version",
    *(f"show {name}" for name in SETTINGS),
}
"""Commands that ask no server, or one that they start themselves."""

NO_CREDENTIALS = {"show metrics", "top"}
"""Commands that ask the management port, which has no users."""


def test_every_command_that_asks_a_server_is_in_the_table() -> None:
    assert sorted({each.leaf.path for each in CASES} | NO_SERVER | NO_CREDENTIALS) == sorted(
        leaf.path for leaf in leaves(tree())
    )


class People:
    """root, prv_nobody without a role, and for each set of privileges a user who has just these."""

    def __init__(self, server: MilvusServer, directory: Path) -> None:
        self._server = server
        self._directory = directory
        self.few: dict[str, str] = {}
        self.root = Typed(Cli(directory), server, token="root:Milvus")

    def make(self) -> None:
        """Grants first: Milvus notices them late after it has deleted collections."""
        self.root.all("create user prv_nobody -p hunter22")
        for case in CASES:
            if case.grants and case.needs not in self.few:
                user = self.few[case.needs] = f"prv_few{len(self.few)}"
                self.root.all(f"create role {user}", f"create user {user} -p hunter22 -r {user}")
                for name, on in case.grants:
                    self.root(f"grant privilege {user} -p {name}" + (f" -o '{on}'" if on else ""))

    def clean(self) -> None:
        known = [row["role"] for row in self.root.json("list roles")]
        self.root(f"delete role {' '.join(name for name in known if name.startswith('prv_'))} -y")
        known = [row["user"] for row in self.root.json("list users")]
        self.root(f"delete user {' '.join(name for name in known if name.startswith('prv_'))} -y")
        for each in ("prv_alias", "prv_same", "prv_moved"):
            self.root(f"delete alias {each} -y")
        self.root.gone("prv_book", "prv_lot", "prv_new", "prv_newer")
        self.root(NO_DATABASE.lstrip("?"))
        self.root(NO_GROUP.lstrip("?"))

    def prepare(self, case: Case) -> None:
        for line in case.before:
            run = self.root(line.lstrip("?"))
            assert run.code == 0 or line.startswith("?"), (line, run)

    def run(self, case: Case, token: str) -> Run:
        self.prepare(case)
        places = {"ADDRESS": self._server.address, "MANAGEMENT": str(self._server.management_port)}
        files = ("rows.csv", "exported.csv", "nothing.yaml", "q.jsonl", "qrels.tsv", "prv_dump", "prv_made")
        words = [
            str(self._directory / word) if word in files else places.get(word, word) for word in shlex.split(case.line)
        ]
        return run_here(words, self._directory / "home", self._server.uri, token=token)

    def as_root(self, case: Case) -> Run:
        return self.run(case, "root:Milvus")

    def as_nobody(self, case: Case) -> Run:
        return self.run(case, "prv_nobody:hunter22")

    def as_few(self, case: Case) -> Run:
        """Once Milvus minds the grants."""
        until = time.monotonic() + LIMIT
        while (run := self.as_few_now(case)).code == 4 and time.monotonic() < until:
            time.sleep(0.2)
        return run

    def as_few_now(self, case: Case) -> Run:
        return self.run(case, f"{self.few[case.needs]}:hunter22")


@pytest.fixture(scope="module")
def people(milvus_auth: MilvusServer, tmp_path_factory: pytest.TempPathFactory) -> Iterator[People]:
    """Milvus with users of few privileges, and two loaded collections."""
    directory = tmp_path_factory.mktemp("privileges")
    (directory / "rows.csv").write_text('id,title,vector\n7,Emma,"[0.1, 0.2, 0.3, 0.4]"\n')
    (directory / "nothing.yaml").write_text("roles: []\n")
    (directory / "q.jsonl").write_text('{"id": "q", "vector": [0.1, 0.2, 0.3, 0.4]}\n')
    (directory / "qrels.tsv").write_text("q 0 1 1\n")
    people = People(milvus_auth, directory)
    people.clean()
    people.make()
    for name in ("prv_book", "prv_lot"):
        people.root.all(
            BOOK.format(name=name),
            f"create partition -c {name} -p half",
            f"insert fake {name} -n 50",
            INDEX.format(name=name),
            f"load collection {name}",
        )
    people.root.all("create alias -c prv_book -a prv_alias -a prv_same")
    people.root.all(f"dump {directory / 'prv_made'} -c prv_book")
    yield people
    people.clean()


@pytest.mark.parametrize("case", CASES, ids=lambda case: case.line)
def test_root_and_users_with_the_privileges_may_and_nobody_else(people: People, case: Case) -> None:
    said = case.warns or (f"some information is not shown, because it requires {case.hides}" if case.hides else "")
    note = f"note: {said}\n" if said else ""
    root = people.as_root(case)
    assert root.code == case.code, root
    nobody = people.as_nobody(case)
    if not case.grants:
        assert (nobody.code, nobody.err) == (case.code, root.err or note), nobody
        return
    name, on = case.grants[0]
    assert nobody == refused(name, on)
    few = people.as_few(case)
    assert (few.code, few.err) == (case.code, root.err or note), few


def test_objects_made_before_a_refusal_are_reported(people: People) -> None:
    people.as_few(Case(BOOK.format(name="prv_new"), "CreateCollection", before=NO_NEW))
    run = people.as_few_now(Case("create collection prv_new --dim 4", "CreateCollection", before=NO_NEW))
    user = people.few["CreateCollection"]
    assert run == failed(
        "collection 'prv_new' was created, but not its index on 'vector': "
        f"not permitted: PrivilegeCreateIndex: permission deny to {user}",
        "ask an administrator to run `grant privilege -r ROLE -p CreateIndex -o prv_new`",
        code=4,
    )


def test_a_copy_by_who_may_neither_index_nor_load_it_has_all_rows(people: People) -> None:
    run = people.as_few(Case("copy prv_book prv_new -y", COPYING, before=NO_NEW))
    place, user = people.root.place, people.few[COPYING]
    refused = [
        f"{what}: not permitted: Privilege{name}: permission deny to {user}"
        for what, name in (("the index on 'vector'", "CreateIndex"), ("loading it", "Load"))
    ]
    copied = f"Copied 50 rows of 'prv_book' on {place} to 'prv_new' on {place}"
    assert run == failed(f"{copied}; the server refused {'; '.join(refused)}", "all rows are there", code=5)


def test_columns_that_a_user_may_not_see_are_empty(people: People) -> None:
    run = people.as_nobody(Case("list collections -o json"))
    rows = {row["collection"]: row for row in json.loads(run.out)}
    assert run.err == "note: some information is not shown, because it requires GetStatistics\n"
    assert rows["prv_book"] == {
        "collection": "prv_book",
        "state": "loaded",
        "rows_by_statistics": None,
        "indexes": "vector HNSW COSINE",
    }
    run = people.as_nobody(Case("show collection prv_book -o json"))
    shown = json.loads(run.out)
    assert [shown[key] for key in ("load_state", "exact", "statistics", "partitions")] == ["loaded", None, None, None]


def test_completion_in_the_shell_is_silent_about_names_it_may_not_list(
    people: People, terminal: Callable[..., Terminal]
) -> None:
    server = people.root.server
    shell = terminal(cols=160, env={"MILVUS_URI": server.uri, "MILVUS_TOKEN": "prv_nobody:hunter22"})
    prompt = f"{server.address}/default>"
    shell.wait_for(prompt)
    for hidden in ("use database ", "list partitions -c prv_book", "load partition -c prv_book -p ", "show user "):
        shell.send(hidden)
        shell.send_key("tab")
        shell.send_key("c-u")
    shell.send("count prv_b")
    for _ in range(10):
        # Names that a busy server does not send within two seconds are asked for again at the next key.
        shell.send("o")
        with suppress(AssertionError):
            shell.wait_for("prv_book  loaded", 3)
            break
        shell.send_key("backspace")
    shell.send_key("tab")
    shell.wait_for(f"{prompt} count prv_book")
    shell.send_key("enter")
    shell.wait_for("grant privilege -r ROLE -p Query -o prv_book")
    assert [line for line in shell.screen if "error" in line or "note" in line] == [
        "error: not permitted: PrivilegeQuery: permission deny to prv_nobody"
    ]


def denied(privilege: str) -> Handler:
    return aborts(grpc.StatusCode.PERMISSION_DENIED, f"Privilege{privilege}: permission deny to ann")


def test_privileges_that_even_public_lacks_hinder_nothing(tmp_path: Path) -> None:
    schema = schema_pb2.CollectionSchema(
        name="book",
        fields=[
            schema_pb2.FieldSchema(name="id", is_primary_key=True, data_type=schema_pb2.DataType.Int64),
        ],
    )
    hidden = {
        "GetLoadState": "Load",
        "ShowCollections": "ShowCollections",
        "ShowPartitions": "ShowPartitions",
        "DescribeIndex": "IndexDetail",
        "GetCollectionStatistics": "GetStatistics",
        "Query": "Query",
        "ListAliases": "ListAliases",
    }
    handlers = {method: denied(privilege) for method, privilege in hidden.items()}
    handlers["DescribeCollection"] = replies(milvus_pb2.DescribeCollectionResponse(schema=schema))
    handlers["HasCollection"] = in_turn(
        replies(milvus_pb2.BoolResponse(value=True)), replies(milvus_pb2.BoolResponse())
    )
    with GrpcPeer(handlers) as peer:
        shown = run_here(["show", "collection", "book", "-o", "json"], tmp_path, peer.uri)
        missing = run_here(["show", "collection", "bok"], tmp_path, peer.uri)
    note = "note: some information is not shown, because it requires "
    note += "GetStatistics, IndexDetail, Load, Query, ShowPartitions\n"
    assert (shown.code, shown.err) == (0, note)
    values = json.loads(shown.out)
    assert [values[key] for key in ("load_state", "exact", "statistics", "partitions", "indexes")] == [
        None,
        None,
        None,
        None,
        [],
    ]
    assert missing == failed("collection 'bok' not found", "run `list collections`")


@pytest.mark.parametrize(
    ("words", "where", "line"),
    [
        ("PrivilegeLoad: permission deny to ann", Where("book"), "-p Load -o book"),
        ("PrivilegeLoad: permission deny to ann", Where("book", "", "shop"), "-p Load -o book -db shop"),
        ("PrivilegeSelectUser: permission deny to ann", Where(), "-p SelectUser -o '*'"),
        (
            "PrivilegeSelectUser: permission deny to ann in the `shop` database",
            Where("", "bob"),
            "-p SelectUser -o bob",
        ),
        ("PrivilegeListDatabases: permission deny to ann", Where("", "", "shop"), "-p ListDatabases -db shop"),
        ("rpc error: desc = PrivilegeNew: permission deny to ann\nat line 1", Where(), "-p New"),
    ],
)
def test_the_line_that_grants_names_object_and_database(words: str, where: Where, line: str) -> None:
    error = refusal(words, where)
    assert error is not None
    assert error.hint == f"ask an administrator to run `grant privilege -r ROLE {line}`"
    assert error.message == f"not permitted: {words.rpartition('= ')[2].splitlines()[0]}"


def refused(name: str, on: str) -> Run:
    what = {"": "", "*": " -o '*'"}.get(on, f" -o {on}")
    return failed(
        f"not permitted: Privilege{name}: permission deny to prv_nobody",
        f"ask an administrator to run `grant privilege -r ROLE -p {name}{what}`",
        code=4,
    )
