"""The server's rerankers: their names, their parameters, and their messages.

From Milvus's guides (https://milvus.io/docs/decay-ranker-overview.md, boost-ranker.md, model-ranker-overview.md): two
go by the ranks or scores of several searches, the others are functions, which single searches take too.
"""

from __future__ import annotations

import dataclasses
import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from ..errors import CliError, InvalidInput
from ..schema.schema import pairs
from ..text.names import missing_name, nearest
from ..text.numbers import finite

RRF_K = 60
BY_RANKS = ("rrf", "weighted")
CURVES = ("gauss", "exp", "linear")
MODES = ("multiply", "sum")

PARAMETERS: Mapping[str, tuple[Sequence[str], Sequence[str]]] = {
    "decay": (("field", "function", "origin", "scale"), ("offset", "decay")),
    "boost": (("weight",), ("filter", "random_score", "boost_mode", "function_mode")),
    "model": (
        ("field", "provider", "queries"),
        (
            "endpoint",
            "model_name",
            "credential",
            "max_client_batch_size",
            "truncate",
            "truncation_direction",
            "url",
            "api_key",
            "base_url",
        ),
    ),
}
"""The required and the optional parameters of each function. Providers of models have further ones."""

FORMS = {
    "rrf": "rrf:60",
    "weighted": "weighted:0.7,0.3",
    "decay": "decay:field=year,function=gauss,origin=2000,scale=10,offset=1,decay=0.5",
    "boost": "boost:weight=1.5,filter=year > 2000",
    "model": 'model:field=body,provider=vllm,queries=["white whale"],endpoint=http://HOST:PORT',
}
NUMBERS = ("origin", "scale", "offset", "decay", "weight")
OF_ALL = ("boost_mode", "function_mode")
"""Parameters common to all boosts: how a weight changes a distance, and how weights are combined."""


@dataclass(frozen=True)
class Reranker:
    """A reranker. `params` have the server's names, `fields` are read by a function, `common` are sent once."""

    name: str
    params: Mapping[str, Any] = dataclasses.field(default_factory=dict)
    fields: Sequence[str] = ()
    common: Mapping[str, Any] = dataclasses.field(default_factory=dict)

    @property
    def is_function(self) -> bool:
        return self.name in PARAMETERS

    def function(self) -> dict[str, Any]:
        """Returns the fields of a FunctionSchema."""
        return {
            "name": self.name,
            "type": "Rerank",
            "input_field_names": list(self.fields),
            "params": pairs({"reranker": self.name, **self.params}),
        }


def function_score(rerankers: Sequence[Reranker]) -> dict[str, Any]:
    """Returns the fields of a FunctionScore."""
    common = {key: value for each in rerankers for key, value in each.common.items()}
    return {"functions": [each.function() for each in rerankers], "params": pairs(common)}


def ranked(name: str, arguments: Sequence[str], whole: str, legs: int) -> Reranker:
    """Returns the reranker by ranks (rrf) or weighted distances, for this many searches."""
    words = [each.strip() for each in arguments if each.strip()]
    if name == "rrf":
        return Reranker(name, {"k": _parse_finite((words or [str(RRF_K)])[0].removeprefix("k="), whole)})
    weights = [_parse_finite(each, whole) for each in words if "=" not in each]
    if len(weights) != legs:
        raise InvalidInput(f"{legs} requests and {len(weights)} weights", hint="give each --request its weight")
    return Reranker("weighted", {"weights": weights, "norm_score": "norm_score=false" not in words})


def made(name: str, values: Mapping[str, str], whole: str) -> Reranker:
    """Returns the function with these parameters. Raises InvalidInput for unknown or missing ones."""
    needed, optional = PARAMETERS[name]
    for key in values:
        if key not in (*needed, *optional) and name != "model":
            raise InvalidInput(
                f"the reranker {name} has no parameter {key!r}", hint=nearest(key, (*needed, *optional)) or _takes(name)
            )
    missing = [key for key in needed if not values.get(key)]
    if missing:
        raise InvalidInput(f"the reranker {name} needs {', '.join(missing)}", hint=_takes(name))
    _check(values, whole)
    own = {key: value for key, value in values.items() if key not in (*OF_ALL, "field")}
    fields = (values["field"],) if "field" in values else ()
    return Reranker(name, own, fields, {key: values[key] for key in OF_ALL if key in values})


def unknown(name: str) -> CliError:
    return missing_name("reranker", name, FORMS, f"there are {', '.join(FORMS)}", error=InvalidInput)


def _check(values: Mapping[str, str], whole: str) -> None:
    for key in NUMBERS:
        if key in values:
            _parse_finite(values[key], whole)
    for key, words in (("function", CURVES), *((each, MODES) for each in OF_ALL)):
        if key in values and values[key].lower() not in words:
            raise InvalidInput(f"invalid reranker: {key}={values[key]}", hint=f"{key} is one of {', '.join(words)}")
    for key, kind, form in (("queries", list, '["white whale"]'), ("random_score", dict, '{"seed": 7}')):
        if key in values and not isinstance(_json(values[key]), kind):
            raise InvalidInput(f"invalid reranker: {key}={values[key]}", hint=f"write {key}={form}")


def _takes(name: str) -> str:
    needed, optional = PARAMETERS[name]
    return f"it needs {', '.join(needed)}, and takes {', '.join(optional)}: {FORMS[name]}"


def _json(text: str) -> Any:
    try:
        return json.loads(text)
    except (ValueError, RecursionError):
        return None


def _parse_finite(text: str, whole: str) -> float:
    try:
        number = finite(text)
    except ValueError:
        raise InvalidInput(f"invalid reranker {whole!r}: {text!r} is not a number", hint=_form(whole)) from None
    return int(number) if number.is_integer() else number


def _form(whole: str) -> str:
    name = whole.partition(":")[0].strip().lower()
    return f"write {FORMS[name] if name in PARAMETERS else ', or '.join(FORMS[each] for each in BY_RANKS)}"
