"""Names of protobuf enumeration values, including those of a newer Milvus."""

from google.protobuf.internal.enum_type_wrapper import EnumTypeWrapper

Enumeration = EnumTypeWrapper
"""A protobuf enumeration, for modules that import nothing of protobuf."""


def value_name(kind: Enumeration, number: int) -> str:
    """Returns the value's name; the number if it is unknown."""
    return kind.Name(number) if number in kind.values() else str(number)
