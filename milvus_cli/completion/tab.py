"""Completion in bash, zsh and fish: the scripts they load, and the answers to their Tab.

A script sends the line up to the cursor, and receives one candidate per line: kind, value and note, tab-separated.
The kinds are plain, part (more of the word may follow), and file and dir, which the shell completes itself.
"""

from __future__ import annotations

import os
import re
import sys
from collections.abc import Mapping, Sequence
from functools import cached_property
from typing import TYPE_CHECKING, Any

import click
from click.shell_completion import BashComplete, CompletionItem, FishComplete, ShellComplete, ZshComplete

from ..errors import CliError
from ..grammar.lines import PROGRAM
from ..grammar.offered import with_paths
from ..grammar.tree import COMPLETE_VARIABLE
from ..output.values import harmless
from .complete import complete
from .shell_words import ANSI, Typed, typed

if TYPE_CHECKING:
    from .catalog import Catalog

MORE = "…"
"""Stands for the rest of a word."""

BASH = r"""# Completion of milvus_cli for bash 4.4 and newer. Written by: milvus_cli completion bash
_milvus_cli_completion() {
    local kind value note
    COMPREPLY=()
    while IFS=$'\t' read -r kind value note; do
        case $kind in
            file) compopt -o default ;;
            dir) compopt -o dirnames ;;
            part) compopt -o nospace; COMPREPLY+=("$value") ;;
            plain) COMPREPLY+=("$value") ;;
        esac
    done < <(COMP_LINE=$COMP_LINE COMP_POINT=$COMP_POINT COMP_WORDBREAKS=$COMP_WORDBREAKS \
        _MILVUS_CLI_COMPLETE=bash_complete "${1/#\~/$HOME}" 2>/dev/null)
}
complete -o nosort -F _milvus_cli_completion milvus_cli
"""

ZSH = r"""#compdef milvus_cli
# Completion of milvus_cli for zsh. Written by: milvus_cli completion zsh
_milvus_cli_completion() {
    local -a plain part
    local kind value note line="${(j: :)words[1,CURRENT-1]} $QIPREFIX$PREFIX"
    while IFS=$'\t' read -r kind value note; do
        case $kind in
            file) compset -P '*='; _files ;;
            dir) compset -P '*='; _files -/ ;;
            part) part+=("${${value//\\/\\\\}//:/\\:}:$note") ;;
            plain) plain+=("${${value//\\/\\\\}//:/\\:}:$note") ;;
        esac
    done < <(COMP_LINE=$line _MILVUS_CLI_COMPLETE=zsh_complete ${~${(Q)words[1]}} 2>/dev/null)
    (( $#plain )) && _describe -V milvus_cli plain
    (( $#part )) && _describe -V milvus_cli part -S ''
}
if [[ $zsh_eval_context[-1] == loadautofunc ]]; then
    _milvus_cli_completion "$@"
else
    compdef _milvus_cli_completion milvus_cli
fi
"""

FISH = r"""# Completion of milvus_cli for fish. Written by: milvus_cli completion fish
function __milvus_cli_completion
    set -lx COMP_LINE (commandline -cp | string collect)
    set -lx _MILVUS_CLI_COMPLETE fish_complete
    for answer in (milvus_cli 2>/dev/null)
        set -l parts (string split -m 2 \t -- $answer)
        printf '%s\t%s\n' $parts[2] "$parts[3]"
    end
end
complete --no-files --keep-order --command milvus_cli --arguments '(__milvus_cli_completion)'
"""


class Tab:
    """Replaces the session, which is too slow to create just to complete a command's name."""

    @cached_property
    def catalog(self) -> Catalog:
        from ..connections.environment import Config
        from ..output.console import Console
        from ..session.options import Options
        from ..session.session import Session
        from ..session.settings import config_path, load
        from .catalog import Catalog

        settings = load(config_path(), os.environ)
        catalog = Catalog(Session(Config.from_environment(), Console(), settings, Options()))
        catalog.patience, catalog.limit = float(settings["completion_timeout"]), None
        return catalog


class _Answers(ShellComplete):
    """Parses the line as a shell does: options before the command, and quotes."""

    def get_completion_args(self) -> tuple[list[str], str]:
        return self.line.words[1:], self.line.value

    def get_completions(self, args: list[str], incomplete: str) -> list[CompletionItem[str]]:
        if self.line.comment:
            return []
        return complete(args, incomplete, self.ctx_args["session"], self.ctx_args["leading"])

    @cached_property
    def line(self) -> Typed:
        return typed(os.environ.get("COMP_LINE", ""))

    def format_completion(self, item: CompletionItem[Any]) -> str:
        return "\t".join((item.type, str(item.value), harmless(item.help or "")))


class Bash(_Answers, BashComplete):
    """Bash inserts answers literally, in place of the text after an open quote or after its last word break."""

    def source(self) -> str:
        return BASH

    @cached_property
    def line(self) -> Typed:
        text, point = os.environ.get("COMP_LINE", ""), os.environ.get("COMP_POINT", "")
        return typed(os.fsdecode(os.fsencode(text)[: int(point)]) if point.isdigit() else text)

    def get_completions(self, args: list[str], incomplete: str) -> list[CompletionItem[str]]:
        found = super().get_completions(args, incomplete)
        # Only bash knows the result of expansions in the part that it keeps, or of $'…' quotes.
        known = self.line.mark != ANSI and not any(letter.live for letter in self.line.letters[: self._kept])
        # Bash inserts the common prefix of several candidates, so all must begin with the typed text.
        kept = [each for each in found if each.type in ("file", "dir") or (known and each.value.startswith(incomplete))]
        if self.line.mark and len(kept) == 1 and kept[0].type == "part":
            # Bash closes the quote of a single candidate, and more of the word is to follow.
            kept.append(CompletionItem(f"{kept[0].value}{MORE}", "part", kept[0].help))
        return kept

    def format_completion(self, item: CompletionItem[Any]) -> str:
        if item.type not in ("file", "dir"):
            item = CompletionItem(quoted_for_bash(str(item.value)[self._kept :], self.line.mark), item.type, item.help)
        return super().format_completion(item)

    @cached_property
    def _kept(self) -> int:
        """Number of letters of the word that bash keeps as typed."""
        if self.line.mark:
            return self.line.before_quote
        breaks, letters = os.environ.get("COMP_WORDBREAKS", ""), self.line.letters
        return max((at for at, each in enumerate(letters, start=1) if each.bare and each.text in breaks), default=0)


def quoted_for_bash(text: str, mark: str) -> str:
    """Quotes a text for bash after the open quote `mark`, which bash closes itself."""
    if not mark:
        return re.sub(r"([^\w@%+=:,./-])", r"\\\1", text)
    # Inside double quotes, only closing them keeps ! from being expanded.
    text = text.replace("'", "'\\''") if mark == "'" else re.sub(r'(["\\$`])', r"\\\1", text).replace("!", '"\\!"')
    # If a text after an open quote begins with the same quote, bash drops the first of the two.
    return mark + text if text.startswith(mark) else text


class Zsh(_Answers, ZshComplete):
    """Zsh matches, quotes and inserts whole words itself."""

    def source(self) -> str:
        return ZSH


class Fish(_Answers, FishComplete):
    """Fish matches, quotes and inserts whole words itself, except for a leading ~."""

    @cached_property
    def line(self) -> Typed:
        return typed(os.environ.get("COMP_LINE", ""), escaped_in_single="\\'")

    def source(self) -> str:
        return FISH

    def get_completions(self, args: list[str], incomplete: str) -> list[CompletionItem[str]]:
        # Fish does not complete files after --option=.
        found = (item for item in super().get_completions(args, incomplete) if self._is_safe(item))
        return [each for item in found for each in with_paths(item)]

    def _is_safe(self, item: CompletionItem[str]) -> bool:
        """Returns False for ~name outside of quotes, which fish would insert as a home directory."""
        letters = self.line.letters
        is_quoted = not letters[0].bare if letters else bool(self.line.mark)
        return is_quoted or item.type in ("file", "dir") or not item.value.startswith("~")


SHELLS: Mapping[str, type[_Answers]] = {"bash": Bash, "zsh": Zsh, "fish": Fish}


def source(shell: str) -> str:
    """Returns the script that a shell of this name loads."""
    return SHELLS[shell](click.Command(PROGRAM), {}, PROGRAM, COMPLETE_VARIABLE).source()


def answer(leading: Sequence[click.Parameter]) -> int:
    """Answers a Tab on stdout as the environment variable requests; `leading` are the options before the command."""
    shell, _, instruction = os.environ[COMPLETE_VARIABLE].partition("_")
    if shell not in SHELLS or instruction != "complete":
        return 1
    given = {"session": Tab(), "leading": leading}
    try:
        found = SHELLS[shell](click.Command(PROGRAM), given, PROGRAM, COMPLETE_VARIABLE).complete()
    except CliError:
        return 1
    sys.stdout.buffer.write(os.fsencode(found + "\n" if found else ""))
    sys.stdout.flush()
    # A call without an answer would keep the process, and the user waiting, until its deadline.
    os._exit(0)
