"""Compares our .proto files with pymilvus's official descriptors, and the generated code with our files."""

import ast
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest
from google.protobuf.descriptor import Descriptor, EnumDescriptor, FileDescriptor, MethodDescriptor
from google.protobuf.descriptor_pb2 import (
    DescriptorProto,
    EnumDescriptorProto,
    FieldDescriptorProto,
    FileDescriptorProto,
    FileDescriptorSet,
    MethodDescriptorProto,
)
from pymilvus.grpc_gen import milvus_pb2 as official_milvus_pb2

from milvus_cli.client.wire import common_pb2, milvus_pb2, rg_pb2, schema_pb2

ROOT = Path(__file__).parents[2]
OUR_PACKAGE = "milvus_cli.wire."
OFFICIAL_PACKAGE = "milvus.proto."
OFFICIAL_POOL = official_milvus_pb2.DESCRIPTOR.pool
OFFICIAL_SERVICE = official_milvus_pb2.DESCRIPTOR.services_by_name["MilvusService"]
FILES: list[FileDescriptor] = [module.DESCRIPTOR for module in (common_pb2, schema_pb2, rg_pb2, milvus_pb2)]


def with_nested(message: Descriptor) -> Iterator[Descriptor]:
    yield message
    for nested in message.nested_types:
        yield from with_nested(nested)


MESSAGES: list[Descriptor] = [
    message for file in FILES for top in file.message_types_by_name.values() for message in with_nested(top)
]
ENUMS: list[EnumDescriptor] = [
    *(enum for file in FILES for enum in file.enum_types_by_name.values()),
    *(enum for message in MESSAGES for enum in message.enum_types),
]
METHODS: list[MethodDescriptor] = list(milvus_pb2.DESCRIPTOR.services_by_name["MilvusService"].methods)


def short_name(full_name: str) -> str:
    """Returns a name without the package's root, such as "common.Status", which is the same on both sides."""
    return full_name.removeprefix(".").removeprefix(OUR_PACKAGE).removeprefix(OFFICIAL_PACKAGE)


def message_proto(message: Descriptor) -> DescriptorProto:
    proto = DescriptorProto()
    message.CopyToProto(proto)
    return proto


def fields(message: DescriptorProto) -> dict[str, FieldDescriptorProto]:
    """Returns fields by "oneof.name" or "name", reduced to the attributes that must be equal."""
    found = {}
    for field in message.field:
        oneof = f"{message.oneof_decl[field.oneof_index].name}." if field.HasField("oneof_index") else ""
        found[oneof + field.name] = FieldDescriptorProto(
            name=field.name,
            number=field.number,
            label=field.label,
            type=field.type,
            type_name=short_name(field.type_name),
            proto3_optional=field.proto3_optional,
        )
    return found


def enum_values(enum: EnumDescriptor) -> dict[str, int]:
    proto = EnumDescriptorProto()
    enum.CopyToProto(proto)
    return {value.name: value.number for value in proto.value}


def signature(method: MethodDescriptor) -> tuple[str, str, bool, bool]:
    proto = MethodDescriptorProto()
    method.CopyToProto(proto)
    return (
        short_name(proto.input_type),
        short_name(proto.output_type),
        proto.client_streaming,
        proto.server_streaming,
    )


@pytest.mark.parametrize("ours", MESSAGES, ids=lambda message: short_name(message.full_name))
def test_message_has_only_official_fields(ours: Descriptor) -> None:
    official = OFFICIAL_POOL.FindMessageTypeByName(OFFICIAL_PACKAGE + short_name(ours.full_name))
    our_fields, official_fields = fields(message_proto(ours)), fields(message_proto(official))
    assert our_fields == {name: official_fields.get(name) for name in our_fields}
    assert ours.GetOptions().map_entry == official.GetOptions().map_entry


@pytest.mark.parametrize("ours", ENUMS, ids=lambda enum: short_name(enum.full_name))
def test_enum_has_only_official_values(ours: EnumDescriptor) -> None:
    official = OFFICIAL_POOL.FindEnumTypeByName(OFFICIAL_PACKAGE + short_name(ours.full_name))
    our_values, official_values = enum_values(ours), enum_values(official)
    assert our_values == {name: official_values.get(name) for name in our_values}


@pytest.mark.parametrize("ours", METHODS, ids=lambda method: method.name)
def test_method_has_the_official_signature(ours: MethodDescriptor) -> None:
    assert signature(ours) == signature(OFFICIAL_SERVICE.methods_by_name[ours.name])


def test_contributing_lists_the_methods_that_stay_unused() -> None:
    ours, theirs = {method.name for method in METHODS}, set(OFFICIAL_SERVICE.methods_by_name)
    text = (ROOT / "CONTRIBUTING.md").read_text(encoding="utf-8")
    section = text.partition("### Requests that stay unused\n")[2].partition("\n## ")[0]
    named = {name for row in section.splitlines() if row.startswith("|") for name in row.split("|")[1].split(", ")}
    assert {name.strip() for name in named} - {"requests", "---"} == theirs - ours
    assert f"Of the {len(theirs)} requests of pymilvus 3.0's service, {len(ours)} are declared" in section


def test_every_declared_method_is_used() -> None:
    modules = [
        path.read_text(encoding="utf-8") for path in (ROOT / "milvus_cli").rglob("*.py") if "wire" not in path.parts
    ]
    source = "\n".join(modules)
    assert [method.name for method in METHODS if f'"{method.name}"' not in source] == []


@pytest.fixture(scope="module")
def compiled_protos(tmp_path_factory: pytest.TempPathFactory) -> dict[str, FileDescriptorProto]:
    """The .proto files, compiled by the installed grpcio-tools, by file name."""
    output = tmp_path_factory.mktemp("wire") / "descriptors.bin"
    command = [sys.executable, "-m", "grpc_tools.protoc", "--proto_path=.", f"--descriptor_set_out={output}"]
    sources = sorted(str(path.relative_to(ROOT)) for path in ROOT.glob("milvus_cli/client/wire/*.proto"))
    subprocess.run([*command, *sources], cwd=ROOT, check=True)
    return {file.name: file for file in FileDescriptorSet.FromString(output.read_bytes()).file}


def without_json_names(file: FileDescriptorProto) -> FileDescriptorProto:
    """Removes json_name, which protoc writes into descriptor sets, but not into generated code."""

    def clear(message: DescriptorProto) -> None:
        for field in message.field:
            field.ClearField("json_name")
        for nested in message.nested_type:
            clear(nested)

    for message in file.message_type:
        clear(message)
    return file


def test_every_proto_file_has_a_generated_module(compiled_protos: dict[str, FileDescriptorProto]) -> None:
    assert sorted(compiled_protos) == sorted(file.name for file in FILES)


@pytest.mark.parametrize("file", FILES, ids=lambda file: file.name)
def test_generated_code_is_fresh(file: FileDescriptor, compiled_protos: dict[str, FileDescriptorProto]) -> None:
    committed = FileDescriptorProto()
    file.CopyToProto(committed)
    assert without_json_names(committed) == without_json_names(compiled_protos[file.name]), (
        "run milvus_cli/client/wire/regenerate.sh"
    )


@pytest.mark.parametrize("file", FILES, ids=lambda file: file.name)
def test_type_stub_names_every_type(file: FileDescriptor) -> None:
    stub = ast.parse((ROOT / file.name.replace(".proto", "_pb2.pyi")).read_text())
    classes = [node.name for node in stub.body if isinstance(node, ast.ClassDef)]
    assert sorted(classes) == sorted([*file.message_types_by_name, *file.enum_types_by_name])


@pytest.mark.parametrize(
    "imports",
    [
        "import milvus_cli.client.wire.milvus_pb2, pymilvus",
        "import pymilvus, milvus_cli.client.wire.milvus_pb2",
    ],
)
def test_ours_and_pymilvus_live_in_one_process(imports: str) -> None:
    command = [sys.executable, "-W", "error::UserWarning", "-c", imports]
    done = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=False)
    assert (done.returncode, done.stdout, done.stderr) == (0, "", "")
