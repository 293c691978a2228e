"""Names of the values of protobuf's enumerations, also where a newer Milvus has more of them."""

from google.protobuf.internal.enum_type_wrapper import EnumTypeWrapper


def value_name(kind: EnumTypeWrapper, number: int) -> str:
    """The value's name; the number itself for one that is not known here."""
    return kind.Name(number) if number in kind.values() else str(number)
