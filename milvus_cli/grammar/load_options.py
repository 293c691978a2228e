"""The options of commands that load a collection or partitions."""

from __future__ import annotations

import click

from .command import all_of, option
from .offered import OneOf
from .types import FIELDS, RESOURCE_GROUP

load_options = all_of(
    option(
        "--replicas",
        "--replica-number",
        type=click.IntRange(min=1),
        metavar="N",
        help="Number of replicas. [default: as the server is configured, usually 1]",
    ),
    option("--fields", "field_names", default="", type=FIELDS, metavar="A,B", help="Load only these. [default: all]"),
    option("--skip-dynamic", is_flag=True, help="Don't load the dynamic field."),
    option(
        "--resource-group",
        "--resource-groups",
        "resource_groups",
        multiple=True,
        type=RESOURCE_GROUP,
        metavar="NAME",
        help="Load into this resource group (repeatable). [default: the server's choice]",
    ),
    option("--refresh", is_flag=True, help="Also load what a bulk insert added to a loaded collection."),
    option(
        "--priority",
        default="",
        type=OneOf(["high", "low"], case_sensitive=False),
        metavar="high|low",
        help="Load before or after other collections. [default: high]",
    ),
)
