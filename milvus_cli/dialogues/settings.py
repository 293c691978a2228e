"""The questions of commands that change properties and resource groups."""

from __future__ import annotations

from typing import TYPE_CHECKING

from ..schema.schema import check_name
from ..server.resource_groups import group_settings

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
    ask.ask("requests", "requests.node_num", default="0")
    ask.ask("limits", "limits.node_num", default="0")


def ask_group(ask: Interview) -> None:
    name: str = ask.ask("name", "Name of the resource group")
    present = group_settings(ask.session.client, name)
    ask.ask("requests", "requests.node_num", default=str(present.requests or 0))
    ask.ask("limits", "limits.node_num", default=str(present.limits or 0))
