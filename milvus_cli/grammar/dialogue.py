"""Asks on the terminal for the options that a line lacks, and returns them as words of a line.

The line with these words is then parsed like any other, so that a dialogue can do nothing that a line cannot.
"""

from __future__ import annotations

import re
import shlex
from collections.abc import Callable, Iterable, Sequence
from importlib import import_module
from typing import TYPE_CHECKING, Any, Protocol, TypeAlias

import click
from click.core import ParameterSource

from ..client.versions import lacks
from ..errors import CliError, InvalidInput
from ..text.names import named
from ..text.yes_no import yes_or_no
from .object_names import HINT_PATIENCE, waiting
from .offered import Offered, items, with_paths
from .params import NeededOption, SecretOption, plain_reason
from .types import COLLECTION

if TYPE_CHECKING:
    from click.shell_completion import CompletionItem

    from ..session.session import Session

Check = Callable[[str], object]
"""Raises InvalidInput, or another CliError, for an answer that does not fit."""

Questions: TypeAlias = "str | Sequence[str | tuple[str, str, str]]"
"""A function of the `dialogues` folder as "module:function"; or names of parameters, some with a question of their own
and the default that it shows."""

EMPTY_TEXT = '""'
"""The answer for an empty text, where Enter alone leaves the value out."""

FILLERS = ("the", "its", "new", "name", "of")
"""Words that say no more about a parameter than its name does."""


class Asking(Protocol):
    """A command with a dialogue."""

    path: str
    questions: Questions
    operation: str
    params: list[click.Parameter]

    @property
    def needed(self) -> Sequence[click.Parameter]: ...


def hold(ctx: click.Context, words: Sequence[str]) -> Interview:
    """Holds the dialogue of the context's command; returns it with the words and secrets that it came to.

    `words` are those given after the command, and the target given before it. Shows the whole line, and keeps it for
    the history of the shell; secrets are in neither.
    """
    interview = Interview(ctx)
    # Candidates are looked up in a thread, which may wait for them.
    with waiting(ctx, HINT_PATIENCE):
        interview.require_operation()
        try:
            interview.ask_all()
        finally:
            interview.drop_pasted()
    secrets = [str(each.name) for each in interview.leaf.params if isinstance(each, SecretOption)]
    if interview.words and not any(map(interview.is_given, secrets)):
        line = shlex.join([*interview.leaf.path.split(), *words, *interview.words])
        interview.session.console.note(f"Equivalent command:\n{line}")
        interview.session.state.composed.append(line)
    return interview


class Interview:
    """Questions about the options of a line. An option that the line gives is not asked for.

    `words` are the answers as words of the line, `secrets` those that no line may show, by parameter name.
    """

    def __init__(self, ctx: click.Context) -> None:
        assert ctx.obj is not None
        self.session: Session = ctx.obj
        self.leaf: Asking = ctx.command  # type: ignore[assignment]
        self.words: list[str] = []
        self.secrets: dict[str, str] = {}
        self._ctx = ctx
        self._params = {str(each.name): each for each in ctx.command.get_params(ctx)}

    def require_operation(self) -> None:
        """Raises Unsupported if the server is too old for the command."""
        if self.leaf.operation and lacks(self.leaf.operation, self.session.client.version):
            raise self.session.client.unsupported(self.leaf.operation)

    def ask_all(self) -> None:
        """Asks the questions of the command: by its function, or one for each parameter in its list."""
        questions = self.leaf.questions
        if isinstance(questions, str):
            module, name = questions.split(":")
            getattr(import_module(f"milvus_cli.dialogues.{module}"), name)(self)
            return
        for each in questions or [str(param.name) for param in self.leaf.needed]:
            if isinstance(each, tuple):
                self.ask(each[0], each[1], shown=each[2])
            else:
                self.ask(each)

    def is_given(self, name: str) -> bool:
        return self._ctx.get_parameter_source(name) is ParameterSource.COMMANDLINE

    def value(self, name: str) -> Any:
        """The value of a parameter: from the line, an answer, or its default."""
        return self._ctx.params.get(name)

    def ask(
        self,
        name: str,
        question: str = "",
        *,
        default: str | None = None,
        shown: str = "",
        needed: bool = False,
        whole: bool = False,
        check: Check = str,
    ) -> Any:
        """Asks for an option until the answer fits, and returns its value, which `check` may refuse even on the line.

        Enter takes the default, by default that of the option; where `shown` is given instead, Enter leaves the option
        out. `needed` refuses an empty answer. `whole` answers are one value even if they contain commas. An answer
        must be possible for its type: objects exist, filters are closed.
        """
        param = self._params[name]

        def require(text: str) -> None:
            self._require_promising(param, text)
            check(text)

        if self.is_given(name):
            if isinstance(self.value(name), str):
                require(self.value(name))
            return self.value(name)
        if isinstance(param, SecretOption):
            return self._ask_secret(param, question)
        question = question or question_of(param)
        usual = _default_text(param)

        def checked(text: str) -> None:
            values = [text] if whole else _split(param, text)
            for each in values:
                require(each)
            self._ctx.params[name] = param.type_cast_value(self._ctx, tuple(values) if param.multiple else text)

        answer = self.text(
            question,
            default=usual if default is None else default,
            shown=shown,
            check=checked,
            needed=needed or isinstance(param, NeededOption),
            offered=lambda text: self.offered(name, text),
        )
        if answer and answer not in (usual, shown):
            self._keep(param, answer, split=not whole)
        return self.value(name)

    def _ask_secret(self, param: SecretOption, question: str) -> str:
        self.drop_pasted()
        secret = self.session.console.ask_secret(f"{question or _label(param)}: ", twice=param.twice)
        self.secrets[str(param.name)] = secret
        return secret

    def ask_flag(self, name: str, question: str = "") -> bool:
        """Asks for a flag."""
        param = self._params[name]
        if not self.is_given(name) and self.yes(question or question_of(param)):
            self._ctx.params[name] = True
            self.words.append(_spelling(param))
        return bool(self.value(name))

    def give(self, name: str, text: str) -> None:
        """Gives an option without a question of its own; again for an option that may be repeated."""
        param = self._params[name]
        value = param.type.convert(text, param, self._ctx)
        before = self.value(name) if param.multiple and _spelling(param) in self.words else ()
        self._ctx.params[name] = (*before, value) if param.multiple else value
        self._keep(param, text, split=False)

    def text(
        self,
        question: str,
        *,
        default: str = "",
        shown: str = "",
        check: Check = str,
        needed: bool = False,
        checks_empty: bool = False,
        exact: bool = False,
        offered: Callable[[str], list[CompletionItem[str]]] = lambda text: [],
    ) -> str:
        """Asks until `check` accepts the answer, and returns the answer; "" for none where it is not needed.

        With `checks_empty` an empty answer is one like any other; an `exact` one keeps the spaces around it.
        """
        console = self.session.console
        usual = f" [{shown or default}]" if shown or default else ""
        while True:
            answer = console.ask(f"{question}{usual}: ", offered, strip=not exact) or default
            if not answer and not needed and not checks_empty:
                return ""
            try:
                if needed and not answer:
                    raise InvalidInput("an answer is required", hint="Ctrl-C leaves")
                check(answer)
                return answer
            except click.BadParameter as exc:
                console.note(plain_reason(exc.message))
            except CliError as exc:
                if exc.fault is not None:
                    raise
                console.note(f"{exc.message}{f' ({exc.hint})' if exc.hint else ''}")
            self.drop_pasted()

    def yes(self, question: str) -> bool:
        """Asks a question that yes or no answers; Enter is no."""
        while True:
            answer = self.session.console.ask(f"{question} [y/N]: ", lambda text: [])
            said = yes_or_no(answer) if answer else False
            if said is not None:
                return said
            self.session.console.note(f"expected yes or no, got {answer!r}")
            self.drop_pasted()

    def drop_pasted(self) -> None:
        """Leaves out what was pasted for questions that are not asked, or not in that order."""
        left = len(self.session.console.take_pasted())
        if left:
            self.note(f"note: {left} pasted line{' was' if left == 1 else 's were'} left out")

    def choice(self, question: str, choices: Sequence[str], *, default: str) -> str:
        """Asks for one of some words."""

        def check(text: str) -> None:
            if text not in choices:
                raise InvalidInput(f"{text!r} is none of: {', '.join(choices)}")

        return self.text(question, default=default, check=check, offered=lambda text: self.among(choices, text))

    def among(self, words: Iterable[str], text: str) -> list[CompletionItem[str]]:
        """Returns completion items for those of the words that a text may begin."""
        return items(named((word, "") for word in words).best(text))

    def named(self, kind: str, text: str) -> list[CompletionItem[str]]:
        """Returns completion items for the names of a kind that a text may begin."""
        return items(self.session.catalog.names(kind).best(text))

    @property
    def names(self) -> list[str]:
        """The names of the command's parameters."""
        return list(self._params)

    def note(self, text: str) -> None:
        self.session.console.note(text)

    def offered(self, name: str, text: str) -> list[CompletionItem[str]]:
        """Returns completion items for an option, as on the command line."""
        param = self._params[name]
        before, comma, last = text.rpartition(",") if param.multiple else ("", "", text)
        found = [each for item in param.shell_complete(self._ctx, last.lstrip()) for each in with_paths(item)]
        for each in found:
            each.value = before + comma + each.value
        return found

    def _require_promising(self, param: click.Parameter, text: str) -> None:
        if param.type is COLLECTION:
            self.session.require_collection(text)
        elif isinstance(param.type, Offered):
            param.type.require(self._ctx, text)

    def _keep(self, param: click.Parameter, text: str, *, split: bool = True) -> None:
        spelling = _spelling(param)
        self.words += [word for each in (_split(param, text) if split else [text]) for word in (spelling, each)]


NOT_ASKED = re.compile(r" \(repeatable(?: or comma-separated)?\)| \[default[^\]]*\]")
"""Parts of an option's help that its question leaves out."""


def question_of(param: click.Parameter) -> str:
    """The question for a parameter, from its declaration: its name, and its help where that says more."""
    label = _label(param)
    text = NOT_ASKED.sub("", getattr(param, "help", "") or "").rstrip(".")
    text = text[:1].lower() + text[1:]
    # Singular and plural begin alike.
    known = tuple(word[:4] for word in re.findall(r"[a-z]+", label.lower()))
    more = [word for word in re.findall(r"[a-z]{2,}", text.lower()) if not word.startswith(known)]
    return f"{label} ({text})" if set(more) - set(FILLERS) else label


def _label(param: click.Parameter) -> str:
    return str(param.name).replace("_", " ").capitalize()


def _spelling(param: click.Parameter) -> str:
    """The first spelling if it is a letter, else the shortest long one: -desc is for those who know it."""
    longs = [each for each in param.opts if each.startswith("--")]
    return param.opts[0] if len(param.opts[0]) == 2 or not longs else min(longs, key=len)


def _default_text(param: click.Parameter) -> str:
    default = param.default
    return str(default) if isinstance(default, (str, int, float)) and not isinstance(default, bool) else ""


def _split(param: click.Parameter, text: str) -> list[str]:
    """Returns the values in an answer: commas separate those of an option that may be repeated."""
    return [each.strip() for each in text.split(",") if each.strip()] if param.multiple else [text]
