"""The interactive shell: reads and runs lines until it is ended."""

from __future__ import annotations

import gc
from functools import lru_cache
from shutil import get_terminal_size
from threading import Thread

from prompt_toolkit import PromptSession
from prompt_toolkit.application import Application
from prompt_toolkit.auto_suggest import AutoSuggestFromHistory
from prompt_toolkit.enums import EditingMode
from prompt_toolkit.filters import Always, Condition, completion_is_selected, has_completions
from prompt_toolkit.formatted_text.utils import fragment_list_to_text
from prompt_toolkit.key_binding import KeyBindings, KeyPressEvent

from .. import __version__
from ..app.history import carries_secret
from ..app.runner import run
from ..errors import CliError, Interrupted, InvalidInput, Leave
from ..grammar.lines import Unfinished, split
from ..grammar.tree import tree
from ..output.render import render_error
from ..session.session import Session
from .completer import attach
from .ending import Ending
from .interrupts import Interrupts
from .prompt_history import PrivateHistory, open_history
from .screen import screen
from .style import CommandLexer, color_depth, prompt_message, shell_style, toolbar

MENU_LINES, OTHER_LINES = 8, 3
"""Lines kept free for a menu, and for the typed line and the toolbar, which a low window needs more."""

OFTEN = 700
"""Allocations between garbage collections, Python's default."""


def run_shell(session: Session) -> int:
    """Returns the exit code given to `exit`; 0 at the end of input."""
    _greet(session)
    prompt = _prompt(session)
    completer = attach(prompt, session)
    _prepare_once_drawn(prompt)
    status = 0
    with Interrupts() as interrupts:
        while True:
            try:
                _apply_settings(prompt, session)
                with interrupts.allowed():
                    text = _typed(prompt, session, status)
                completer.report()
                if isinstance(prompt.history, PrivateHistory):
                    prompt.history.report(session)
                _record(text, session)
                with interrupts.allowed():
                    status = _run_line(text, session)
            except KeyboardInterrupt:
                continue
            except EOFError:
                return 0
            except Leave as leave:
                return leave.exit_code
            _take_over_history(prompt, session)


def _take_over_history(prompt: PromptSession[str], session: Session) -> None:
    """Adds the lines of dialogues to the history, and reads it again if another shell has changed it."""
    while session.state.composed:
        prompt.history.append_string(session.state.composed.pop(0))
    if isinstance(prompt.history, PrivateHistory) and not prompt.history.is_current:
        prompt.history = prompt.default_buffer.history = open_history(session)


def _greet(session: Session) -> None:
    """Names the current connection, without a request to its server. A file gets no greeting."""
    if session.quiet or session.state.stay or not session.console.to_terminal:
        return
    try:
        profile = session.profile
        place = f"{profile.alias} at {profile.address}" if profile.alias else profile.address
    except CliError:
        place = "not connected"
    session.console.write(f"milvus_cli {__version__}, {place}. Type `help` for help, Ctrl-D to exit.\n")


def _apply_settings(prompt: PromptSession[str], session: Session) -> None:
    """Takes over settings that the last line may have changed."""
    prompt.editing_mode = EditingMode(session.settings["editing_mode"].upper())
    prompt.style = shell_style(session.palette)
    prompt.color_depth = color_depth(session.palette)
    prompt.reserve_space_for_menu = max(0, min(MENU_LINES, get_terminal_size().lines - OTHER_LINES))
    session.console.reserved_lines = prompt.reserve_space_for_menu


def _typed(prompt: PromptSession[str], session: Session, status: int) -> str:
    message, bar = prompt_message(session), toolbar(session, status)
    with Ending(prompt.app) as ending:
        return prompt.prompt(message, bottom_toolbar=bar, pre_run=ending.begin, handle_sigint=False)


def _prompt(session: Session) -> PromptSession[str]:
    prompt: PromptSession[str] = PromptSession(
        history=open_history(session),
        auto_suggest=AutoSuggestFromHistory(),
        lexer=CommandLexer(),
        multiline=Condition(lambda: _is_unfinished(prompt.default_buffer.text)),
        prompt_continuation=_continuation,
        enable_open_in_editor=True,
        enable_suspend=True,
        key_bindings=_keys(),
        output=screen(session.console),
    )
    # The option of PromptSession would end completion while typing.
    prompt.default_buffer.enable_history_search = Always()
    return prompt


def _keys() -> KeyBindings:
    keys = KeyBindings()

    @keys.add("up", filter=has_completions & ~completion_is_selected)
    def search_history(event: KeyPressEvent) -> None:
        """Searches the history for what is typed, although a menu is open; Down and Tab enter the menu."""
        event.current_buffer.cancel_completion()
        event.current_buffer.auto_up(event.arg)

    return keys


def _continuation(width: int, line: int, wraps: int) -> str:
    """Returns the prompt of a further line; where the terminal only wraps a line, nothing was typed to continue it."""
    return "" if wraps else "... "


def _prepare_once_drawn(prompt: PromptSession[str]) -> None:
    """Loads all commands after the first prompt is drawn; otherwise the first key would wait for them."""

    def prepare(app: Application[str]) -> None:
        app.after_render -= prepare
        Thread(target=_read_commands, daemon=True).start()

    prompt.app.after_render += prepare


def _read_commands() -> None:
    tree()
    # Frozen objects are not examined again, so that a collection is short: a key may wait for it.
    gc.freeze()
    gc.set_threshold(OFTEN)


def _record(text: str, session: Session) -> None:
    """Adds a typed line to the transcript that `tee` began, unless it has a secret."""
    if session.console.transcript is not None:
        shown = "(hidden: it has a secret)" if carries_secret(text) else text
        session.console.record(f"{fragment_list_to_text(prompt_message(session))}{shown}\n")


def _run_line(text: str, session: Session) -> int:
    """Runs the commands of a line until one fails; returns the exit code."""
    try:
        for statement in split(text):
            code = run(statement, session, page=True)
            if code:
                return code
    except InvalidInput as exc:
        render_error(exc, session.output, session.console)
        return exc.exit_code
    except KeyboardInterrupt:
        return Interrupted.exit_code
    return 0


@lru_cache(maxsize=1)
def _is_unfinished(text: str) -> bool:
    """Returns True if Enter continues the line: inside a quote, or after a backslash. Called 20 times per drawing."""
    try:
        list(split(text))
    except Unfinished:
        return True
    except InvalidInput:
        return False
    return False
