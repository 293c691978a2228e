#!/bin/sh
# Rewrites *_pb2.py and *_pb2.pyi from the .proto files. PYTHON names the interpreter (3.8 to 3.13).
set -eu

# Its generated code runs on protobuf 5.27.2 and everything newer; a later one would raise that floor.
grpcio_tools=1.66.2

# protoc must run in the root: file names in the descriptor pool and imports follow from the paths.
cd "$(dirname "$0")/../../.."
venv=$(mktemp -d)
trap 'rm -rf "$venv"' EXIT

"${PYTHON:-python3}" -m venv "$venv"
"$venv/bin/pip" install --quiet --disable-pip-version-check "grpcio-tools==$grpcio_tools"
"$venv/bin/python" -m grpc_tools.protoc --proto_path=. --python_out=. --pyi_out=. milvus_cli/client/wire/*.proto

# Stubs get a line "None: DataType" for the enum values of that name, which no Python parser accepts.
sed -i.orig '/^ *None: /d' milvus_cli/client/wire/*_pb2.pyi
rm milvus_cli/client/wire/*.orig
