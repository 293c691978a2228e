"""The order and grouping of help: commands by subject, options of long commands by section."""

from __future__ import annotations

import re
import shutil
from collections.abc import Iterator, Sequence
from typing import TypeAlias

import click

MOST_COLUMNS = 120
FEWEST_COLUMNS = 40
LONGEST_PLAIN = 12
"""The most options that are listed without sections."""
SPELLING_COLUMNS = 30
"""The widest column of spellings. A longer one stands on a line of its own."""
NARROW, MARGIN = 70, 4
"""Below this width every spelling stands on a line of its own, and the text below it, behind a margin."""
NEVER_MET = 10**9
"""Upper limits from here on are left out of help."""
EXTRAS = re.compile(
    r"(?P<text>.*?)(?: (?P<own>\[default[^\]]*\]))?"
    r"  \[(?:default: (?P<default>[^;\]]+))?(?:; )?(?P<limits>\S*x[<>]\S*)?\]",
    re.DOTALL,
)
"""Help with click's suffix for default and limits. A default of its own depends on something else."""

GROUPS = {
    "Connections": "connect, disconnect, ping, connection, connections, connection_history, server, servers, "
    "server_version, show health, api",
    "Databases and collections": "database, databases, collection, collections, collection_properties, "
    "collection_field, collection_stats, truncate, load_state, loading_progress, alias, aliases, partition, "
    "partitions, partition_stats, field, function, index, indexes, index_progress, wait_for_index, flush, flush_all, "
    "flush_state, compact, compactions, compaction_state, compaction_plans, segments, "
    "snapshot, snapshots, restore_job, restore_jobs, export_job, refresh_job, refresh_jobs",
    "Data": "insert, upsert, bulk_insert, bulk_insert_state, bulk_insert_tasks, get, query, query_iterator, count, "
    "entities, ids, export collection, show file, copy, diff collection, dump",
    "Search": "search, search_iterator, hybrid_search, embedder, embedders, analyze, calc",
    "Checks": "check, diff search, bench search, advise index, plot",
    "Users and roles": "user, users, role, roles, password, privilege, privilege_group, privilege_groups, grants, "
    "access, user_tags, tagged_users, row_policy, row_policies",
    "Cluster": "resource_group, resource_groups, node, replica, replicas, load_balance, query_segment, "
    "query_segment_info, nodes, show config, metrics, slow_requests, file_resource, file_resources, replication, "
    "replication_checkpoint, top",
    "Shell": "help, version, exit, clear, history, watch, quickstart, source, save, run, saved_commands, "
    "saved_command, system, tee, notee, set, settings, config, completion, docs",
}
"""Groups of commands in order, each with its paths, nouns and verbs; the first that is listed counts, in this order."""

TOPICS = {
    "config": "Settings, environment variables and files",
    "connections": "Addresses, credentials, TLS and guards",
    "consistency": "Which writes a read sees",
    "dumps": "Backups of whole databases",
    "embedding": "Vectors from texts, by a model or a command",
    "exit-codes": "Exit codes and errors for programs",
    "files": "Formats to insert and export",
    "filters": "Filter expressions by field type",
    "keys": "Keys of the shell",
    "lite": "Milvus Lite, and data of its older releases",
    "output": "Formats, redirection and the pager",
    "quality": "Judged queries, other hits and near-duplicates",
    "quoting": "Quotes, JSON and values from files",
    "scripting": "Scripts and one-shot commands",
    "searching": "Highlights, groups, buckets and struct arrays",
}
"""The topics of help, each a file in milvus_cli/help, with its summary."""

SECTIONS = {
    "Target": "dump:path, restore:path, databases, collections, excluded, restore:mapping, suffix, "
    "create:collection, insert:collection, insert:partition, upsert:collection, upsert:partition, partial, "
    "export:collection, export:file",
    "Query": "collection, vectors, near, like, text, texts, embed, ids, analyzer, field, limit, hits, most, offset, "
    "requests, rerank, count, jobs",
    "Filter": "expression, filter, parameters, sample, seed, partitions, namespace, radius, range_filter, "
    "group_by, group_size, strict_group_size, group_as",
    "Output": "fields, order_by, chains, aggregate, highlight, pre_tags, post_tags, fragments, fragment_size, "
    "fragment_offset, hist, explain, show_legs, round_decimal, timezone, time_fields, wanted, "
    "bom, color, method, svg, png, html, plot:force",
    "Connection": "alias, save_as, uri, host, port, database, lite, disconnect",
    "Credentials": "username, password, token, token_file, no_save",
    "TLS": "secure, tls_mode, ca, client_cert, client_key, server_name",
    "Guards": "read_only, protected",
    "Fields": "create:fields, primary, auto_id, nullable, defaults, partition_key, clustering_key, dynamic, "
    "description_or_dynamic, dim, file, bm25, functions, indexes",
    "Data files": "sources, mapping, ignore_unknown, types, exact, inexact, embeds, processes",
    "File layout": "format, encoding, delimiter, decimal, quote, nulls, no_header, columns, skip",
    "Errors and resuming": "rejects, strict, resume, restart, checkpoint, patience",
}
"""Sections of the options of long commands, in order, with the names of parameters; all others are Advanced.

A verb before a name limits it to the commands of that verb.
"""

REST = "Advanced"

Rows: TypeAlias = "list[tuple[str, str]]"


def _members(groups: dict[str, str]) -> dict[str, str]:
    return {member: title for title, members in groups.items() for member in members.split(", ")}


GROUP_OF = _members(GROUPS)
SECTION_OF = _members(SECTIONS)


def group_of(path: str) -> str:
    """Returns the group of a command: by its path, else its noun, else its verb. Raises KeyError."""
    verb, _, noun = path.partition(" ")
    found = next((each for each in (path, noun, verb) if each in GROUP_OF), path)
    return GROUP_OF[found]


def _section(verb: str, name: str) -> str:
    return SECTION_OF.get(f"{verb}:{name}") or SECTION_OF.get(name, REST)


def columns() -> int:
    """Returns the width of help: that of the terminal, within reason."""
    return max(FEWEST_COLUMNS, min(shutil.get_terminal_size().columns, MOST_COLUMNS))


def option_row(option: click.Option, ctx: click.Context) -> tuple[str, str] | None:
    """Returns the spellings of an option, and its help with limits and default; None for a hidden one."""
    found = option.get_help_record(ctx)
    return (found[0], _plain_limits(found[1], found[0])) if found else None


def _plain_limits(text: str, spellings: str) -> str:
    """Rewrites click's `Hits.  [default: 10; 1<=x<=64]` as `Hits, 1 to 64. [default: 10]`."""
    found = EXTRAS.fullmatch(text)
    if not found:
        return text
    limits = _limits_in_words(found["limits"] or "", spellings)
    sentence = found["text"].removesuffix(".") + f", {limits}." if limits else found["text"]
    default = f"[default: {found['default'].removesuffix('.0')}]" if found["default"] else found["own"] or ""
    return f"{sentence} {default}".rstrip()


def _limits_in_words(limits: str, spellings: str) -> str:
    """Returns limits for people; "" for those that the spellings name, that nobody meets, or that go without saying."""
    both = re.fullmatch(r"(\S+?)<=x<=(\S+)", limits)
    if both:
        high = float(both[2])
        return "" if both[2] in spellings or high >= NEVER_MET else f"{both[1]} to {high:,g}"
    return ""


def spelling_columns() -> int:
    """Returns the widest column of spellings on this terminal."""
    return MARGIN if columns() < NARROW else SPELLING_COLUMNS


def sections(options: Sequence[click.Option], ctx: click.Context) -> Iterator[tuple[str, Rows]]:
    """Yields the titles and rows of a command's options: one list, or sections where there are many."""
    verb = str(ctx.command_path).split()[-2:][0]
    rows = [(_section(verb, str(each.name)), row) for each in options if (row := option_row(each, ctx))]
    if len(rows) <= LONGEST_PLAIN:
        yield "Options", [row for _, row in rows]
        return
    widest = min(max(len(name) for _, (name, _) in rows), spelling_columns())
    for title in (*SECTIONS, REST):
        found = [(name.ljust(widest), text) for section, (name, text) in rows if section == title]
        if found:
            yield title, found
