"""The interactive shell: reads a line, runs it, until told to end."""

from prompt_toolkit import PromptSession

from ..app import execute
from ..errors import CliError, Leave
from ..lines import Unfinished, split
from ..session import Session
from .history import open_history


def run_shell(session: Session) -> int:
    """Returns the exit code that `exit` was given; 0 at the end of input."""
    session.keep_alias()
    prompt: PromptSession[str] = PromptSession(history=open_history(session))
    while True:
        try:
            text = _read(prompt, session)
        except KeyboardInterrupt:
            continue
        except EOFError:
            return 0
        try:
            for statement in split(text):
                if execute(statement.argv, session):
                    break
        except Leave as leave:
            return leave.exit_code


def _read(prompt: "PromptSession[str]", session: Session) -> str:
    """A whole command: an open quote goes on in the next line."""
    text = prompt.prompt(prompt_text(session))
    while _is_unfinished(text):
        text += "\n" + prompt.prompt("... ")
    return text


def _is_unfinished(text: str) -> bool:
    try:
        list(split(text))
    except Unfinished:
        return True
    return False


def prompt_text(session: Session) -> str:
    """`alias/database> `, or the program's name when nothing is connected."""
    try:
        profile = session.profile
    except CliError:
        return "milvus_cli> "
    return f"{profile.alias or profile.address}/{profile.database}> "
