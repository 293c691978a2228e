"""Completion in bash, zsh and fish: the scripts that they load, and the answers to their Tab.

A script sends the line up to the cursor and gets a candidate per line: kind, value and note, with tabs between.
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
from ..grammar.offered import with_paths
from ..grammar.tree import COMPLETE_VARIABLE, PROGRAM
from ..output.values import harmless
from .complete import complete
from .shell_words import ANSI, Typed, typed

if TYPE_CHECKING:
    from .catalog import Catalog

TAB_SECONDS = 0.5
"""Seconds that a Tab may wait for a server."""

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
    """Stands for the session, which costs more than a Tab for the name of a command may."""

    @cached_property
    def catalog(self) -> Catalog:
        from ..connections.environment import Config
        from ..output.console import Console
        from ..session.options import Options
        from ..session.session import Session
        from ..session.settings import config_path, load
        from .catalog import Catalog

        catalog = Catalog(Session(Config.from_environment(), Console(), load(config_path(), os.environ), Options()))
        catalog.patience, catalog.limit = TAB_SECONDS, None
        return catalog


class _Answers(ShellComplete):
    """Reads the line as a shell does: options before the command, and quotes."""

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
    """Bash inserts what we answer as it is, in place of what follows an open quote or the last of its word breaks."""

    def source(self) -> str:
        return BASH

    @cached_property
    def line(self) -> Typed:
        text, point = os.environ.get("COMP_LINE", ""), os.environ.get("COMP_POINT", "")
        return typed(os.fsdecode(os.fsencode(text)[: int(point)]) if point.isdigit() else text)

    def get_completions(self, args: list[str], incomplete: str) -> list[CompletionItem[str]]:
        found = super().get_completions(args, incomplete)
        # Nobody but bash knows what becomes of the part that it keeps, or of such quotes.
        known = self.line.mark != ANSI and not any(letter.live for letter in self.line.letters[: self._kept])
        # What several candidates have in common takes the place of what was typed: so all must begin with it.
        return [each for each in found if each.type in ("file", "dir") or (known and each.value.startswith(incomplete))]

    def format_completion(self, item: CompletionItem[Any]) -> str:
        if item.type not in ("file", "dir"):
            item = CompletionItem(quoted(str(item.value)[self._kept :], self.line.mark), item.type, item.help)
        return super().format_completion(item)

    @cached_property
    def _kept(self) -> int:
        """How many letters of the word bash leaves as they were typed."""
        if self.line.mark:
            return self.line.before_quote
        breaks, letters = os.environ.get("COMP_WORDBREAKS", ""), self.line.letters
        return max((at for at, each in enumerate(letters, start=1) if each.bare and each.text in breaks), default=0)


def quoted(text: str, mark: str) -> str:
    """A text as bash takes it for what it is, behind the open quote `mark`, which bash closes itself."""
    if not mark:
        return re.sub(r"([^\w@%+=:,./-])", r"\\\1", text)
    # Inside double quotes nothing but their end keeps ! from its meaning.
    text = text.replace("'", "'\\''") if mark == "'" else re.sub(r'(["\\$`])', r"\\\1", text).replace("!", '"\\!"')
    # Of an open quote and a text that begins with another, bash leaves out the first.
    return mark + text if text.startswith(mark) else text


class Zsh(_Answers, ZshComplete):
    """Zsh matches, quotes and inserts whole words itself."""

    def source(self) -> str:
        return ZSH


class Fish(_Answers, FishComplete):
    """Fish matches, quotes and inserts whole words itself; all but a ~ that a word begins with."""

    @cached_property
    def line(self) -> Typed:
        return typed(os.environ.get("COMP_LINE", ""), escaped_in_single="\\'")

    def source(self) -> str:
        return FISH

    def get_completions(self, args: list[str], incomplete: str) -> list[CompletionItem[str]]:
        # Fish itself completes no file after --option=.
        found = (item for item in super().get_completions(args, incomplete) if self._is_safe(item))
        return [each for item in found for each in with_paths(item)]

    def _is_safe(self, item: CompletionItem[str]) -> bool:
        """A name ~root would be inserted so that it becomes a home directory, where no quotes keep it from that."""
        letters = self.line.letters
        is_quoted = not letters[0].bare if letters else bool(self.line.mark)
        return is_quoted or item.type in ("file", "dir") or not item.value.startswith("~")


SHELLS: Mapping[str, type[_Answers]] = {"bash": Bash, "zsh": Zsh, "fish": Fish}


def source(shell: str) -> str:
    """The script that a shell of this name loads."""
    return SHELLS[shell](click.Command(PROGRAM), {}, PROGRAM, COMPLETE_VARIABLE).source()


def answer(leading: Sequence[click.Parameter]) -> int:
    """Answers a Tab on stdout, whatever the environment variable asks; `leading` are the options before the command."""
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
    # A call that got no answer would keep the process, and the person, until its deadline.
    os._exit(0)
