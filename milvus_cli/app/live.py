"""Shows a live view: on the whole screen of a terminal, drawn anew, or written one after the other."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import TYPE_CHECKING

from ..errors import InvalidInput
from ..output.formats import FOR_PROGRAMS
from ..output.fullscreen import Fullscreen, can_fill_screen
from ..output.keys import Keys
from ..output.render import render
from ..result import Live, Look, Table
from ..session.session import Session

if TYPE_CHECKING:
    from ..result import LiveScreen


def show_live(live: Live, session: Session, output: str) -> int:
    """Refreshes until q or Ctrl-C, which are not failures."""
    if session.options.query is not None:
        raise InvalidInput("--query filters one result, and a live view has many", hint="-o jsonl, and jq on its lines")
    if output == "table" and can_fill_screen(session.console):
        _fill_screen(live.screen(), session)
    else:
        _write_looks(live, session, output)
    return 0


def _fill_screen(view: LiveScreen, session: Session) -> None:
    """Fills the screen until the view ends. The last frame of one that ends by itself stays on the screen."""
    try:
        view.start()
        with Fullscreen(session.console) as screen:
            view.show_on(screen.wake)
            _draw_until_end(view, screen)
            lines = view.lines(*screen.size) if view.is_finished else []
        for line in lines:
            session.console.write_painted(line.rstrip() + "\n")
    except (KeyboardInterrupt, EOFError):
        pass
    finally:
        view.close()


def _draw_until_end(view: LiveScreen, screen: Fullscreen) -> None:
    while not view.is_finished:
        screen.draw(view.lines(*screen.size))
        if not all(map(view.press, screen.keys())):
            return


def _write_looks(live: Live, session: Session, output: str) -> None:
    console = session.console

    def rows(looks: Iterator[Look]) -> Iterator[Sequence[object]]:
        for look in looks:
            yield from look.rows
            console.flush()

    live.start()
    try:
        with Keys(console) as keys:
            looks = _looks(live, keys)
            if output in FOR_PROGRAMS:
                render(Table(live.columns, rows(looks)), output, console)
                return
            for look in looks:
                console.clear()
                for table in look.tables:
                    render(table, output, console, quiet=session.quiet, style=session.style)
    except KeyboardInterrupt:
        console.note("")


def _looks(live: Live, keys: Keys) -> Iterator[Look]:
    times = 0
    while live.times is None or times < live.times:
        if times and keys.wait(live.seconds) == "q":
            return
        times += 1
        yield live.look()
