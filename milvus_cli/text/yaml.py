"""Reads and writes YAML."""

import json
import math
from typing import Any

from ..errors import InvalidInput
from . import deep_json


def to_yaml(value: Any, *, ascii_only: bool = False) -> str:
    """Returns YAML 1.1 for PyYAML's safe loader. Unprintable characters are escaped, so that no terminal obeys them."""
    import yaml

    class Dumper(yaml.SafeDumper):
        def ignore_aliases(self, data: Any) -> bool:
            return True

    def dump(*, allow_unicode: bool) -> str:
        text = yaml.dump(value, Dumper=Dumper, sort_keys=False, allow_unicode=allow_unicode, width=2**31)
        return str(text).removesuffix("...\n")

    try:
        text = dump(allow_unicode=not ascii_only)
    except RecursionError:
        return _flow(value, ascii_only=ascii_only)
    return text if text.replace("\n", "").isprintable() else dump(allow_unicode=False)


def _flow(value: Any, *, ascii_only: bool) -> str:
    """Writes a value nested too deeply for PyYAML in JSON's notation, with one line for each item of a list."""

    def scalar(each: Any) -> str:
        if isinstance(each, float):
            return _float(each)
        text = json.dumps(each, ensure_ascii=False, default=str)
        return "".join(c if c.isprintable() and (c.isascii() or not ascii_only) else f"\\U{ord(c):08x}" for c in text)

    if isinstance(value, list) and value:
        return "".join(f"- {deep_json.write(each, scalar)}\n" for each in value)
    return f"{deep_json.write(value, scalar)}\n"


def _float(value: float) -> str:
    """Formats a float for YAML 1.1, which requires a decimal point."""
    if not math.isfinite(value):
        return ".nan" if math.isnan(value) else ".inf" if value > 0 else "-.inf"
    text = repr(value)
    return text if "." in text else text.replace("e", ".0e")


def parse_yaml(text: str, what: str, hint: str) -> Any:
    """Parses YAML, of which JSON is a subset. Raises InvalidInput whose message begins with `what` and has the line."""
    import yaml

    try:
        return yaml.safe_load(text)
    except yaml.YAMLError as exc:
        mark = getattr(exc, "problem_mark", None)
        where = f" in line {mark.line + 1}" if mark else ""
        raise InvalidInput(f"{what} is not YAML{where}: {getattr(exc, 'problem', None) or exc}", hint=hint) from exc
    except RecursionError:
        raise InvalidInput(f"{what} is nested too deeply", hint=hint) from None
    except ValueError as exc:
        raise InvalidInput(f"{what} is not YAML: {exc}", hint=hint) from exc
