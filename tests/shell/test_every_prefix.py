"""Completion of every prefix of many lines, against each kind of server: no failure, and no waiting."""

import time
from collections.abc import Iterator

import pytest
from prompt_toolkit.completion import CompleteEvent
from prompt_toolkit.document import Document

from milvus_cli.app.runner import execute
from milvus_cli.session.session import Session
from milvus_cli.shell.completer import ShellCompleter
from tests.support.process import ServerProcess

FIELDS = (
    "-f id:INT64 -f title:VARCHAR:200 -f year:INT32 -f sold:BOOL -f tags:ARRAY:VARCHAR:20:40 -f info:JSON "
    "-f vector:FLOAT_VECTOR:4 -p id --dynamic --index vector:IVF_FLAT:L2:nlist=16"
)
LINES = f"""
connect 127.0.0.1:19530 -a other --db default --read-only --ca ./ca.pem
list connections --check -o json
use database default; list collections --loaded
use connection real
show collection shop -o ddl > shop.json
show connection real --code python | grep -v '^#' | wc -l
list collections -o csv --no-header >> 'my file.csv'
!ls -l | head -3
create collection c1 {FIELDS}
create collection c2 --from rows.csv --index v:HNSW:COSINE:M=16:efConstruction=64 --nullable title
create collection c3 --schema-file @shop.json
create index -c shop -f vector -t HNSW -m L2 --param M:8 --param efConstruction=64
create index -c shop -f year -t STL_SORT --if-not-exists
create index -c shop -f vector -t IVF_PQ --param {{"nlist": 16, "m": 2, "nbits": 8}}
alter collection_properties -c shop --set collection.ttl.seconds=60 --set mmap.enabled=true
alter collection_field -c shop -f title --set max_length=300
alter database default --set database.resource_groups=rg_1,rg_2 --set timezone=Asia/Tokyo
delete collection_properties shop -k collection.ttl.seconds --dry-run
insert row -c shop --row '{{"id": 1, "title": "it''s"}}'
insert file -c shop 'my rows.csv' --delimiter ';' --null '' --encoding latin-1 --map title=name
upsert file -c shop rows.jsonl --types a=INT64 --rejects bad.jsonl --resume
delete entities shop -e 'year < 1800 or title like "A%"' --yes
query shop -e 'json_contains(info["genres"], "sea") and not (year in [1815, 1851])' --fields id,title -l 3
query shop -e "exists color and array_length(tags) == 2 or tags[0] == {{tag}}" --param tag=sea
query shop -e 'text_match(title, "white whale") and title is not null' --consistency Strong
get -c shop --ids 1,2,3 --fields '*'
count shop -e '1800 <= year'
search -c shop -v [0.1,0.2,0.3,0.4] -f vector --params nprobe=8 --filter 'year > {{y}}' --param y=1800 -l 3
search -c shop -v @vectors.npy --params {{"nprobe": 8, "max_empty_result_buckets": 2}} --metric L2 --radius 1.5
search_iterator -c shop --like 1 --params nprobe=4 --group-by year
hybrid_search -c shop --request 'field=vector vector=[1,2,3,4] limit=3' --rerank weighted:0.7,0.3
bench search -c shop -n 10 -j 2 --params nprobe=2 --filter 'sold == true'
check recall -c shop --sweep nprobe=1,2,4 --sample 10
check vectors shop --only nan,zero
export collection -c shop rows.parquet --fields id,title -e 'id > 0 and sold != false'
copy shop real/default:shop2 --into-existing
diff shop real:shop
grant privilege reader -ot Collection -o shop -p Search,Query
create user ann -p secret
load collection shop --replicas 1 --no-wait; wait collection shop --for loaded,indexed
set output json
watch 2 list databases
help query | less
api POST /v1/vector/collections --data @body.json
api /v2/vectordb/entities/query -f collectionName=shop -F limit=2 -F outputFields[]=id --input body.json --list ent
calc mkts_from_datetime '2021-11-17 15:05:41+00:00'
history -n 10 | sort -u > ~/history.txt
""".strip().split("\n")


@pytest.fixture
def completer(session: Session, server: ServerProcess) -> Iterator[ShellCompleter]:
    """Completes lines on each server, which has a collection `shop` with every kind of field."""
    assert execute(["connect", server.address, "-a", "real"], session) == 0
    assert execute(["create", "collection", "shop", *FIELDS.split()], session) == 0
    yield ShellCompleter(session)
    execute(["delete", "collection", "shop", "--yes"], session)


def test_no_prefix_of_a_line_makes_completion_fail_or_wait(completer: ShellCompleter, session: Session) -> None:
    times, offered = [], 0
    for line in LINES:
        for end in range(len(line) + 1):
            started = time.monotonic()
            offered += len(list(completer.get_completions(Document(line[:end]), CompleteEvent())))
            times.append(time.monotonic() - started)
            assert (completer.failure, session.catalog.failure) == ("", ""), line[:end]
    assert offered > 10_000
    # Names are never waited for: a lookup takes a few milliseconds, and longer only on a busy machine.
    assert sorted(times)[len(times) // 2] < 0.02
