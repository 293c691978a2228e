import os

# Keeps grpc from logging failures to stderr; it is read when grpc is imported, which only modules below do.
os.environ.setdefault("GRPC_VERBOSITY", "NONE")
