"""Commands for indexes."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING

from ..command import collection_option, command, option
from ..errors import InvalidInput
from ..jsontext import parse_json
from ..result import Done
from ..types import FIELD, INDEX_TYPE, METRIC

if TYPE_CHECKING:
    from ..session import Session


@command("create index")
@collection_option
@option("-f", "--field", needed=True, type=FIELD, metavar="FIELD", help="The field to index.")
@option("-in", "--index-name", "name", default="", metavar="NAME",
        help="The index's name; the server's choice when not given.")
@option("-t", "--index-type", "index_type", type=INDEX_TYPE, default="AUTOINDEX", show_default=True, metavar="TYPE",
        help="E.g. HNSW, IVF_FLAT, FLAT.")
@option("-m", "--metric", "--index-metric", "metric", type=METRIC, metavar="METRIC",
        help="E.g. COSINE, L2, IP; the server's choice when not given.")
@option("--param", "-p", "--index-params", "params", multiple=True, metavar="KEY:VALUE",
        help="A parameter of the index; JSON is taken too.")
@option("--if-not-exists", is_flag=True, help="Don't fail when the field has an index; leave it as it is.")
def create_index(
    session: Session, collection: str, field: str, name: str, index_type: str, metric: str | None, params: tuple[str, ...],
    if_not_exists: bool,
) -> Done:  # fmt: skip
    """Build an index on a field.

    \b
    Example: create index -c book -f vector -in by_vector -t HNSW -m COSINE --param M:16 --param efConstruction:200
    """
    from ..rpc.indexes import indexes
    from ..rpc.schema import pairs

    made = {"collection": collection, "field": field}
    if if_not_exists and any(index.field_name == field for index in indexes(session.client, collection)):
        return Done(f"{field!r} of {collection!r} has an index.", {**made, "created": False})
    values = {"index_type": index_type.upper(), "params": json.dumps(_parameters(params))}
    if metric:
        values["metric_type"] = metric.upper()
    session.client.call(
        "CreateIndex", collection_name=collection, field_name=field, index_name=name, extra_params=pairs(values)
    )
    return Done(f"Created index on {field!r} of {collection!r}.", {**made, "created": True})


def _parameters(given: tuple[str, ...]) -> dict[str, object]:
    values: dict[str, object] = {}
    for each in given:
        if each.lstrip().startswith("{"):
            values.update(_from_json(each))
            continue
        key, separator, value = each.partition(":")
        if not separator:
            raise InvalidInput(f"bad parameter {each!r}", hint="write KEY:VALUE, e.g. nlist:128")
        values[key.strip()] = value.strip()
    return values


def _from_json(text: str) -> dict[str, object]:
    return dict(parse_json(text, "the parameter", 'write it as {"M": 16}, or M:16'))
