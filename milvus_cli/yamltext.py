"""YAML that people read and write."""

from typing import Any

from .errors import InvalidInput


def to_yaml(value: Any, *, ascii_only: bool = False) -> str:
    """YAML 1.1 as PyYAML's safe loader reads it. No terminal obeys it: what is not printable is escaped in it."""
    import yaml

    class Dumper(yaml.SafeDumper):
        def ignore_aliases(self, data: Any) -> bool:
            return True

    def dump(*, allow_unicode: bool) -> str:
        text = yaml.dump(value, Dumper=Dumper, sort_keys=False, allow_unicode=allow_unicode, width=2**31)
        return str(text).removesuffix("...\n")

    text = dump(allow_unicode=not ascii_only)
    return text if text.replace("\n", "").isprintable() else dump(allow_unicode=False)


def parse_yaml(text: str, what: str, hint: str) -> Any:
    """The value of YAML text, of which JSON is a part. Raises InvalidInput that names `what` it is, and the line."""
    import yaml

    try:
        return yaml.safe_load(text)
    except yaml.YAMLError as exc:
        mark = getattr(exc, "problem_mark", None)
        where = f" in line {mark.line + 1}" if mark else ""
        raise InvalidInput(f"{what} is no YAML{where}: {getattr(exc, 'problem', None) or exc}", hint=hint) from exc
    except RecursionError:
        raise InvalidInput(f"{what} is nested too deeply", hint=hint) from None
    except ValueError as exc:
        raise InvalidInput(f"{what} is no YAML: {exc}", hint=hint) from exc
