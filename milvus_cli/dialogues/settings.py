"""The questions of commands that change properties and resource groups."""

from __future__ import annotations

from typing import TYPE_CHECKING

from ..errors import InvalidInput
from ..schema.schema import check_name
from ..server.resource_groups import GroupSettings, group_settings, require_two_groups

if TYPE_CHECKING:
    from click.shell_completion import CompletionItem

    from ..grammar.dialogue import Interview


def ask_property(ask: Interview) -> None:
    """Asks for the object, then for one property as a key and a value."""
    for param in ask.leaf.needed:
        if param.name != "properties":
            ask.ask(str(param.name))
    if ask.is_given("properties") or ask.is_given("keys"):
        return
    key = ask.text("Property key", needed=True, offered=lambda text: _keys(ask, text))
    ask.give("properties", f"{key}={ask.text('Property value', needed=True)}")


def _keys(ask: Interview, text: str) -> list[CompletionItem[str]]:
    found = ask.offered("properties", text)
    for each in found:
        each.value = each.value.removesuffix("=")
    return found


def ask_new_group(ask: Interview) -> None:
    ask.ask("name", "Name of the resource group", check=lambda text: check_name(text, "resource group"))
    if any(ask.is_given(each) for each in ("requests", "limits")) or not ask.yes("Configure node limits?"):
        return
    _ask_nodes(ask, GroupSettings())


def ask_group(ask: Interview) -> None:
    name: str = ask.ask("name", "Name of the resource group")
    _ask_nodes(ask, group_settings(ask.session.client, name))


def _ask_nodes(ask: Interview, present: GroupSettings) -> None:
    """Asks for the numbers of nodes; Enter takes those that the group has."""
    requests = ask.ask("requests", "requests.node_num", default=str(present.requests or 0))
    limits = max(present.limits or 0, requests)
    ask.ask("limits", "limits.node_num", default=str(limits), check=lambda text: _require_limits(text, requests))


def _require_limits(text: str, requests: int) -> None:
    """Raises InvalidInput for limits that Milvus refuses."""
    if text.isdecimal() and len(text) < 10 and int(text) < requests:
        raise InvalidInput(f"limits.node_num must be at least {requests}, which is requests.node_num")


def ask_transfer(ask: Interview) -> None:
    source: str = ask.ask("source")
    ask.ask("target", check=lambda text: require_two_groups(source, text))
    ask.ask("collection")
    ask.ask("num")
